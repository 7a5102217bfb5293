#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a sample of data: sample.py DIR [LEARNERS [SEED]]

makes DIR/catalogue.yaml (sample.yaml, as it is) and DIR/events.csv, in the order in which events arrive. The same
arguments give the same bytes. In it is what makes counting hard: people who move and whose work changes, retakes,
corrections, the same fact again with another profile, what arrives weeks late, ties, ends of days and of summer time,
places, modules and values by their aliases or unknown, enrolments of people who never come, presences that are taken
back by their length, certificates that hold for less than was said.
"""
import csv, datetime as dt, pathlib, random, sys
from zoneinfo import ZoneInfo

HERE = pathlib.Path(__file__).resolve().parent
OSLO = ZoneInfo("Europe/Oslo")
FIRST, DAYS = dt.date(2023, 1, 9), 760
PLACES = ["0101", "Storvik", "0102", "0103", "Ytterøy", "ytteroy", "0104", "0201", "Sørhamn", "201", "0202", "0203",
          "0204", "NO", "north", "elsewhere"]
MODULES = ["falls", "medication", "med-101", "MED-101", "medication-2", "cpr", "wounds", "sår", "dementia", "hygiene",
           "not-in-the-catalogue"]
ADMISSION = "autumn-school"
VALUES = {"role": ["nurse", "Nurse", "RN", "assistant", "assistant", "Assistant", "doctor", "unskilled", "cleaner", ""],
          "gender": ["f", "f", "f", "m", ""], "age": ["-29", "30-49", "50+", "50+", "fifty", ""]}
NAMED = ("score", "passed", "phase", "minutes", "state")      # what a voiding may name beside the time
COLUMNS = ["type", "time", "learner", "module", "region", *NAMED, "valid_until", *(f"attrs.{d}" for d in VALUES),
           *(f"voids.{v}" for v in ("type", "time", *NAMED))]
NIGHTS = [dt.date(2023, 3, 26), dt.date(2023, 10, 29), dt.date(2024, 3, 31), dt.date(2024, 10, 27)]
EDGES = [dt.time(0, 0), dt.time(23, 59, 59, 999000), dt.time(8, 0), dt.time(2, 30)]


class Maker:
    def __init__(self, seed):
        self.rng, self.rows = random.Random(seed), []

    def chance(self, percent):
        return self.rng.random() * 100 < percent

    def one_of(self, items):
        return items[int(self.rng.random() * len(items))]

    def below(self, n):
        return int(self.rng.random() * n)

    def moment(self, day):
        """A local moment of a day that many days after the first: often one at which many things happen."""
        date = FIRST + dt.timedelta(days=max(0, min(day, DAYS))) if not self.chance(3) else self.one_of(NIGHTS)
        time = self.one_of(EDGES) if self.chance(15) else dt.time(7 + self.below(12), self.below(60), self.below(60))
        return dt.datetime.combine(date, time, OSLO)

    def text(self, moment):
        """One moment, as one platform or another writes it."""
        utc = moment.astimezone(dt.timezone.utc)
        if self.chance(10):
            return str((utc - dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)) // dt.timedelta(milliseconds=1))
        if self.chance(50):
            return moment.isoformat(timespec="milliseconds")
        return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def send(self, row, moment, late=0):
        """It arrives at once, or weeks later, or twice."""
        delay = self.below(60 * 86400) if self.chance(6) else self.below(300)
        arrival = moment.timestamp() + delay + late
        self.rows.append((arrival, len(self.rows), row))
        if self.chance(3):
            again = dict(row)
            if self.chance(50):
                again["region"] = self.one_of(PLACES)
            if self.chance(30) and row["type"] in ("completed", "assessed"):
                again["valid_until"] = (FIRST + dt.timedelta(days=self.below(DAYS))).isoformat()
            self.rows.append((arrival + self.below(20 * 86400), len(self.rows), again))

    def result(self):
        score = self.one_of([0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.99995, 1]) if self.chance(25) else round(self.rng.random(), 4)
        row = {} if self.chance(10) else {"score": f"{score:.5f}".rstrip("0").rstrip(".")}
        if not row or self.chance(20):
            row["passed"] = self.one_of(["true", "false"])
        if self.chance(30):
            row["phase"] = self.one_of(["pre", "post"])
        return row

    def presence(self):
        return {"minutes": str(self.one_of([45, 60, 60, 90, 119, 180, 420, 1 + self.below(10080)]))}

    def enrolment(self):
        state = self.one_of(["applied", "waiting", "admitted", "admitted", ""])
        return {"state": state} if state else {}

    def validity(self, day):
        if not self.chance(30):
            return {}
        last = self.one_of([dt.date(2150, 12, 31), dt.date(9999, 12, 31), FIRST]) if self.chance(10) else \
            FIRST + dt.timedelta(days=min(day, DAYS) + self.below(700))
        return {"valid_until": last.isoformat()}

    def profile(self, learner, day):
        """What the platform says of a learner then: who has moved, or works as something else since."""
        kept = learner["before"] if day < learner["changes"] else learner["after"]
        return {k: v for k, v in kept.items() if v and not (k != "region" and self.chance(10))}

    def event(self, learner, kind, module, day, **more):
        moment = self.moment(day)
        row = {"type": kind, "time": self.text(moment), "learner": learner["id"], "module": module,
               **self.profile(learner, day), **more}
        self.send(row, moment)
        if self.chance(4):
            self.correct(learner, row, moment)

    def correct(self, learner, row, moment):
        """Taken back, by all that it says or by less, and said anew as it should have been."""
        voids = {"voids.type": row["type"]}
        if self.chance(70):
            voids["voids.time"] = self.text(moment)
        for name in NAMED:
            if name in row and self.chance(50):
                voids[f"voids.{name}"] = row[name]
        later = moment + dt.timedelta(days=1 + self.below(20), seconds=self.below(3600))
        base = {k: row[k] for k in ("learner", "module", "region")}
        self.send({**base, "type": "voided", "time": self.text(later), **voids}, later, late=-86400 * self.below(25))
        if self.chance(50):
            anew = {"assessed": self.result, "attended": self.presence, "enrolled": self.enrolment}.get(row["type"], dict)()
            self.send({**base, "type": row["type"], "time": self.text(moment), **anew}, later)

    def take(self, learner, module, day):
        """One learner in one module."""
        if self.chance(25):
            self.enrol(learner, module, day)
        if self.chance(85):
            self.event(learner, "started", module, day)
        for _ in range(self.below(5)):
            day += self.below(25)
            self.event(learner, "assessed", module, day, **self.result(), **self.validity(day))
        for _ in range(self.below(6) if self.chance(40) else 0):
            self.event(learner, "attended", module, day - self.below(40), **self.presence())
        end = self.rng.random()
        if end < 0.65:
            self.event(learner, "completed", module, day + self.below(10), **self.validity(day))
        if end > 0.55 and end < 0.75:
            self.event(learner, "withdrawn", module, day + self.below(40))
        if end < 0.10:
            self.take(learner, module, day + 90 + self.below(300))

    def enrol(self, learner, module, day):
        """Ahead of it; some as they come on one list of a day, some later than they began."""
        for _ in range(1 + self.below(3)):
            self.event(learner, "enrolled", module, day - self.below(30) if self.chance(90) else day + self.below(30),
                       **self.enrolment())

    def person(self, number):
        before = {"region": self.one_of(PLACES), **{f"attrs.{d}": self.one_of(vs) for d, vs in VALUES.items()}}
        after = dict(before)
        if self.chance(15):
            after["region"] = self.one_of(PLACES)
        if self.chance(8):
            after["attrs.role"] = self.one_of(VALUES["role"])
        learner = {"id": f"{self.one_of(['p', 'P', 'ø'])}{number}", "before": before, "after": after,
                   "changes": self.below(DAYS)}
        if self.chance(30):
            self.enrol(learner, ADMISSION, 190 + self.below(60))
            if self.chance(15):
                self.event(learner, "withdrawn", ADMISSION, 200 + self.below(160))
        for _ in range(self.below(5)):
            self.take(learner, self.one_of(MODULES), self.below(DAYS))


def main():
    where = pathlib.Path(sys.argv[1])
    people, seed = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((2, 4800), (3, 1)))
    maker = Maker(seed)
    for number in range(people):
        maker.person(number)
    where.mkdir(parents=True, exist_ok=True)
    (where / "catalogue.yaml").write_bytes((HERE / "sample.yaml").read_bytes())
    with open(where / "events.csv", "w", newline="", encoding="utf-8") as f:
        out = csv.DictWriter(f, COLUMNS, restval="", lineterminator="\n")
        out.writeheader()
        out.writerows(row for _, _, row in sorted(maker.rows, key=lambda r: r[:2]))


if __name__ == "__main__":
    main()

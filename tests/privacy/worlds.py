# SPDX-License-Identifier: Apache-2.0
"""Made-up people for the attackers: what `lift simulate` writes of an example's catalogue, as counts of each release.

A part is what one learner is counted as: {(kind, id): (home, counts)}. Cells are what a release is made of:
{(kind, id): {region: {count: (learners, cell key)}}}. The record keys are those of one secret; what a trial draws anew
is the open key, from which all draws come.
"""
import datetime as dt, pathlib, subprocess, sys
from collections import defaultdict
import yaml

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "reference"))
import lift_oracle as oracle

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "daemon" / "examples"
MODULO = 2 ** 64
record_key = oracle.Protection([bytes(range(32))]).record_key


def ends(first, last, months):
    """The last days of all periods of so many months from the first day's until one that holds the last day."""
    out, day = [], dt.date(1970, 1, 1) + dt.timedelta(days=first)
    year, month = day.year, (day.month - 1) // months * months + months
    while not out or out[-1] < last:
        after = dt.date(year + month // 12, month % 12 + 1, 1)
        out.append((after - dt.date(1970, 1, 1)).days - 1)
        year, month = after.year, after.month - 1 + months
    return out


class World:
    def __init__(self, name, lift, where, *options):
        self.name, path = name, pathlib.Path(where, name + ".csv")
        subprocess.run([lift, "simulate", *options, "--out", path, EXAMPLES / f"{name}.yaml"], check=True, stdout=subprocess.DEVNULL)
        with open(EXAMPLES / f"{name}.yaml", encoding="utf-8") as f:
            self.cat = oracle.Catalogue(yaml.load(f, yaml.BaseLoader))
        self.events = defaultdict(list)
        for e in oracle.read_events(str(path)):
            self.events[e["learner"]].append(e)
        days = [self.cat.day(e["time"]) for es in self.events.values() for e in es]
        self.quarters, self.months = ends(min(days), max(days), 3), ends(min(days), max(days), 1)
        self.parts_at, self.cells_at = {}, {}

    def part(self, events, day):
        """What one learner with these events is counted as."""
        learner = oracle.Learner()
        counting = [e for e in events if self.cat.day(e["time"]) <= day]
        for e in counting:
            learner.add(e)
        return {(kind, sid): (home, counts) for kind, sid, home, counts in oracle.open_counts(self.cat, learner, day)} \
            if counting else {}

    def parts(self, day):
        if day not in self.parts_at:
            self.parts_at[day] = {l: self.part(es, day) for l, es in self.events.items()}
        return self.parts_at[day]

    def cells(self, day):
        if day not in self.cells_at:
            out = defaultdict(lambda: defaultdict(dict))
            for l, part in self.parts(day).items():
                for subject, (home, counts) in part.items():
                    for region in self.cat.ancestors[home]:
                        put(out[subject][region], counts, 1, record_key(l))
            self.cells_at[day] = out
        return self.cells_at[day]

    def base(self, day, subject, region):
        return self.cells(day)[subject][region].get(base_of(subject), (0, 0))[0]

    def at_home(self, day, subject, learner):
        return self.parts(day)[learner][subject][0]

    def replaced(self, day, subject, region, learner, part):
        """A subject's cells in a region, with another part in place of what the learner is there."""
        cells = dict(self.cells(day)[subject].get(region, {}))
        for sign, of in ((-1, self.parts(day)[learner]), (1, part)):
            if subject in of and region in self.cat.ancestors[of[subject][0]]:
                put(cells, of[subject][1], sign, record_key(learner))
        return cells


def put(cells, counts, sign, key):
    for count in counts:
        n, sum_of_keys = cells.get(count, (0, 0))
        cells[count] = n + sign, (sum_of_keys + sign * key) % MODULO
        if cells[count][0] == 0:
            del cells[count]


def base_of(subject):
    return (oracle.OPEN_KINDS[subject[0]][0],)


# What a learner might have done instead.

def of_module(cat, e, module):
    return cat.module_alias.get(e["module"]) == module


def never_passed(cat, events, module):
    """Assessed as often, and failed."""
    mark = cat.modules[module].get("pass_mark", 0.5)
    out = []
    for e in events:
        if of_module(cat, e, module) and e["type"] == "assessed" and oracle.is_passed(oracle.fact(e), cat.modules[module]):
            e = {**e, "passed": False, **({"score": min(e["score"], max(mark - 0.05, 0))} if "score" in e else {})}
        out.append(e)
    return out


def never_completed(cat, events, module):
    return [e for e in events if not (of_module(cat, e, module) and e["type"] == "completed")]


def never_succeeded(cat, events, module):
    return never_completed(cat, never_passed(cat, events, module), module)


def withdrew_instead(cat, events, module):
    """Left the module, after all that was done in it, and never completed it."""
    mine = [e for e in events if of_module(cat, e, module)]
    last = max(mine, key=lambda e: e["time"])
    left = {k: last[k] for k in ("time", "learner", "module", "region", "attrs") if k in last} | {"type": "withdrawn"}
    return never_completed(cat, events, module) + [left]


def never_came(cat, events, module):
    return []

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The definition of liftd's metrics, as a program that is slow and obvious on purpose.

    lift_oracle.py CATALOGUE.yaml EVENTS.csv|EVENTS.jsonl [...] --as-of YYYY-MM-DD [--region CODE] [--kind KIND]

prints one JSON object a line, sorted, for every (region, kind, id) that has at least one learner:
what `lift export --as-of DAY --format jsonl` prints for the same accepted events and catalogue, read as one namespace.

Metrics are a function of the SET of accepted events, the catalogue and the day: order, duplicates and batching of the
events change nothing. Needs python3-yaml. It does not validate: give it valid events. Section numbers refer to
proto/METRICS.md.
"""
import argparse, csv, datetime as dt, json, math
from collections import defaultdict
from zoneinfo import ZoneInfo
import yaml

DAY_MS = 86_400_000
UNASSIGNED, ALL = "unassigned", "all"


# Events (METRICS.md 1)

def parse_time(v):
    """ms since the Unix epoch, from an integer or an ISO 8601 text."""
    if isinstance(v, int):
        return v
    try:
        return int(v)
    except ValueError:
        t = dt.datetime.fromisoformat(v.replace("Z", "+00:00"))
        if t.tzinfo is None:
            raise ValueError(f"{v!r} has no offset from UTC")
        # What is finer is cut.
        return (t - dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)) // dt.timedelta(milliseconds=1)


def read_events(path):
    with open(path, newline="", encoding="utf-8") as f:
        if path.endswith(".csv"):
            for row in csv.DictReader(f):
                e = {k: v for k, v in row.items() if v != "" and "." not in k}
                for group in ("attrs", "voids"):
                    e[group] = {k[6:]: v for k, v in row.items() if k.startswith(group + ".") and v != ""}
                e["time"] = parse_time(e["time"])
                for part in (e, e["voids"]):
                    if "score" in part:
                        part["score"] = float(part["score"])
                    if "passed" in part:
                        part["passed"] = {"true": True, "false": False}[part["passed"]]
                if "time" in e["voids"]:
                    e["voids"]["time"] = parse_time(e["voids"]["time"])
                yield e
        else:
            for line in f:
                if line.strip():
                    e = json.loads(line)
                    e["time"] = parse_time(e["time"])
                    yield e


def scaled(score):
    return None if score is None else math.floor(score * 10000 + 0.5)


def fact(e):
    """The part of an event that says what happened; equal facts of one learner and module are one fact."""
    if e["type"] != "assessed":
        return (e["time"], e["type"], None, None, None)
    return (e["time"], e["type"], scaled(e.get("score")), e.get("passed"), e.get("phase"))


def voiding(e):
    """What a 'voided' event takes back: (type, time or None, the latest time if time is None, score, passed, phase)."""
    v = e["voids"]
    return (v["type"], v.get("time"), e["time"], scaled(v.get("score")), v.get("passed"), v.get("phase"))


def standing(facts, voids):
    """The facts that no 'voided' event of the same learner and module takes back: what it names must be equal."""
    def void(f):
        return any(kind == f[1] and (f[0] == time if time is not None else f[0] <= at)
                   and score in (None, f[2]) and passed in (None, f[3]) and phase in (None, f[4])
                   for kind, time, at, score, passed, phase in voids)
    return {f for f in facts if not void(f)}


# The catalogue (METRICS.md 2)

NUMBERS = {"pass_mark": float, "lat": float, "lon": float, "stalled_after_days": int, "level": int,
           "valid_months": int, "value": int, "count": int, "complete": int}


def numbers(doc, where=False):
    """The document, loaded with every scalar as the text that was written, with its numbers made numbers."""
    if isinstance(doc, list):
        return [numbers(x, where) for x in doc]
    if isinstance(doc, dict):
        return {k: NUMBERS[k](v) if k in NUMBERS and isinstance(v, str) and not where and v.lstrip("-")[:1].isdigit()
                else numbers(v, where or k in ("where", "dimensions")) for k, v in doc.items()}
    return doc


class Catalogue:
    """Of a document loaded with yaml.BaseLoader: codes, ids, aliases and values are the text as written."""

    def __init__(self, doc):
        doc = numbers(doc)
        self.tz = ZoneInfo(doc.get("timezone", "UTC"))
        self.dimensions = doc.get("dimensions") or {}
        self.regions = {r["code"]: r for r in doc.get("regions") or []}
        self.modules = {m["id"]: m for m in doc.get("modules") or []}
        self.programmes = {p["id"]: p for p in doc.get("programmes") or []}
        self.competences = {c["id"]: c for c in doc.get("competences") or []}
        self.region_alias = {a: r["code"] for r in self.regions.values() for a in [r["code"], *r.get("aliases", [])]}
        self.module_alias = {a: m["id"] for m in self.modules.values() for a in [m["id"], *m.get("aliases", [])]}
        parents = {c: r.get("parents", []) for c, r in self.regions.items()}
        has_children = {p for ps in parents.values() for p in ps}
        self.leaves = {c for c in self.regions if c not in has_children}
        self.ancestors = {UNASSIGNED: {UNASSIGNED, ALL}}
        for region in self.regions:
            seen, todo = set(), [region]
            while todo:
                c = todo.pop()
                if c not in seen:
                    seen.add(c)
                    todo += parents[c]
            self.ancestors[region] = seen | {ALL}

    def home(self, region):
        """The region that a region text names; 'unassigned' for a text that the catalogue does not know."""
        return self.region_alias.get(region, UNASSIGNED)

    def value(self, dim, text):
        """The value of a dimension that an attribute's text is; 'unknown' for any other text, or none."""
        return text if text in self.dimensions[dim] else "unknown"

    def inside(self, region, codes):
        return bool(self.ancestors[region] & set(codes))

    def leaves_of(self, codes):
        return {leaf for leaf in self.leaves if self.inside(leaf, codes)}

    def headcount(self, scope, where):
        """Staff with those attributes: the scope's own figure, else its leaves' sum; None where one of them does not say."""
        def own(code):
            rows = [h["count"] for h in self.regions.get(code, {}).get("headcount") or []
                    if (h.get("where") or {}) == where]
            return rows[0] if rows else None
        if own(scope) is not None:
            return own(scope)
        counts = [own(leaf) for leaf in self.leaves_of([scope])]
        return sum(counts) if counts and None not in counts else None

    def day(self, ms):
        """Days since 1970-01-01 of the local date at that moment."""
        local = dt.datetime.fromtimestamp(ms / 1000, dt.timezone.utc).astimezone(self.tz)
        return (local.date() - dt.date(1970, 1, 1)).days

    def hour_of_week(self, ms):
        """0 = Monday 00:00-00:59 local time ... 167 = Sunday 23:00."""
        local = dt.datetime.fromtimestamp(ms / 1000, dt.timezone.utc).astimezone(self.tz)
        return local.weekday() * 24 + local.hour


def add_months(day, months):
    """The same day of the month that many months on, or that month's last day."""
    d = dt.date(1970, 1, 1) + dt.timedelta(days=day)
    y, m = divmod(d.year * 12 + d.month - 1 + months, 12)
    last = (dt.date(y + (m == 11), (m + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return (dt.date(y, m + 1, min(d.day, last)) - dt.date(1970, 1, 1)).days


def date_text(day):
    return (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()


def parse_day(d):
    return (dt.date.fromisoformat(str(d)) - dt.date(1970, 1, 1)).days


# One learner (METRICS.md 3)

class Learner:
    def __init__(self):
        self.home = None                      # (time, region text): the latest wins, then the greater text
        self.attrs = {}                       # dimension -> (time, value): likewise
        self.all_facts = defaultdict(set)     # module text -> set of facts
        self.voids = defaultdict(set)         # module text -> set of voidings

    def facts_of(self, cat, module):
        """The standing facts of a catalogue module, under whichever of its names they came."""
        texts = [t for t in {**self.all_facts, **self.voids} if cat.module_alias.get(t) == module]
        return standing(set().union(*[self.all_facts[t] for t in texts]), set().union(*[self.voids[t] for t in texts]))

    def add(self, e):
        self.home = max(self.home or (e["time"], e["region"]), (e["time"], e["region"]))
        for k, v in (e.get("attrs") or {}).items():
            self.attrs[k] = max(self.attrs.get(k, (e["time"], v)), (e["time"], v))
        if e["type"] == "voided":
            self.voids[e["module"]].add(voiding(e))
        else:
            self.all_facts[e["module"]].add(fact(e))


def last_is_withdrawal(facts):
    return any(f[1] == "withdrawn" and f[0] == max(g[0] for g in facts) for f in facts)


def fold_module(facts, module):
    """What one learner has done in one module; None for one who has only withdrawn."""
    begun = [f[0] for f in facts if f[1] != "withdrawn"]
    if not begun:
        return None
    mark = math.floor(module.get("pass_mark", 0.5) * 10000 + 0.5)
    assessed = []
    for time, kind, score, passed, phase in facts:
        if kind == "assessed":
            ok = passed if passed is not None else score >= mark
            assessed.append((time, -1 if score is None else score, ok, phase or ""))
    assessed.sort()                           # by time, then the lower score, then failed before passed
    completed = [f[0] for f in facts if f[1] == "completed"]
    scores = [a[1] for a in assessed if a[1] >= 0]
    pre = [a for a in assessed if a[3] == "pre" and a[1] >= 0]
    post = [a for a in assessed if a[3] == "post" and a[1] >= 0]
    plain = [a for a in assessed if a[1] >= 0]
    gain = None
    if pre and post:
        gain = max(a[1] for a in post) - pre[0][1]
    elif not pre and not post and len(plain) > 1:
        gain = max(a[1] for a in plain[1:]) - plain[0][1]
    times = [f[0] for f in facts]
    return {
        "started": min(begun), "last": max(times), "withdrawn": not completed and last_is_withdrawal(facts),
        "completed": min(completed) if completed else None, "completions": sorted(completed),
        "passes": sorted(a[0] for a in assessed if a[2]),
        "attempts": len(assessed), "passed": min((a[0] for a in assessed if a[2]), default=None),
        "passed_first": bool(assessed) and assessed[0][2], "best": max(scores) if scores else None,
        "gain": gain, "times": times,
    }


# Many learners (METRICS.md 4 to 6)

def rate(n, of):
    return {"value": round(n / of, 6) if of else None, "n": n, "of": of}


def nearest_rank(values, percent):
    """The value at rank ceil(percent/100 * n) of the sorted values, counted from 1."""
    values = sorted(values)
    return values[math.ceil(percent * len(values) / 100) - 1] if values else None


def count_by(cat, learners, sets):
    """{dimension: {value: {measure: learners of the set with that value}}}; other values are 'unknown'."""
    out = {}
    for dim, values in cat.dimensions.items():
        out[dim] = {}
        for value in [*values, "unknown"]:
            row = {name: sum(1 for l in s if value_of(cat, learners[l], dim) == value) for name, s in sets.items()}
            if any(row.values()):
                out[dim][value] = row
    return out


def value_of(cat, learner, dim):
    return cat.value(dim, learner.attrs.get(dim, (0, None))[1])


def holds(cat, learner, where):
    return all(value_of(cat, learner, d) == v for d, v in where.items())


def daily(cat, columns):
    """[[date, n, n, ...], ...] for the days on which any column has an entry."""
    days = defaultdict(lambda: [0] * len(columns))
    for i, times in enumerate(columns):
        for t in times:
            days[cat.day(t)][i] += 1
    return [[date_text(d), *days[d]] for d in sorted(days)]


def hours(cat, times):
    h = [0] * 168
    for t in times:
        h[cat.hour_of_week(t)] += 1
    return h


def module_metrics(cat, module, learners, s, today):
    stalled_after = module.get("stalled_after_days", 30)
    started, completed = set(s), {l for l in s if s[l]["completed"] is not None}
    assessed, passed = {l for l in s if s[l]["attempts"]}, {l for l in s if s[l]["passed"] is not None}
    best = [s[l]["best"] for l in s if s[l]["best"] is not None]
    took = [(s[l]["completed"] - s[l]["started"]) // DAY_MS for l in completed]
    gain = [s[l]["gain"] for l in s if s[l]["gain"] is not None]
    age = {l: today - cat.day(s[l]["last"]) for l in s}
    return {
        "started": len(started), "withdrawn": sum(1 for l in s if s[l]["withdrawn"]), "completed": len(completed),
        "assessed": len(assessed), "passed": len(passed),
        "passed_first": sum(1 for l in s if s[l]["passed_first"]), "attempts": sum(s[l]["attempts"] for l in s),
        "completion_rate": rate(len(completed), len(started)), "pass_rate": rate(len(passed), len(assessed)),
        "score": {"n": len(best), "mean": round(sum(best) / len(best) / 10000, 6) if best else None,
                  "median": nearest_rank([b // 100 for b in best], 50) / 100 if best else None,
                  "histogram": [sum(1 for b in best if min(b // 1000, 9) == i) for i in range(10)]},
        "days_to_complete": {"n": len(took), "median": nearest_rank(took, 50), "p90": nearest_rank(took, 90)},
        "gain": {"n": len(gain), "mean": round(sum(gain) / len(gain) / 10000, 6) if gain else None},
        "active_7d": sum(1 for l in s if age[l] < 7), "active_30d": sum(1 for l in s if age[l] < 30),
        "stalled": sum(1 for l in s if l not in completed and not s[l]["withdrawn"] and age[l] > stalled_after),
        "by": count_by(cat, learners, {"started": started, "completed": completed, "passed": passed}),
        "daily": daily(cat, [[s[l]["started"] for l in s], [s[l]["completed"] for l in completed],
                             [s[l]["passed"] for l in passed]]),
        "hours": hours(cat, [t for l in s for t in s[l]["times"]]),
    }


def fold_programme(cat, programme, learner):
    """What one participant has done in one programme; None for one who is none."""
    if not cat.inside(cat.home(learner.home[1]), programme.get("regions") or [ALL]):
        return None
    lo = parse_day(programme["from"]) if programme.get("from") else -math.inf
    hi = parse_day(programme["to"]) if programme.get("to") else math.inf
    every, done = set(), []
    for module in programme["modules"]:
        facts = {f for f in learner.facts_of(cat, module) if lo <= cat.day(f[0]) <= hi}
        every |= {(*f, module) for f in facts}
        ends = [f[0] for f in facts if f[1] == "completed"]
        if ends:
            done.append(min(ends))
    begun = [f[0] for f in every if f[1] != "withdrawn"]
    if not begun:
        return None
    done.sort()
    need = programme.get("complete", "all")
    need = len(programme["modules"]) if need == "all" else need
    completed = done[need - 1] if len(done) >= need else None
    times = [f[0] for f in every]
    return {"first": min(begun), "last": max(times), "completed": completed, "times": times,
            "withdrawn": completed is None and last_is_withdrawal(every)}


def programme_metrics(cat, programme, learners, s, scope, today):
    completed = {l for l in s if s[l]["completed"] is not None}
    age = {l: today - cat.day(s[l]["last"]) for l in s}
    places = cat.leaves_of(programme.get("regions") or [ALL]) & cat.leaves_of([scope])
    reached = {cat.home(learners[l].home[1]) for l in s} & places
    out = {
        "participants": len(s), "withdrawn": sum(1 for l in s if s[l]["withdrawn"]), "completed": len(completed),
        "completion_rate": rate(len(completed), len(s)),
        "active_7d": sum(1 for l in s if age[l] < 7), "active_30d": sum(1 for l in s if age[l] < 30),
        "stalled": sum(1 for l in s if l not in completed and not s[l]["withdrawn"]
                       and age[l] > programme.get("stalled_after_days", 30)),
        "reached": rate(len(reached), len(places)),
        "by": count_by(cat, learners, {"participants": set(s), "completed": completed}),
        "daily": daily(cat, [[s[l]["first"] for l in s], [s[l]["completed"] for l in completed]]),
        "hours": hours(cat, [t for l in s for t in s[l]["times"]]),
    }
    if scope == ALL:
        out["targets"] = []
        for t in programme.get("targets", []):
            where = t.get("where") or {}
            pool = set(s) if t["measure"] == "participants" else completed
            n = sum(1 for l in pool if holds(cat, learners[l], where))
            out["targets"].append({"measure": t["measure"], "where": where, **rate(n, t["value"])})
    return out


def fold_competence(cat, cid, learner):
    """[(from day, end day or inf, level), ...]: the grants of one competence that one learner has earned."""
    grants = []
    for mid, module in cat.modules.items():
        for g in module.get("grants") or []:
            facts = learner.facts_of(cat, mid) if g["competence"] == cid else set()
            m = fold_module(facts, module)
            if m is None:
                continue
            for t in m["completions"] if g.get("earned_by", "completed") == "completed" else m["passes"]:
                d = cat.day(t)
                end = add_months(d, g["valid_months"]) if g.get("valid_months") else math.inf
                grants.append((d, end, g.get("level", 1)))
    return grants


def stretches(grants):
    """The unbroken stretches [from, end) of validity that the grants make together, in order."""
    out = []
    for a, b, _ in sorted(grants):
        if out and a <= out[-1][1]:
            out[-1][1] = max(out[-1][1], b)
        else:
            out.append([a, b])
    return out


def competence_metrics(cat, competence, learners, grants, scope, today):
    level, end = {}, {}
    spans = {l: stretches(gs) for l, gs in grants.items()}
    for l, gs in grants.items():
        for a, b in spans[l]:
            if a <= today < b:
                level[l] = max(g[2] for g in gs if g[0] <= today < g[1])
                end[l] = b
    holders = set(level)
    gained = [a for l in spans for a, b in spans[l] if a <= today]
    lost = [b for l in spans for a, b in spans[l] if b <= today]
    days = sorted(set(gained) | set(lost))
    out = {
        "holders": len(holders), "lapsed": len({l for l in spans if spans[l][0][0] <= today} - holders),
        "levels": {str(v): sum(1 for l in level if level[l] == v) for v in sorted(set(level.values()))},
        **{f"expiring_{n}d": sum(1 for l in end if end[l] - today <= n) for n in (30, 60, 90)},
        "by": count_by(cat, learners, {"holders": holders}),
        "daily": [[date_text(d), gained.count(d), lost.count(d)] for d in days],
    }
    of = cat.headcount(scope, {})
    out["coverage"] = rate(len(holders), of) if of is not None else None
    out["requirements"] = []
    for r in competence.get("requirements", []):
        where = r.get("where") or {}
        n = sum(1 for l in holders if level[l] >= r["level"] and holds(cat, learners[l], where))
        need = cat.headcount(scope, where)
        out["requirements"].append({"level": r["level"], "where": where, "n": n, "of": need,
                                    "gap": max(need - n, 0) if need is not None else None})
    return out


def people_metrics(cat, learners, last, scope, today):
    age = {l: today - cat.day(t) for l, t in last.items()}
    places = cat.leaves_of([scope])
    return {
        "learners": len(last), "active_7d": sum(1 for l in age if age[l] < 7),
        "active_30d": sum(1 for l in age if age[l] < 30),
        "reached": rate(len({cat.home(learners[l].home[1]) for l in last} & places), len(places)),
        "by": count_by(cat, learners, {"learners": set(last)}),
    }


def metrics(cat, learners, today):
    """Yield {"region", "kind", "id", ...} for every scope and subject that has a learner."""
    homes = {l: cat.ancestors[cat.home(x.home[1])] for l, x in learners.items()}
    subjects = []

    def states_of(fold):
        return {l: v for l, v in ((l, fold(x)) for l, x in learners.items()) if v}

    everyone = {}
    for mid, m in cat.modules.items():
        st = states_of(lambda x: fold_module(x.facts_of(cat, mid), m))
        for l, v in st.items():
            everyone[l] = max(everyone.get(l, v["last"]), v["last"])
        subjects.append(("module", mid, st, lambda s, sc, m=m: module_metrics(cat, m, learners, s, today)))
    for pid, p in cat.programmes.items():
        st = states_of(lambda x: fold_programme(cat, p, x))
        subjects.append(("programme", pid, st, lambda s, sc, p=p: programme_metrics(cat, p, learners, s, sc, today)))
    for cid, c in cat.competences.items():
        st = states_of(lambda x: fold_competence(cat, cid, x))
        subjects.append(("competence", cid, st, lambda s, sc, c=c: competence_metrics(cat, c, learners, s, sc, today)))
    subjects.append(("people", "all", everyone, lambda s, sc: people_metrics(cat, learners, s, sc, today)))
    for kind, sid, states, compute in subjects:
        for scope in sorted({a for l in states for a in homes[l]}):
            yield {"region": scope, "kind": kind, "id": sid,
                   **compute({l: v for l, v in states.items() if scope in homes[l]}, scope)}


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("catalogue")
    ap.add_argument("events", nargs="+")
    ap.add_argument("--as-of", required=True, metavar="DAY", help="the day that 'today' means; later events do not count")
    ap.add_argument("--region")
    ap.add_argument("--kind")
    a = ap.parse_args()
    with open(a.catalogue, encoding="utf-8") as f:
        cat = Catalogue(yaml.load(f, yaml.BaseLoader))
    today = parse_day(a.as_of)
    learners = defaultdict(Learner)
    for path in a.events:
        for e in read_events(path):
            if cat.day(e["time"]) <= today:     # as of a day, what came later has not happened
                learners[e["learner"]].add(e)
    for m in sorted(metrics(cat, learners, today), key=lambda m: (m["kind"], m["id"], m["region"])):
        if (not a.region or m["region"] == a.region) and (not a.kind or m["kind"] == a.kind):
            print(json.dumps(m, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


if __name__ == "__main__":
    main()

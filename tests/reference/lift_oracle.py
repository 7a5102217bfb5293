#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The definition of liftd's metrics, as a program that is slow and obvious on purpose.

    lift_oracle.py CATALOGUE.yaml EVENTS.csv|EVENTS.jsonl [...] --as-of YYYY-MM-DD [--known-at N] [--region CODE]
                   [--kind KIND]

prints one JSON object a line, sorted, for every (region, kind, id) that has at least one learner:
what `lift export --as-of DAY --format jsonl` prints for the same accepted events and catalogue, read as one namespace.

    lift_oracle.py ... --plane open --secret FILE [--namespace NAME]

prints the open figures instead (METRICS.md 9): those of a release of that day, made of these events. FILE is the
daemon's `secret`, or a text with it in hex; NAME is the learners' namespace (lift).

    lift_oracle.py ... --roster LIST.csv --programme ID [--from DAY] [--to DAY] [--source NAME]

prints that list again, with what its people have done (METRICS.md 8), and three counts on standard error.

Metrics are a function of the SET of accepted events, the catalogue and the day: order, duplicates and batching of the
events change nothing. Needs python3-yaml. It does not validate: give it valid events. Section numbers refer to
proto/METRICS.md.
"""
import argparse, csv, datetime as dt, hashlib, itertools, json, math, pathlib, re, sys
from collections import defaultdict
from fractions import Fraction
from typing import NamedTuple
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
                    if "minutes" in part:
                        part["minutes"] = int(part["minutes"])
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


class Fact(NamedTuple):
    """What happened; equal facts of one learner and module are one fact."""
    time: int
    kind: str
    score: int | None = None
    passed: bool | None = None
    phase: str | None = None
    minutes: int | None = None
    state: str | None = None


def fact(e):
    match e["type"]:
        case "assessed":
            return Fact(e["time"], "assessed", scaled(e.get("score")), e.get("passed"), e.get("phase"))
        case "attended":
            return Fact(e["time"], "attended", minutes=e["minutes"])
        case "enrolled":
            return Fact(e["time"], "enrolled", state=e.get("state") or "admitted")
        case kind:
            return Fact(e["time"], kind)


def voiding(e):
    """(a fact of what a 'voided' event names, None being what it does not, and the latest time that it may have had)"""
    v = e["voids"]
    named = Fact(v.get("time"), v["type"], scaled(v.get("score")), v.get("passed"), v.get("phase"), v.get("minutes"),
                 v.get("state"))
    return named, e["time"] if named.time is None else math.inf


def standing(facts, voids):
    """The facts that no 'voided' event of the same learner and module takes back: what it names must be equal."""
    def takes_back(named, latest, f):
        return f.time <= latest and all(n is None or n == x for n, x in zip(named, f))
    return {f for f in facts if not any(takes_back(named, latest, f) for named, latest in voids)}


# The catalogue (METRICS.md 2)

NUMBERS = {"pass_mark": float, "lat": float, "lon": float, "stalled_after_days": int, "level": int,
           "valid_months": int, "value": int, "count": int, "complete": int, "minutes": int, "share": float}
# Capital letters that are made small: those of ASCII, and U+00C0 to U+00DE without the multiplication sign.
SMALL = {c: c + 32 for c in [*range(ord("A"), ord("Z") + 1), *range(0xC0, 0xDF)] if c != 0xD7}


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
        self.dimensions, self.exact, self.small = {}, {}, {}
        for d, values in (doc.get("dimensions") or {}).items():
            self.add_dimension(d, values["values"] if isinstance(values, dict) else values)
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

    def add_dimension(self, d, values):
        """Its values, what texts mean them, and what texts do in small letters: of values that have `aliases`."""
        rows = [v if isinstance(v, dict) else {"value": v} for v in values]
        self.dimensions[d] = [r["value"] for r in rows]
        texts = [(t, r) for r in rows for t in [r["value"], *(r.get("aliases") or [])]]
        self.exact[d] = {t: r["value"] for t, r in texts}
        self.small[d] = {t.translate(SMALL): r["value"] for t, r in texts if "aliases" in r}

    def home(self, region):
        """The region that a region text names; 'unassigned' for a text that the catalogue does not know."""
        return self.region_alias.get(region, UNASSIGNED)

    def value(self, dim, text):
        """The value of a dimension that an attribute's text means; 'unknown' for any other text, or none."""
        if text in self.exact[dim]:
            return self.exact[dim][text]
        return self.small[dim].get((text or "").translate(SMALL), "unknown")

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


# What holds longer holds for ever.
LAST_DAY = (dt.date(2150, 12, 31) - dt.date(1970, 1, 1)).days


def date_text(day):
    return (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()


def parse_day(d):
    return (dt.date.fromisoformat(str(d)) - dt.date(1970, 1, 1)).days


# One learner (METRICS.md 3)

REGION = object()                             # among the claims, beside the names of attributes


class Profile:
    """Each claim on its own: the latest wins, and of one moment the greater text."""
    def __init__(self, claims):
        latest = {name: max(c)[1] for name, c in claims.items()}
        self.home, self.attrs = latest.pop(REGION), latest


class Learner:
    def __init__(self):
        self.latest = None                    # the profile, once it has been asked for
        self.claims = defaultdict(set)        # REGION or an attribute -> set of (time, text)
        self.all_facts = defaultdict(set)     # module text -> set of facts
        self.until = defaultdict(set)         # (module text, fact) -> the days until which it is said to hold
        self.voids = defaultdict(set)         # module text -> set of voidings

    @property
    def profile(self):
        if self.latest is None:
            self.latest = Profile(self.claims)
        return self.latest

    def profile_at(self, moment):
        """As it was claimed up to a moment; what had not been claimed by then, as it first was later."""
        return Profile({name: {c for c in cs if c[0] <= max(moment, min(cs)[0])} for name, cs in self.claims.items()})

    def facts_of(self, cat, module):
        """The standing facts of a catalogue module, under whichever of its names they came."""
        texts = [t for t in {**self.all_facts, **self.voids} if cat.module_alias.get(t) == module]
        return standing(set().union(*[self.all_facts[t] for t in texts]), set().union(*[self.voids[t] for t in texts]))

    def holds_until(self, cat, module, f):
        """The last day on which what a fact earns holds, by the earliest claim; None where none says."""
        return min((day for (text, g), days in self.until.items() if g == f and cat.module_alias.get(text) == module
                    for day in days), default=None)

    def add(self, e):
        self.latest = None
        self.claims[REGION].add((e["time"], e["region"]))
        for k, v in (e.get("attrs") or {}).items():
            self.claims[k].add((e["time"], v))
        if e["type"] == "voided":
            self.voids[e["module"]].add(voiding(e))
        else:
            self.all_facts[e["module"]].add(fact(e))
            if e["type"] in ("completed", "assessed") and e.get("valid_until"):
                self.until[e["module"], fact(e)].add(parse_day(e["valid_until"]))


STATES = ("applied", "waiting", "admitted")   # at the same moment the later of these words counts


def last_is_withdrawal(facts):
    return any(f.kind == "withdrawn" and f.time == max(g.time for g in facts) for f in facts)


def is_evidence(f):
    """Of a start: who is enrolled has done nothing yet."""
    return f.kind not in ("withdrawn", "enrolled")


def latest_state(facts):
    """The state of the greatest (time, state), whatever came afterwards; None without one."""
    return max(((f.time, STATES.index(f.state), f.state) for f in facts if f.kind == "enrolled"), default=[None])[-1]


def enrolment(facts):
    """The state in which a learner is enrolled in a module; None where it is not, or has withdrawn."""
    left = last_is_withdrawal(facts) and not any(f.kind == "completed" for f in facts)
    return None if left else latest_state(facts)


def is_passed(f, module):
    if f.kind != "assessed":
        return False
    return f.passed if f.passed is not None else f.score >= math.floor(module.get("pass_mark", 0.5) * 10000 + 0.5)


def minutes_by_month(cat, facts):
    """{"2024-02": minutes}: a presence is of the local day on which it began."""
    months = defaultdict(int)
    for f in facts:
        if f.kind == "attended":
            months[date_text(cat.day(f.time))[:7]] += f.minutes
    return months


def fold_module(facts, module):
    """What one learner has done in one module, `started` being None for one who is only enrolled; None for one who has
    only withdrawn, or done nothing."""
    state = enrolment(facts)
    begun = [f.time for f in facts if is_evidence(f)]
    if not begun:
        return {"started": None, "enrolment": state} if state else None
    # By time, then the lower score, then failed before passed.
    assessed = sorted((f.time, -1 if f.score is None else f.score, is_passed(f, module), f.phase or "")
                      for f in facts if f.kind == "assessed")
    completed = [f.time for f in facts if f.kind == "completed"]
    scores = [a[1] for a in assessed if a[1] >= 0]
    pre = [a for a in assessed if a[3] == "pre" and a[1] >= 0]
    post = [a for a in assessed if a[3] == "post" and a[1] >= 0]
    gain = None
    if pre and post:
        gain = max(a[1] for a in post) - pre[0][1]
    elif not pre and not post and len(scores) > 1:
        gain = max(scores[1:]) - scores[0]
    times = [f.time for f in facts if f.kind != "enrolled"]
    return {
        "started": min(begun), "last": max(times), "withdrawn": not completed and last_is_withdrawal(facts),
        "completed": min(completed, default=None), "enrolment": state,
        "attempts": len(assessed), "passed": min((a[0] for a in assessed if a[2]), default=None),
        "passed_first": bool(assessed) and assessed[0][2], "best": max(scores, default=None), "gain": gain,
        "times": times, "attended": [f for f in facts if f.kind == "attended"],
    }


# Many learners (METRICS.md 4 to 6)

def rate(n, of):
    return {"value": round(n / of, 6) if of else None, "n": n, "of": of}


def nearest_rank(values, percent):
    """The value at rank ceil(percent/100 * n) of the sorted values, counted from 1."""
    values = sorted(values)
    return values[math.ceil(percent * len(values) / 100) - 1] if values else None


def count_by(cat, who, sets):
    """{dimension: {value: {measure: learners of the set with that value}}}; other values are 'unknown'."""
    out = {}
    for dim, values in cat.dimensions.items():
        out[dim] = {}
        for value in [*values, "unknown"]:
            row = {name: sum(1 for l in s if value_of(cat, who[l], dim) == value) for name, s in sets.items()}
            if any(row.values()):
                out[dim][value] = row
    return out


def value_of(cat, profile, dim):
    return cat.value(dim, profile.attrs.get(dim))


def holds(cat, profile, where):
    return all(value_of(cat, profile, d) == v for d, v in where.items())


def whole_hours(months):
    """Each month's minutes down to whole hours, then added up."""
    return sum(n // 60 for n in months.values())


def add_minutes(cat, out, who, months, nominal):
    """To a metric what its learners have spent, where there is any; `months`: {learner: {month: minutes}}."""
    spent = {l: sum(of.values()) for l, of in months.items()}
    reported = sum(spent.values())
    if reported or nominal:
        out["minutes"] = {"reported": reported, "nominal": nominal}
    if not reported:
        return
    for dim, values in out["by"].items():
        for value, row in values.items():
            row["minutes"] = sum(n for l, n in spent.items() if value_of(cat, who[l], dim) == value)
    out["monthly"] = []
    for month in sorted(set().union(*months.values())):
        each = [of[month] for of in months.values() if month in of]
        out["monthly"].append([month, len(each), sum(each), sum(n // 60 for n in each)])


def add_enrolment(out, states, begun):
    """To a metric who is enrolled, where anybody is; `begun`: the learners who have started."""
    state = {l: s["enrolment"] for l, s in states.items() if s["enrolment"]}
    if state:
        out["enrolment"] = {name: list(state.values()).count(name) for name in STATES}
        out["not_started"] = sum(1 for l in state if state[l] == "admitted" and l not in begun)


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


def module_metrics(cat, module, who, states, today):
    s = {l: v for l, v in states.items() if v["started"] is not None}
    stalled_after = module.get("stalled_after_days", 30)
    started, completed = set(s), {l for l in s if s[l]["completed"] is not None}
    assessed, passed = {l for l in s if s[l]["attempts"]}, {l for l in s if s[l]["passed"] is not None}
    best = [s[l]["best"] for l in s if s[l]["best"] is not None]
    took = [(s[l]["completed"] - s[l]["started"]) // DAY_MS for l in completed]
    gain = [s[l]["gain"] for l in s if s[l]["gain"] is not None]
    age = {l: today - cat.day(s[l]["last"]) for l in s}
    out = {
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
        "by": count_by(cat, who, {"started": started, "completed": completed, "passed": passed}),
        "daily": daily(cat, [[s[l]["started"] for l in s], [s[l]["completed"] for l in completed],
                             [s[l]["passed"] for l in passed]]),
        "hours": hours(cat, [t for l in s for t in s[l]["times"]]),
    }
    add_minutes(cat, out, who, {l: minutes_by_month(cat, s[l]["attended"]) for l in s},
                len(completed) * module.get("minutes", 0))
    add_enrolment(out, states, started)
    return out


def region_rows(programme):
    return [r if isinstance(r, dict) else {"code": r} for r in programme.get("regions") or [ALL]]


def programme_places(cat, programme, today):
    """Its leaf regions up to now, those that have left too."""
    return cat.leaves_of([r["code"] for r in region_rows(programme) if not r.get("from") or parse_day(r["from"]) <= today])


def memberships(programme):
    """[(region, first day, last day), ...]: what is done at home there counts on these days."""
    def day(of, name, otherwise):
        return parse_day(of[name]) if of.get(name) else otherwise
    first, last = day(programme, "from", -math.inf), day(programme, "to", math.inf)
    return [(r["code"], max(first, day(r, "from", first)), min(last, day(r, "to", last))) for r in region_rows(programme)]


def fold_programme(cat, programme, learner):
    """What one learner has done in one programme, `first` being None for one who is no participant but enrolled; None
    for one who is neither."""
    at_entry, rows = programme.get("profile") == "entry", memberships(programme)

    def counting(module, ahead=False):
        """The facts of a module on days on which what is done at that home counts; `ahead`: or before these."""
        def counts(f):
            home = cat.home((learner.profile_at(f.time) if at_entry else learner.profile).home)
            day = cat.day(f.time)
            return any((ahead or first <= day) and day <= last and cat.inside(home, [code]) for code, first, last in rows)
        return [f for f in learner.facts_of(cat, module) if counts(f)]

    of = {module: counting(module) for module in programme["modules"]}
    every = [f for facts in of.values() for f in facts]

    def is_done(f, module):
        return is_passed(f, cat.modules[module]) if programme.get("done_by") == "passed" else f.kind == "completed"
    done = {module: min(f.time for f in facts if is_done(f, module)) for module, facts in of.items()
            if any(is_done(f, module) for f in facts)}
    need = programme.get("complete", "all")
    need = len(programme["modules"]) if need == "all" else need
    completed = sorted(done.values())[need - 1] if len(done) >= need else None

    # Who is enrolled, or has left: by what is said of the module of admission, else of each of its modules.
    if programme.get("admission"):
        said = [f for f in counting(programme["admission"], ahead=True) if f.kind in ("enrolled", "withdrawn")]
        withdrawn = completed is None and last_is_withdrawal(said)
        ever = latest_state(said)
        state = None if withdrawn else ever
    else:
        said, withdrawn = every, completed is None and last_is_withdrawal(every)
        furthest = lambda states: max((s for s in states if s), key=STATES.index, default=None)
        ever, state = furthest(map(latest_state, of.values())), furthest(map(enrolment, of.values()))

    begun = [f.time for f in every if is_evidence(f)]
    takes_part = begun and (programme.get("members") != "enrolled" or ever == "admitted")
    if not takes_part and not state:
        return None
    entry = learner.profile_at(min(begun or [f.time for f in said if f.kind == "enrolled"]))
    out = {"enrolment": state, "entry": entry, "latest": learner.profile,
           "profile": entry if at_entry else learner.profile, "first": None}
    if takes_part:
        times = [f.time for f in every if f.kind != "enrolled"]
        out |= {"first": min(begun), "last": max(times), "times": times, "completed": completed, "withdrawn": withdrawn,
                "withdrew": max((f.time for f in said if f.kind == "withdrawn"), default=None), "done": set(done),
                "attended": [f for f in every if f.kind == "attended"]}
    return out


def programme_metrics(cat, programme, who, states, scope, today):
    s = {l: v for l, v in states.items() if v["first"] is not None}
    completed = {l for l in s if s[l]["completed"] is not None}
    age = {l: today - cat.day(s[l]["last"]) for l in s}
    places = programme_places(cat, programme, today) & cat.leaves_of([scope])
    reached = {cat.home(who[l].home) for l in s} & places
    out = {
        "participants": len(s), "withdrawn": sum(1 for l in s if s[l]["withdrawn"]), "completed": len(completed),
        "completion_rate": rate(len(completed), len(s)),
        "active_7d": sum(1 for l in s if age[l] < 7), "active_30d": sum(1 for l in s if age[l] < 30),
        "stalled": sum(1 for l in s if l not in completed and not s[l]["withdrawn"]
                       and age[l] > programme.get("stalled_after_days", 30)),
        "reached": rate(len(reached), len(places)),
        "by": count_by(cat, who, {"participants": set(s), "completed": completed}),
        "daily": daily(cat, [[s[l]["first"] for l in s], [s[l]["completed"] for l in completed]]),
        "hours": hours(cat, [t for l in s for t in s[l]["times"]]),
    }
    months = {l: minutes_by_month(cat, s[l]["attended"]) for l in s}
    add_minutes(cat, out, who, months, sum(cat.modules[m].get("minutes", 0) for l in s for m in s[l]["done"]))
    add_enrolment(out, states, set(s))
    if programme.get("profile"):
        out["moves"] = moves(cat, s.values())
    # What one learner adds to a target.
    amounts = {"participants": {l: 1 for l in s}, "completed": {l: 1 for l in completed},
               "admitted": {l: 1 for l, v in states.items() if v["enrolment"] == "admitted"},
               "hours": {l: whole_hours(months[l]) for l in s}}
    rows = [r for r in (target_row(cat, t, who, amounts[t["measure"]], scope, places)
                        for t in programme.get("targets", [])) if r]
    if scope == ALL or rows:
        out["targets"] = rows
    return out


def moves(cat, states):
    """{dimension: [[value at entry, latest value, learners], ...]} of those in whom they differ."""
    out = {}
    for dim, values in cat.dimensions.items():
        pairs = [(value_of(cat, s["entry"], dim), value_of(cat, s["latest"], dim)) for s in states]
        out[dim] = [[before, now, pairs.count((before, now))] for before in [*values, "unknown"]
                    for now in [*values, "unknown"] if before != now and (before, now) in pairs]
    return out


def target_row(cat, t, who, amount, scope, places):
    """A target as a region shows it: its own; that of each leaf in the leaf, and how many have reached theirs in those
    above; else None. `places`: the programme's leaves inside."""
    where = t.get("where") or {}
    row = {"measure": t["measure"], "where": where}
    pool = [l for l in amount if holds(cat, who[l], where)]

    def n_of(leaf):
        return sum(amount[l] for l in pool if cat.home(who[l].home) == leaf)

    def value_of_leaf(leaf):
        """So many, or such a share of the headcount, rounded up; None where that is not known."""
        if "share" not in t:
            return t["value"]
        staff = cat.headcount(leaf, where)
        return staff if staff is None else -(-scaled(t["share"]) * staff // 10000)

    if not t.get("each"):
        return {**row, **rate(sum(amount[l] for l in pool), t["value"])} if t.get("region", ALL) == scope else None
    row |= {name: t[name] for name in ("each", "share") if name in t}
    if scope in places:
        return {**row, **rate(n_of(scope), value_of_leaf(scope))}
    known = [leaf for leaf in places if value_of_leaf(leaf) is not None]
    return {**row, "places": rate(sum(1 for leaf in known if n_of(leaf) >= value_of_leaf(leaf)), len(known))} \
        if places else None


def fold_competence(cat, cid, learner):
    """[(from day, end day or inf, level), ...]: the grants of one competence that one learner has earned."""
    grants = []
    for mid, module in cat.modules.items():
        for g in [g for g in module.get("grants") or [] if g["competence"] == cid]:
            for f in learner.facts_of(cat, mid):
                if not (is_passed(f, module) if g.get("earned_by") == "passed" else f.kind == "completed"):
                    continue
                day, until = cat.day(f.time), learner.holds_until(cat, mid, f)
                if until is not None:
                    end = until + 1 if until <= LAST_DAY else math.inf
                else:
                    end = add_months(day, g["valid_months"]) if g.get("valid_months") else math.inf
                if day < end:                 # what does not hold for a day is not earned
                    grants.append((day, end, g.get("level", 1)))
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


def competence_metrics(cat, competence, who, grants, scope, today):
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
        "by": count_by(cat, who, {"holders": holders}),
        "daily": [[date_text(d), gained.count(d), lost.count(d)] for d in days],
    }
    of = cat.headcount(scope, {})
    out["coverage"] = rate(len(holders), of) if of is not None else None
    out["requirements"] = []
    for r in competence.get("requirements", []):
        where = r.get("where") or {}
        able = [l for l in holders if level[l] >= r["level"] and holds(cat, who[l], where)]
        row, n, need = {"level": r["level"], "where": where}, len(able), cat.headcount(scope, where)
        if r.get("each"):                     # what one leaf has too many does not help another
            at_home = [cat.home(who[l].home) for l in able]
            places = cat.leaves_of([scope])
            n, need = sum(min(at_home.count(leaf), r["count"]) for leaf in places), r["count"] * len(places)
            row |= {"each": r["each"], "count": r["count"]}
        out["requirements"].append({**row, "n": n, "of": need, "gap": None if need is None else max(need - n, 0)})
    return out


def people_metrics(cat, who, last, scope, today):
    age = {l: today - cat.day(t) for l, t in last.items()}
    places = cat.leaves_of([scope])
    return {
        "learners": len(last), "active_7d": sum(1 for l in age if age[l] < 7),
        "active_30d": sum(1 for l in age if age[l] < 30),
        "reached": rate(len({cat.home(who[l].home) for l in last} & places), len(places)),
        "by": count_by(cat, who, {"learners": set(last)}),
    }


def metrics(cat, learners, today):
    """Yield {"region", "kind", "id", ...} for every scope and subject that has a learner."""
    who, subjects = {l: x.profile for l, x in learners.items()}, []

    def states_of(fold):
        return {l: v for l, v in ((l, fold(x)) for l, x in learners.items()) if v}

    everyone = {}
    for mid, m in cat.modules.items():
        st = states_of(lambda x: fold_module(x.facts_of(cat, mid), m))
        for l, v in st.items():
            if v["started"] is not None:
                everyone[l] = max(everyone.get(l, v["last"]), v["last"])
        subjects.append(("module", mid, st, who, lambda s, sc, m=m: module_metrics(cat, m, who, s, today)))
    for pid, p in cat.programmes.items():
        st = states_of(lambda x: fold_programme(cat, p, x))
        there = {l: v["profile"] for l, v in st.items()}
        subjects.append(("programme", pid, st, there,
                         lambda s, sc, p=p, there=there: programme_metrics(cat, p, there, s, sc, today)))
    for cid, c in cat.competences.items():
        st = states_of(lambda x: fold_competence(cat, cid, x))
        subjects.append(("competence", cid, st, who, lambda s, sc, c=c: competence_metrics(cat, c, who, s, sc, today)))
    subjects.append(("people", "all", everyone, who, lambda s, sc: people_metrics(cat, who, s, sc, today)))
    for kind, sid, states, profiles, compute in subjects:
        homes = {l: cat.ancestors[cat.home(profiles[l].home)] for l in states}
        for scope in sorted({a for l in states for a in homes[l]}):
            yield {"region": scope, "kind": kind, "id": sid,
                   **compute({l: v for l, v in states.items() if scope in homes[l]}, scope)}


# The open plane (METRICS.md 9)

PUBLISHED, DETAILED, A_PART, SPREAD_OUT = 10, 30, 10, 50     # what a base, a base, a measure and a distribution need
DRAWS = 1_000_000
NOISE = {                                     # how many of the draws add how much to a count
    1: {-1: 800000, 4: 200000},
    2: {-2: 600000, 3: 400000},
    3: {-3: 400000, 2: 600000},
    4: {-4: 200000, 1: 800000},
    5: {-5: 91029, 0: 565952, 1: 250702, 2: 74948, 3: 15119, 4: 2060, 5: 190},
    6: {-1: 624845, 0: 162637, 1: 61767, 2: 34226, 3: 27675, 4: 32649, 5: 56201},
    7: {-2: 233216, -1: 227712, 0: 195367, 1: 147277, 2: 97557, 3: 56781, 4: 29040, 5: 13050},
    8: {-3: 72030, -2: 136717, -1: 197351, 0: 216653, 1: 180883, 2: 114850, 3: 55460, 4: 20368, 5: 5688},
    9: {-4: 18439, -3: 55484, -2: 121621, -1: 194209, 0: 225913, 1: 191442, 2: 118180, 3: 53146, 4: 17411, 5: 4155},
    10: {-5: 3792, -4: 16590, -3: 52294, -2: 118730, -1: 194194, 0: 228800, 1: 194194, 2: 118730, 3: 52294, 4: 16590,
         5: 3792},
}
SCORE_EDGES = [*range(0, 101, 10)]            # of each bin the first percent, and where the last one ends
GAIN_EDGES = [*range(-100, 101, 20)]
DAY_EDGES = [0, 1, 4, 8, 15, 31, 46, 61, 91, 121, 181, 366, 366]


def keyed_hash(key, text, size):
    return hashlib.blake2b(text, key=key, digest_size=size).digest()


def number(some):
    return int.from_bytes(some[:8], "little")


def as_bytes(n):
    return n.to_bytes(8, "little")


def read_secret(path):
    """The keys in a file `secret`: 32 bytes each, the oldest first; as they are or in hex."""
    raw = pathlib.Path(path).read_bytes()
    if re.fullmatch(rb"([0-9A-Fa-f]{64})+\s*", raw):
        raw = bytes.fromhex(raw.decode())
    if not raw or len(raw) % 32:
        raise SystemExit(f"{path}: {len(raw)} bytes, where 32 are expected (or 32 for each key that it has had)")
    return [raw[i:i + 32] for i in range(0, len(raw), 32)]


class Protection:
    """The cell key method."""

    def __init__(self, keys, namespace="lift"):
        self.keys, self.namespace = keys, namespace.encode()
        self.open_key = keyed_hash(keys[-1], b"liftd open plane 1", 32)

    def pseudonym(self, learner):
        """With one key a hash of who it is; with more of them each hashes what the one before it made."""
        first, *later = self.keys
        out = keyed_hash(first, bytes([len(self.namespace)]) + self.namespace + learner.encode(), 16)
        for key in later:
            out = keyed_hash(key, out, 16)
        return out

    def record_key(self, learner):
        return number(self.pseudonym(learner))

    def state(self, cell_keys):
        """Of a subject in a region, by the cell keys of all its counts."""
        return keyed_hash(self.open_key, b"".join(map(as_bytes, sorted(cell_keys))), 32)

    def draw(self, state, cell_key):
        return number(keyed_hash(self.open_key, state + as_bytes(cell_key), 16)) % DRAWS

    def figures(self, counts):
        """{count: protected figure} of one subject in one region; `counts`: {count: its learners' record keys}."""
        cells = {count: (len(keys), sum(keys) % 2 ** 64) for count, keys in counts.items() if keys}
        state = self.state([key for _, key in cells.values()])
        return {count: protected(n, self.draw(state, key)) for count, (n, key) in cells.items()}


def protected(n, draw):
    """A count of n with what the draw adds to it."""
    if n == 0:
        return 0
    for change, draws in NOISE[min(n, max(NOISE))].items():
        if draw < draws:
            return n + change
        draw -= draws
    raise AssertionError("a row has as many draws as there are")


def bin_of(edges, value):
    """The last bin that begins no later, what is on the last edge being in the last bin."""
    return max(i for i in range(len(edges) - 1) if edges[i] <= value)


def given_targets(programme):
    return [t for t in programme.get("targets") or [] if t["measure"] in ("participants", "completed")
            and not t.get("each") and t.get("region", ALL) == ALL]


def given_requirements(competence):
    return [r for r in competence.get("requirements") or [] if not r.get("each")]


def condition(rule):
    """A `where` that can be part of a count's name."""
    return tuple(sorted((rule.get("where") or {}).items()))


def module_counts(state):
    """(the counts with a breakdown, those without) of one learner who has started a module"""
    broken_down, plain = ["started"], []
    if state["completed"] is not None:
        broken_down.append("completed")
        plain.append(("days", bin_of(DAY_EDGES, (state["completed"] - state["started"]) // DAY_MS)))
    if state["passed"] is not None:
        broken_down.append("passed")
    if state["withdrawn"]:
        plain.append(("withdrawn",))
    if state["attempts"]:
        plain.append(("assessed",))
    if state["best"] is not None:
        plain += [("scored",), ("score", bin_of(SCORE_EDGES, state["best"] // 100))]
    if state["gain"] is not None:
        plain += [("gained",), ("gain", bin_of(GAIN_EDGES, state["gain"] // 100))]
    return broken_down, plain


def programme_counts(cat, programme, state):
    """The same of one participant."""
    broken_down = ["participants"] + (["completed"] if state["completed"] is not None else [])
    plain = [("withdrawn",)] if state["withdrawn"] else []
    return broken_down, plain + [("target", t["measure"], condition(t)) for t in given_targets(programme)
                                 if t["measure"] in broken_down and holds(cat, state["profile"], t.get("where") or {})]


def competence_counts(cat, competence, profile, grants, today):
    """The same of one who has earned a grant."""
    level = max((level for start, end, level in grants if start <= today < end), default=None)
    if level is None:
        return [], [("lapsed",)] if any(start <= today for start, _, _ in grants) else []
    met = [r for r in given_requirements(competence)
           if r["level"] <= level and holds(cat, profile, r.get("where") or {})]
    return ["holders"], [("level", level)] + [("requirement", r["level"], condition(r)) for r in met]


def open_counts(cat, learner, today):
    """[(kind, id, home, the counts that a learner is in), ...]; a count is a tuple that begins with its measure."""
    out, everywhere = [], False

    def add(kind, sid, profile, broken_down, plain):
        parts = [(d, value_of(cat, profile, d)) for d in cat.dimensions]
        counts = plain + [(measure, *part) for measure in broken_down for part in [(), *parts]]
        if counts:
            out.append((kind, sid, cat.home(profile.home), set(counts)))
    for mid, module in cat.modules.items():
        state = fold_module(learner.facts_of(cat, mid), module)
        if state and state["started"] is not None:
            everywhere = True
            add("module", mid, learner.profile, *module_counts(state))
    for pid, programme in cat.programmes.items():
        state = fold_programme(cat, programme, learner)
        if state and state["first"] is not None:
            add("programme", pid, state["profile"], *programme_counts(cat, programme, state))
    for cid, competence in cat.competences.items():
        grants = fold_competence(cat, cid, learner)
        add("competence", cid, learner.profile, *competence_counts(cat, competence, learner.profile, grants, today))
    if everywhere:
        add("people", "all", learner.profile, ["learners"], [])
    return out


def tabulate(cat, learners, today):
    """{(kind, id): {region: {count: [learner, ...]}}}: all that open figures are made of."""
    out = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for l, learner in learners.items():
        for kind, sid, home, counts in open_counts(cat, learner, today):
            for region in cat.ancestors[home]:
                for count in counts:
                    out[kind, sid][region][count].append(l)
    return out


def hundredths(n, of):
    """n / of to the nearest hundredth, halves up."""
    return math.floor(Fraction(100 * n, of) + Fraction(1, 2)) / 100


def open_rate(n, of):
    return {"n": n, "of": of, "value": hundredths(n, of) if of >= DETAILED else None}


def rate_of_part(n, of):
    return open_rate(min(n, of), of)


def mean_of_bins(bins, edges):
    """In hundredths: each bin at its middle, to the nearest, halves up."""
    middles = (Fraction(low + high, 2) for low, high in itertools.pairwise(edges))
    return math.floor(sum(n * middle for n, middle in zip(bins, middles)) / sum(bins) + Fraction(1, 2)) / 100


def quantile_of_bins(bins, edges, percent):
    """A whole number, down: each bin evenly filled."""
    rank, before = Fraction(percent * sum(bins), 100), 0
    for n, (low, high) in zip(bins, itertools.pairwise(edges)):
        if n and before + n >= rank:
            return math.floor(low + (high - low) * (rank - before) / n)
        before += n
    raise AssertionError("some bin is not 0")


def open_by(cat, figures, measures):
    """A measure is broken down by a dimension if, shared out evenly, it is enough for each value, `unknown` too."""
    out = {}
    for dim, values in cat.dimensions.items():
        values = [*values, "unknown"]
        given = [m for m in measures if figures[m,] >= A_PART * len(values)]
        rows = {v: {m: figures[m, dim, v] for m in given} for v in values}
        if given:
            out[dim] = {v: row for v, row in rows.items() if any(row.values())}
    return out


def distribution(figures, measure, n, edges):
    """The bins, where they are of enough learners and some is not 0; else None."""
    bins = [figures[measure, i] for i in range(len(edges) - 1)]
    return bins if n >= SPREAD_OUT and any(bins) else None


def open_module(cat, mid, figures, region, reached):
    f = {m: figures[m,] for m in ("started", "completed", "withdrawn", "assessed", "passed", "scored", "gained")}
    out = {"started": f["started"], "completed": f["completed"]}
    if f["started"] < DETAILED:
        return out
    score, days, gain = {"n": f["scored"]}, {"n": f["completed"]}, {"n": f["gained"]}
    if bins := distribution(figures, "score", f["scored"], SCORE_EDGES):
        score |= {"histogram": bins, "mean": mean_of_bins(bins, SCORE_EDGES),
                  "median": quantile_of_bins(bins, SCORE_EDGES, 50) / 100}
    if bins := distribution(figures, "days", f["completed"], DAY_EDGES):
        days |= {"median": quantile_of_bins(bins, DAY_EDGES, 50), "p90": quantile_of_bins(bins, DAY_EDGES, 90)}
    if bins := distribution(figures, "gain", f["gained"], GAIN_EDGES):
        gain["mean"] = mean_of_bins(bins, GAIN_EDGES)
    return out | {"withdrawn": f["withdrawn"], "assessed": f["assessed"], "passed": f["passed"],
                  "completion_rate": rate_of_part(f["completed"], f["started"]),
                  "pass_rate": rate_of_part(f["passed"], f["assessed"]),
                  "score": score, "days_to_complete": days, "gain": gain,
                  "by": open_by(cat, figures, ["started", "completed", "passed"])}


def open_programme(cat, pid, figures, region, reached):
    programme, participants, completed = cat.programmes[pid], figures["participants",], figures["completed",]
    out = {"participants": participants, "completed": completed, "reached": reached}
    if region == ALL:
        rows = [(t, figures["target", t["measure"], condition(t)]) for t in given_targets(programme)]
        out["targets"] = [{"measure": t["measure"], "where": t.get("where") or {}, "n": n, "of": t["value"],
                           "value": hundredths(n, t["value"])} for t, n in rows]
    if participants >= DETAILED:
        out |= {"withdrawn": figures["withdrawn",], "completion_rate": rate_of_part(completed, participants),
                "by": open_by(cat, figures, ["participants", "completed"])}
    return out


def open_competence(cat, cid, figures, region, reached):
    holders, staff = figures["holders",], cat.headcount(region, {})
    out = {"holders": holders, "coverage": None if staff is None else open_rate(holders, staff)}
    if holders < DETAILED:
        return out
    levels = sorted({g.get("level", 1) for m in cat.modules.values() for g in m.get("grants") or []
                     if g["competence"] == cid})
    if holders >= A_PART * len(levels):
        out["levels"] = {str(level): figures["level", level] for level in levels if figures["level", level]}
    out |= {"lapsed": figures["lapsed",], "by": open_by(cat, figures, ["holders"]), "requirements": []}
    for r in given_requirements(cat.competences[cid]):
        where = r.get("where") or {}
        n, need = figures["requirement", r["level"], condition(r)], cat.headcount(region, where)
        out["requirements"].append({"level": r["level"], "where": where, "n": n, "of": need,
                                    "gap": None if need is None else max(need - n, 0)})
    return out


def open_people(cat, _, figures, region, reached):
    learners = figures["learners",]
    out = {"learners": learners, "reached": reached}
    return out | {"by": open_by(cat, figures, ["learners"])} if learners >= DETAILED else out


OPEN_KINDS = {"module": ("started", open_module), "programme": ("participants", open_programme),
              "competence": ("holders", open_competence), "people": ("learners", open_people)}


def open_release(cat, counts, today, protection):
    """Yield {"region", "kind", "id", ...} for every scope and subject that is published; `counts`: of `tabulate`."""
    keys = {}

    def record_key(l):
        if l not in keys:
            keys[l] = protection.record_key(l)
        return keys[l]
    for (kind, sid), regions in counts.items():
        base, compute = OPEN_KINDS[kind]
        figures = {}
        for region, of in regions.items():
            of = {count: [record_key(l) for l in ls] for count, ls in of.items()}
            figures[region] = defaultdict(int, protection.figures(of))
        places = cat.leaves if kind != "programme" else programme_places(cat, cat.programmes[sid], today)
        reached = {place for place in places if place in figures and figures[place][base,]}
        for region in figures:
            if figures[region][base,] >= PUBLISHED:
                inside = cat.leaves_of([region])
                of = {"n": len(reached & inside), "of": len(places & inside)}
                yield {"region": region, "kind": kind, "id": sid, **compute(cat, sid, figures[region], region, of)}


# A list of people, with what they have done (METRICS.md 8)

ADDED = ["first", "last", "enrolment", "done", "modules_done", "completed", "withdrawn", "minutes", "hours", "by_month",
         "competences"]


def held(cat, learner, today):
    """What a learner holds today: id, level and, unless it is for ever, the last day."""
    out = []
    for cid in cat.competences:
        grants = fold_competence(cat, cid, learner)
        level = max((level for start, end, level in grants if start <= today < end), default=0)
        if level:
            end = next(end for start, end in stretches(grants) if start <= today < end)
            out.append(f"{cid} {level}" + (f" {date_text(end - 1)}" if end < math.inf else ""))
    return out


def added_columns(cat, programme, learner, period, today):
    """{column: what one learner has done in a programme, as text}; in the period what is of time."""
    row = dict.fromkeys(ADDED, "") | {"competences": "; ".join(held(cat, learner, today))}
    state = fold_programme(cat, programme, learner)
    if not state:
        return row
    row["enrolment"] = state["enrolment"] or ""
    if state["first"] is None:
        return row

    def day(moment):
        return date_text(cat.day(moment))
    months = minutes_by_month(cat, [f for f in state["attended"] if period[0] <= cat.day(f.time) <= period[1]])
    return row | {
        "first": day(state["first"]), "last": day(state["last"]), "done": len(state["done"]),
        "modules_done": "; ".join(m for m in programme["modules"] if m in state["done"]),
        "completed": "" if state["completed"] is None else day(state["completed"]),
        "withdrawn": day(state["withdrew"]) if state["withdrawn"] else "",
        "minutes": sum(months.values()), "hours": whole_hours(months),
        "by_month": "; ".join(f"{month} {months[month]}" for month in sorted(months)),
    }


def roster(cat, programme, learners, path, period, today):
    """([row, ...] with the added columns, the first being their names; what is counted beside them)."""
    with open(path, newline="", encoding="utf-8-sig") as f:
        names, *people = csv.reader(f)
    stay, who, listed = [i for i, name in enumerate(names) if name not in ADDED], names.index("learner"), []
    out = [[names[i] for i in stay] + ADDED]
    for row in people:
        row += [""] * (len(names) - len(row))
        added = dict.fromkeys(ADDED, "")
        if row[who] in learners:
            added = added_columns(cat, programme, learners[row[who]], period, today)
        out.append([row[i] for i in stay] + [added[name] for name in ADDED])
        listed += [row[who]] if row[who] else []
    seen = {l for l, x in learners.items() if fold_programme(cat, programme, x)}
    return out, {"listed and never seen": len(set(listed) - set(learners)),
                 "seen in the programme and not listed": len(seen - set(listed)),
                 "listed twice": len({l for l in listed if listed.count(l) > 1})}


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("catalogue")
    ap.add_argument("events", nargs="+")
    ap.add_argument("--as-of", required=True, metavar="DAY", help="the day that 'today' means; later events do not count")
    ap.add_argument("--known-at", type=int, metavar="N", help="of all events the first N only")
    ap.add_argument("--region")
    ap.add_argument("--kind")
    ap.add_argument("--roster", metavar="LIST.csv", help="print this list with what its people have done")
    ap.add_argument("--source", help="whose ids these are: nothing to this program, which reads one namespace")
    ap.add_argument("--programme", metavar="ID", help="in which programme")
    ap.add_argument("--from", dest="first", metavar="DAY", help="minutes from this day on")
    ap.add_argument("--to", dest="last", metavar="DAY", help="and up to this one")
    ap.add_argument("--plane", choices=["exact", "open"], default="exact", help="exact figures, or those of a release")
    ap.add_argument("--secret", metavar="FILE", help="of the open plane: the daemon's secret, as bytes or in hex")
    ap.add_argument("--namespace", default="lift", metavar="NAME", help="of the open plane: the learners' (%(default)s)")
    a = ap.parse_args()
    if (a.plane == "open") != bool(a.secret):
        ap.error("--plane open and --secret FILE belong together")
    protection = Protection(read_secret(a.secret), a.namespace) if a.secret else None
    with open(a.catalogue, encoding="utf-8") as f:
        cat = Catalogue(yaml.load(f, yaml.BaseLoader))
    today = parse_day(a.as_of)
    learners = defaultdict(Learner)
    for e in itertools.islice((e for path in a.events for e in read_events(path)), a.known_at):
        if cat.day(e["time"]) <= today:         # as of a day, what came later has not happened
            learners[e["learner"]].add(e)
    if a.roster:
        period = (parse_day(a.first) if a.first else -math.inf, parse_day(a.last) if a.last else math.inf)
        rows, counts = roster(cat, cat.programmes[a.programme], dict(learners), a.roster, period, today)
        csv.writer(sys.stdout, lineterminator="\n").writerows(rows)
        for what, n in counts.items():
            print(f"{what}: {n}", file=sys.stderr)
        return
    if protection:
        found = open_release(cat, tabulate(cat, learners, today), today, protection)
    else:
        found = metrics(cat, learners, today)
    for m in sorted(found, key=lambda m: (m["kind"], m["id"], m["region"])):
        if (not a.region or m["region"] == a.region) and (not a.kind or m["kind"] == a.kind):
            print(json.dumps(m, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


if __name__ == "__main__":
    main()

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The reference program itself: small worlds with results computed by hand, the golden figures, and samples in other
orders. lift_oracle_test.py [-v] [CLASS[.test]]; SEEDS=LOW-HIGH for other samples."""
import datetime as dt, json, os, pathlib, random, subprocess, sys, tempfile, unittest
from collections import defaultdict
import yaml

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent / "golden"
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import lift_oracle as oracle



def at(text):
    """ms of 'YYYY-MM-DD[ HH:MM]' in UTC."""
    text = text if " " in text else text + " 12:00"
    return round(dt.datetime.fromisoformat(text.replace(" ", "T") + ":00+00:00").timestamp() * 1000)


def ev(kind, when, who, module="m", region="a", **more):
    attrs = {k[1:]: more.pop(k) for k in list(more) if k.startswith("_")}
    return {"type": kind, "time": at(when), "learner": who, "module": module, "region": region,
            **({"attrs": attrs} if attrs else {}), **more}


def void(when, who, kind, module="m", region="a", **voids):
    return ev("voided", when, who, module, region, voids={"type": kind, **voids})


def people(events, day, cat):
    learners = defaultdict(oracle.Learner)
    for e in events:
        if cat.day(e["time"]) <= oracle.parse_day(day):
            learners[e["learner"]].add(e)
    return learners


def rows(catalogue, events, day="2024-12-31"):
    """{(region, kind, id): metric}, the same in any order."""
    cat = oracle.Catalogue(yaml.load(catalogue, yaml.BaseLoader))
    make = lambda es: {(m["region"], m["kind"], m["id"]): m
                       for m in oracle.metrics(cat, people(es, day, cat), oracle.parse_day(day))}
    out = make(events)
    assert out == make(list(reversed(events)) + events), "order or duplicates change something"
    return out


PLACES = "regions: [{code: top}, {code: a, parents: [top]}, {code: b, parents: [top]}, {code: c}]\n"


class Events(unittest.TestCase):
    CAT = PLACES + "modules: [{id: m, aliases: [mm]}]\n"

    def figures(self, events, *names, day="2024-12-31"):
        m = rows(self.CAT, events, day).get(("all", "module", "m"))
        return m and [m[name] for name in names]

    def test_noise_beyond_ten_thousandths_is_no_part_of_a_score(self):
        self.assertEqual([oracle.scaled(s) for s in (1.0000000000000002, -1e-16, 1.00005)], [10000, 0, 10001])

    def test_equal_facts_are_one_whatever_name_the_module_has(self):
        es = [ev("assessed", "2024-01-01", "x", score=0.12344), ev("assessed", "2024-01-01", "x", "mm", score=0.12336, region="b"),
              ev("assessed", "2024-01-01", "x", score=0.1235), ev("assessed", "2024-01-01", "x", score=0.1235, passed=False)]
        self.assertEqual(self.figures(es, "attempts", "assessed", "started"), [3, 1, 1])

    def test_a_voiding_takes_back_what_equals_all_that_it_names(self):
        es = [ev("assessed", "2024-01-01", "x", score=0.4), ev("assessed", "2024-01-02", "x", score=0.4, phase="post"),
              ev("assessed", "2024-01-03", "x", score=0.9, passed=True)]
        left = lambda **voids: self.figures(es + [void("2024-02-01", "x", "assessed", **voids)], "attempts")
        self.assertEqual([left(score=0.4), left(phase="post"), left(passed=True), left(time=at("2024-01-01")), left(score=0.41)],
                         [[1], [2], [2], [2], [3]])
        self.assertIsNone(left())
        self.assertEqual(self.figures(es + [void("2024-02-01", "x", "completed")], "attempts"), [3])

    def test_without_a_time_it_takes_back_what_was_up_to_its_own(self):
        es = [ev("completed", "2024-01-02", "x"), ev("completed", "2024-01-04", "x")]
        self.assertEqual(self.figures(es + [void("2024-01-02", "x", "completed")], "daily"), [[["2024-01-04", 1, 1, 0]]])
        self.assertEqual(self.figures(es + [void("2024-01-01", "x", "completed", time=at("2024-01-04"))], "daily"),
                         [[["2024-01-02", 1, 1, 0]]])

    def test_a_voiding_of_a_later_day_has_not_happened(self):
        es = [ev("completed", "2024-01-02", "x"), void("2024-01-05", "x", "completed")]
        self.assertEqual(self.figures(es, "completed", day="2024-01-04"), [1])
        self.assertIsNone(self.figures(es, "completed", day="2024-01-05"))

    def test_the_latest_profile_counts_and_of_one_moment_the_greater_text(self):
        cat = "dimensions: {role: [n, o]}\n" + self.CAT
        es = [ev("started", "2024-01-01", "x", _role="n"), ev("started", "2024-03-01", "x", "elsewhere", region="b"),
              ev("started", "2024-03-01", "x", region="a", _role="o"), void("2024-02-01", "x", "completed", region="c", _role="n")]
        r = rows(cat, es)
        self.assertEqual(r["b", "module", "m"]["by"], {"role": {"o": {"started": 1, "completed": 0, "passed": 0}}})
        self.assertNotIn(("a", "module", "m"), r)

    def test_texts_that_the_catalogue_does_not_know(self):
        cat = "dimensions: {role: ['1']}\n" + self.CAT
        r = rows(cat, [ev("started", "2024-01-01", "x", region="A", _role="01"), ev("started", "2024-01-01", "y", "other", _role="1")])
        self.assertEqual(sorted(r), [("all", "module", "m"), ("all", "people", "all"), ("unassigned", "module", "m"),
                                     ("unassigned", "people", "all")])
        self.assertEqual(r["all", "people", "all"]["by"], {"role": {"unknown": {"learners": 1}}})

    def test_times(self):
        self.assertEqual(oracle.parse_time("2024-01-01T00:59:59.9999+01:00"), at("2024-01-01 00:00") - 1)
        self.assertEqual([oracle.parse_time(v) for v in (5, "5", "1970-01-01T00:00:00.005Z")], [5, 5, 5])
        self.assertRaises(ValueError, oracle.parse_time, "2024-01-01T00:00:00")


class Modules(unittest.TestCase):
    CAT = "timezone: Europe/Oslo\n" + PLACES + "modules: [{id: m, pass_mark: 0.6, stalled_after_days: 10}]\n"

    def module(self, events, day="2024-12-31", region="all"):
        return rows(self.CAT, events, day).get((region, "module", "m"))

    def test_withdrawn_is_who_has_not_completed_and_left_last(self):
        es = [ev("withdrawn", "2024-01-01", "only"), ev("started", "2024-01-01", "back"), ev("withdrawn", "2024-01-02", "back"),
              ev("assessed", "2024-01-03", "back", score=0), ev("started", "2024-01-02", "tie"), ev("withdrawn", "2024-01-02", "tie"),
              ev("completed", "2024-01-01", "done"), ev("withdrawn", "2024-01-05", "done")]
        m = self.module(es)
        self.assertEqual((m["started"], m["withdrawn"], m["completed"], m["stalled"]), (3, 1, 1, 1))

    def test_assessments(self):
        es = [ev("assessed", "2024-01-01", "x", score=0.5999), ev("assessed", "2024-01-02", "x", score=0.6),
              ev("assessed", "2024-01-01", "y", score=0.9, passed=False), ev("assessed", "2024-01-01", "y", score=0.1, passed=True),
              ev("assessed", "2024-01-01", "z", passed=True)]
        m = self.module(es)
        self.assertEqual([m[k] for k in ("assessed", "passed", "passed_first", "attempts")], [3, 3, 2, 5])
        self.assertEqual(m["score"], {"n": 2, "mean": 0.75, "median": 0.6, "histogram": [0, 0, 0, 0, 0, 0, 1, 0, 0, 1]})

    def test_gain_by_phases_or_else_by_order(self):
        es = [ev("assessed", "2024-01-01", "x", score=0.3, phase="pre"), ev("assessed", "2024-01-02", "x", score=0.1, phase="pre"),
              ev("assessed", "2024-01-01", "x", score=0.8, phase="post"), ev("assessed", "2024-01-01", "y", score=0.5),
              ev("assessed", "2024-01-02", "y", score=0.2), ev("assessed", "2024-01-01", "z", score=0.5, phase="pre"),
              ev("assessed", "2024-01-02", "z", score=0.9)]
        self.assertEqual(self.module(es)["gain"], {"n": 2, "mean": 0.1})

    def test_days_hours_and_quantiles(self):
        es = [ev("started", "2024-03-30 12:00", f"x{i}") for i in range(10)]
        es += [ev("completed", f"2024-03-31 {10 + (i > 8) * 2:02}:00", f"x{i}") for i in range(9)]
        es += [ev("completed", "2024-04-09 12:00", "x9")]
        m = self.module(es)
        self.assertEqual(m["days_to_complete"], {"n": 10, "median": 0, "p90": 0})
        self.assertEqual([(h, n) for h, n in enumerate(m["hours"]) if n], [(24 + 14, 1), (5 * 24 + 13, 10), (6 * 24 + 12, 9)])
        self.assertEqual(m["daily"], [["2024-03-30", 10, 0, 0], ["2024-03-31", 0, 9, 0], ["2024-04-09", 0, 1, 0]])

    def test_active_and_stalled_are_of_local_days(self):
        es = [ev("started", "2024-05-31 21:59", "x"), ev("started", "2024-05-31 22:00", "y")]     # in Oslo: 31 May, 1 June
        of = lambda day: [self.module(es, day)[k] for k in ("active_7d", "active_30d", "stalled")]
        self.assertEqual([of(d) for d in ("2024-06-06", "2024-06-07", "2024-06-08", "2024-06-11", "2024-06-12", "2024-06-30", "2024-07-01")],
                         [[2, 2, 0], [1, 2, 0], [0, 2, 0], [0, 2, 1], [0, 2, 2], [0, 1, 2], [0, 0, 2]])


class Programmes(unittest.TestCase):
    CAT = ("timezone: Europe/Oslo\ndimensions: {g: [f, m]}\n" + PLACES + "modules: [{id: m}, {id: n}, {id: o}]\n"
           "programmes: [{id: p, modules: [m, n], from: 2024-02-01, to: 2024-06-30%s}]\n")

    def programme(self, events, more="", region="all", day="2024-12-31"):
        return rows(self.CAT % more, events, day).get((region, "programme", "p"))

    def test_what_counts_is_within_the_local_days_and_in_the_modules(self):
        es = [ev("started", "2024-01-31 22:59", "early"), ev("started", "2024-01-31 23:00", "x"), ev("started", "2024-06-30 21:59", "y"),
              ev("started", "2024-06-30 22:00", "late"), ev("started", "2024-03-01", "z", "o")]
        self.assertEqual(self.programme(es)["daily"], [["2024-02-01", 1, 0], ["2024-06-30", 1, 0]])

    def test_complete_is_all_or_so_many(self):
        es = [ev("completed", "2024-02-05", "x"), ev("completed", "2024-03-05", "x", "n"), ev("completed", "2024-03-09", "x"),
              ev("completed", "2024-03-01", "y", "n")]
        self.assertEqual([[d for d in self.programme(es, more)["daily"] if d[2]] for more in ("", ", complete: all", ", complete: 1")],
                         [[["2024-03-05", 0, 1]], [["2024-03-05", 0, 1]], [["2024-02-05", 1, 1], ["2024-03-01", 1, 1]]])

    def test_regions_are_of_the_home_of_now_and_reached_counts_leaves(self):
        es = [ev("started", "2024-02-05", "x", region="c"), ev("started", "2024-03-05", "x", "o", region="a"), ev("started", "2024-02-05", "y", region="c"),
              ev("started", "2024-02-05", "t", region="top")]
        p = self.programme(es, ", regions: [top]")
        self.assertEqual((p["participants"], p["reached"]), (2, {"n": 1, "of": 2, "value": 0.5}))
        self.assertIsNone(self.programme(es, ", regions: [top]", "c"))
        self.assertEqual(self.programme(es)["reached"], {"n": 2, "of": 3, "value": 0.666667})

    def test_withdrawn_is_over_all_its_modules(self):
        es = [ev("started", "2024-02-05", "x"), ev("withdrawn", "2024-02-06", "x"), ev("started", "2024-02-07", "x", "n"),
              ev("started", "2024-02-05", "y"), ev("withdrawn", "2024-02-05", "y", "n"), ev("withdrawn", "2024-02-05", "z")]
        p = self.programme(es)
        self.assertEqual((p["participants"], p["withdrawn"]), (2, 1))

    def test_targets_stand_in_all_only(self):
        es = [ev("completed", "2024-02-05", "x", _g="f"), ev("completed", "2024-02-05", "x", "n"), ev("started", "2024-02-05", "y", _g="f")]
        more = ", targets: [{measure: participants, value: 3, where: {g: f}}, {measure: completed, value: 4}]"
        self.assertEqual(self.programme(es, more)["targets"], [{"measure": "participants", "where": {"g": "f"}, "n": 2, "of": 3, "value": 0.666667},
                                                               {"measure": "completed", "where": {}, "n": 1, "of": 4, "value": 0.25}])
        self.assertEqual(self.programme(es)["targets"], [])
        self.assertNotIn("targets", self.programme(es, more, "a"))


class Competences(unittest.TestCase):
    CAT = ("dimensions: {role: [n, o]}\nregions: [{code: top}, {code: a, parents: [top], headcount: [{count: 10}, {count: 4, where: {role: n}}]}, "
           "{code: b, parents: [top], headcount: [{count: 5}]}]\n"
           "modules: [{id: m, grants: [{competence: c, level: 2, valid_months: 1}]}, {id: n, pass_mark: 0.7, grants: [{competence: c, level: 5, earned_by: passed}]}]\n"
           "competences: [{id: c, requirements: [{level: 1}, {level: 3, where: {role: n}}]}]\n")

    def competence(self, events, day, region="all"):
        return rows(self.CAT, events, day).get((region, "competence", "c"))

    def test_a_grant_ends_with_the_month_and_touching_ones_make_one_stretch(self):
        es = [ev("completed", "2024-01-31", "x"), ev("completed", "2024-02-29", "x")]
        of = lambda day: [self.competence(es, day)[k] for k in ("holders", "lapsed", "expiring_30d", "daily")]
        self.assertEqual(of("2024-02-28"), [1, 0, 1, [["2024-01-31", 1, 0]]])
        self.assertEqual(of("2024-03-28"), [1, 0, 1, [["2024-01-31", 1, 0]]])
        self.assertEqual(of("2024-03-29"), [0, 1, 0, [["2024-01-31", 1, 0], ["2024-03-29", 0, 1]]])
        self.assertIsNone(self.competence(es, "2024-01-30"))

    def test_the_level_is_the_greatest_of_those_that_hold(self):
        es = [ev("completed", "2024-03-10", "x"), ev("assessed", "2024-03-20", "x", "n", score=0.7), ev("completed", "2024-03-10", "y"),
              ev("assessed", "2024-03-20", "y", "n", score=0.69)]
        of = lambda day: self.competence(es, day)["levels"]
        self.assertEqual([of("2024-03-19"), of("2024-03-20"), of("2024-04-10")], [{"2": 2}, {"2": 1, "5": 1}, {"5": 1}])

    def test_coverage_and_needs(self):
        es = [ev("assessed", "2024-03-20", "x", "n", passed=True, _role="n"), ev("completed", "2024-03-10", "y", _role="n", region="b")]
        a, top, b = (self.competence(es, "2024-03-21", k) for k in ("a", "top", "b"))
        self.assertEqual([c["coverage"] for c in (a, top, b)], [{"n": 1, "of": 10, "value": 0.1}, {"n": 2, "of": 15, "value": 0.133333},
                                                                {"n": 1, "of": 5, "value": 0.2}])
        self.assertEqual([[(r["n"], r["of"], r["gap"]) for r in c["requirements"]] for c in (a, top, b)],
                         [[(1, 10, 9), (1, 4, 3)], [(2, 15, 13), (1, None, None)], [(1, 5, 4), (0, None, None)]])
        self.assertIsNone(self.competence([*es, ev("completed", "2024-03-20", "z", region="else")], "2024-03-21", "unassigned")["coverage"])


class Program(unittest.TestCase):
    def run_it(self, *args):
        r = subprocess.run([sys.executable, "-B", HERE / "lift_oracle.py", *args], capture_output=True, text=True)
        self.assertEqual(r.returncode, 0, r.stderr)
        return [json.loads(line) for line in r.stdout.splitlines()]

    def test_the_golden_figures(self):
        for path in sorted(GOLDEN.glob("expected-*.jsonl")):
            day, expected = path.stem[len("expected-"):], [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            for events in ("events.csv", "events.jsonl"):
                self.assertEqual(self.run_it(GOLDEN / "catalogue.yaml", GOLDEN / events, "--as-of", day), expected, f"{events}, {day}")

    def test_one_region_and_one_kind(self):
        found = self.run_it(GOLDEN / "catalogue.yaml", GOLDEN / "events.csv", "--as-of", "2024-11-30", "--region", "all", "--kind", "people")
        self.assertEqual([(m["region"], m["kind"]) for m in found], [("all", "people")])


class Samples(unittest.TestCase):
    def test_order_and_duplicates_change_nothing(self):
        low, high = map(int, os.environ.get("SEEDS", "1-6").split("-"))
        for seed in range(low, high + 1):
            with tempfile.TemporaryDirectory() as where:
                subprocess.run([sys.executable, "-B", HERE / "sample.py", where, "60", str(seed)], check=True)
                events = list(oracle.read_events(where + "/events.csv"))
                cat = oracle.Catalogue(yaml.load(pathlib.Path(where, "catalogue.yaml").read_text(encoding="utf-8"), yaml.BaseLoader))
            rng = random.Random(seed)
            for day in ("2023-10-29", "2024-06-30", "2025-12-31"):
                make = lambda es: list(oracle.metrics(cat, people(es, day, cat), oracle.parse_day(day)))
                self.assertEqual(make(events), make(rng.sample(events, len(events)) + rng.sample(events, len(events) // 2)), f"seed {seed}, {day}")

    def test_a_seed_gives_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as where:
            for name in ("one", "two"):
                subprocess.run([sys.executable, "-B", HERE / "sample.py", f"{where}/{name}", "40", "7"], check=True)
            one, two = (pathlib.Path(where, name, "events.csv").read_bytes() for name in ("one", "two"))
            self.assertEqual(one, two)
            self.assertGreater(len(one.splitlines()), 200)


if __name__ == "__main__":
    unittest.main()

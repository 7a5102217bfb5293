#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The reference program itself: small worlds with results computed by hand, the golden figures, and samples in other
orders. lift_oracle_test.py [-v] [CLASS[.test]]; SEEDS=LOW-HIGH for other samples."""
import datetime as dt, hashlib, json, os, pathlib, random, subprocess, sys, tempfile, unittest
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


class Presence(unittest.TestCase):
    CAT = ("timezone: Europe/Oslo\ndimensions: {g: [f, m]}\n" + PLACES +
           "modules: [{id: m, minutes: 100}, {id: n, minutes: 7}]\n"
           "programmes: [{id: p, modules: [m, n], complete: 1, to: 2024-03-31, "
           "targets: [{measure: hours, value: 10}, {measure: hours, value: 2, each: leaf}]}]\n")

    def test_minutes_are_of_the_local_month_in_which_a_presence_began(self):
        es = [ev("attended", "2024-01-31 22:59", "x", minutes=60), ev("attended", "2024-01-31 23:00", "x", minutes=119)]
        m = rows(self.CAT, es)["all", "module", "m"]
        self.assertEqual((m["minutes"], m["monthly"]), ({"reported": 179, "nominal": 0}, [["2024-01", 1, 60, 1], ["2024-02", 1, 119, 1]]))

    def test_whole_hours_are_of_each_person_and_month(self):
        es = [ev("attended", "2024-01-10", "x", minutes=50), ev("attended", "2024-01-11", "x", "n", minutes=50),
              ev("attended", "2024-01-10", "y", minutes=59), ev("attended", "2024-04-10", "y", minutes=600)]
        r = rows(self.CAT, es)
        self.assertEqual(r["all", "programme", "p"]["monthly"], [["2024-01", 2, 159, 1]])
        self.assertEqual(r["all", "module", "m"]["monthly"], [["2024-01", 2, 109, 0], ["2024-04", 1, 600, 10]])
        self.assertEqual([t["n"] for t in r["all", "programme", "p"]["targets"] if "n" in t], [1])
        self.assertEqual(r["a", "programme", "p"]["targets"], [{"measure": "hours", "where": {}, "each": "leaf", "n": 1, "of": 2, "value": 0.5}])

    def test_nominal_minutes_are_of_what_is_done_and_by_has_the_reported_ones(self):
        es = [ev("completed", "2024-01-10", "x", _g="f"), ev("completed", "2024-01-11", "x", "n"), ev("attended", "2024-01-10", "y", minutes=5, _g="m")]
        p = rows(self.CAT, es)["all", "programme", "p"]
        self.assertEqual((p["minutes"], p["by"]["g"]["f"], p["by"]["g"]["m"]),
                         ({"reported": 5, "nominal": 107}, {"participants": 1, "completed": 1, "minutes": 0},
                          {"participants": 1, "completed": 0, "minutes": 5}))
        self.assertNotIn("monthly", rows(self.CAT, es[:2])["all", "programme", "p"])
        self.assertNotIn("minutes", rows(self.CAT, [ev("started", "2024-01-10", "x")])["all", "module", "m"])

    def test_the_same_presence_is_one_and_another_length_another(self):
        es = [ev("attended", "2024-01-10", "x", minutes=50, region="b"), ev("attended", "2024-01-10", "x", minutes=50),
              ev("attended", "2024-01-10", "x", minutes=40)]
        of = lambda more: rows(self.CAT, es + more)["all", "module", "m"]["minutes"]["reported"]
        self.assertEqual([of([]), of([void("2024-01-11", "x", "attended", minutes=50)])], [90, 40])


class Enrolment(unittest.TestCase):
    CAT = PLACES + ("modules: [{id: m}, {id: n}, {id: door}]\nprogrammes: [{id: p, modules: [m, n]}, "
                    "{id: q, modules: [m], admission: door, members: enrolled, from: 2024-02-01, to: 2024-06-30}]\n")

    def figures(self, events, kind="module", sid="m"):
        m = rows(self.CAT, events).get(("all", kind, sid))
        return m and (m.get("enrolment"), m.get("not_started"), m["participants" if kind == "programme" else "started"])

    def test_the_latest_state_counts_and_of_one_moment_the_furthest(self):
        es = [ev("enrolled", "2024-01-01", "x", state="admitted"), ev("enrolled", "2024-01-02", "x", state="applied"),
              ev("enrolled", "2024-01-01", "y", state="waiting"), ev("enrolled", "2024-01-01", "y"), ev("enrolled", "2024-01-01", "z", state="waiting")]
        self.assertEqual(self.figures(es), ({"applied": 1, "waiting": 1, "admitted": 1}, 1, 0))

    def test_who_is_only_enrolled_is_in_no_other_figure(self):
        r = rows(self.CAT, [ev("enrolled", "2024-01-01", "x"), ev("started", "2024-01-05", "y")])
        m = r["all", "module", "m"]
        self.assertEqual((m["started"], m["active_30d"], sum(m["hours"]), m["daily"]), (1, 0, 1, [["2024-01-05", 1, 0, 0]]))
        self.assertEqual(r["all", "people", "all"]["learners"], 1)

    def test_who_withdraws_is_not_enrolled_and_who_enrols_again_is_back(self):
        es = [ev("enrolled", "2024-01-01", "x"), ev("withdrawn", "2024-01-02", "x")]
        self.assertIsNone(self.figures(es))
        self.assertEqual(self.figures([*es, ev("enrolled", "2024-01-03", "x", state="waiting")]),
                         ({"applied": 0, "waiting": 1, "admitted": 0}, 0, 0))
        left = [*es, ev("started", "2024-01-01", "x")]
        self.assertEqual([rows(self.CAT, e)["all", "module", "m"]["withdrawn"] for e in (left, [*left, ev("enrolled", "2024-01-04", "x")])], [1, 0])

    def test_of_a_programme_the_furthest_of_its_modules_counts(self):
        es = [ev("enrolled", "2024-01-05", "x", state="applied"), ev("enrolled", "2024-01-01", "x", "n", state="waiting")]
        self.assertEqual(self.figures(es, "programme", "p"), ({"applied": 0, "waiting": 1, "admitted": 0}, 0, 0))

    def test_admission_speaks_for_the_programme_before_its_first_day_too(self):
        es = [ev("enrolled", "2023-11-01", "x", "door"), ev("started", "2024-03-01", "x"),     # a member
              ev("enrolled", "2023-11-01", "y", "door"),                                       # admitted, not there yet
              ev("started", "2024-03-01", "z"),                                                # takes a single course
              ev("enrolled", "2023-11-01", "v", "door", state="waiting"), ev("started", "2024-03-01", "v"),
              ev("enrolled", "2024-07-01", "w", "door")]                                       # after the last day
        self.assertEqual(self.figures(es, "programme", "q"), ({"applied": 0, "waiting": 1, "admitted": 2}, 1, 1))
        gone = [*es, ev("withdrawn", "2024-04-01", "x", "door")]
        q = rows(self.CAT, gone)["all", "programme", "q"]
        self.assertEqual((q["participants"], q["withdrawn"], q["enrolment"]["admitted"]), (1, 1, 1))

    def test_leaving_a_module_is_not_leaving_a_programme_with_an_admission(self):
        es = [ev("enrolled", "2023-11-01", "x", "door"), ev("started", "2024-03-01", "x"), ev("withdrawn", "2024-03-02", "x")]
        self.assertEqual(rows(self.CAT, es)["all", "programme", "q"]["withdrawn"], 0)


class Memberships(unittest.TestCase):
    CAT = PLACES + ("modules: [{id: m, pass_mark: 0.6}]\nprogrammes: [{id: p, modules: [m], to: 2024-12-31, regions: [{code: a, to: 2024-03-31}, "
                    "{code: b, from: 2024-03-01}, {code: b, to: 2024-01-10}], profile: latest}, {id: e, modules: [m], profile: entry, "
                    "regions: [a]}, {id: d, modules: [m], done_by: passed}]\n")

    def participants(self, events, sid="p", region="all", day="2024-12-31"):
        p = rows(self.CAT, events, day).get((region, "programme", sid))
        return p and p["participants"]

    def test_what_counts_is_within_a_row_of_the_home(self):
        of = lambda day, region: self.participants([ev("started", day, "x", region=region)])
        self.assertEqual([of("2024-03-31", "a"), of("2024-04-01", "a"), of("2024-02-29", "b"), of("2024-03-01", "b"), of("2024-01-10", "b")],
                         [1, None, None, 1, 1])

    def test_reached_are_places_that_belong_to_it_or_have_done_so(self):
        of = lambda day: rows(self.CAT, [ev("started", "2024-01-01", "x")], day)["all", "programme", "p"]["reached"]
        self.assertEqual(of("2024-01-05"), {"n": 1, "of": 2, "value": 0.5})
        only_later = self.CAT.replace("{code: b, to: 2024-01-10}", "{code: c, from: 2024-11-01}")
        of = lambda day: rows(only_later, [ev("started", "2024-01-01", "x")], day)["all", "programme", "p"]["reached"]["of"]
        self.assertEqual([of("2024-02-29"), of("2024-03-01"), of("2024-12-01")], [1, 2, 3])

    def test_by_entry_the_home_is_that_of_the_moment(self):
        es = [ev("started", "2024-01-01", "x", region="a"), ev("assessed", "2024-02-01", "x", region="c", score=1)]
        self.assertEqual([self.participants(es, sid, region) for sid, region in (("e", "a"), ("e", "c"), ("p", "all"))], [1, None, None])
        self.assertEqual(rows(self.CAT, es)["c", "module", "m"]["started"], 1)

    def test_done_by_passing(self):
        es = [ev("completed", "2024-01-01", "x"), ev("assessed", "2024-02-01", "y", score=0.6), ev("assessed", "2024-02-01", "z", score=0.5999)]
        self.assertEqual(rows(self.CAT, es)["all", "programme", "d"]["completed"], 1)


class AsTheyCame(unittest.TestCase):
    CAT = "dimensions: {role: [none, aide, nurse]}\n" + PLACES + \
          "modules: [{id: m}]\nprogrammes: [{id: e, modules: [m], profile: entry, targets: [{measure: participants, value: 2, where: {role: none}}]}, " \
          "{id: l, modules: [m], profile: latest}, {id: n, modules: [m]}]\n"
    EVENTS = [ev("started", "2024-01-01", "x", _role="none"), ev("completed", "2024-05-01", "x", _role="aide"),
              ev("started", "2024-01-01", "y"), ev("completed", "2024-02-01", "y", _role="none"), ev("attended", "2024-03-01", "y", minutes=1, _role="nurse"),
              ev("started", "2024-01-01", "z", _role="odd"), ev("attended", "2024-01-02", "z", minutes=1, _role="nurse"),
              ev("started", "2024-01-01", "same", _role="aide")]

    def test_the_entry_counts_in_by_and_targets_of_the_programme_alone(self):
        r = rows(self.CAT, self.EVENTS)
        of = lambda sid: {v: row["participants"] for v, row in r["all", "programme", sid]["by"]["role"].items()}
        self.assertEqual((of("e"), of("l")), ({"none": 2, "aide": 1, "unknown": 1}, {"aide": 2, "nurse": 2}))
        self.assertEqual(r["all", "programme", "e"]["targets"][0]["n"], 2)
        self.assertEqual(r["all", "people", "all"]["by"]["role"], {"aide": {"learners": 2}, "nurse": {"learners": 2}})

    def test_moves_are_of_those_whose_value_differs_in_the_catalogues_order(self):
        r = rows(self.CAT, self.EVENTS)
        self.assertEqual([r["all", "programme", sid].get("moves") for sid in "eln"],
                         [{"role": [["none", "aide", 1], ["none", "nurse", 1], ["unknown", "nurse", 1]]}] * 2 + [None])


class Targets(unittest.TestCase):
    CAT = ("dimensions: {g: [f]}\nregions: [{code: top}, {code: a, parents: [top], headcount: [{count: 10}, {where: {g: f}, count: 5}]}, "
           "{code: b, parents: [top], headcount: [{count: 4}]}, {code: c}]\nmodules: [{id: m}]\nprogrammes: [{id: p, regions: [top], modules: [m], "
           "targets: [{measure: participants, value: 3, region: a}, {measure: participants, each: leaf, share: 0.21}, "
           "{measure: admitted, each: leaf, value: 1, where: {g: f}}, {measure: participants, each: leaf, share: 0.5, where: {g: f}}]}]\n")

    def targets(self, region):
        es = [ev("started", "2024-01-01", "x", _g="f"), ev("started", "2024-01-01", "y"), ev("enrolled", "2024-01-01", "x"),
              ev("started", "2024-01-01", "z", region="b"), ev("started", "2024-01-01", "t", region="top")]
        return rows(self.CAT, es)[region, "programme", "p"].get("targets")

    def test_a_place_has_its_own_and_each_leaf_its_share(self):
        self.assertEqual(self.targets("a"), [
            {"measure": "participants", "where": {}, "n": 2, "of": 3, "value": 0.666667},
            {"measure": "participants", "where": {}, "each": "leaf", "share": 0.21, "n": 2, "of": 3, "value": 0.666667},
            {"measure": "admitted", "where": {"g": "f"}, "each": "leaf", "n": 1, "of": 1, "value": 1.0},
            {"measure": "participants", "where": {"g": "f"}, "each": "leaf", "share": 0.5, "n": 1, "of": 3, "value": 0.333333}])
        self.assertEqual([(t["n"], t["of"]) for t in self.targets("b")], [(1, 1), (0, 1), (0, None)])

    def test_above_it_is_told_how_many_leaves_have_reached_theirs(self):
        for region in ("top", "all"):
            self.assertEqual([t.get("places") for t in self.targets(region)],
                             [{"n": 1, "of": 2, "value": 0.5}, {"n": 1, "of": 2, "value": 0.5}, {"n": 0, "of": 1, "value": 0.0}])


class Validity(unittest.TestCase):
    CAT = PLACES + ("modules: [{id: m, aliases: [mm], grants: [{competence: c, valid_months: 12}]}]\n"
                    "competences: [{id: c, requirements: [{level: 1, each: leaf, count: 2}]}]\n")

    def holders(self, events, day):
        c = rows(self.CAT, events, day).get(("all", "competence", "c"))
        return c and (c["holders"], c["lapsed"])

    def test_a_claim_stands_for_the_months_and_its_day_counts(self):
        es = [ev("completed", "2024-01-01", "x", valid_until="2024-02-10")]
        self.assertEqual([self.holders(es, d) for d in ("2024-02-10", "2024-02-11")], [(1, 0), (0, 1)])
        self.assertEqual(self.holders([ev("completed", "2024-01-01", "x", valid_until="2026-01-01")], "2025-06-01"), (1, 0))

    def test_of_several_the_earliest_counts_whatever_name_the_module_had(self):
        es = [ev("completed", "2024-01-01", "x", valid_until="2024-06-10"), ev("completed", "2024-01-01", "x", "mm", valid_until="2024-02-10"),
              ev("completed", "2024-01-01", "x")]
        self.assertEqual([self.holders(es, d) for d in ("2024-02-10", "2024-02-11")], [(1, 0), (0, 1)])
        renewed = [*es, ev("completed", "2024-02-05", "x", valid_until="2024-08-01")]
        self.assertEqual(self.holders(renewed, "2024-08-01"), (1, 0))

    def test_after_2150_is_for_ever_and_before_its_own_day_is_nothing(self):
        last = lambda day: [ev("completed", "2024-01-01", "x", valid_until=day)]
        self.assertEqual(self.holders(last("2151-01-01"), "2200-01-01"), (1, 0))
        self.assertEqual(self.holders(last("2150-12-31"), "2200-01-01"), (0, 1))
        self.assertIsNone(self.holders(last("2023-12-31"), "2024-01-01"))
        self.assertEqual(self.holders(last("2024-01-01"), "2024-01-01"), (1, 0))

    def test_so_many_in_each_leaf_and_none_helps_another(self):
        es = [ev("completed", "2024-01-01", f"a{i}", region="a") for i in range(3)] + [ev("completed", "2024-01-01", "t", region="top")]
        need = lambda region: rows(self.CAT, es, "2024-02-01")[region, "competence", "c"]["requirements"]
        self.assertEqual(need("top"), [{"level": 1, "where": {}, "each": "leaf", "count": 2, "n": 2, "of": 4, "gap": 2}])
        self.assertEqual(need("all")[0]["of"], 6)


class Values(unittest.TestCase):
    def test_case_is_folded_for_values_with_aliases_alone(self):
        cat = oracle.Catalogue(yaml.load("dimensions: {d: {label: {nb: D}, values: [one, {value: TWO, aliases: []}, {value: three, aliases: [ÅÐ×, '3']}]}}",
                                         yaml.BaseLoader))
        texts = ["one", "One", "two", "tWO", "åð×", "ÅÐ÷", "3", "", None]
        self.assertEqual([cat.value("d", t) for t in texts],
                         ["one", "unknown", "TWO", "TWO", "three", "unknown", "three", "unknown", "unknown"])


class Lists(unittest.TestCase):
    CAT = PLACES + ("modules: [{id: m, grants: [{competence: c, level: 2, valid_months: 12}, {competence: d}]}, {id: n}]\n"
                    "programmes: [{id: p, modules: [m, n], complete: 1}]\ncompetences: [{id: c}, {id: d}]\n")
    EVENTS = [ev("attended", "2024-01-05", "x", "n", minutes=90), ev("attended", "2024-02-05", "x", minutes=61), ev("completed", "2024-02-09", "x"),
              ev("enrolled", "2024-01-01", "y", state="waiting"), ev("started", "2024-01-01", "z", "n"), ev("withdrawn", "2024-01-03", "z", "n"),
              ev("started", "2024-01-01", "elsewhere", "o"), ev("started", "2024-03-01", "unlisted")]

    def roster(self, text, *period):
        cat = oracle.Catalogue(yaml.load(self.CAT, yaml.BaseLoader))
        with tempfile.TemporaryDirectory() as where:
            path = pathlib.Path(where, "list.csv")
            path.write_text(text, encoding="utf-8-sig")
            period = [oracle.parse_day(d) for d in period or ("2000-01-01", "2100-01-01")]
            return oracle.roster(cat, cat.programmes["p"], dict(people(self.EVENTS, "2024-04-01", cat)), path, period, oracle.parse_day("2024-04-01"))

    def test_a_list_comes_back_with_what_its_people_have_done(self):
        found, counts = self.roster("unit,learner,hours\nA,x,9\nB,y\nC,z,\nD,never,\nE,x,\nF,elsewhere,\nG,,\n")
        self.assertEqual(found[0], ["unit", "learner", *oracle.ADDED])
        self.assertEqual(found[1], ["A", "x", "2024-01-05", "2024-02-09", "", 1, "m", "2024-02-09", "", 151, 2, "2024-01 90; 2024-02 61",
                                    "c 2 2025-02-08; d 1"])
        self.assertEqual(found[2], ["B", "y", "", "", "waiting", *[""] * 8])
        self.assertEqual(found[3], ["C", "z", "2024-01-01", "2024-01-03", "", 0, "", "", "2024-01-03", 0, 0, "", ""])
        self.assertEqual([row[2:] for row in found[4:]], [[""] * 11, found[1][2:], [""] * 11, [""] * 11])
        self.assertEqual(counts, {"listed and never seen": 1, "seen in the programme and not listed": 1, "listed twice": 1})

    def test_minutes_are_of_the_period(self):
        self.assertEqual(self.roster("learner\nx\n", "2024-02-01", "2024-02-05")[0][1][8:11], [61, 1, "2024-02 61"])


class WithoutNoise:
    """What is given, and how, of the counts as they are."""
    def record_key(self, learner):
        return 1

    def figures(self, counts):
        return {count: len(keys) for count, keys in counts.items()}


def open_rows(catalogue, events, protection=None, day="2024-12-31"):
    """{(region, kind, id): metric} of a release, the same in any order."""
    cat, today = oracle.Catalogue(yaml.load(catalogue, yaml.BaseLoader)), oracle.parse_day(day)
    make = lambda es: {(m["region"], m["kind"], m["id"]): m for m in oracle.open_release(
        cat, oracle.tabulate(cat, people(es, day, cat), today), today, protection or WithoutNoise())}
    out = make(events)
    assert out == make(list(reversed(events)) + events), "order or duplicates change something"
    return out


class OpenProtection(unittest.TestCase):
    SECRET = bytes(range(32))

    def test_a_row_has_a_million_draws_the_mean_0_and_its_variance(self):
        for n, row in oracle.NOISE.items():
            self.assertEqual(sum(row.values()), oracle.DRAWS)
            self.assertEqual(sum(d * of for d, of in row.items()), 0)
            self.assertEqual(sum(d * d * of for d, of in row.items()), oracle.DRAWS * {1: 4, 2: 6, 3: 6, 4: 4}.get(n, 3), f"row {n}")

    def test_draws_in_order_give_changes_in_order_and_nothing_small(self):
        for n in (*range(1, 13), 57, 10 ** 6):
            row, draw = oracle.NOISE[min(n, 10)], 0
            self.assertEqual([*row], sorted(row))
            for change, of in row.items():
                self.assertEqual({oracle.protected(n, d) for d in (draw, draw + of // 2, draw + of - 1)}, {n + change})
                self.assertNotIn(n + change, (1, 2, 3, 4))
                self.assertLessEqual(abs(change), 5)
                self.assertGreaterEqual(n + change, 0)
                draw += of
        self.assertEqual({oracle.protected(0, d) for d in range(0, oracle.DRAWS, 997)}, {0})

    def test_the_bytes_of_the_example_in_the_text(self):
        p = oracle.Protection([self.SECRET])
        anna, bo = p.record_key("anna"), p.record_key("bo")
        self.assertEqual([f"{k:016x}" for k in (anna, bo)], ["fcbe04acec82a6c6", "f7707974c5a5682b"])
        both = (anna + bo) % 2 ** 64
        self.assertEqual(f"{both:016x}", "f42e7e21b2280ef1")
        state = p.state([both, bo])
        self.assertEqual([p.draw(state, both), p.draw(state, bo)], [39914, 291341])
        self.assertEqual(p.figures({"two": [anna, bo], "one": [bo], "none": []}), {"two": 0, "one": 0})

    def test_a_secret_that_was_changed_hashes_once_more(self):
        new = bytes(32)
        before, after = oracle.Protection([self.SECRET], "moodle"), oracle.Protection([self.SECRET, new], "moodle")
        self.assertEqual(after.pseudonym("anna"), oracle.keyed_hash(new, before.pseudonym("anna"), 16))
        self.assertEqual(after.open_key, oracle.Protection([new]).open_key)
        self.assertNotEqual(before.pseudonym("anna"), oracle.Protection([self.SECRET]).pseudonym("anna"))

    def test_noise_over_many_secrets_is_that_of_the_table(self):
        seen, rounds = defaultdict(list), 3000
        for i in range(rounds):
            p = oracle.Protection([i.to_bytes(32, "little")])
            keys = [p.record_key(str(l)) for l in range(12)]
            for n, figure in p.figures({n: keys[:n] for n in range(1, 13)}).items():
                seen[n].append(figure - n)
        for n, changes in seen.items():
            for change, of in oracle.NOISE[min(n, 10)].items():
                expected = rounds * of / oracle.DRAWS
                self.assertLess(abs(changes.count(change) - expected), 5 * expected ** 0.5 + 1, f"{n} by {change}")


class OpenFigures(unittest.TestCase):
    CAT = ("dimensions: {g: [f, m]}\n"
           "regions: [{code: top}, {code: a, parents: [top], headcount: [{count: 40}, {where: {g: f}, count: 20}]}, {code: b, parents: [top]}]\n"
           "modules: [{id: m, pass_mark: 0.6, grants: [{competence: c, level: 1}, {competence: c, level: 3, earned_by: passed, valid_months: 1}]}, {id: n}]\n"
           "programmes: [{id: p, modules: [m], targets: [{measure: participants, value: 8}, {measure: completed, value: 20, where: {g: f}},\n"
           "  {measure: participants, region: a, value: 5}, {measure: participants, each: leaf, value: 5}, {measure: admitted, value: 5}]}]\n"
           "competences: [{id: c, requirements: [{level: 1}, {level: 3, where: {g: f}}, {level: 1, each: leaf, count: 2}]}]\n")

    def crowd(self, n, region="a", done=0, scores=(), module="m", first=0):
        """n learners, every third of them f, others m; the first `done` complete after 0, 1, 2 ... days."""
        es = []
        for i in range(n):
            who = dict(who=f"{region}{first + i}", module=module, region=region, _g="f" if i % 3 == 0 else "m")
            es.append(ev("started", "2024-11-01", **who))
            if i < done:
                es.append(ev("completed", f"2024-11-{1 + i % 28:02}", **who))
            if i < len(scores):
                es.append(ev("assessed", "2024-12-10", **who, score=scores[i]))
        return es

    def test_what_a_base_gives(self):
        small, first, full = (open_rows(self.CAT, self.crowd(n, done=7)) for n in (9, 10, 30))
        self.assertEqual(small, {})
        self.assertEqual(first["a", "module", "m"], {"region": "a", "kind": "module", "id": "m", "started": 10, "completed": 7})
        self.assertEqual(first["top", "programme", "p"], {"region": "top", "kind": "programme", "id": "p", "participants": 10, "completed": 7,
                                                          "reached": {"n": 1, "of": 2}})
        self.assertEqual(set(full["a", "module", "m"]) - set(first["a", "module", "m"]),
                         {"withdrawn", "assessed", "passed", "completion_rate", "pass_rate", "by", "score", "days_to_complete", "gain"})
        self.assertEqual(set(full["a", "programme", "p"]) - set(first["a", "programme", "p"]), {"withdrawn", "completion_rate", "by"})
        self.assertEqual(full["all", "people", "all"]["by"], {"g": {"f": {"learners": 10}, "m": {"learners": 20}}})
        self.assertEqual(full["a", "module", "m"]["pass_rate"], {"n": 0, "of": 0, "value": None})
        self.assertEqual(full["a", "module", "m"]["completion_rate"], {"n": 7, "of": 30, "value": 0.23})

    def test_a_measure_is_broken_down_where_it_is_ten_for_each_value(self):
        by = lambda done: open_rows(self.CAT, self.crowd(40, done=done))["a", "module", "m"]["by"]
        self.assertEqual(by(29), {"g": {"f": {"started": 14}, "m": {"started": 26}}})
        self.assertEqual(by(30), {"g": {"f": {"started": 14, "completed": 10}, "m": {"started": 26, "completed": 20}}})
        of_29 = open_rows(self.CAT, self.crowd(27) + self.crowd(3, "b"))["top", "module", "m"]
        self.assertEqual(of_29["by"], {"g": {"f": {"started": 10}, "m": {"started": 20}}})

    def test_a_place_that_is_not_published_counts_above_and_as_reached(self):
        r = open_rows(self.CAT, self.crowd(12) + self.crowd(1, "b"))
        self.assertNotIn(("b", "module", "m"), r)
        self.assertEqual((r["all", "programme", "p"]["participants"], r["all", "programme", "p"]["reached"]), (13, {"n": 2, "of": 2}))

    def test_targets_are_those_of_the_whole_and_of_heads(self):
        r = open_rows(self.CAT, self.crowd(12, done=12))
        self.assertEqual(r["all", "programme", "p"]["targets"], [{"measure": "participants", "where": {}, "n": 12, "of": 8, "value": 1.5},
                                                                 {"measure": "completed", "where": {"g": "f"}, "n": 4, "of": 20, "value": 0.2}])
        self.assertNotIn("targets", r["a", "programme", "p"])

    def test_competences(self):
        es = self.crowd(36, done=36, scores=[0.7] * 5 + [0.5])
        r = open_rows(self.CAT, es, day="2025-01-09")
        a, top = r["a", "competence", "c"], r["top", "competence", "c"]
        self.assertEqual([a[k] for k in ("holders", "lapsed", "coverage", "levels")], [36, 0, {"n": 36, "of": 40, "value": 0.9}, {"1": 31, "3": 5}])
        self.assertEqual(a["requirements"], [{"level": 1, "where": {}, "n": 36, "of": 40, "gap": 4}, {"level": 3, "where": {"g": "f"}, "n": 2, "of": 20, "gap": 18}])
        self.assertEqual([top["coverage"], top["requirements"][0]["gap"]], [None, None])
        self.assertEqual(open_rows(self.CAT, es, day="2025-01-10")["a", "competence", "c"]["levels"], {"1": 36})
        of_19 = open_rows(self.CAT, self.crowd(19, done=19))["a", "competence", "c"]
        self.assertEqual({*of_19}, {"region", "kind", "id", "holders", "coverage"})

    def test_distributions_are_of_fifty(self):
        made = lambda n: open_rows(self.CAT, self.crowd(60, done=n, scores=[0.05] * 10 + [0.999] * (n - 11) + [1]))["a", "module", "m"]
        self.assertEqual([made(49)[k] for k in ("score", "days_to_complete", "gain")], [{"n": 49}, {"n": 49}, {"n": 0}])
        m = made(50)
        self.assertEqual(m["score"], {"n": 50, "histogram": [10, *[0] * 8, 40], "mean": 0.77, "median": 0.93})
        # Twice day 0, 1 ... 21, once day 22 ... 27: of 50 are 2, 6, 8, 14, 20 in the first bins; the 25th in 8-14, the 45th in 15-30.
        self.assertEqual(m["days_to_complete"], {"n": 50, "median": 12, "p90": 27})

    def test_gains_are_in_ten_bins_from_minus_one_to_one(self):
        es = [ev("assessed", f"2024-11-0{day}", f"x{i}", score=score) for i in range(50) for day, score in ((1, 0.5), (2, [0.2, 0.9, 0.3001][i % 3]))]
        m = open_rows(self.CAT, es)["a", "module", "m"]
        # -30, 40 and -19.99 percent: in the bins from -40, 40 and -20; 17, 17 and 16 of them.
        self.assertEqual(m["gain"], {"n": 50, "mean": round((17 * -30 + 17 * 50 + 16 * -10) / 50) / 100})

    def test_bins_and_what_is_made_of_them(self):
        self.assertEqual([oracle.bin_of(oracle.DAY_EDGES, d) for d in (0, 1, 3, 4, 30, 31, 180, 181, 365, 366, 5000)], [0, 1, 1, 2, 4, 5, 9, 10, 10, 11, 11])
        self.assertEqual([oracle.bin_of(oracle.SCORE_EDGES, s) for s in (0, 9, 10, 99, 100)], [0, 0, 1, 9, 9])
        self.assertEqual([oracle.bin_of(oracle.GAIN_EDGES, g) for g in (-100, -81, -80, -1, 0, 100)], [0, 0, 1, 4, 5, 9])
        self.assertEqual([oracle.hundredths(n, of) for n, of in ((1, 200), (1, 201), (33, 30))], [0.01, 0.0, 1.1])
        self.assertEqual(oracle.quantile_of_bins([0] * 11 + [7], oracle.DAY_EDGES, 90), 366)
        self.assertEqual(oracle.mean_of_bins([1, 1] + [0] * 8, oracle.GAIN_EDGES), -0.8)

    def test_the_same_people_have_the_same_figures_and_others_do_not_move_them(self):
        p = oracle.Protection([OpenProtection.SECRET])
        es = self.crowd(40, done=30, scores=[0.7] * 35)
        before = open_rows(self.CAT, es, p)
        bare = lambda m, *but: {k: v for k, v in m.items() if k not in ("region", "coverage", "requirements", "reached", "targets", *but)}
        for kind, sid in (("module", "m"), ("programme", "p"), ("competence", "c"), ("people", "all")):
            self.assertEqual(bare(before["a", kind, sid]), bare(before["top", kind, sid]))
            self.assertEqual(bare(before["a", kind, sid]), bare(before["all", kind, sid]))
        after = open_rows(self.CAT, es + self.crowd(20, "b", module="n"), p)
        self.assertEqual([before["a", "module", "m"], before["all", "module", "m"]], [after["a", "module", "m"], after["all", "module", "m"]])
        self.assertNotEqual(before["top", "people", "all"], after["top", "people", "all"])

    def test_what_of_the_catalogue_draws_anew(self):
        p, es = oracle.Protection([OpenProtection.SECRET]), self.crowd(60, done=45, scores=[0.7] * 50)
        counts = lambda cat: [m[k] for m in (open_rows(cat, es, p)["a", kind, sid] for kind, sid in (("module", "m"), ("programme", "p"), ("competence", "c")))
                              for k in ("started", "participants", "completed", "holders", "lapsed", "withdrawn") if k in m]
        before = counts(self.CAT)
        self.assertEqual(counts(self.CAT.replace("count: 40", "count: 400").replace("value: 8", "value: 80").replace("code: b", "code: b, name: Bø")), before)
        self.assertNotEqual(counts(self.CAT.replace("{g: [f, m]}", "{g: [f, m], h: [x]}")), before)
        another = self.CAT.replace("targets: [", "targets: [{measure: completed, value: 20, where: {g: m}}, ")
        self.assertNotEqual(counts(another), before)
        self.assertEqual(counts(another)[:2], before[:2])


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


    def test_what_was_known_at_an_event(self):
        with tempfile.TemporaryDirectory() as where:
            head, *lines = (GOLDEN / "events.csv").read_text(encoding="utf-8").splitlines(keepends=True)
            pathlib.Path(where, "some.csv").write_text(head + "".join(lines[:7]), encoding="utf-8")
            some = self.run_it(GOLDEN / "catalogue.yaml", pathlib.Path(where, "some.csv"), "--as-of", "2024-12-31")
        known = lambda n: self.run_it(GOLDEN / "catalogue.yaml", GOLDEN / "events.csv", "--as-of", "2024-12-31", "--known-at", str(n))
        self.assertEqual(known(7), some)
        self.assertEqual(known(0), [])

    def test_a_list_is_printed_and_what_was_counted_told_apart(self):
        with tempfile.TemporaryDirectory() as where:
            pathlib.Path(where, "list.csv").write_text("learner\nnobody\n", encoding="utf-8")
            programme = yaml.load((GOLDEN / "catalogue.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)["programmes"][0]["id"]
            r = subprocess.run([sys.executable, "-B", HERE / "lift_oracle.py", GOLDEN / "catalogue.yaml", GOLDEN / "events.csv", "--as-of",
                                "2024-12-31", "--roster", f"{where}/list.csv", "--programme", programme], capture_output=True, text=True)
        self.assertEqual(r.stdout, ",".join(["learner", *oracle.ADDED]) + "\nnobody" + "," * len(oracle.ADDED) + "\n")
        self.assertEqual(r.stderr.splitlines()[0], "listed and never seen: 1")


    def test_open_figures_of_a_secret_in_bytes_or_in_hex(self):
        with tempfile.TemporaryDirectory() as where:
            subprocess.run([sys.executable, "-B", HERE / "sample.py", where, "600", "1"], check=True)
            self.write(where, raw=bytes(range(32)), hex=bytes(range(32)).hex().encode() + b"\n", long=bytes(33), none=b"")
            args = [f"{where}/catalogue.yaml", f"{where}/events.csv", "--as-of", "2024-12-31", "--plane", "open"]
            found = self.run_it(*args, "--secret", f"{where}/raw")
            self.assertEqual(found, self.run_it(*args, "--secret", f"{where}/hex"))
            self.assertNotEqual(found, self.run_it(*args, "--secret", f"{where}/raw", "--namespace", "moodle"))
            for wrong in ([*args, "--secret", f"{where}/long"], [*args, "--secret", f"{where}/none"], args, [*args[:4], "--secret", f"{where}/raw"]):
                r = subprocess.run([sys.executable, "-B", HERE / "lift_oracle.py", *wrong], capture_output=True, text=True)
                self.assertNotEqual(r.returncode, 0)
                self.assertRegex(r.stderr, "32 are expected|belong together")
        # What another program printed, written from the same text.
        printed = "".join(json.dumps(m, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n" for m in found)
        self.assertEqual(hashlib.sha256(printed.encode()).hexdigest(), "c79d68e2f9b874ce5659ff61f798b511b8d3ac6b7eac1da9895327e8a5f6c35b")

    def write(self, where, **files):
        for name, content in files.items():
            pathlib.Path(where, name).write_bytes(content)


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

# SPDX-License-Identifier: Apache-2.0
"""Those who know all about all others, and ask about the one they do not know."""
import math
from methods import Guesses, log_chance, observe, rng_of
from worlds import base_of, never_came, never_completed, never_passed, never_succeeded, withdrew_instead

BANDS = ((10, 19), (20, 49), (50, 10 ** 9))
# What is so of X, and what would be otherwise if it were not. `succeeded`: both passed and completed, or neither.
QUESTIONS = {"passed": never_passed, "completed": never_completed, "succeeded": never_succeeded, "came": never_came}
IS_SO = {"passed": {("passed",)}, "completed": {("completed",)}, "succeeded": {("passed",), ("completed",)}, "came": {("learners",)}}


def cases(world, question, day):
    """[(learner, module, band)] of whom the answer is yes; for `came` the module is None."""
    out = []
    for learner, part in sorted(world.parts(day).items()):
        for subject, (home, counts) in sorted(part.items()):
            if subject[0] in ("module", "people") and IS_SO[question] <= counts:
                base = world.base(day, subject, home)
                band = next((b for b in BANDS if b[0] <= base <= b[1]), None)
                if band:
                    out.append((learner, subject[1] if question != "came" else None, band))
    return out


def hypotheses(world, learner, module, question, days, everywhere):
    """(tables if it is so, tables if not), of the places and subjects in which that makes a difference in some release."""
    otherwise = QUESTIONS[question](world.cat, world.events[learner], module)
    parts = {day: (world.parts(day)[learner], world.part(otherwise, day)) for day in days}
    subjects = {s for yes, no in parts.values() for s in {**yes, **no} if yes.get(s) != no.get(s)}
    out = {}, {}
    for day, both in parts.items():
        for subject in subjects:
            homes = {part[subject][0] for part in both if subject in part}
            for region in set().union(*[world.cat.ancestors[h] if everywhere else {h} for h in homes]):
                for tables, part in zip(out, both):
                    tables[day, region, subject] = world.replaced(day, subject, region, learner, part)
    return out


def ask(world, method_of, question, trials, *, everywhere=False, releases="one", every="quarters", seed=1):
    """{band: Guesses}."""
    rng = rng_of(world.name, question, everywhere, releases, every, seed)
    every_day, out = getattr(world, every), {band: Guesses() for band in BANDS}
    found = {day: cases(world, question, day) for day in (every_day if releases == "one" else every_day[-1:])}
    for band in BANDS:
        of_band = [(day, case) for day, cs in found.items() for case in cs if case[2] == band]
        for _ in range(trials if of_band else 0):
            day, (learner, module, _) = rng.choice(of_band)
            days = {"one": [day], "two": every_day[-2:], "all": every_day}[releases]
            yes, no = hypotheses(world, learner, module, question, days, everywhere)
            truth, method = rng.random() < 0.5, method_of(rng)
            seen = observe(world.cat, method, yes if truth else no)
            out[band].add(truth, log_chance(method, yes, seen), log_chance(method, no, seen))
    return out


def ask_with_the_secret(world, method_of, question, trials, seed=1):
    """Who knows all others at home and has the secret computes what would be published if it were so, and if not."""
    rng, day, out = rng_of(world.name, question, "secret", seed), world.quarters[-1], Guesses()
    found = cases(world, question, day)
    for _ in range(trials):
        learner, module, _ = rng.choice(found)
        yes, no = hypotheses(world, learner, module, question, [day], False)
        truth, method = rng.random() < 0.5, method_of(rng)
        would = [observe(world.cat, method, tables) for tables in (yes, no)]
        out.add(truth, *(0.0 if w == would[not truth] else -math.inf for w in would))
    return out


def ask_by_the_gate(world, method_of, trials, seed=1):
    """Who knows how many others have come at home (6 to 16 with X), and sees only whether they are published: has X?"""
    rng, day, subject = rng_of(world.name, "gate", seed), world.quarters[-1], ("people", "all")
    found = [(l, world.base(day, subject, part[subject][0])) for l, part in sorted(world.parts(day).items()) if subject in part]
    out, found = Guesses(), [(l, n) for l, n in found if 6 <= n <= 16]
    for _ in range(trials if found else 0):
        learner, _ = rng.choice(found)
        yes, no = ({p: c for p, c in tables.items() if p[2] == subject}
                   for tables in hypotheses(world, learner, None, "came", [day], False))
        truth, method = rng.random() < 0.5, method_of(rng)
        published = observe(world.cat, method, yes if truth else no)[day, world.at_home(day, subject, learner), subject] is not None
        chance = []
        for tables in (yes, no):
            n = next(iter(tables.values())).get(base_of(subject), (0, 0))[0]
            hidden = method.chance(n, range(10))
            chance.append(1 - hidden if published else hidden)
        out.add(truth, *map(log, chance))
    return out


def log(chance):
    return math.log(chance) if chance > 0 else -math.inf


def both_seen(method, a, b, more):
    """How likely two figures of a number that nobody knows are, of which the second has so many more learners, drawn
    apart."""
    return sum(method.chance(n, [a]) * method.chance(n + more, [b]) for n in range(max(a - 6, -more, 0), a + 7))


def one_seen(method, a):
    return sum(method.chance(n, [a]) for n in range(max(a - 6, 0), a + 7))


def quiet(world, method_of, trials, forgotten=False, seed=1):
    """Only X has done anything at home between two releases (or was forgotten there), and the reader knows no number: has
    X completed the module, or left it? Guesses by the module's count of who has completed, by all of its counts, and by
    all subjects at home, each of which stands still where X is counted as before."""
    rng, day = rng_of(world.name, "quiet", forgotten, seed), world.quarters[-1]
    found = [(l, m) for l, m, band in cases(world, "completed", day) if band[1] < 50]
    out = Guesses(), Guesses(), Guesses()
    for _ in range(trials if found else 0):
        learner, module = rng.choice(found)
        events, subject = world.events[learner], ("module", module)
        home = world.at_home(day, subject, learner)
        before = {} if forgotten else world.part(never_completed(world.cat, events, module), day)
        did = world.parts(day)[learner], world.part(withdrew_instead(world.cat, events, module), day)
        subjects = {*did[0], *did[1]}
        tables = [{(0, home, s): world.replaced(day, s, home, learner, part) for s in subjects} for part in (*did, before)]
        truth, method = rng.random() < 0.5, method_of(rng)
        with_it, without = (observe(world.cat, method, t) for t in (tables[not truth], tables[2]))
        a, b = (with_it, without) if forgotten else (without, with_it)
        if a[0, home, subject] is None or b[0, home, subject] is None:
            continue
        by_one, by_module, by_all = [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]
        for place in tables[2]:
            if a[place] is None or b[place] is None:
                continue
            for i, part in enumerate(did):
                parts = (part, before) if forgotten else (before, part)
                had, has = (p[place[2]][1] if place[2] in p else set() for p in parts)
                moved = {c: (c in has) - (c in had) for c in a[place].keys() & b[place].keys()}
                for c, more in moved.items():
                    if had == has:
                        chance = one_seen(method, a[place][c]) if a[place][c] == b[place][c] else 0.0
                    else:
                        chance = both_seen(method, a[place][c], b[place][c], more)
                    by_all[i] += log(chance)
                    if place[2] == subject:
                        by_module[i] += log(chance)
                        by_one[i] += log(chance) if c == ("completed",) else 0.0
        for guesses, logs in zip(out, (by_one, by_module, by_all)):
            guesses.add(truth, *logs)
    return out


def quiet_share(world, every="quarters"):
    """How many of all (home, release) with a change have exactly one learner who has changed."""
    one = some = 0
    days = getattr(world, every)
    for before, after in zip(days, days[1:]):
        changed = {}
        for l, part in world.parts(after).items():
            if part != world.parts(before)[l]:
                for home in {home for home, _ in part.values()}:
                    changed[home] = changed.get(home, 0) + 1
        one += sum(1 for n in changed.values() if n == 1)
        some += len(changed)
    return one / some if some else 0.0

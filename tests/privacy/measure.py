#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What open figures disclose, and what they are good for, measured: the tables of daemon/PRIVACY.md.

    measure.py LIFT [insiders|others|usefulness]

The people are made up (`lift simulate` of three examples); figures are made by the reference program; the attackers are
simulated. Seeds are fixed: the same program prints the same tables. Some minutes.
"""
import itertools, sys, tempfile
import insider, looks
from insider import BANDS
from methods import CellKey, Guesses, Nearest5
from usefulness import SIZES, useful
from worlds import World

NAMES = ("akademi-norr", "level-up", "helgeland")
TRIALS = 300


def percent(*shares):
    return ", ".join("none" if s is None else f"{100 * s:.0f}" for s in shares) + " %"


def guessed(all_guesses):
    """Right and sure, a figure for each world that has such a place."""
    some = [g for g in all_guesses if g.n]
    if not some:
        return "none"
    return f"right {percent(*[g.right_share for g in some])}; sure {percent(*[g.sure_share for g in some])}"


def size(band):
    return f"{band[0]} to {band[1]}" if band[1] < 10 ** 6 else f"{band[0]} and more"


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("| " + " | ".join("---" for _ in head) + " |")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |", flush=True)
    print()


def insiders(worlds):
    """Rows of those who know all about all others."""
    kinds = [("at home, one release", {}), ("everywhere, one release", {"everywhere": True}),
             ("at home, the last two releases", {"releases": "two"}), ("at home, all quarterly releases", {"releases": "all"}),
             ("at home, all monthly releases", {"releases": "all", "every": "months"})]
    for (what, how), question in itertools.product(kinds, ("succeeded", "passed", "completed", "came")):
        if how and question in ("passed", "completed"):
            continue
        asked = {m: [insider.ask(w, m, question, TRIALS, **how) for w in worlds] for m in (CellKey, Nearest5)}
        for band in BANDS:
            yield what, question, size(band), *(guessed([found[band] for found in asked[m]]) for m in (CellKey, Nearest5))


def others(worlds):
    for m in (CellKey, Nearest5):
        for forgotten in (False, True):
            found = [insider.quiet(w, m, 2 * TRIALS, forgotten) for w in worlds]
            for what, guesses in zip(("its count of the completed", "all its counts", "all subjects at home"), zip(*found)):
                yield f"only X {'was forgotten' if forgotten else 'has done anything'}, {m.name}: by {what}", guessed(guesses)
    for every in ("quarters", "months"):
        yield f"homes with a change in which one learner alone has changed, {every}", percent(*[insider.quiet_share(w, every) for w in worlds])
    yield "has X come, by whether a home of 6 to 16 is published", guessed([insider.ask_by_the_gate(w, CellKey, 2 * TRIALS) for w in worlds])
    yield "who knows all at home and has the secret: has X passed", guessed([insider.ask_with_the_secret(w, CellKey, "passed", TRIALS) for w in worlds])
    for n in (1, 2, 4, 8, 12, 24):
        yield f"the number, after {n} draws of it", percent(looks.exact_after(n))
    for what, days in (("quarterly", "quarters"), ("monthly", "months")):
        found = [looks.recorded(w, getattr(w, days)) for w in worlds]
        yield f"the number, by the last figure and by all of the same people, {what}", " and ".join(percent(*x) for x in zip(*found))
    found = [looks.same_people(w, 10) for w in worlds]
    yield "the number, one set of people in several subjects: draws; by one, by all of them", \
        f"{', '.join(f'{x[0]:.1f}' for x in found)}; {percent(*[x[1] for x in found])}, {percent(*[x[2] for x in found])}"
    for n in (1, 2, 4):
        yield f"the number, by releases of {n} secrets", percent(*[looks.other_secrets(w, n, 3) for w in worlds])
    for beside in (None, "all"):
        found = [looks.fitted(w, next(iter(w.cat.programmes)), 60, beside) for w in worlds]
        yield f"participants of a place: by its figure, by all sums{', the whole known exactly' if beside else ''}", \
            " and ".join(percent(*[x[i] for x in found]) for i in (0, 1))
    for added, releases in ((15, 1), (15, 4), (40, 1)):
        yield f"X alone in a place, {added} made-up learners, {releases} release{'s' * (releases > 1)}: has X passed and completed", guessed([looks.padded(w, added, releases, 200) for w in worlds])
    found = [looks.equal_figures(w, 10) for w in worlds]
    yield "two equal totals of a subject are the same people", percent(*[t[1] / t[0] for t, _ in found])
    yield "... where their breakdowns are equal, too", percent(*[p[1] / p[0] if p[0] else None for _, p in found])
    found = [looks.equal_rows(w, 10) for w in worlds]
    yield "three figures or more equal those of a region above: the same people", percent(*[e[1] / e[0] if e[0] else None for e in found])
    found = [looks.zeros(w, 4) for w in worlds]
    yield "a 0 of `completed` is true", ", ".join(f"{z[1]} of {z[0]}" for z in found)
    found = [looks.reached(w, 20) for w in worlds]
    yield "of unpublished places of 1 to 4, `reached` tells: someone is there; the figure is 0", \
        ", ".join(f"{r[1]} and {r[2]} of {r[0]}" for r in found)
    found = [looks.smallest(w, 3) for w in worlds]
    yield "figures read; of them 1 to 4; furthest from the count", ", ".join(f"{a}; {b}; {c}" for a, b, c in found)
    found = [looks.counts_of_one(w) for w in worlds]
    yield "published counts that a learner is in, at home and everywhere", ", ".join(f"{a:.0f} and {b:.0f}" for a, b in found)
    found = [looks.derived(w) for w in worlds]
    yield "rates read; of them say more than the counts beside them", ", ".join(f"{a}; {b}" for a, b in found)


def usefulness(worlds):
    found = useful(worlds, 5)
    for of in SIZES:
        cells = []
        for method in (CellKey.name, Nearest5.name):
            e = found[method][of]
            cells += [f"{100 * e.given / e.places:.0f} %", f"{e.off / e.counts:.1f}" if e.counts else "none",
                      f"{e.rate_off / e.rates:.1f} ({100 * e.far_off / e.rates:.0f} %)" if e.rates else "none"]
        yield size(of), *cells


def main():
    with tempfile.TemporaryDirectory() as where:
        worlds = [World(name, sys.argv[1], where) for name in NAMES]
    print("Three figures are of", ", ".join(NAMES) + "; fewer, of those that have such places.\n")
    for w in worlds:
        print(f"{w.name}: {len(w.events)} learners, {len(w.cat.regions)} regions, {len(w.quarters)} quarters")
    tables = {"insiders": lambda: table(("knows", "question", "learners at home", CellKey.name, Nearest5.name), insiders(worlds)),
              "others": lambda: table(("", "found"), others(worlds)),
              "usefulness": lambda: table(("learners", *(f"{m}: {what}" for m in (CellKey.name, Nearest5.name)
                                                         for what in ("published", "count", "rate"))), usefulness(worlds))}
    for name, what in (("insiders", "Who knows all about all others: is it so of X?"), ("others", "Others"),
                       ("usefulness", "Published; mean error of a count; of a rate, in points (more than 10 off)")):
        if name in (sys.argv[2:] or tables):
            print(f"\n{what}\n")
            tables[name]()


if __name__ == "__main__":
    main()

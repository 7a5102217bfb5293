# SPDX-License-Identifier: Apache-2.0
"""How counts are blurred, what of them a reader sees, and how likely that is under a hypothesis."""
import math, random
from collections import defaultdict
from worlds import base_of, oracle

NOWHERE = {"n": 0, "of": 0}


class CellKey:
    """The open plane, by the reference program; each round has another open key."""
    name = "cell key"

    def __init__(self, rng):
        self.protection = oracle.Protection([rng.randbytes(32)])

    def state(self, cells):
        return self.protection.state([key for _, key in cells.values()])

    def figures(self, cells):
        state = self.state(cells)
        return {count: oracle.protected(n, self.protection.draw(state, key)) for count, (n, key) in cells.items()}

    @staticmethod
    def chance(n, figures):
        """That a count of n has one of these figures."""
        if n == 0:
            return float(0 in figures)
        row = oracle.NOISE[min(n, 10)]
        return sum(row.get(f - n, 0) for f in figures) / oracle.DRAWS


class Nearest5:
    """The plain alternative on the same grid and clock: below 5 nothing, else the nearest multiple of 5."""
    name = "nearest 5"

    def __init__(self, rng):
        pass

    def state(self, cells):
        return None

    @staticmethod
    def blurred(n):
        return 0 if n < 5 else (n + 2) // 5 * 5

    def figures(self, cells):
        return {count: self.blurred(n) for count, (n, _) in cells.items()}

    @classmethod
    def chance(cls, n, figures):
        return float(cls.blurred(n) in figures)


def row_of(cat, subject, region, figures):
    """What is published of a subject in a region, of these figures; None where nothing is."""
    kind, sid = subject
    figures = defaultdict(int, figures)
    if figures[base_of(subject)] < oracle.PUBLISHED:
        return None
    return oracle.OPEN_KINDS[kind][1](cat, sid, figures, region, NOWHERE)


PLAIN = ("started", "completed", "withdrawn", "assessed", "passed", "participants", "holders", "lapsed", "learners")


def shown(cat, subject, row):
    """{count: figure} that a row lets anyone read, zeros that it leaves out too; None of no row."""
    if row is None:
        return None
    out = {(m,): row[m] for m in PLAIN if m in row}
    for dim, values in row.get("by", {}).items():
        for m in set().union(*values.values()):
            out |= {(m, dim, v): values.get(v, {}).get(m, 0) for v in [*cat.dimensions[dim], "unknown"]}
    for name, count in (("score", "scored"), ("gain", "gained")):
        if name in row:
            out[count,] = row[name]["n"]
    out |= {("score", i): n for i, n in enumerate(row.get("score", {}).get("histogram", []))}
    if "levels" in row:
        granted = {g.get("level", 1) for m in cat.modules.values() for g in m.get("grants") or [] if g["competence"] == subject[1]}
        out |= {("level", level): row["levels"].get(str(level), 0) for level in granted}
    out |= {("target", t["measure"], oracle.condition(t)): t["n"] for t in row.get("targets", [])}
    out |= {("requirement", r["level"], oracle.condition(r)): r["n"] for r in row.get("requirements", [])}
    return out


def observe(cat, method, tables):
    """{place: what is seen}; `tables`: {place: cells}, a place being (release, region, subject)."""
    return {place: shown(cat, place[2], row_of(cat, place[2], place[1], method.figures(cells))) for place, cells in tables.items()}


SMALL = frozenset(range(oracle.PUBLISHED))


def log_chance(method, tables, seen):
    """Of seeing that, if the tables are these: a draw belongs to a state and a cell key, so the same learners in the
    same counts are drawn once, and must have one figure."""
    allowed = {}
    for place, cells in tables.items():
        state = method.state(cells)
        figures = {base_of(place[2]): SMALL} if seen[place] is None else {c: frozenset([f]) for c, f in seen[place].items()}
        for count, some in figures.items():
            n, key = cells.get(count, (0, 0))
            draw = (n, state, key) if n else ()
            allowed[draw] = allowed.get(draw, some if n else frozenset([0])) & some
    total = 0.0
    for draw, figures in allowed.items():
        chance = method.chance(draw[0], figures) if draw else float(bool(figures))
        if chance <= 0:
            return -math.inf
        total += math.log(chance)
    return total


class Guesses:
    """Of yes-or-no questions whose answers are a coin's: how many are guessed right, and how many are sure (95 %)."""

    def __init__(self):
        self.right = self.sure = self.sure_and_wrong = self.n = 0

    def add(self, truth, log_yes, log_no):
        more = 0.0 if log_yes == log_no else log_yes - log_no
        yes = 1 / (1 + math.exp(-more)) if abs(more) < 700 else float(more > 0)
        self.n += 1
        self.right += 0.5 if abs(yes - 0.5) < 1e-12 else (yes > 0.5) == truth
        if max(yes, 1 - yes) >= 0.95:
            self.sure += 1
            self.sure_and_wrong += (yes > 0.5) != truth

    def __add__(self, other):
        out = Guesses()
        for name in vars(out):
            setattr(out, name, getattr(self, name) + getattr(other, name))
        return out

    @property
    def right_share(self):
        return self.right / self.n

    @property
    def sure_share(self):
        return self.sure / self.n

    def __str__(self):
        return f"right {100 * self.right_share:.0f} %, sure {100 * self.sure_share:.0f} % (of {self.n})" if self.n else "none"


def rng_of(*what):
    return random.Random("/".join(map(str, what)))

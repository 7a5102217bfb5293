# SPDX-License-Identifier: Apache-2.0
"""Those who know nobody, and look often: one number behind several draws, sums that must fit, what is equal, what is 0."""
import math
from collections import defaultdict
from methods import CellKey, Guesses, log_chance, observe, rng_of, row_of, shown
from worlds import base_of, oracle, put, record_key


def draw_of(n, rng):
    return oracle.protected(n, rng.randrange(oracle.DRAWS))


def likeliest(figures):
    """The number behind figures of one set of people that were drawn apart; of several that are as likely, the middle one."""
    near = range(max(max(figures) - 5, 0), min(figures) + 6)
    chance = {n: math.prod(CellKey.chance(n, [f]) for f in figures) for n in near}
    best = max(chance.values())
    found = [n for n in near if chance[n] == best]
    return found[len(found) // 2]


def exact_after(looks, trials=4000, numbers=(10, 60), seed=1):
    """How often the number is found of so many draws of it."""
    rng = rng_of("looks", looks, numbers, seed)
    hits = 0
    for _ in range(trials):
        n = rng.randint(*numbers)
        hits += likeliest([draw_of(n, rng) for _ in range(looks)]) == n
    return hits / trials


def last(world, method, day=None):
    """{(region, subject): (cells, what is shown)} of all that is published in a release."""
    out = {}
    for subject, regions in world.cells(day or world.quarters[-1]).items():
        for region, cells in regions.items():
            seen = shown(world.cat, subject, row_of(world.cat, subject, region, method.figures(cells)))
            if seen is not None:
                out[region, subject] = cells, seen
    return out


def recorded(world, days, seed=1):
    """Who keeps all releases: of the counts of 10 and more of the last one, how often the number is found by the last
    figure, and by all figures of the same people before."""
    method, draws, truth = CellKey(rng_of(world.name, "recorded", seed)), defaultdict(dict), {}
    for day in days:
        truth = {}
        for (region, subject), (cells, seen) in last(world, method, day).items():
            state = method.state(cells)
            for count, figure in seen.items():
                if count in cells and cells[count][0] >= 10:
                    truth[region, subject, count] = cells[count]
                    draws[region, subject, count, cells[count]][state] = figure
    one = every = 0
    for place, (n, key) in truth.items():
        figures = [*draws[(*place, (n, key))].values()]
        one += likeliest(figures[-1:]) == n
        every += likeliest(figures) == n
    return one / len(truth), every / len(truth)


def other_secrets(world, secrets, rounds, seed=1):
    """The last release made with so many secrets (a second daemon, a secret that was lost, one that was changed): how
    often the number behind a count of 10 and more is found."""
    rng, hits, n = rng_of(world.name, "secrets", secrets, seed), 0, 0
    for _ in range(rounds):
        draws, truth = defaultdict(list), {}
        for _ in range(secrets):
            for place, (cells, seen) in last(world, CellKey(rng)).items():
                for count, figure in seen.items():
                    if count in cells and cells[count][0] >= 10:
                        draws[place, count].append(figure)
                        truth[place, count] = cells[count][0]
        n += len(truth)
        hits += sum(likeliest(draws[what]) == number for what, number in truth.items())
    return hits / n


def same_people(world, rounds, seed=1):
    """One set of people in several subjects of a region (all people, a programme's, its first module's): the mean number
    of draws of those that have more than one, and how often the number is found by the first and by all."""
    rng, first, every, looks = rng_of(world.name, "subjects", seed), 0, 0, []
    for _ in range(rounds):
        method, draws, truth = CellKey(rng), defaultdict(dict), {}
        for (region, subject), (cells, seen) in last(world, method).items():
            state = method.state(cells)
            for count, figure in seen.items():
                if count in cells and cells[count][0] >= 10:
                    draws[cells[count]][state] = figure
        for (n, _), figures in draws.items():
            figures = [*figures.values()]
            if len(figures) > 1:
                looks.append(len(figures))
                first += likeliest(figures[:1]) == n
                every += likeliest(figures) == n
    return sum(looks) / len(looks), first / len(looks), every / len(looks)


# Sums that must fit

def solved(matrix, vector):
    """x of matrix x = vector, by elimination."""
    rows = [row[:] + [v] for row, v in zip(matrix, vector)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(len(rows)):
            if r != i and rows[r][i]:
                f = rows[r][i] / rows[i][i]
                rows[r] = [a - f * b for a, b in zip(rows[r], rows[i])]
    return [row[-1] / row[i] for i, row in enumerate(rows)]


def fitted(world, programme, rounds, exact_parent=None, seed=1):
    """Participants of the published leaf regions by their own figure, and by the least squares over all that is
    published: places and all regions above them (also ones that overlap), totals and sums of each dimension.
    `exact_parent`: a region whose exact number is known from elsewhere. (share found by own figure, by all, n)."""
    rng, subject, base = rng_of(world.name, programme, "fitted", exact_parent, seed), ("programme", programme), ("participants",)
    cat, cells = world.cat, world.cells(world.quarters[-1])[("programme", programme)]
    leaves = sorted(r for r in cells if r in cat.leaves)
    own = fit = n = 0
    for _ in range(rounds):
        method, known = CellKey(rng), []                # (the leaves inside, what is read, its variance)
        for region in cells:
            seen = shown(cat, subject, row_of(cat, subject, region, method.figures(cells[region])))
            inside = [i for i, leaf in enumerate(leaves) if region in cat.ancestors[leaf]]
            if seen is None:
                continue
            known.append((inside, seen[base], 3.0))
            for dim, values in cat.dimensions.items():
                parts = [(*base, dim, v) for v in [*values, "unknown"]]
                if parts[0] in seen:
                    known.append((inside, sum(seen[p] for p in parts), 3.0 * sum(1 for p in parts if seen[p])))
            if region == exact_parent:
                known.append((inside, cells[region][base][0], 1e-4))
        known += [([i], 5, 9.0) for i, leaf in enumerate(leaves) if not any(k[0] == [i] for k in known)]
        matrix, vector = [[0.0] * len(leaves) for _ in leaves], [0.0] * len(leaves)
        for inside, figure, variance in known:
            for i in inside:
                vector[i] += figure / variance
                for j in inside:
                    matrix[i][j] += 1 / variance
        estimate = solved(matrix, vector)
        for i, leaf in enumerate(leaves):
            figure = next((k[1] for k in known if k[0] == [i] and k[2] == 3.0), None)
            if figure is not None:
                n += 1
                own += figure == cells[leaf][base][0]
                fit += math.floor(estimate[i] + 0.5) == cells[leaf][base][0]
    return own / n, fit / n, n


# Who may publish

def padded(world, added, releases, trials, seed=1):
    """A place where X alone has started a module, and a platform that adds so many learners of its own there, all of
    whom pass and complete it, one more before each release: has X? If so, all counts are of the same people, and their
    figures equal. Guesses."""
    rng, out = rng_of("padded", added, releases, seed), Guesses()
    cat = world.cat
    subject = next(("module", m) for m in cat.modules)
    region = sorted(cat.leaves)[0]
    parts = [(d, values[0]) for d, values in cat.dimensions.items()]
    counts = lambda passed, values: {("assessed",), ("scored",)} | {
        (m, *p) for m in ["started"] + ["completed", "passed"] * passed for p in [(), *values]}
    for _ in range(trials):
        tables = {}, {}
        for release in range(releases):
            for table, passed in zip(tables, (True, False)):
                cells = {}
                for i in range(added + release):
                    values = [(d, vs[i % len(vs)]) for d, vs in cat.dimensions.items()]
                    put(cells, counts(True, values), 1, record_key(f"made-up {i}"))
                put(cells, counts(passed, parts), 1, record_key("X"))
                table[release, region, subject] = cells
        truth, method = rng.random() < 0.5, CellKey(rng)
        seen = observe(cat, method, tables[not truth])
        out.add(truth, log_chance(method, tables[0], seen), log_chance(method, tables[1], seen))
    return out


# What is equal, what is 0, what is reached

PAIRS = {"module": [("started", "assessed"), ("assessed", "passed"), ("started", "completed"), ("completed", "passed")],
         "programme": [("participants", "completed")]}


def equal_figures(world, rounds, seed=1):
    """Of two equal totals of a subject: how often it is the same people; and where their breakdowns are equal, too."""
    rng, totals, parts = rng_of(world.name, "equal", seed), [0, 0], [0, 0]
    for _ in range(rounds):
        for (_, subject), (cells, seen) in last(world, CellKey(rng)).items():
            for a, b in PAIRS.get(subject[0], []):
                if (a,) in seen and (b,) in seen and seen[a,] == seen[b,] > 0:
                    same = cells.get((a,)) == cells.get((b,))
                    totals[0] += 1
                    totals[1] += same
                    broken = [c for c in seen if c[0] == a and len(c) == 3 and (b, *c[1:]) in seen]
                    if broken and all(seen[c] == seen[b, *c[1:]] for c in broken):
                        parts[0] += 1
                        parts[1] += same
    return totals, parts


def equal_rows(world, rounds, seed=1):
    """[how often a region's figures of a subject, three or more of them, are those of a region above it; how often it is
    the same people, and so nobody in the rest of that region]."""
    rng, out = rng_of(world.name, "rows", seed), [0, 0]
    for _ in range(rounds):
        found = last(world, CellKey(rng))
        for (region, subject), (cells, seen) in found.items():
            for above in sorted(world.cat.ancestors.get(region, set()) - {region}):
                if (above, subject) not in found:
                    continue
                other = found[above, subject]
                both = seen.keys() & other[1].keys()
                if len(both) >= 3 and all(seen[c] == other[1][c] for c in both):
                    out[0] += 1
                    out[1] += cells == other[0]
    return out


def zeros(world, rounds, seed=1):
    """Of zeros of `completed`: [how many are read, how many are true]."""
    rng, out = rng_of(world.name, "zeros", seed), [0, 0]
    for _ in range(rounds):
        for day in world.quarters:
            for (_, subject), (cells, seen) in last(world, CellKey(rng), day).items():
                if seen.get(("completed",)) == 0:
                    out[0] += 1
                    out[1] += ("completed",) not in cells
    return out


def counts_of_one(world, seed=1):
    """(at home, everywhere): in how many published counts of the last release a learner is, on average."""
    day, found = world.quarters[-1], last(world, CellKey(rng_of(world.name, "one", seed)))
    home = everywhere = 0
    for part in world.parts(day).values():
        for subject, (at, counts) in part.items():
            for region in world.cat.ancestors[at]:
                n = len(counts & found[region, subject][1].keys()) if (region, subject) in found else 0
                everywhere += n
                home += n if region == at else 0
    return home / len(world.parts(day)), everywhere / len(world.parts(day))


def derived(world, seed=1):
    """(how many rates were read, how many of them say anything that the counts beside them do not)."""
    rates = more = 0
    method = CellKey(rng_of(world.name, "derived", seed))
    for day in world.quarters:
        for subject, regions in world.cells(day).items():
            for region, cells in regions.items():
                row = row_of(world.cat, subject, region, method.figures(cells)) or {}
                for name, n, of in (("completion_rate", "completed", base_of(subject)[0]), ("pass_rate", "passed", "assessed")):
                    if name in row:
                        rates += 1
                        more += row[name] != oracle.rate_of_part(row[n], row[of])
    return rates, more


def smallest(world, rounds, seed=1):
    """(how many figures were read, how many of them were 1 to 4, how far any was from its count)."""
    rng, read, small, far = rng_of(world.name, "smallest", seed), 0, 0, 0
    for _ in range(rounds):
        for day in world.quarters:
            for cells, seen in last(world, CellKey(rng), day).values():
                read += len(seen)
                small += sum(1 for f in seen.values() if 1 <= f <= 4)
                far = max([far] + [abs(f - cells.get(c, (0, 0))[0]) for c, f in seen.items()])
    return read, small, far


def reached(world, rounds, seed=1):
    """Of the leaf regions that are not published, have 1 to 4 learners of a subject, and lie in a region that is: [how
    many, of how many `reached` tells for certain that someone is there, of how many that the figure is 0]. It does where
    all, or none, of those that are not published have been reached."""
    rng, out = rng_of(world.name, "reached", seed), [0, 0, 0]
    for _ in range(rounds):
        method = CellKey(rng)
        for subject, regions in world.cells(world.quarters[-1]).items():
            if subject[0] not in ("people", "programme"):
                continue
            figure = {r: method.figures(cells).get(base_of(subject), 0) for r, cells in regions.items()}
            places = world.cat.leaves if subject[0] == "people" else \
                oracle.programme_places(world.cat, world.cat.programmes[subject[1]], world.quarters[-1])
            for place in places:
                if not 1 <= regions.get(place, {}).get(base_of(subject), (0, 0))[0] <= 4 or figure[place] >= oracle.PUBLISHED:
                    continue
                above = [r for r in world.cat.ancestors[place] if figure[r] >= oracle.PUBLISHED]
                open_there = [[p for p in places if r in world.cat.ancestors[p] and figure.get(p, 0) < oracle.PUBLISHED] for r in above]
                out[0] += bool(above)
                out[1] += any(all(figure.get(p, 0) for p in hidden) for hidden in open_there)
                out[2] += any(not any(figure.get(p, 0) for p in hidden) for hidden in open_there)
    return out

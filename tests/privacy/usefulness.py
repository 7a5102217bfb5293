# SPDX-License-Identifier: Apache-2.0
"""What open figures are good for: how far counts and rates are off, by the size of the place, beside the plain
alternative on the same grid: below 5 nothing, else the nearest multiple of 5."""
from methods import CellKey, Nearest5, row_of, rng_of, shown
from worlds import base_of

SIZES = ((5, 9), (10, 19), (20, 29), (30, 49), (50, 99), (100, 299), (300, 10 ** 9))


class Errors:
    def __init__(self):
        self.places = self.given = self.counts = self.off = self.rates = self.rate_off = self.far_off = 0

    def add(self, cells, base, figures, row):
        """A subject in a region, of which `row` is published with these figures."""
        self.places += 1
        if row is None:
            return
        self.given += 1
        for count in (base, ("completed",)):
            n = cells.get(count, (0, 0))[0]
            if count[0] in row:
                self.counts += 1
                self.off += abs(figures.get(count, 0) - n)
        rate = row.get("completion_rate")
        if rate and rate["value"] is not None:
            exact = cells.get(("completed",), (0, 0))[0] / cells[base][0]
            off = 100 * abs(rate["value"] - exact)
            self.rates += 1
            self.rate_off += off
            self.far_off += off > 10


def useful(worlds, rounds, seed=1):
    """{method's name: {size: Errors}} over all releases, regions, modules and programmes."""
    out = {m.name: {size: Errors() for size in SIZES} for m in (CellKey, Nearest5)}
    for method_of in (CellKey, Nearest5):
        for world in worlds:
            rng = rng_of(world.name, "useful", seed)
            for _ in range(rounds if method_of is CellKey else 1):
                method = method_of(rng)
                for day in world.quarters:
                    for subject, regions in world.cells(day).items():
                        if subject[0] not in ("module", "programme"):
                            continue
                        base = base_of(subject)
                        for region, cells in regions.items():
                            size = next((s for s in SIZES if s[0] <= cells.get(base, (0, 0))[0] <= s[1]), None)
                            if size:
                                figures = method.figures(cells)
                                out[method.name][size].add(cells, base, figures, row_of(world.cat, subject, region, figures))
    return out

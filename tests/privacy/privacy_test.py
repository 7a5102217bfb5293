#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The attackers of measure.py, fewer times each: figures stay within what daemon/PRIVACY.md says. Seeds are fixed.
privacy_test.py LIFT [-v] [CLASS[.test]]"""
import pathlib, sys, tempfile, unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import insider, looks
from methods import CellKey, Guesses, Nearest5
from usefulness import useful
from worlds import World


def setUpModule():
    global norr, level
    with tempfile.TemporaryDirectory() as where:
        norr, level = (World(name, LIFT, where) for name in ("akademi-norr", "level-up"))


class Privacy(unittest.TestCase):
    def between(self, low, share, high):
        self.assertGreaterEqual(share, low)
        self.assertLessEqual(share, high)

    def of_bands(self, *args, **how):
        """(Guesses of homes of 10 to 49, Guesses of larger ones)"""
        small, middle, large = insider.ask(norr, *args, **how).values()
        return small + middle, large

    def test_no_figure_is_1_to_4_or_further_than_5_from_its_count(self):
        for world in (norr, level):
            read, small, far = looks.smallest(world, 1)
            self.assertGreater(read, 5000)
            self.assertEqual((small, far), (0, 5))

    def test_rates_say_nothing_that_the_counts_do_not(self):
        rates, more = looks.derived(norr)
        self.assertGreater(rates, 500)
        self.assertEqual(more, 0)

    def test_who_knows_all_others_of_a_small_home_is_seldom_sure(self):
        small, large = self.of_bands(CellKey, "succeeded", 100)
        self.between(0.55, small.right_share, 0.82)
        self.between(0, small.sure_share, 0.2)
        self.between(0.6, large.right_share, 0.95)

    def test_who_is_sure_is_seldom_wrong(self):
        guesses = sum((g for q in ("succeeded", "came") for g in self.of_bands(CellKey, q, 150)), Guesses())
        self.assertGreater(guesses.sure, 40)
        self.assertLess(guesses.sure_and_wrong, 0.08 * guesses.sure)

    def test_who_knows_everyone_everywhere_finds_the_one_that_is_left(self):
        self.assertGreater(self.of_bands(CellKey, "succeeded", 60, everywhere=True)[0].right_share, 0.85)

    def test_every_release_helps(self):
        one, every = (self.of_bands(CellKey, "came", 60, releases=r)[0] for r in ("one", "all"))
        self.assertGreater(every.right_share, one.right_share)

    def test_rounding_tells_for_certain_more_often_at_a_small_home(self):
        cell, rounded = (self.of_bands(m, "succeeded", 100)[0] for m in (CellKey, Nearest5))
        self.assertGreater(rounded.sure_share, 2 * cell.sure_share)
        self.assertEqual(rounded.sure_and_wrong, 0)

    def test_a_quiet_place_shows_little_in_a_count_and_more_in_what_moves(self):
        count, module, every = insider.quiet(norr, CellKey, 400)
        self.between(0.5, count.right_share, 0.66)
        self.assertEqual(count.sure, 0)
        self.assertGreater(every.right_share, count.right_share)

    def test_the_secret_is_what_protects(self):
        self.assertGreater(insider.ask_with_the_secret(norr, CellKey, "passed", 100).right_share, 0.95)

    def test_whether_a_place_is_published_says_little(self):
        self.between(0.4, insider.ask_by_the_gate(level, CellKey, 300).right_share, 0.7)

    def test_each_draw_more_tells_more(self):
        one, four, many = (looks.exact_after(n, 1500) for n in (1, 4, 24))
        self.between(0.19, one, 0.27)
        self.between(0.35, four, 0.55)
        self.assertGreater(many, 0.75)
        self.assertGreater(looks.other_secrets(norr, 4, 1), looks.other_secrets(norr, 1, 1) + 0.1)

    def test_sums_tell_little_more_than_the_figure(self):
        own, fit, n = looks.fitted(norr, "training", 30)
        self.assertGreater(n, 100)
        self.between(0.15, own, 0.3)
        self.between(0.15, fit, 0.4)

    def test_keeping_all_releases_tells_little_more(self):
        one, every = looks.recorded(norr, norr.quarters)
        self.between(one, every, one + 0.12)

    def test_who_may_publish_can_find_who_is_alone(self):
        self.assertGreater(looks.padded(norr, 40, 1, 60).right_share, 0.9)

    def test_equal_figures_are_mostly_the_same_people_and_zeros_not_always_true(self):
        (equal, same), _ = looks.equal_figures(norr, 2)
        self.assertGreater(same, 0.7 * equal)
        rows, same = looks.equal_rows(norr, 1)
        self.assertGreater(same, 0.95 * rows)
        read, true = looks.zeros(norr, 1)
        self.between(0.3 * read, true, 0.8 * read)

    def test_counts_and_rates_are_useful(self):
        found = useful([norr], 1)[CellKey.name]
        for size, most in (((10, 19), 1.8), ((30, 49), 1.8), ((100, 299), 1.8)):
            self.between(0.9, found[size].off / found[size].counts, most)
        self.between(0, found[100, 299].rate_off / found[100, 299].rates, 1.6)
        self.assertEqual(found[10, 19].rates, 0)


if __name__ == "__main__":
    LIFT = sys.argv.pop(1)
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""A dashboard and a real liftd: it sees the figures change, through restarts."""

from __future__ import annotations

import asyncio
import datetime
import subprocess
import time
import unittest
from typing import Any, Callable, List
from unittest import mock

import lift
from lift import follower as module

from .liftd import BUILD, LIMIT_S, Liftd

NOW = int(time.time() * 1000)
TOPIC = "metric/1820/module/first-aid"


def started(learner: str, region: str = "1820") -> lift.Event:
    return lift.Event("started", NOW - 86_400_000, learner, "first-aid", region)


class Follows(unittest.TestCase):
    def setUp(self) -> None:
        self.liftd = Liftd()
        self.addCleanup(self.liftd.close)

    def follower(self, **other: Any) -> lift.Follower:
        audience = self.liftd.there.audience()
        assert audience.publish is not None and audience.snapshot is not None
        follower = lift.Follower(audience.publish, audience.snapshot, **other)
        self.addCleanup(follower.close)
        return follower

    def publish(self, *events: lift.Event) -> None:
        with lift.Outbox(self.liftd.dir / "outbox", "moodle", self.liftd.intake) as outbox:
            outbox.publish(events)
            self.assertTrue(outbox.wait(LIMIT_S))

    def change(
        self, follower: lift.Follower, right: Callable[[lift.Change], object]
    ) -> lift.Change:
        """The next one that is right."""
        end = time.monotonic() + LIMIT_S
        while True:
            change = follower.next(end - time.monotonic())
            assert change is not None, "no such change came"
            if right(change):
                return change
            assert time.monotonic() < end, "no such change came"

    def test_the_whole_picture_comes_first_and_then_what_changes(self) -> None:
        self.liftd.start()
        self.publish(started("anna"))
        follower = self.follower()
        first = follower.next(LIMIT_S)
        assert first is not None
        self.assertTrue(first.whole)
        self.assertTrue(first.catalogue)
        self.assertEqual(first.figures, follower.picture)
        assert follower.catalogue is not None
        self.assertIn("1820", [region["code"] for region in follower.catalogue["regions"]])
        self.publish(started("berit"))
        change = self.change(follower, lambda change: TOPIC in change.figures)
        self.assertFalse(change.whole)
        metrics, before = change.figures[TOPIC], change.before[TOPIC]
        assert metrics is not None
        self.assertEqual(metrics["started"], 2)
        self.assertEqual(follower.picture[TOPIC]["started"], 2)
        self.assertEqual(before and before["started"], 1)
        self.assertEqual([source["source"] for source in follower.sources], ["moodle"])
        self.assertIsNotNone(change.time)
        self.assertIsNotNone(change.as_of)

    def test_an_open_audience_has_a_release_that_stands(self) -> None:
        liftd = Liftd(
            "as_of: 2025-10-14\nopen: {every: quarter}\n"
            "audiences: [{name: everyone, plane: open}]"
        )
        self.addCleanup(liftd.close)
        liftd.start()
        audience = liftd.there.audience()
        assert audience.publish is not None and audience.snapshot is not None
        with mock.patch.object(module, "STALE_S", 30.0):
            follower = lift.Follower(audience.publish, audience.snapshot)
            self.addCleanup(follower.close)
            first = self.change(follower, lambda change: change.whole)
            self.assertTrue(first.protected)
            self.assertIsNone(first.release)
            self.assertFalse(follower.picture)
            past = int(datetime.datetime(2025, 10, 13, tzinfo=datetime.timezone.utc).timestamp())
            with lift.Outbox(liftd.dir / "outbox", "moodle", liftd.intake) as outbox:
                outbox.publish(
                    lift.Event("started", past * 1000, f"u-{n}", "first-aid", "1820")
                    for n in range(60)
                )
                self.assertTrue(outbox.wait(LIMIT_S))
            self.assertIsNone(follower.next(1))
            command = [str(BUILD / "lift"), "--config", str(liftd.config), "releases", "--now"]
            subprocess.run([*command, "--yes"], check=True, stdout=subprocess.DEVNULL)
            change = self.change(follower, lambda change: change.figures)
            self.assertEqual((change.release, change.as_of), (1, "2025-10-14"))
            self.assertIn(TOPIC, follower.picture)
            self.assertNotIn("daily", follower.picture[TOPIC])
            self.assertEqual(follower.sources, [])

    def test_figures_of_one_tick_come_together(self) -> None:
        self.liftd.start()
        self.publish(started("anna"))
        follower = self.follower(topics=["metric/"])
        self.change(follower, lambda change: change.whole)
        for n in range(2, 12):
            self.publish(started(f"u-{n}"))
            change = self.change(follower, lambda change: TOPIC in change.figures)
            above = change.figures["metric/nordland/module/first-aid"]
            below = change.figures[TOPIC]
            assert above is not None and below is not None
            self.assertEqual(above["started"], below["started"])

    def test_only_what_is_asked_for_comes(self) -> None:
        self.liftd.start()
        self.publish(started("anna"), started("berit", "1813"))
        follower = self.follower(topics="metric/1813/")
        self.change(follower, lambda change: change.whole)
        self.assertTrue(follower.picture)
        self.assertTrue(all(topic.startswith("metric/1813/") for topic in follower.picture))
        self.assertIsNone(follower.catalogue)
        with self.assertRaisesRegex(ValueError, "1 to 64"):
            self.follower(topics=["beat"])

    def test_nobody_left_is_gone(self) -> None:
        self.liftd.start()
        self.publish(started("anna"))
        follower = self.follower()
        self.change(follower, lambda change: change.whole)
        undone = lift.Event(
            "voided", NOW - 1000, "anna", "first-aid", "1820", voids=lift.Voids("started")
        )
        self.publish(undone)
        change = self.change(follower, lambda change: TOPIC in change.figures)
        self.assertIsNone(change.figures[TOPIC])
        self.assertNotIn(TOPIC, follower.picture)

    def test_the_daemon_restarts_and_no_figure_is_wrong_meanwhile(self) -> None:
        self.liftd.start()
        self.publish(started("anna"), started("berit", "1813"))
        follower = self.follower()
        self.change(follower, lambda change: change.whole)
        for n in range(2, 5):
            topics = set(follower.picture)
            self.liftd.kill()
            self.liftd.start()
            self.publish(started(f"u-{n}"))
            change = self.change(follower, lambda change: change.figures)
            self.assertNotIn(None, change.figures.values())
            self.assertEqual(set(follower.picture), topics)
            self.assertEqual(follower.picture[TOPIC]["started"], n)
            self.assertNotIn("metric/1813/module/first-aid", change.figures)

    def test_a_daemon_that_is_away_is_said(self) -> None:
        with mock.patch.object(module, "STALE_S", 0.5):
            self.liftd.start()
            self.publish(started("anna"))
            follower = self.follower()
            self.change(follower, lambda change: change.whole)
            self.liftd.kill()
            # Where this machine is slow, a beat that was on its way may follow.
            for _ in range(3):
                self.change(follower, lambda change: change.stale)
                if follower.next(1) is None:
                    break
            self.assertTrue(follower.stale)
            self.assertEqual(follower.picture[TOPIC]["started"], 1)
            self.assertIsNone(follower.next(0.5))  # said once
            self.liftd.start()
            change = self.change(follower, lambda change: not change.stale)
            self.assertFalse(follower.stale)
            self.assertEqual(change.figures, {})

    def test_asyncio(self) -> None:
        self.liftd.start()
        self.publish(started("anna"))
        audience = self.liftd.there.audience()

        async def watch() -> List[int]:
            seen = []
            assert audience.publish is not None and audience.snapshot is not None
            async with lift.Follower(audience.publish, audience.snapshot) as follower:
                async for change in follower:
                    metrics = change.figures.get(TOPIC)
                    if not metrics:
                        continue
                    seen.append(metrics["started"])
                    if seen[-1] == 3:
                        return seen
                    loop = asyncio.get_running_loop()
                    event = started(f"u-{seen[-1]}")
                    await loop.run_in_executor(None, self.publish, event)
            return seen

        seen = asyncio.run(asyncio.wait_for(watch(), LIMIT_S))
        self.assertEqual(seen, [1, 2, 3])


if __name__ == "__main__":
    unittest.main()

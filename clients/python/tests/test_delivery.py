# SPDX-License-Identifier: Apache-2.0
"""An outbox and a real liftd: everything that was put in counts once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path
from typing import Any, Dict

import lift

from .liftd import LIMIT_S, Liftd, seed_of, until

NOW = int(time.time() * 1000)
DAY_MS = 86_400_000


def started(learner: str, **other: Any) -> lift.Event:
    fields: Dict[str, Any] = {"module": "first-aid", "region": "1820", **other}
    return lift.Event("started", NOW - DAY_MS, learner, **fields)


class Delivery(unittest.TestCase):
    def setUp(self) -> None:
        self.liftd = Liftd()
        self.addCleanup(self.liftd.close)
        self.path = str(self.liftd.dir / "outbox")

    def outbox(self, delivers: bool = True, **other: Any) -> lift.Outbox:
        endpoint = self.liftd.intake if delivers else None
        outbox = lift.Outbox(self.path, "moodle", endpoint, **other)
        self.addCleanup(outbox.close)
        return outbox

    def test_what_is_published_counts(self) -> None:
        self.liftd.start()
        outbox = self.outbox()
        outbox.publish(started("anna"))
        outbox.publish([started(f"u-{i}") for i in range(250)])
        self.assertTrue(outbox.wait(LIMIT_S))
        self.assertEqual(self.liftd.figures()["started"], 251)
        state = outbox.state()
        self.assertEqual((state.waiting, state.oldest, state.refused), (0, None, 0))
        self.assertEqual((state.delivered, state.delivers, state.error), (251, True, None))
        self.assertIsNotNone(state.delivered_at)

    def test_it_waits_for_a_daemon_that_is_not_there_and_says_so(self) -> None:
        outbox = self.outbox()
        outbox.publish(started("anna"))
        self.assertFalse(outbox.wait(0.1))
        until(lambda: outbox.state().error == "socket", "it does not say that nobody answers")
        self.assertIn("does liftd run", outbox.state().why)
        self.liftd.start()
        self.assertTrue(outbox.wait(LIMIT_S))
        self.assertIsNone(outbox.state().error)
        self.assertEqual(self.liftd.figures()["started"], 1)

    def test_a_refused_event_is_handed_back_once(self) -> None:
        self.liftd.start()
        outbox = self.outbox()
        # As another program might put it in: this one would not.
        assert outbox._file is not None
        outbox._file.put([b"\x81\xa4type\xa4nope", started("anna").encode()])
        self.assertTrue(outbox.wait(LIMIT_S))
        self.assertEqual(outbox.state().refused, 1)
        rows = list(outbox.refused())
        self.assertEqual([row.code for row in rows], ["type"])
        self.assertIn("type must be started", rows[0].text)
        self.assertEqual(list(outbox.refused()), [])
        self.assertEqual(self.liftd.figures()["started"], 1)

    def test_the_daemon_restarts_while_events_come(self) -> None:
        self.liftd.start()
        outbox = self.outbox()
        for i in range(4):
            outbox.publish([started(f"u-{i}-{k}") for k in range(300)])
            self.liftd.kill()
            outbox.publish([started(f"v-{i}-{k}") for k in range(3)])
            self.liftd.start()
        self.assertTrue(outbox.wait(LIMIT_S))
        self.assertEqual(self.liftd.figures()["started"], 4 * 303)
        self.assertEqual(outbox.state().delivered, 4 * 303)

    def test_a_closed_stream_is_left_for_another(self) -> None:
        self.liftd.start()
        outbox = self.outbox()
        outbox.publish(started("anna"))
        self.assertTrue(outbox.wait(LIMIT_S))
        stream = self.liftd.sources()[0]["streams"][0]["stream"]
        list(
            lift.request(
                self.liftd.control, {"op": "close", "source": "moodle", "stream": stream}
            )
        )
        outbox.publish(started("berit"))
        self.assertTrue(outbox.wait(LIMIT_S))
        self.assertEqual(self.liftd.figures()["started"], 2)
        streams = [row["stream"] for row in self.liftd.sources()[0]["streams"]]
        self.assertIn(stream, streams)
        self.assertEqual(len(set(streams)), 2)

    def test_a_file_brought_back_from_a_copy_takes_another_stream(self) -> None:
        self.liftd.start()
        outbox = self.outbox()
        outbox.publish([started(f"u-{i}") for i in range(5)])
        outbox.close()
        copy = Path(self.path).read_bytes()  # closed: all of it is in the one file
        for name in ("first", "second", "third"):
            outbox = self.outbox()
            outbox.publish(started(name))
            self.assertTrue(outbox.wait(LIMIT_S))
            self.assertEqual(outbox.state().refused, 0)
            outbox.close()
            Path(self.path).write_bytes(copy)
        self.assertEqual(self.liftd.figures()["started"], 8)

    def test_one_process_delivers_and_another_takes_over(self) -> None:
        self.liftd.start()
        first = self.outbox()
        until(lambda: first.state().delivers, "nobody delivers")
        second = self.outbox()
        self.assertFalse(second.state().delivers)
        second.publish(started("anna"))
        self.assertTrue(second.wait(LIMIT_S))
        first.close()
        second.publish(started("berit"))
        self.assertTrue(second.wait(LIMIT_S))
        self.assertTrue(second.state().delivers)
        self.assertEqual(self.liftd.figures()["started"], 2)

    def test_a_process_that_only_puts_in_is_delivered_for(self) -> None:
        self.liftd.start()
        self.outbox()
        putting = self.outbox(delivers=False)
        putting.publish(started("anna"))
        self.assertTrue(putting.wait(LIMIT_S))
        self.assertFalse(putting.state().delivers)

    def test_what_the_catalogue_does_not_have_is_told_once(self) -> None:
        self.liftd.start()
        outbox = self.outbox()
        with self.assertLogs("lift", "WARNING") as logs:
            for learner in ("anna", "berit"):
                outbox.publish(started(learner, region="01820"))
                self.assertTrue(outbox.wait(LIMIT_S))
        self.assertEqual(len(logs.output), 1)
        self.assertIn("the catalogue has no region '01820'", logs.output[0])
        self.assertIn("'1820' is meant?", logs.output[0])

    def test_a_child_of_fork_opens_none_where_its_parent_has_one(self) -> None:
        """What it put in would be lost when its parent closes the file."""
        outbox = self.outbox()
        child = os.fork()
        if child == 0:
            try:
                self.outbox()
            except lift.OutboxError as error:
                os._exit(0 if "open outboxes after the fork" in str(error) else 1)
            os._exit(2)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        outbox.close()
        child = os.fork()
        if child == 0:
            try:
                self.outbox().publish(started("anna"))
                os._exit(0)
            finally:
                os._exit(1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertEqual(self.outbox().state().waiting, 1)

    def test_a_child_of_fork_is_told_that_an_outbox_is_its_parents(self) -> None:
        self.liftd.start()
        outbox = self.outbox()
        until(lambda: outbox.state().delivers, "nobody delivers")
        child = os.fork()
        if child == 0:
            try:
                outbox.publish(started("anna"))
            except lift.OutboxError as error:
                os._exit(0 if "before a fork" in str(error) else 1)
            os._exit(2)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        outbox.publish(started("berit"))
        self.assertTrue(outbox.wait(LIMIT_S))

    def test_asyncio(self) -> None:
        self.liftd.start()

        async def send() -> lift.OutboxState:
            async with lift.AsyncOutbox(self.path, "moodle", self.liftd.intake) as outbox:
                await asyncio.gather(*(outbox.publish(started(f"u-{i}")) for i in range(20)))
                self.assertTrue(await outbox.wait(LIMIT_S))
                self.assertEqual([row async for row in outbox.refused()], [])
                return await outbox.state()

        self.assertEqual(asyncio.run(send()).delivered, 20)
        self.assertEqual(self.liftd.figures()["started"], 20)


PUBLISHER = """
import sys, lift
path, endpoint, name, now = sys.argv[1:]
with lift.Outbox(path, "moodle", endpoint) as outbox:
    for i in range(1000000):
        events = [lift.Event("started", int(now), f"{name}-{i}-{k}", "first-aid", "1820")
                  for k in range(20)]
        outbox.publish(events)
        print(i, flush=True)  # these are safe, whatever comes
"""


class Kills(unittest.TestCase):
    """kill -9, of the program that publishes and of liftd, in turn."""

    ROUNDS = int(os.environ.get("ROUNDS", "6"))

    def test_everything_published_counts_once(self) -> None:
        seed = seed_of()
        luck = random.Random(seed)
        liftd = Liftd().start()
        self.addCleanup(liftd.close)
        path, published = str(liftd.dir / "outbox"), 0
        most = 0
        for turn in range(self.ROUNDS):
            program = [sys.executable, "-c", PUBLISHER, path, liftd.intake]
            with subprocess.Popen(
                [*program, f"p{turn}", str(NOW - DAY_MS)], stdout=subprocess.PIPE, text=True
            ) as process:
                assert process.stdout is not None
                for _ in range(luck.randrange(1, 40)):
                    said = process.stdout.readline()
                    self.assertTrue(said, "the publisher has ended by itself")
                if turn % 2:
                    liftd.kill()
                    liftd.start()
                process.send_signal(signal.SIGKILL)
                rest = process.stdout.read().split()
                done = int(rest[-1] if rest else said) + 1
            published += 20 * done
            most += 20 * (done + 1)  # one more may have been put in, and not been told
        with lift.Outbox(path, "moodle", liftd.intake) as outbox:
            self.assertTrue(outbox.wait(LIMIT_S))
            state = outbox.state()
        figures = liftd.figures()
        self.assertEqual(figures["started"], state.delivered)
        self.assertEqual(state.refused, 0)
        self.assertLessEqual(published, figures["started"])
        self.assertLessEqual(figures["started"], most)
        counts = liftd.sources()[0]
        self.assertEqual(counts["accepted"], figures["started"])




if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""The picture, against a daemon of which messages are lost: what is shown is always what the daemon
had at the end of a tick."""

from __future__ import annotations

import random
import unittest
from typing import Any, Dict, List, Optional, Tuple

from lift.picture import Picture, is_message

from .liftd import seed_of

TOPICS = [f"metric/r{i}/module/m" for i in range(6)]
Body = Dict[str, Any]


def metric(epoch: int, seq: int, n: int, value: Optional[int]) -> Body:
    metrics = None if value is None else {"started": value}
    return {"v": 1, "epoch": epoch, "seq": seq, "n": n, "metrics": metrics, "as_of": "d"}


class FakePublisher:
    """What liftd publishes, tick by tick, and what it answers to a snapshot."""

    def __init__(self, luck: random.Random) -> None:
        self.luck, self.epoch, self.values = luck, 0, dict.fromkeys(TOPICS[:3], 0)
        self.past: Dict[Tuple[int, int], Dict[str, int]] = {}  # (epoch, seq): what there was
        self.restart()

    def restart(self) -> None:
        self.epoch = self.luck.randrange(1 << 53)
        self.seq, self.last = 0, {}  # type: int, Dict[str, Body]
        self.unsent = sorted(self.values)

    def send(self, topic: str) -> Tuple[str, Body]:
        n = self.last[topic]["n"] + 1 if topic in self.last else 1
        body = metric(self.epoch, self.seq, n, self.values.get(topic))
        self.last[topic] = body
        return topic, body

    def tick(self) -> List[Tuple[str, Body]]:
        self.seq += 1
        changed = set()
        for topic in TOPICS:
            if self.luck.random() < 0.2:
                changed.add(topic)
                if topic in self.values and self.luck.random() < 0.2:
                    del self.values[topic]
                else:
                    self.values[topic] = self.luck.randrange(1000)
        sent = set(self.unsent[:2])  # paced
        self.unsent = self.unsent[2:]
        # What is not there was not there before, as far as this epoch has said.
        sent |= {t for t in changed if t in self.values or t in self.last}
        messages = [self.send(topic) for topic in sorted(sent)]
        self.unsent = [topic for topic in self.unsent if topic not in self.last]
        self.past[self.epoch, self.seq] = dict(self.values)
        beat = {"v": 1, "epoch": self.epoch, "seq": self.seq, "complete": not self.unsent}
        return [*messages, ("beat", beat)]

    def snapshot(self, epoch: Optional[int], since: Optional[int]) -> Dict[str, Any]:
        whole = since is None or epoch != self.epoch
        messages = {
            topic: body
            for topic, body in self.last.items()
            if (body["metrics"] is not None if whole else body["seq"] > (since or 0))
        }
        return {
            "messages": messages,
            "epoch": self.epoch,
            "seq": self.seq,
            "whole": whole,
            "complete": not self.unsent,
        }


class Pictures(unittest.TestCase):
    def test_what_is_shown_is_what_there_was(self) -> None:
        luck = random.Random(seed_of())
        n_shown = 0
        for _ in range(200):
            publisher, picture = FakePublisher(luck), Picture()
            loss, deaf = luck.choice([0.0, 0.02, 0.1]), False
            pending: Optional[Dict[str, Any]] = None
            shown: Dict[str, int] = {}
            for turn in range(120):
                calm = turn > 90
                if not calm and luck.random() < 0.03:
                    publisher.restart()
                for topic, body in publisher.tick():
                    # What is lost with a connection ends with a lost beat: else it may show only
                    # by the snapshot of each minute.
                    deaf = deaf or (not calm and luck.random() < loss)
                    if deaf:
                        deaf = topic != "beat" or luck.random() < 0.5
                        continue
                    if topic == "beat":
                        picture.take_beat(body)
                    else:
                        picture.take(topic, body)
                    if pending is not None and luck.random() < 0.3:
                        picture.take_snapshot(**pending)
                        pending = None
                    elif pending is not None and not calm and luck.random() < 0.05:
                        picture.break_off()
                        pending = None
                    n_shown += self.look(publisher, picture, shown)
                    complete = topic == "beat" and body["complete"]
                    due = picture.missed or luck.random() < 0.1 or turn == 95
                    if pending is None and complete and due:
                        # It is of the tick that ends now, or a later one; the answer comes later.
                        picture.begin()
                        pending = publisher.snapshot(picture.epoch, picture.since)
            if pending is not None:
                picture.take_snapshot(**pending)
                n_shown += self.look(publisher, picture, shown)
            self.assertTrue(picture.holds())
            self.assertEqual(shown, publisher.values)
        self.assertGreater(n_shown, 5000)

    def look(self, publisher: FakePublisher, picture: Picture, shown: Dict[str, int]) -> int:
        changes = picture.show()
        for topic, body, _ in changes:
            if body is None:
                del shown[topic]
            else:
                shown[topic] = body["metrics"]["started"]
        if changes:
            assert picture.beat is not None and picture.epoch is not None
            there = publisher.past[picture.epoch, picture.beat["seq"]]
            self.assertEqual(shown, there)
        return len(changes)

    def test_nothing_is_shown_before_a_whole_snapshot(self) -> None:
        picture = Picture()
        picture.take(TOPICS[0], metric(1, 5, 3, 7))
        picture.take_beat({"epoch": 1, "seq": 5})
        self.assertEqual(picture.show(), [])
        picture.begin()
        body = metric(1, 5, 3, 7)
        self.assertTrue(picture.take_snapshot({TOPICS[0]: body}, 1, 5, True, True))
        self.assertEqual([topic for topic, _, _ in picture.show()], [TOPICS[0]])

    def test_a_snapshot_of_another_epoch_or_a_part_of_one_is_not_taken(self) -> None:
        picture = Picture()
        picture.take_beat({"epoch": 1, "seq": 5})
        picture.begin()
        self.assertFalse(picture.take_snapshot({}, 2, 5, True, True))
        self.assertTrue(picture.missed)
        picture.begin()
        self.assertFalse(picture.take_snapshot({}, 1, 5, True, False))
        self.assertTrue(picture.missed)

    def test_beats_of_one_number_are_no_gap(self) -> None:
        picture = Picture()
        picture.take_beat({"epoch": 1, "seq": 2})
        picture.begin()
        self.assertTrue(picture.take_snapshot({}, 1, 2, True, True))
        for _ in range(3):
            picture.take_beat({"epoch": 1, "seq": 2})
            self.assertFalse(picture.missed)
            self.assertTrue(picture.holds())
        topic, body = "metric/a/module/b", metric(1, 3, 1, 7)
        picture.take(topic, {**body, "release": 4})
        picture.take_beat({"epoch": 1, "seq": 3})
        self.assertEqual([topic for topic, _, _ in picture.show()], [topic])
        picture.take(topic, {**metric(1, 4, 2, 7), "release": 5})
        picture.take_beat({"epoch": 1, "seq": 3})  # not all of that release is out
        self.assertFalse(picture.holds())
        self.assertEqual(picture.show(), [])
        picture.take_beat({"epoch": 1, "seq": 4})
        self.assertEqual([topic for topic, _, _ in picture.show()], [topic])

    def test_a_snapshot_ahead_of_the_beats_is_waited_for(self) -> None:
        picture = Picture()
        picture.take_beat({"epoch": 1, "seq": 5})
        picture.begin()
        picture.take_snapshot({TOPICS[0]: metric(1, 7, 1, 7)}, 1, 7, True, True)
        self.assertEqual(picture.show(), [])
        picture.take_beat({"epoch": 1, "seq": 6})
        self.assertEqual(picture.show(), [])
        picture.take_beat({"epoch": 1, "seq": 7})
        self.assertEqual(len(picture.show()), 1)

    def test_the_middle_of_a_tick_is_not_shown(self) -> None:
        picture = Picture()
        picture.take_beat({"epoch": 1, "seq": 1})
        picture.begin()
        picture.take_snapshot({TOPICS[0]: metric(1, 1, 1, 7)}, 1, 1, True, True)
        picture.show()
        picture.take(TOPICS[0], metric(1, 2, 2, 8))
        self.assertEqual(picture.show(), [])
        picture.take_beat({"epoch": 1, "seq": 2})
        self.assertEqual(len(picture.show()), 1)

    def test_figures_that_are_sent_again_by_another_epoch_are_no_change(self) -> None:
        picture = Picture()
        for epoch in (1, 2):
            body = metric(epoch, 1, 1, 7)
            picture.take_beat({"epoch": epoch, "seq": 1})
            picture.begin()
            picture.take_snapshot({TOPICS[0]: body}, epoch, 1, True, True)
            self.assertEqual(len(picture.show()), 2 - epoch)

    def test_what_a_message_must_have(self) -> None:
        self.assertTrue(is_message("beat", {"epoch": 1, "seq": 1}))
        self.assertFalse(is_message("metric/a/module/b", {"epoch": 1, "seq": 1}))
        self.assertFalse(is_message("beat", {"epoch": -1, "seq": 1}))
        self.assertFalse(is_message("beat", {"epoch": 1, "seq": True}))


if __name__ == "__main__":
    unittest.main()

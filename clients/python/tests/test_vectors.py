# SPDX-License-Identifier: Apache-2.0
"""The protocol's vectors: what is written is these bytes, what is read is that."""

from __future__ import annotations

import json
import os
import unittest
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple

import lift
from lift import _msg

VECTORS = Path(os.environ.get("LIFT_VECTORS", "proto/vectors"))
PUBLISHED = ("metric", "beat", "catalogue", "catalogue-answer", "end")


def vectors() -> Iterator[Tuple[str, Dict[str, Any], bytes]]:
    for path in sorted(VECTORS.glob("*.json")):
        data = bytes.fromhex(path.with_suffix(".hex").read_text().strip())
        yield path.stem, json.loads(path.read_text()), data


class Vectors(unittest.TestCase):
    def test_they_are_there(self) -> None:
        self.assertGreater(len(list(vectors())), 100)

    def test_what_is_exact_is_written_so(self) -> None:
        n = 0
        for name, case, data in vectors():
            if case.get("exact") and "message" in case:
                n += 1
                with self.subTest(name):
                    self.assertEqual(_msg.encode(case["message"]), data)
        self.assertGreater(n, 50)

    def test_what_clients_read_is_read_so(self) -> None:
        n = 0
        for name, case, data in vectors():
            if "message" in case and "code" not in case:
                n += 1
                with self.subTest(name):
                    self.assertEqual(_msg.decode(data), case["message"])
        self.assertGreater(n, 60)

    def test_answers_are_read(self) -> None:
        seen = set()
        for name, case, data in vectors():
            if case["kind"] != "answer" or "message" not in case:
                continue
            with self.subTest(name):
                sent = case["message"]
                if sent["op"] == "closed":
                    continue
                answer = _msg.read_answer(data)
                seen.add(answer.op)
                for key in ("op", "source", "stream"):
                    self.assertEqual(getattr(answer, key), sent.get(key))
                for key in ("first", "count", "next", "window", "code", "text", "retry"):
                    if key in sent:
                        self.assertEqual(getattr(answer, key), sent[key], key)
                rows = [tuple(row[:3]) for row in sent.get("rejected", [])]
                self.assertEqual(answer.rejected, rows)
                self.assertEqual(answer.unknown, sent.get("unknown") or {})
                self.assertEqual(answer.closed, sent.get("closed", False))
        self.assertEqual(seen, {"welcome", "ack", "nack"})

    def test_answers_that_are_none_are_refused(self) -> None:
        n = 0
        for name, case, data in vectors():
            if case["kind"] == "answer" and "code" in case:
                n += 1
                with self.subTest(name), self.assertRaises(_msg.BadMessage) as raised:
                    _msg.read_answer(data)
                self.assertEqual(raised.exception.code, case["code"], name)
        self.assertGreater(n, 1)

    def test_what_is_no_message_at_all_is_refused_by_whoever_reads(self) -> None:
        for name in ("empty", "truncated", "trailing", "reserved-byte", "not-a-map",
                     "double-key", "key-not-text", "key-not-utf8", "depth-1000"):
            data = bytes.fromhex((VECTORS / f"refused-{name}.hex").read_text().strip())
            with self.subTest(name), self.assertRaises(_msg.BadMessage) as raised:
                _msg.decode(data)
            self.assertEqual(raised.exception.code, "malformed")

    def test_events_are_accepted_and_refused_as_liftd_does(self) -> None:
        n = refused = 0
        for name, case, _ in vectors():
            if case["kind"] != "batch" or "message" not in case or "code" in case:
                continue
            events = case["message"]["events"]
            codes = case.get("codes", [None] * len(events))
            for place, (sent, code) in enumerate(zip(events, codes)):
                n += 1
                with self.subTest(f"{name} {place}"):
                    if code is None:
                        lift.Event.from_map(sent)
                        continue
                    refused += 1
                    with self.assertRaises(lift.EventError) as raised:
                        lift.Event.from_map(sent)
                    self.assertEqual(raised.exception.code, code)
        self.assertGreater(n, 60)
        self.assertGreater(refused, 20)

    def test_batches_of_events_are_written_to_the_byte(self) -> None:
        n = 0
        for name, case, data in vectors():
            if case["kind"] != "batch" or not case.get("exact") or "codes" in case:
                continue
            sent = case["message"]
            if sent.get("op") != "events":
                continue
            n += 1
            with self.subTest(name):
                events = [lift.Event.from_map(event).encode() for event in sent["events"]]
                written = _msg.encode_batch(sent["source"], sent["stream"], sent["seq"], events)
                self.assertEqual(written, data)
        self.assertGreater(n, 12)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""The outbox's file, and delivery to a daemon that has every trouble, against trivial models."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
import tempfile
import threading
import unittest
from contextlib import closing
from pathlib import Path
from typing import Any, Dict, List, Optional
from unittest import mock

import lift
from lift import _delivery, _wire
from lift._file import REFUSED_MAX, OutboxFile, Seal

from .fake import FakeLiftd
from .liftd import LIMIT_S, seed_of, until

KEY = bytes(range(32))


def event(learner: str, **other: Any) -> lift.Event:
    fields: Dict[str, Any] = {"type": "started", "time": 1760428800000, "module": "m", "region": "r", **other}
    return lift.Event(learner=learner, **fields)


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix="lift-py-"))
        self.addCleanup(shutil.rmtree, self.dir, True)
        self.path = str(self.dir / "outbox")

    def outbox(self, source: str = "moodle", **other: Any) -> lift.Outbox:
        outbox = lift.Outbox(self.path, source, **other)
        self.addCleanup(outbox.close)
        return outbox

    def value(self, statement: str) -> Any:
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(statement).fetchone()[0]

    def change(self, statement: str) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            db.execute(statement).fetchall()


class Files(Case):
    def test_a_new_file_has_the_form_of_the_manual(self) -> None:
        self.outbox().publish(event("anna"))
        self.assertEqual(self.value("PRAGMA application_id"), 0x4C494654)
        self.assertEqual(self.value("PRAGMA user_version"), 1)
        self.assertEqual(self.value("PRAGMA auto_vacuum"), 2)
        self.assertEqual(self.value("PRAGMA journal_mode"), "wal")
        self.assertRegex(self.value("SELECT stream FROM outbox"), "^[0-9A-Za-z]{22}$")
        self.assertEqual(self.value("SELECT base FROM outbox"), 0)
        self.assertEqual(self.value("SELECT seal FROM outbox"), None)
        self.assertEqual(self.value("SELECT event FROM event"), event("anna").encode())
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(self.path + "-wal").st_mode), 0o600)

    def test_its_schema_is_that_of_the_manual(self) -> None:
        manual = Path("clients/lift-outbox.5")
        if not manual.exists():
            self.skipTest("not run beside the sources")
        text = manual.read_text()
        self.outbox()
        for table in ("outbox", "event", "refused"):
            made = self.value(f"SELECT sql FROM sqlite_master WHERE name = '{table}'")
            self.assertIn(made, text)

    def test_what_is_put_in_is_there_after_a_new_opening(self) -> None:
        outbox = self.outbox()
        outbox.publish([event(f"u-{i}") for i in range(3)])
        outbox.close()
        self.assertEqual(self.outbox().state().waiting, 3)

    def test_nothing_is_put_in_where_one_event_is_wrong(self) -> None:
        outbox = self.outbox()
        with self.assertRaises(TypeError):
            outbox.publish([event("anna"), {"type": "started"}])  # type: ignore[list-item]
        with self.assertRaisesRegex(ValueError, "at most ten minutes from now"):
            outbox.publish([event("anna"), event("berit", time=4102444800000)])
        self.assertEqual(outbox.state().waiting, 0)

    def test_another_source_another_program_and_a_newer_one_are_left_alone(self) -> None:
        self.outbox().close()
        with self.assertRaisesRegex(lift.OutboxError, "of the source moodle, not canvas"):
            self.outbox("canvas")
        self.change("PRAGMA user_version = 2")
        with self.assertRaises(lift.OutboxError) as raised:
            self.outbox()
        self.assertEqual(raised.exception.code, "newer")
        self.path += "2"
        content = b"not a database, but a text that is long enough to be looked at" * 20
        Path(self.path).write_bytes(content)
        with self.assertRaisesRegex(lift.OutboxError, "the file is no outbox"):
            self.outbox()
        self.assertEqual(Path(self.path).read_bytes(), content)
        self.path += "3"
        self.change("CREATE TABLE other (a)")
        before = Path(self.path).read_bytes()
        with self.assertRaisesRegex(lift.OutboxError, "the file is no outbox"):
            self.outbox()
        self.assertEqual(Path(self.path).read_bytes(), before)

    def test_a_directory_that_is_not_there_is_said(self) -> None:
        with self.assertRaisesRegex(lift.OutboxError, "No such file"):
            lift.Outbox(self.dir / "none" / "outbox", "moodle")

    def test_a_file_that_was_taken_away_takes_nothing(self) -> None:
        outbox = self.outbox()
        outbox.publish(event("anna"))
        os.rename(self.path, self.path + "-old")
        with self.assertRaisesRegex(lift.OutboxError, "taken away: open the outbox again"):
            outbox.publish(event("berit"))
        self.outbox().publish(event("berit"))
        with self.assertRaisesRegex(lift.OutboxError, "taken away"):
            outbox.publish(event("carl"))

    def test_it_is_full_when_it_is_full_and_no_event_is_lost(self) -> None:
        outbox = self.outbox(max_bytes=256 << 10)
        n = 0
        with self.assertRaises(lift.OutboxFull) as raised:
            for _ in range(10000):
                outbox.publish([event("x" * 200) for _ in range(10)])
                n += 10
        self.assertEqual(raised.exception.code, "full")
        state = outbox.state()
        self.assertEqual(state.waiting, n)
        self.assertLessEqual(state.bytes, state.max_bytes)
        self.assertEqual(state.max_bytes, 256 << 10)
        self.assertGreater(state.bytes, 200 << 10)

    def test_many_may_open_and_put_in_at_once(self) -> None:
        failed: List[BaseException] = []

        def put(name: str) -> None:
            try:
                with lift.Outbox(self.path, "moodle") as outbox:
                    for i in range(20):
                        outbox.publish(event(f"{name}-{i}"))
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=put, args=(f"t{i}",)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])
        self.assertEqual(self.outbox().state().waiting, 120)
        self.assertEqual(self.value("SELECT count(*) FROM outbox"), 1)

    def test_refused_events_are_bounded_and_those_beyond_are_counted(self) -> None:
        file = OutboxFile(self.path, "moodle", Seal(None), 1 << 30)
        self.addCleanup(file.close)
        for _ in range(3):
            last = file.put([event("anna").encode()] * 500)
            file.judged(last, 0, [(i, "score", "why") for i in range(last - 499, last + 1)])
        self.assertEqual(file.n_refused(), REFUSED_MAX)
        self.assertEqual(file.head().refused_dropped, 500)
        row = file.next_refused(0)
        assert row is not None
        self.assertEqual(row[0], 501)

    def test_a_file_that_was_large_becomes_small(self) -> None:
        file = OutboxFile(self.path, "moodle", Seal(None), 1 << 30)
        self.addCleanup(file.close)
        last = file.put([event("x" * 250).encode()] * 20000)
        pages = self.value("PRAGMA page_count")
        file.judged(last, 20000, [])
        file.tidy()
        self.assertLess(self.value("PRAGMA page_count"), pages // 4)

    def test_the_names_of_sources_and_the_seal_are_checked(self) -> None:
        with self.assertRaisesRegex(ValueError, "source must be"):
            self.outbox("Moodle")
        with self.assertRaisesRegex(lift.ConfigError, "tcp:// or ipc://"):
            self.outbox(endpoint="lift.example.no:5570")
        with self.assertRaisesRegex(ValueError, "max_bytes"):
            self.outbox(max_bytes=10)
        with self.assertRaisesRegex(lift.SealError, "32 bytes"):
            self.outbox(seal=b"short")

    def test_after_its_end_it_says_so(self) -> None:
        outbox = self.outbox()
        outbox.close()
        outbox.close()
        with self.assertRaisesRegex(lift.OutboxError, "is closed"):
            outbox.publish(event("anna"))


class Sealed(Case):
    def test_no_learner_can_be_read_in_it(self) -> None:
        outbox = self.outbox(seal=KEY)
        outbox.publish([event(f"anna-{i}") for i in range(50)])
        for path in self.dir.iterdir():
            self.assertNotIn(b"anna", path.read_bytes(), path)
        outbox.close()
        self.assertNotIn(b"anna", Path(self.path).read_bytes())

    def test_another_key_or_none_is_refused(self) -> None:
        self.outbox(seal=KEY).close()
        with self.assertRaisesRegex(lift.SealError, "sealed with another key"):
            self.outbox(seal=bytes(32))
        with self.assertRaisesRegex(lift.SealError, "sealed, and there is no key"):
            self.outbox()
        self.path += "2"
        self.outbox().close()
        with self.assertRaisesRegex(lift.SealError, "not sealed, and there is a key"):
            self.outbox(seal=KEY)


class FileModel(Case):
    """Put in, read, judge, change the stream, open anew: against a list."""

    def test_against_a_list(self) -> None:
        luck = random.Random(seed_of())
        file = OutboxFile(self.path, "moodle", Seal(None), 1 << 30)
        waiting: Dict[int, bytes] = {}
        refused: Dict[int, bytes] = {}
        put = delivered = 0
        for _ in range(400):
            what = luck.choice(["put", "put", "judge", "stream", "open", "refused"])
            if what == "put":
                events = [b"%d" % (put + i) for i in range(luck.randrange(1, 30))]
                last = file.put(events)
                waiting.update({last - len(events) + 1 + i: e for i, e in enumerate(events)})
                put += len(events)
            elif what == "judge" and waiting:
                rows = file.read(0, luck.randrange(1, 20), 1 << 20)
                bad = [number for number, _ in rows if luck.random() < 0.3]
                file.judged(rows[-1][0], len(rows) - len(bad), [(b, "c", "t") for b in bad])
                for number, kept in rows:
                    self.assertEqual(waiting.pop(number), kept)
                    if number in bad:
                        refused[len(refused) + 1] = kept
                delivered += len(rows) - len(bad)
            elif what == "stream":
                old = file.head().stream
                head = file.other_stream()
                self.assertNotEqual(head.stream, old)
                self.assertEqual(head.base, min(waiting, default=put + 1) - 1)
            elif what == "open":
                file.close()
                file = OutboxFile(self.path, "moodle", Seal(None), 1 << 30)
            elif what == "refused":
                row = file.next_refused(0)
                left = {n: kept for n, kept in refused.items() if kept}
                self.assertEqual(row and row[4], next(iter(left.values()), None))
                if row:
                    file.take_refused(row[0])
                    refused[next(iter(left))] = b""
            self.assertEqual(file.waiting()[0], len(waiting))
            self.assertEqual(file.first_id(), min(waiting, default=0))
            self.assertEqual(file.last_id(), put)
            self.assertEqual(file.head().delivered, delivered)
            self.assertEqual(file.n_refused(), sum(bool(kept) for kept in refused.values()))
        file.close()


class Troubles(Case):
    """Outboxes of several openings, one daemon with trouble: each event has one verdict."""

    def setUp(self) -> None:
        super().setUp()
        # Silence is noticed soon, so that there can be much of it.
        for module, name, value in ((_wire, "ANSWER_S", 0.3), (_delivery, "CALM_S", 0.05)):
            patch = mock.patch.object(module, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def run_with(self, trouble: float, seal: Optional[bytes] = None) -> None:
        luck = random.Random(seed_of())
        fake = FakeLiftd(self.dir, luck, trouble)
        fake.start()
        self.addCleanup(fake.end)
        published: List[lift.Event] = []
        handed_back: List[lift.Event] = []
        for opening in range(5):
            with lift.Outbox(self.path, "moodle", fake.endpoint, seal=seal) as outbox:
                for n in range(luck.randrange(1, 25)):
                    events = [
                        event(luck.choice(["u", "u", "u", "refuse"]) + f"-{opening}-{n}-{k}")
                        for k in range(luck.randrange(1, 150))
                    ]
                    outbox.publish(events)
                    published += events
                outbox.wait(luck.random())
                for row in outbox.refused():
                    assert row.event is not None
                    handed_back.append(row.event)
        fake.calm.set()
        with lift.Outbox(self.path, "moodle", fake.endpoint, seal=seal) as outbox:
            self.assertTrue(outbox.wait(LIMIT_S), outbox.state())
            handed_back += [row.event for row in outbox.refused() if row.event]
            state = outbox.state()
        bad = [e for e in published if "refuse" in e.learner]
        good = {e.encode() for e in published if "refuse" not in e.learner}
        self.assertEqual(fake.facts(), good)
        self.assertEqual(state.delivered, len(good))
        self.assertEqual(state.refused_dropped + len(handed_back), len(bad))
        self.assertEqual(len({e.learner for e in handed_back}), len(handed_back))
        self.assertEqual((state.waiting, state.error), (0, None))

    def test_without_trouble(self) -> None:
        self.run_with(0)

    def test_with_some(self) -> None:
        self.run_with(0.1)

    def test_with_much_and_sealed(self) -> None:
        self.run_with(0.3, KEY)

    def test_an_event_that_is_damaged_does_not_hold_up_the_others(self) -> None:
        fake = FakeLiftd(self.dir, random.Random(1), 0)
        fake.start()
        self.addCleanup(fake.end)
        outbox = self.outbox(seal=KEY)
        outbox.publish([event("anna"), event("berit"), event("carl")])
        self.change("UPDATE event SET event = zeroblob(80) WHERE id = 2")
        with self.assertLogs("lift", "ERROR"):
            outbox = self.outbox(seal=KEY, endpoint=fake.endpoint)
            self.assertTrue(outbox.wait(LIMIT_S))
        rows = list(outbox.refused())
        self.assertEqual([(row.code, row.event) for row in rows], [("corrupt", None)])
        self.assertEqual(len(fake.facts()), 2)
        for stream in {stream for stream, _ in fake.numbers}:
            numbers = sorted(number for s, number in fake.numbers if s == stream)
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))  # no gap

    def test_thousands_that_are_damaged_take_no_stream(self) -> None:
        fake = FakeLiftd(self.dir, random.Random(1), 0)
        fake.start()
        self.addCleanup(fake.end)
        outbox = self.outbox()
        outbox.publish([event(f"u-{i}") for i in range(6000)])
        self.change("UPDATE event SET event = zeroblob(70) WHERE id % 2 = 0")
        with self.assertLogs("lift", "ERROR"):
            outbox = self.outbox(endpoint=fake.endpoint)
            self.assertTrue(outbox.wait(LIMIT_S))
        self.assertEqual(len(fake.facts()), 3000)
        self.assertEqual(len({stream for stream, _ in fake.numbers}), 1)
        state = outbox.state()
        self.assertEqual((state.refused, state.refused_dropped, state.delivered), (1000, 2000, 3000))

    def test_an_event_that_is_longer_than_a_message_may_be_comes_back(self) -> None:
        fake = FakeLiftd(self.dir, random.Random(1), 0)
        fake.limit = 1200
        fake.start()
        self.addCleanup(fake.end)
        long = event("long", attrs={f"n-{i}": "x" * 64 for i in range(16)})
        outbox = self.outbox()
        outbox.publish([long if i == 501 else event(f"u-{i}") for i in range(1500)])
        with self.assertLogs("lift", "ERROR"):
            outbox = self.outbox(endpoint=fake.endpoint)
            self.assertTrue(outbox.wait(LIMIT_S), outbox.state())
        rows = list(outbox.refused())
        self.assertEqual([(row.code, row.event) for row in rows], [("size", long)])
        self.assertIn(f"the event alone has {len(long.encode())}", rows[0].text)
        self.assertEqual(len(fake.facts()), 1499)
        ((stream, _),) = [key for key, sent in fake.numbers.items() if sent == b"\x80"]
        self.assertEqual(sorted(fake.numbers), [(stream, n) for n in range(1, 1501)])
        # And when longer ones are taken, batches grow again.
        self.assertLess(fake.largest, 30)
        fake.limit = 1 << 20
        outbox.publish([event(f"v-{i}") for i in range(9000)])
        self.assertTrue(outbox.wait(LIMIT_S))
        self.assertEqual(fake.largest, 100)

    def test_where_even_an_empty_map_is_too_long_no_event_is_at_fault(self) -> None:
        with mock.patch.object(_delivery, "REFUSAL_S", 0.05):
            fake = FakeLiftd(self.dir, random.Random(1), 0)
            fake.limit = 60  # a hello goes through
            fake.start()
            self.addCleanup(fake.end)
            outbox = self.outbox(endpoint=fake.endpoint)
            with self.assertLogs("lift", "ERROR"):
                outbox.publish([event("anna"), event("berit")])
                until(lambda: outbox.state().error == "size", "it is not said")
            self.assertEqual(outbox.state().waiting, 2)
            fake.limit = 1 << 20
            self.assertTrue(outbox.wait(LIMIT_S))
            self.assertEqual((outbox.state().refused, len(fake.facts())), (0, 2))

    def test_an_event_taken_out_by_hand_leaves_no_gap(self) -> None:
        fake = FakeLiftd(self.dir, random.Random(1), 0)
        fake.start()
        self.addCleanup(fake.end)
        outbox = self.outbox()
        outbox.publish([event(f"u-{i}") for i in range(250)])
        self.change("DELETE FROM event WHERE id = 120")
        outbox = self.outbox(endpoint=fake.endpoint)
        self.assertTrue(outbox.wait(LIMIT_S))
        self.assertEqual(len(fake.facts()), 249)
        for stream in {stream for stream, _ in fake.numbers}:
            numbers = sorted(number for s, number in fake.numbers if s == stream)
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_a_number_that_another_has_used_is_left_for_another_stream(self) -> None:
        fake = FakeLiftd(self.dir, random.Random(1), 0)
        outbox = self.outbox()
        outbox.publish([event("refuse" if i == 3 else f"u-{i}") for i in range(250)])
        stream = self.value("SELECT stream FROM outbox")
        fake.numbers = {(stream, 151): event("another").encode()}
        fake.start()
        self.addCleanup(fake.end)
        outbox = self.outbox(endpoint=fake.endpoint)
        self.assertTrue(outbox.wait(LIMIT_S))
        self.assertEqual(len(fake.facts()), 250)
        self.assertEqual([row.code for row in outbox.refused()], ["score"])
        self.assertEqual(outbox.state().delivered, 249)
        self.assertNotEqual(self.value("SELECT stream FROM outbox"), stream)

    def test_a_full_outbox_is_delivered_and_what_is_refused_of_it_is_bounded(self) -> None:
        fake = FakeLiftd(self.dir, random.Random(1), 0)
        fake.start()
        self.addCleanup(fake.end)
        outbox = self.outbox(max_bytes=256 << 10)
        n = 0
        with self.assertRaises(lift.OutboxFull):
            while True:
                outbox.publish([event(f"refuse-{n + i}" + "x" * 200) for i in range(10)])
                n += 10
        outbox = self.outbox(max_bytes=256 << 10, endpoint=fake.endpoint)
        self.assertTrue(outbox.wait(LIMIT_S))
        state = outbox.state()
        self.assertEqual(state.refused + state.refused_dropped, n)

    def test_who_delivers_goes_over_to_a_file_that_has_taken_its_place(self) -> None:
        fake = FakeLiftd(self.dir, random.Random(1), 0)
        fake.start()
        self.addCleanup(fake.end)
        self.outbox(endpoint=fake.endpoint)
        until(lambda: os.path.exists(self.path + "-sending"), "nobody delivers")
        for ending in ("-wal", "-shm", ""):
            os.rename(self.path + ending, self.path + "-old" + ending)
        outbox = self.outbox()
        outbox.publish(event("anna"))
        self.assertTrue(outbox.wait(LIMIT_S))
        self.assertEqual(len(fake.facts()), 1)

    def test_who_opens_a_file_that_another_replaces_meanwhile_sees_it(self) -> None:
        self.outbox().close()
        connect = sqlite3.connect

        def replaced(*args: Any, **how: Any) -> sqlite3.Connection:
            opened = connect(*args, **how)
            os.rename(self.path, self.path + "-old")
            with mock.patch.object(sqlite3, "connect", connect):
                self.outbox()
            return opened

        with mock.patch.object(sqlite3, "connect", replaced):
            late = self.outbox()
        with self.assertRaisesRegex(lift.OutboxError, "taken away"):
            late.publish(event("anna"))
        self.outbox().publish(event("anna"))

    def test_a_file_that_is_gone_before_it_is_opened_is_not_made_for_all_to_read(self) -> None:
        connect = sqlite3.connect

        def gone(*args: Any, **how: Any) -> sqlite3.Connection:
            os.unlink(self.path)
            return connect(*args, **how)

        with mock.patch.object(sqlite3, "connect", gone):
            with self.assertRaises(lift.OutboxError):
                self.outbox()
        self.assertFalse(os.path.exists(self.path))

    def test_a_name_means_a_file_in_the_directory_of_its_opening(self) -> None:
        fake = FakeLiftd(self.dir, random.Random(1), 0)
        fake.start()
        self.addCleanup(fake.end)
        (self.dir / "other" / "below").mkdir(parents=True)
        (self.dir / "link").symlink_to("other/below")
        names = {
            "box": "box",
            ":memory:": ":memory:",
            "file:box?mode=memory": "file:box?mode=memory",
            "a%41?#b": "a%41?#b",
            "link/../box": "other/box",
            os.fsdecode(b"n\xff"): os.fsdecode(b"n\xff"),
            f"/{self.dir}/slashes": "slashes",
        }
        self.addCleanup(os.chdir, os.getcwd())
        for name, place in names.items():
            with self.subTest(name):
                os.chdir(self.dir)
                outbox = lift.Outbox(name, "moodle", fake.endpoint)
                self.addCleanup(outbox.close)
                os.chdir("/")
                outbox.publish(event("anna"))
                self.assertTrue(outbox.wait(LIMIT_S))
                with closing(sqlite3.connect(os.fsencode(self.dir / place))) as db:
                    self.assertEqual(db.execute("SELECT delivered FROM outbox").fetchall(), [(1,)])

    def test_what_is_no_file_is_no_outbox(self) -> None:
        os.mkdir(self.path)
        with self.assertRaisesRegex(lift.OutboxError, "it is no file"):
            self.outbox()
        os.rmdir(self.path)
        os.symlink("nowhere", self.path)
        with self.assertRaisesRegex(lift.OutboxError, "taken away"):
            self.outbox()

    def test_another_process_can_say_why_nothing_is_delivered(self) -> None:
        outbox = self.outbox(endpoint=f"ipc://{self.dir}/nobody")
        outbox.publish(event("anna"))
        putting = self.outbox()
        until(lambda: putting.state().error == "socket", "it is not said")
        self.assertIn("does liftd run", putting.state().why)
        self.assertFalse(putting.state().delivers)
        outbox.close()
        self.assertIsNone(putting.state().error)

    def test_what_only_a_person_can_mend_is_said_and_tried_again(self) -> None:
        with mock.patch.object(_delivery, "REFUSAL_S", 0.05):
            fake = FakeLiftd(self.dir, random.Random(1), 0)
            denied = {"op": "nack", "code": "source-denied", "text": "not yours", "retry": False}
            with mock.patch.object(fake, "batch", lambda message: denied):
                fake.start()
                self.addCleanup(fake.end)
                outbox = self.outbox(endpoint=fake.endpoint)
                outbox.publish(event("anna"))
                until(lambda: outbox.state().error == "source-denied", "it is not said")
                self.assertIn("not yours", outbox.state().why)
                self.assertEqual(outbox.state().waiting, 1)
            self.assertTrue(outbox.wait(LIMIT_S))
            self.assertIsNone(outbox.state().error)


if __name__ == "__main__":
    unittest.main()

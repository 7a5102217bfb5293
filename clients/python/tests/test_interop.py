# SPDX-License-Identifier: Apache-2.0
"""One file, two libraries: what Python has put in C delivers, and the other way round."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
import unittest
from typing import Any, Dict, List, Optional

import lift

from .liftd import BUILD, LIMIT_S, Liftd, seed_of, until

NOW = int(time.time() * 1000)
KEY = bytes(range(32))

# lift.h, as far as it takes to put in what is encoded already.
PUT = """
import ctypes, sys
library, path, seal, *events = sys.argv[1:]

class Options(ctypes.Structure):
    _fields_ = [("path", ctypes.c_char_p), ("source", ctypes.c_char_p),
                ("endpoint", ctypes.c_char_p), ("keys", ctypes.c_void_p),
                ("seal", ctypes.c_char_p), ("max_bytes", ctypes.c_uint64)]

class Encoded(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("size", ctypes.c_size_t)]

lift = ctypes.CDLL(library)
options = Options(path.encode(), b"moodle", None, None, bytes.fromhex(seal) or None, 0)
outbox = ctypes.c_void_p()
err = lift.lift_outbox_open(ctypes.byref(options), ctypes.byref(outbox))
assert err == 0, err
data = [bytes.fromhex(event) for event in events]
rows = (Encoded * len(data))(*(Encoded(event, len(event)) for event in data))
err = lift.lift_publish_encoded(outbox, rows, ctypes.c_size_t(len(data)), None)
assert err == 0, err
lift.lift_outbox_close(outbox)
"""


def event(learner: str) -> lift.Event:
    return lift.Event("started", NOW - 1000, learner, "first-aid", "1820")


def has_command() -> bool:
    done = subprocess.run([str(BUILD / "lift"), "outbox", "--help"], capture_output=True)
    return done.returncode == 0


@unittest.skipUnless(has_command(), "this lift has no outbox")
class Interop(unittest.TestCase):
    def setUp(self) -> None:
        self.liftd = Liftd()
        self.addCleanup(self.liftd.close)
        self.path = str(self.liftd.dir / "outbox")
        self.seal = self.liftd.dir / "seal.key"
        self.seal.write_bytes(KEY)
        self.seal.chmod(0o600)

    def command(self, *options: str, status: int = 0, sealed: bool = False) -> str:
        """What `lift outbox` says of the file."""
        seal = ["--seal", str(self.seal)] if sealed else []
        command = [str(BUILD / "lift"), "--config", str(self.liftd.config), "outbox"]
        done = subprocess.run(
            [*command, *options, *seal, self.path], capture_output=True, text=True, timeout=LIMIT_S
        )
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done.stdout

    def put_by_c(
        self, library: str, events: List[lift.Event], seal: Optional[bytes] = None
    ) -> None:
        data = [event.encode().hex() for event in events]
        done = subprocess.run(
            [sys.executable, "-c", PUT, library, self.path, (seal or b"").hex(), *data],
            capture_output=True,
            text=True,
        )
        if "ASan runtime does not come first" in done.stderr:
            self.skipTest("a library with sanitizers cannot be loaded by this Python")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_python_put_in_c_delivers(self) -> None:
        self.liftd.start()
        for sealed in (False, True):
            with self.subTest(sealed=sealed):
                self.path = str(self.liftd.dir / f"outbox-{sealed}")
                with lift.Outbox(self.path, "moodle", seal=KEY if sealed else None) as outbox:
                    outbox.publish([event(f"{sealed}-{i}") for i in range(250)])
                    self.command("--deliver", "--until-empty", sealed=sealed)
                    state = outbox.state()
                    self.assertEqual((state.waiting, state.delivered), (0, 250))
                    # And on by Python, in the same stream.
                    outbox.publish(event(f"{sealed}-more"))
                with lift.Outbox(
                    self.path, "moodle", self.liftd.intake, seal=KEY if sealed else None
                ) as outbox:
                    self.assertTrue(outbox.wait(LIMIT_S))
        self.assertEqual(self.liftd.figures()["started"], 502)
        self.assertEqual(len(self.liftd.sources()[0]["streams"]), 2)

    def test_what_c_put_in_python_delivers(self) -> None:
        libraries = sorted(BUILD.glob("liblift.so*"))
        if not libraries:
            self.skipTest("there is no liblift.so")
        self.liftd.start()
        for sealed in (False, True):
            with self.subTest(sealed=sealed):
                self.path = str(self.liftd.dir / f"outbox-{sealed}")
                seal = KEY if sealed else None
                self.put_by_c(str(libraries[0]), [event(f"{sealed}-{i}") for i in range(250)], seal)
                with lift.Outbox(self.path, "moodle", self.liftd.intake, seal=seal) as outbox:
                    self.assertTrue(outbox.wait(LIMIT_S), outbox.state())
                    self.assertEqual(outbox.state().delivered, 250)
                self.assertEqual(self.liftd.figures()["started"], 250 * (1 + sealed))

    def test_they_deliver_in_turn_and_are_killed(self) -> None:
        luck = random.Random(seed_of())
        self.liftd.start()
        n = 0
        command = [str(BUILD / "lift"), "--config", str(self.liftd.config), "outbox", "--deliver"]
        for turn in range(20):
            by_python = luck.random() < 0.5
            with lift.Outbox(
                self.path, "moodle", self.liftd.intake if by_python else None
            ) as outbox:
                events = [event(f"{turn}-{i}") for i in range(luck.randrange(1, 400))]
                outbox.publish(events)
                n += len(events)
                if by_python:
                    outbox.wait(luck.random() / 10)
            if not by_python:
                with subprocess.Popen([*command, self.path], stderr=subprocess.DEVNULL) as process:
                    try:
                        process.wait(luck.random() / 10)
                    except subprocess.TimeoutExpired:
                        process.kill()
        with lift.Outbox(self.path, "moodle", self.liftd.intake) as outbox:
            self.assertTrue(outbox.wait(LIMIT_S))
            self.assertEqual(outbox.state().delivered, n)
        self.assertEqual(self.liftd.figures()["started"], n)
        (stream,) = self.liftd.sources()[0]["streams"]
        self.assertEqual((stream["next"], stream["missing"]), (n + 1, []))

    def test_both_say_the_same_of_it(self) -> None:
        with lift.Outbox(self.path, "moodle", f"ipc://{self.liftd.dir}/nobody") as outbox:
            outbox.publish([event("anna"), event("berit")])
            until(lambda: outbox.state().error == "socket", "it is not said")
            said: Dict[str, Any] = json.loads(self.command("--json", status=1))
            state = outbox.state()
        for key in ("waiting", "bytes", "delivered", "refused", "refused_dropped"):
            self.assertEqual(said[key], getattr(state, key), key)
        self.assertEqual((said["code"], said["text"]), (state.error, state.why))
        self.assertEqual(said["source"], "moodle")

    def test_what_was_refused_each_hands_back(self) -> None:
        self.liftd.start()
        with lift.Outbox(self.path, "moodle", self.liftd.intake) as outbox:
            assert outbox._file is not None
            outbox._file.put([b"\x81\xa4type\xa4nope"])
            self.assertTrue(outbox.wait(LIMIT_S))
        said = json.loads(self.command("--refused").splitlines()[0])
        self.assertEqual(said, {"type": "nope"})
        with lift.Outbox(self.path, "moodle") as outbox:
            self.assertEqual([row.code for row in outbox.refused()], ["type"])


if __name__ == "__main__":
    unittest.main()

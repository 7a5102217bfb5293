# SPDX-License-Identifier: Apache-2.0
"""Over TCP, with keys, and a real liftd: who is let in works as over ipc, who is not is told why."""

from __future__ import annotations

import signal
import subprocess
import time
import unittest
from pathlib import Path
from typing import Any, Optional

import lift

from .liftd import BUILD, LIMIT_S, Liftd, free_port, until

NOW = int(time.time() * 1000)


def keygen(directory: Path, name: str, *options: str) -> str:
    """Its entry for keys.yaml."""
    command = [str(BUILD / "lift"), "keygen", "--dir", str(directory), *options, name]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return said[said.index("  - name:") :] if "  - name:" in said else said


def public_of(directory: Path, name: str) -> str:
    for line in (directory / f"{name}.pub").read_text().splitlines():
        if line.startswith("public:"):
            return line.split('"')[1]
    raise AssertionError("no public key")


class Curve(unittest.TestCase):
    def setUp(self) -> None:
        ports = [free_port() for _ in range(4)]
        self.intake, self.control, self.publish, self.snapshot = (
            f"tcp://127.0.0.1:{port}" for port in ports
        )
        self.liftd = Liftd(
            f"""security: curve
keys: keys.yaml
server_key: server.key
intake: ["ipc://RUNTIME/intake", "{self.intake}"]
control: ["ipc://RUNTIME/control", "{self.control}"]
audiences:
  - name: default
    regions: [all]
    publish: ["ipc://RUNTIME/publish", "{self.publish}"]
    snapshot: ["ipc://RUNTIME/snapshot", "{self.snapshot}"]
"""
        )
        self.addCleanup(self.liftd.close)
        self.dir = self.liftd.dir
        text = self.liftd.config.read_text()
        for name in ("keys.yaml", "server.key"):
            text = text.replace(f": {name}", f": {self.dir}/{name}")
        self.liftd.config.write_text(text)
        for name in ("server", "moodle", "stranger"):
            keygen(self.dir, name)
        self.server = public_of(self.dir, "server")
        self.write_keys("moodle")
        self.liftd.start()

    def write_keys(self, key: Optional[str]) -> None:
        text = f"""keys:
  - name: moodle
    public: "{public_of(self.dir, key or 'moodle')}"
    publish: {{sources: [moodle]}}
    audiences: [default]
    control: true
"""
        (self.dir / "keys.yaml").write_text(text if key else "keys: []\n")

    def config(self, key: str = "moodle", server: str = "") -> lift.Config:
        path = self.dir / "lift.yaml"
        path.write_text(
            f"""server: "{server or self.server}"
key: {key}.key
intake: "{self.intake}"
control: "{self.control}"
audiences:
  - name: default
    publish: "{self.publish}"
    snapshot: "{self.snapshot}"
"""
        )
        return lift.read_config(path)

    def outbox(self, config: lift.Config, source: str = "moodle", **other: Any) -> lift.Outbox:
        path = self.dir / f"outbox-{source}"
        outbox = lift.Outbox(path, source, config.intake, keys=config.keys, **other)
        self.addCleanup(outbox.close)
        return outbox

    def test_all_of_it_works_with_keys(self) -> None:
        config = self.config()
        outbox = self.outbox(config, seal=bytes(range(32)))
        event = lift.Event("started", NOW - 1000, "anna", "first-aid", "1820")
        outbox.publish(event)
        self.assertTrue(outbox.wait(LIMIT_S), outbox.state())
        assert config.control is not None
        rows = list(lift.export(config.control, region="1820", kind="module", keys=config.keys))
        self.assertEqual([row["started"] for row in rows], [1])
        self.assertEqual(lift.status(config.control, config.keys)["sources"][0]["accepted"], 1)
        audience = config.audience()
        assert audience.publish is not None and audience.snapshot is not None
        with lift.Follower(audience.publish, audience.snapshot, config.keys) as follower:
            change = follower.next(LIMIT_S)
            assert change is not None
            self.assertEqual(follower.picture["metric/1820/module/first-aid"]["started"], 1)

    def test_a_key_that_the_daemon_does_not_know_is_said(self) -> None:
        config = self.config("stranger")
        outbox = self.outbox(config)
        outbox.publish(lift.Event("started", NOW - 1000, "anna", "first-aid", "1820"))
        until(lambda: outbox.state().error == "key-refused", "it is not said")
        self.assertIn("ask its operator", outbox.state().why)
        # The operator lets it in, and what waits goes.
        self.write_keys("stranger")
        assert self.liftd.process is not None
        self.liftd.process.send_signal(signal.SIGHUP)
        self.assertTrue(outbox.wait(LIMIT_S))
        self.assertIsNone(outbox.state().error)

    def test_with_the_key_of_another_server_all_waits(self) -> None:
        outbox = self.outbox(self.config(server=public_of(self.dir, "stranger")))
        outbox.publish(lift.Event("started", NOW - 1000, "anna", "first-aid", "1820"))
        until(lambda: outbox.state().error == "server-key", "it is not said")
        self.assertEqual(outbox.state().waiting, 1)
        outbox.close()
        outbox = self.outbox(self.config())
        self.assertTrue(outbox.wait(LIMIT_S), outbox.state())
        self.assertEqual((outbox.state().delivered, outbox.state().error), (1, None))

    def test_of_a_key_that_is_revoked_what_is_put_in_waits(self) -> None:
        outbox = self.outbox(self.config())
        outbox.publish(lift.Event("started", NOW - 1000, "anna", "first-aid", "1820"))
        self.assertTrue(outbox.wait(LIMIT_S), outbox.state())
        self.write_keys("stranger")
        assert self.liftd.process is not None
        self.liftd.process.send_signal(signal.SIGHUP)
        # Until the keys are others, it is delivered.
        put = 1
        while outbox.state().error != "key-refused":
            put += 1
            outbox.publish(lift.Event("started", NOW - 1000, f"u-{put}", "first-aid", "1820"))
            self.assertLess(put, LIMIT_S * 20, "it is not said")
            outbox.wait(0.05)
        self.assertGreater(outbox.state().waiting, 0)
        self.write_keys("moodle")
        self.liftd.process.send_signal(signal.SIGHUP)
        self.assertTrue(outbox.wait(LIMIT_S), outbox.state())
        self.assertEqual((outbox.state().delivered, outbox.state().refused), (put, 0))
        self.assertEqual(self.liftd.figures()["started"], put)

    def test_whoever_asks_is_told_why_it_is_not_let_in(self) -> None:
        other = public_of(self.dir, "stranger")
        for config, keys, code in [
            (self.config("stranger"), True, "key-refused"),
            (self.config(server=other), True, "server-key"),
            (self.config(), False, "needs-key"),
        ]:
            assert config.control is not None
            with self.subTest(code), self.assertRaises(lift.NotLetIn) as raised:
                lift.status(config.control, config.keys if keys else None, timeout=LIMIT_S)
            self.assertEqual(raised.exception.code, code)
        audience = self.config("stranger").audience()
        assert audience.publish is not None and audience.snapshot is not None
        with lift.Follower(
            audience.publish, audience.snapshot, self.config("stranger").keys
        ) as follower, self.assertRaises(lift.NotLetIn):
            follower.next(LIMIT_S)

    def test_another_source_than_the_keys_own_is_refused_and_kept(self) -> None:
        outbox = self.outbox(self.config(), "canvas")
        outbox.publish(lift.Event("started", NOW - 1000, "anna", "first-aid", "1820"))
        until(lambda: outbox.state().error == "source-denied", "it is not said")
        self.assertEqual(outbox.state().waiting, 1)

    def test_the_daemon_restarts_and_it_goes_on(self) -> None:
        outbox = self.outbox(self.config())
        for n in range(3):
            outbox.publish(lift.Event("started", NOW - 1000, f"u-{n}", "first-aid", "1820"))
            self.liftd.kill()
            self.liftd.start()
            self.assertTrue(outbox.wait(LIMIT_S), outbox.state())
        self.assertEqual(self.liftd.figures()["started"], 3)


if __name__ == "__main__":
    unittest.main()

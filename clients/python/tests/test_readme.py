# SPDX-License-Identifier: Apache-2.0
"""The README's first hour, as somebody lives it: each block is run, as it stands there."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Dict

import lift

from .liftd import LIMIT_S, Liftd, free_port, until
from .test_curve import keygen, public_of

README = Path("README.md")
BLOCK = re.compile(r"^```(\S+) (\S+)\n(.*?)^```$", re.M | re.S)


def blocks() -> Dict[str, str]:
    return {match[2]: match[3] for match in BLOCK.finditer(README.read_text())}


class FirstHour(unittest.TestCase):
    def setUp(self) -> None:
        ports = {name: free_port() for name in ("5570", "5580", "5581")}
        at = {name: f"tcp://127.0.0.1:{port}" for name, port in ports.items()}
        self.liftd = Liftd(
            f"""security: curve
intake: ["ipc://RUNTIME/intake", "{at['5570']}"]
audiences:
  - name: rana
    publish: ["ipc://RUNTIME/publish", "{at['5580']}"]
    snapshot: ["ipc://RUNTIME/snapshot", "{at['5581']}"]
"""
        )
        self.addCleanup(self.liftd.close)
        self.dir = self.liftd.dir
        with self.liftd.config.open("a") as config:
            config.write(f"keys: {self.dir}/keys.yaml\nserver_key: {self.dir}/server.key\n")
        self.at, self.blocks = at, blocks()

    def run_block(self, name: str, status: int = 0) -> str:
        (self.dir / f"{name}.py").write_text(self.blocks[name])
        done = subprocess.run(
            [sys.executable, "-B", f"{name}.py"],
            cwd=self.dir,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == 0 else done.stderr

    def install(self) -> None:
        """As the README says, where there is an environment for it; offline, with what is there."""
        source = README.resolve().parent / "clients" / "python"
        if sys.prefix == sys.base_prefix or not source.exists():
            return
        # pip builds beside the sources, which stay as they are.
        to = self.dir / "clients" / "python"
        to.mkdir(parents=True)
        subprocess.run(["cp", "-R", f"{source}/.", str(to)], check=True)
        env = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # it means that there is none
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        done = subprocess.run(
            ["sh", "-ec", self.blocks["install"]],
            cwd=self.dir,
            env=env,
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def make_keys(self) -> None:
        python = f"{sys.executable} -B"
        subprocess.run(
            ["sh", "-ec", self.blocks["keygen"].replace("python3", python)],
            cwd=self.dir,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        keygen(self.dir, "server")
        (self.dir / "keys.yaml").write_text(
            f"""keys:
  - name: moodle-rana
    public: "{public_of(self.dir, 'moodle-rana')}"
    publish: {{sources: [moodle-rana]}}
    audiences: [rana]
"""
        )
        text = self.blocks["lift.yaml"]
        server = re.search(r'server: "(.*)"', text)
        assert server is not None
        text = text.replace(server[1], public_of(self.dir, "server"))
        for port, endpoint in self.at.items():
            text = text.replace(f"tcp://lift.example.no:{port}", endpoint)
        (self.dir / "lift.yaml").write_text(text)

    def test_each_block_does_what_is_said(self) -> None:
        known = {"install", "keygen", "lift.yaml", "first", "app", "aio", "check", "dashboard"}
        self.assertEqual(set(self.blocks), known)
        self.assertEqual(README.read_text().count("```"), 2 * len(known))
        lines = self.blocks["dashboard"].strip().splitlines()
        self.assertLessEqual(len(lines), 15)
        self.install()
        self.make_keys()
        self.liftd.start()
        self.assertEqual(self.run_block("first"), "liftd has it\n")
        self.assertEqual(self.run_block("app"), "")
        self.assertEqual(self.run_block("aio"), "liftd has it\n")
        self.assertIn("4 events delivered, the last at 20", self.run_block("check"))
        figures = self.liftd.figures()
        told = [figures[key] for key in ("started", "completed", "assessed")]
        self.assertEqual(told, [3, 2, 1])
        self.watch()
        self.alarm()

    def watch(self) -> None:
        """The dashboard shows what there is, and then what changes."""
        (self.dir / "dashboard.py").write_text(self.blocks["dashboard"])
        with subprocess.Popen(
            [sys.executable, "-B", "dashboard.py"],
            cwd=self.dir,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            try:
                while process.stdout.readline() != "1820 first-aid 2\n":
                    self.assertIsNone(process.poll())
                # With other learners, the same program again.
                text = self.blocks["first"].replace("u-1041", "u-1044")
                self.blocks["first"] = text
                self.run_block("first")
                while process.stdout.readline() != "1820 first-aid 3\n":
                    self.assertIsNone(process.poll())
            finally:
                process.send_signal(signal.SIGTERM)

    def alarm(self) -> None:
        """What waits for long is told, and why."""
        self.liftd.kill()
        config = lift.read_config(self.dir / "lift.yaml")
        now = 1760428800000
        with lift.Outbox(
            self.dir / "outbox", "moodle-rana", config.intake, config.keys
        ) as outbox:
            outbox.publish(lift.Event("started", now, "u-1045", "first-aid", "1820"))
            until(lambda: outbox.state().error == "socket", "it is not said")
            script = self.blocks["check"].replace("minutes=15", "minutes=0")
            self.blocks["check"] = script
            said = self.run_block("check", 1)
        self.assertIn("1 events wait, since", said)
        self.assertIn("no answer", said)


if __name__ == "__main__":
    unittest.main()

# SPDX-License-Identifier: Apache-2.0
"""A real liftd for a test, of $LIFT_BUILD, with its own directory."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

import lift

BUILD = Path(os.environ.get("LIFT_BUILD", "build")).resolve()
LIMIT_S = 60.0  # a test that waits longer has failed
CATALOGUE = """
timezone: Europe/Oslo
dimensions:
  role: [nurse, carer]
regions:
  - {code: nordland, name: Nordland, level: county}
  - {code: "1820", name: Alstahaug, level: municipality, parents: [nordland]}
  - {code: "1813", name: Bronnoy, level: municipality, parents: [nordland]}
modules:
  - {id: first-aid, name: First aid}
  - {id: hygiene, name: Hygiene}
"""


def free_port() -> int:
    """That nobody has now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Liftd:
    """Started at once; `dir` is short, for sockets' paths."""

    def __init__(self, lines: str = "", runtime: Optional[Path] = None) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix="lift-py-"))
        self.runtime = runtime or self.dir / "run"
        self.config = self.dir / "liftd.yaml"
        (self.dir / "catalogue.yaml").write_text(CATALOGUE)
        self.config.write_text(
            f"state: {self.dir}/state\nruntime: {self.runtime}\n"
            f"catalogue: {self.dir}/catalogue.yaml\ntick_ms: 100\n{lines}\n"
        )
        self.there = lift.local(self.runtime)
        self.process: Optional[subprocess.Popen[bytes]] = None
        self.log = self.dir / "log"

    def start(self) -> "Liftd":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(BUILD / "liftd"), "--config", str(self.config)], stdout=log, stderr=log
            )
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            try:
                lift.status(self.control, timeout=0.2)
                return self
            except lift.NoAnswer:
                pass
        raise AssertionError("liftd does not answer: " + self.log.read_text())

    def signal(self, number: int) -> None:
        """And wait until it has ended."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(LIMIT_S)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGTERM)
        shutil.rmtree(self.dir, ignore_errors=True)

    @property
    def intake(self) -> str:
        assert self.there.intake is not None
        return self.there.intake

    @property
    def control(self) -> str:
        assert self.there.control is not None
        return self.there.control

    def figures(self, region: str = "all", module: str = "first-aid") -> Dict[str, Any]:
        """Of a module; {}: there are none."""
        for row in lift.export(self.control, region=region, kind="module"):
            if row["id"] == module:
                return row
        return {}

    def sources(self) -> List[Dict[str, Any]]:
        found: List[Dict[str, Any]] = lift.status(self.control)["sources"]
        return found


def seed_of() -> int:
    """LIFT_SEED, or one by chance, which is told."""
    given = os.environ.get("LIFT_SEED", "")
    seed = int(given) if given.isdigit() else random.randrange(1 << 32)
    print(f"LIFT_SEED={seed}", file=sys.stderr)
    return seed


def until(condition: Any, what: str) -> None:
    """A condition that will be true."""
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)

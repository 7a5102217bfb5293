# SPDX-License-Identifier: Apache-2.0
"""Key files and lift.yaml: read as `lift` reads them, and every error with its line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import lift

from .liftd import BUILD

SERVER = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
PUBLIC = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
SECRET = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
KEY = f'# A comment.\nname: moodle\npublic: "{PUBLIC}"\nsecret: "{SECRET}" # mine\n'
CONFIG = f"""# Of our platform.
server: "{SERVER}"
key: moodle.key
intake: "tcp://lift.example.no:5570"
control: 'tcp://[2001:db8::1]:5572'   # an operator's
audiences:
  - name: rana
    publish: "tcp://lift.example.no:5580"
    snapshot: tcp://lift.example.no:5581
  - name: all
    publish: ipc:///run/liftd/publish
"""


class Files(unittest.TestCase):
    def setUp(self) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix="lift-py-"))
        self.addCleanup(shutil.rmtree, self.dir, True)
        self.key = self.write("moodle.key", KEY)

    def write(self, name: str, text: str) -> Path:
        path = self.dir / name
        path.write_text(text)
        path.chmod(0o600)
        return path

    def wrong(self, says: str, text: str, config: bool = False) -> None:
        path = self.write("wrong", text)
        with self.assertRaises(lift.ConfigError) as raised:
            if config:
                lift.read_config(path)
            else:
                lift.Keys.read(path, SERVER)
        self.assertIn(says, str(raised.exception))
        self.assertNotIn(SECRET, str(raised.exception))

    def test_a_key_is_read(self) -> None:
        keys = lift.Keys.read(self.key, SERVER)
        self.assertEqual((keys.server, keys.public, keys.secret), (SERVER, PUBLIC, SECRET))

    def test_a_secret_is_not_shown(self) -> None:
        self.assertNotIn(SECRET, repr(lift.Keys.read(self.key, SERVER)))

    def test_what_lift_keygen_makes_is_read(self) -> None:
        subprocess.run(
            [str(BUILD / "lift"), "keygen", "--dir", str(self.dir), "canvas"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        self.assertEqual(len(lift.Keys.read(self.dir / "canvas.key", SERVER).secret), 40)
        with self.assertRaisesRegex(lift.ConfigError, "it is the public half"):
            os.chmod(self.dir / "canvas.pub", 0o600)
            lift.Keys.read(self.dir / "canvas.pub", SERVER)

    def test_a_pair_is_made_without_lift(self) -> None:
        command = [sys.executable, "-m", "lift", "keygen", "totara"]
        done = subprocess.run(command, cwd=self.dir, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        keys = lift.Keys.read(self.dir / "totara.key", SERVER)
        self.assertEqual(done.stdout, keys.public + "\n")
        self.assertIn(keys.public, (self.dir / "totara.pub").read_text())
        self.assertNotIn(keys.secret, (self.dir / "totara.pub").read_text())
        for name, says in [("totara", "exists"), ("Totara", "1 to 64 of a-z")]:
            done = subprocess.run([*command[:-1], name], cwd=self.dir, capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn(says, done.stderr)
        # As lift writes it, to the letter.
        subprocess.run(
            [str(BUILD / "lift"), "keygen", "--dir", str(self.dir / "c"), "totara"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for ending in ("key", "pub"):
            ours, theirs = (
                re.sub('"[^"]*"', '""', (path / f"totara.{ending}").read_text())
                for path in (self.dir, self.dir / "c")
            )
            self.assertEqual(ours, theirs)

    def test_a_key_that_others_may_read_is_refused(self) -> None:
        self.key.chmod(0o640)
        with self.assertRaisesRegex(lift.ConfigError, "others may read .*chmod 600"):
            lift.Keys.read(self.key, SERVER)
        with self.assertRaisesRegex(lift.ConfigError, "`lift keygen` makes it"):
            lift.Keys.read(self.dir / "none.key", SERVER)
        with self.assertRaisesRegex(lift.ConfigError, "must be a file"):
            lift.Keys.read(self.dir, SERVER)

    def test_errors_of_a_key_have_lines_and_never_the_secret(self) -> None:
        self.wrong("wrong:2: name must be", KEY.replace("moodle", "Moodle"))
        self.wrong("wrong:3: public must be 40 characters in quotes", KEY.replace(PUBLIC, "a"))
        self.wrong("wrong:4: secret must be", KEY.replace(f'"{SECRET}"', SECRET))
        self.wrong("wrong:5: a key file has the lines", KEY + SECRET)
        self.wrong("wrong:5: `name` is there twice: line 2", KEY + "name: a")
        self.wrong("there is no `secret`", KEY.split("secret")[0])
        self.wrong("not the public half", KEY.replace(PUBLIC, SERVER))
        self.wrong("4096 bytes at most", KEY + "#" * 4096)

    def test_a_configuration_is_read(self) -> None:
        config = lift.read_config(self.write("lift.yaml", CONFIG))
        assert config.keys is not None
        self.assertEqual(config.keys.public, PUBLIC)
        self.assertEqual(config.intake, "tcp://lift.example.no:5570")
        self.assertEqual(config.control, "tcp://[2001:db8::1]:5572")
        self.assertIsNone(config.events)
        self.assertEqual(config.audience().name, "rana")
        self.assertEqual(config.audience("rana").snapshot, "tcp://lift.example.no:5581")
        self.assertEqual(config.audience("all").publish, "ipc:///run/liftd/publish")
        with self.assertRaisesRegex(lift.ConfigError, "there are: rana, all"):
            config.audience("bodo")

    def test_it_is_found_where_lift_finds_it(self) -> None:
        (self.dir / "lift").mkdir()
        (self.dir / "lift" / "lift.yaml").write_text(CONFIG.replace("moodle.key", str(self.key)))
        with mock.patch.dict(os.environ, {"XDG_CONFIG_HOME": str(self.dir), "LIFT_CONFIG": ""}):
            self.assertEqual(lift.read_config().audience().name, "rana")
        there = {"LIFT_CONFIG": str(self.dir / "lift" / "lift.yaml")}
        with mock.patch.dict(os.environ, there):
            self.assertEqual(lift.read_config().audience().name, "rana")

    def test_all_errors_of_a_configuration_have_lines(self) -> None:
        self.wrong("wrong:2: server must be the 40", CONFIG.replace(SERVER, "x"), True)
        self.wrong("there is no `server`", "key: a.key\n", True)
        self.wrong("wrong:4: intake must be tcp://HOST:PORT", CONFIG.replace(":5570", ""), True)
        self.wrong("wrong:4: intake must be", CONFIG.replace("5570", "70000"), True)
        self.wrong("wrong:4: `intak` is not known here", CONFIG.replace("intake", "intak"), True)
        self.wrong("wrong:8: `publsh` is not known", CONFIG.replace("publish:", "publsh:", 1), True)
        self.wrong("wrong:13: `key` is there twice", CONFIG + "\nkey: b.key\n", True)
        self.wrong("two audiences have one name", CONFIG.replace("name: all", "name: rana"), True)
        self.wrong("wrong:3: key must be a text", CONFIG.replace("moodle.key", "[a]  b"), True)
        two = CONFIG.replace("intake", "intak").replace("5580", "0")
        self.wrong("wrong:4:", two, True)
        self.wrong("wrong:8:", two, True)

    def test_the_daemon_of_this_machine(self) -> None:
        with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": str(self.dir)}):
            self.assertEqual(lift.local().intake, "ipc:///run/liftd/intake")
            (self.dir / "liftd").mkdir()
            self.assertEqual(lift.local().intake, f"ipc://{self.dir}/liftd/intake")
        self.assertEqual(lift.local("/a/b").audience().snapshot, "ipc:///a/b/snapshot")
        self.assertIsNone(lift.local().keys)


if __name__ == "__main__":
    unittest.main()

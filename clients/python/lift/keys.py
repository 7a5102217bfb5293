# SPDX-License-Identifier: Apache-2.0
"""With which keys a daemon on another machine is reached, and where it is: NAME.key, lift.yaml.

Both files are YAML of one plain form, which is read here line by line: there is no reader of YAML
in the standard library, and one of all of YAML would take for right what `lift` refuses.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Optional, Tuple, Union

import zmq

from .errors import ConfigError

KEY_FILE_MAX = 4096  # bytes
CONFIG_MAX = 1 << 20
AUDIENCES_MAX = 16
Z85 = re.compile(r"[0-9a-zA-Z.\-:+=^!/*?&<>()\[\]{}@%$#]{40}")
NAME = re.compile(r"[a-z0-9._-]{1,64}")
PathLike = Union[str, "os.PathLike[str]"]


def _is_key(text: str) -> bool:
    return Z85.fullmatch(text) is not None


@dataclass(frozen=True)
class Keys:
    """Three keys of 40 characters: the daemon's public one, and this client's pair."""

    server: str
    public: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("server", "public", "secret"):
            value = getattr(self, name)
            if not isinstance(value, str) or not _is_key(value):
                raise ConfigError("config", f"{name} must be the 40 characters of a key")

    @classmethod
    def read(cls, path: PathLike, server: str) -> "Keys":
        """The pair in a NAME.key, as `lift keygen NAME` has made it, for the daemon with this
        public key (its operator has it in server.pub)."""
        pair = _read_pair(Path(path))
        return cls(server, pair["public"], pair["secret"])


class _Errors:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: List[str] = []

    def add(self, number: int, text: str) -> None:
        where = f"{self.path}:{number}" if number else f"{self.path}"
        self.lines.append(f"{where}: {text}")

    def end(self) -> None:
        if self.lines:
            raise ConfigError("config", "\n".join(self.lines))


# A key's file.

RIGHT = {
    "name": "name must be 1 to 64 of a-z 0-9 . _ -",
    "public": "public must be 40 characters in quotes, as `lift keygen` writes them",
    "secret": "secret must be 40 characters in quotes, as `lift keygen` writes them",
}


def _read_own(path: Path) -> str:
    """The text of a file that nobody else can read."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise ConfigError("config", f"{path}: it is not there: `lift keygen` makes it") from None
    except OSError as error:
        raise ConfigError("config", f"{path}: {error.strerror}") from None
    try:
        mode = os.fstat(fd).st_mode
        if not stat.S_ISREG(mode):
            raise ConfigError("config", f"{path}: it must be a file")
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(
                "config",
                f"{path}: others may read the secret key, or change it: chmod 600 {path}, and "
                "make another key if somebody can have read it",
            )
        data = os.read(fd, KEY_FILE_MAX + 1)
    finally:
        os.close(fd)
    if len(data) > KEY_FILE_MAX:
        raise ConfigError("config", f"{path}: a key file has {KEY_FILE_MAX} bytes at most")
    return data.decode("utf-8", "replace")


def _value(text: str) -> Optional[Tuple[str, bool]]:
    """A text in quotes, or a plain word, and whether there were quotes; a comment may follow."""
    quoted = re.fullmatch(r"(?:\"([^\"\\]*)\"|'([^']*)')\s*(?:#.*)?", text)
    if quoted:
        return (quoted[1] if quoted[1] is not None else quoted[2]), True
    plain = re.fullmatch(r"([^\s\"'#][^\s]*)(?:\s+#.*|\s*)", text)
    return (plain[1], False) if plain else None


def _read_pair(path: Path) -> Dict[str, str]:
    errors = _Errors(path)
    seen: Dict[str, int] = {}
    pair: Dict[str, str] = {}
    for number, line in enumerate(_read_own(path).split("\n"), 1):
        line = line.strip(" \t\r")
        if not line or line.startswith("#"):
            continue
        key, colon, rest = line.partition(":")
        key = key.strip()
        if not colon or key not in RIGHT:  # not quoted: it may be the secret
            errors.add(
                number,
                'a key file has the lines `name: ...`, `public: "..."` and `secret: "..."`, '
                "and comments",
            )
            continue
        value = _value(rest.strip())
        if key in seen:
            errors.add(number, f"`{key}` is there twice: line {seen[key]} has it")
        elif value is None or not (
            NAME.fullmatch(value[0]) if key == "name" else value[1] and _is_key(value[0])
        ):
            errors.add(number, RIGHT[key])
        else:
            pair[key] = value[0]
        seen[key] = number
    for key in RIGHT:
        if key not in seen:
            half = ": it is the public half; the file that is needed is called NAME.key"
            errors.add(0, f"there is no `{key}`{half if key == 'secret' else ''}")
    if not errors.lines and zmq.curve_public(pair["secret"].encode()) != pair["public"].encode():
        errors.add(
            seen["public"],
            "public is not the public half of secret: bring back the file as `lift keygen` "
            "wrote it, or make another key",
        )
    errors.end()
    return pair


def make_key(name: str, directory: PathLike = ".") -> str:
    """A new pair: NAME.key and NAME.pub, the public key of which is returned."""
    if not NAME.fullmatch(name):
        raise ConfigError("config", f"{RIGHT['name']}, not {name!r}")
    public, secret = (key.decode() for key in zmq.curve_keypair())
    lines = f'name: {name}\npublic: "{public}"\n'
    half = f"# The public key of {name}, for keys.yaml of liftd.\n{lines}"
    whole = (
        f"# The secret key of {name} for liftd. Show it to nobody; its public half goes to the "
        f'operator.\n{lines}secret: "{secret}"\n'
    )
    # No key is written over: there may be no other copy.
    for ending, text, mode in (("key", whole, 0o600), ("pub", half, 0o644)):
        path = os.path.join(directory, f"{name}.{ending}")
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, mode)
        with open(fd, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(fd)
    return public


# lift.yaml.


@dataclass(frozen=True)
class Audience:
    """What a dashboard reads, and where."""

    name: str
    publish: Optional[str] = None
    snapshot: Optional[str] = None
    ask: Optional[str] = None


@dataclass(frozen=True)
class Config:
    """Where a daemon is, and with which keys it is reached; what is not there is None."""

    keys: Optional[Keys] = None
    intake: Optional[str] = None
    events: Optional[str] = None
    control: Optional[str] = None
    audiences: Tuple[Audience, ...] = ()

    def audience(self, name: Optional[str] = None) -> Audience:
        """The one of this name or, without a name, the first."""
        for audience in self.audiences:
            if name is None or audience.name == name:
                return audience
        there = ", ".join(audience.name for audience in self.audiences) or "none"
        raise ConfigError("config", f"there is no audience {name!r}; there are: {there}")


def local(runtime: Optional[PathLike] = None) -> Config:
    """The daemon on this machine: that of its owner, if one has been started, else the machine's
    own. `runtime` names another directory of its sockets."""
    if runtime is None:
        base = os.environ.get("XDG_RUNTIME_DIR", "")
        own = f"{base}/liftd" if base.startswith("/") else f"/tmp/liftd-{os.getuid()}"
        is_mine = os.path.isdir(own) and os.stat(own).st_uid == os.getuid()
        runtime = own if is_mine else "/run/liftd"
    at = f"ipc://{os.path.abspath(runtime)}"
    audience = Audience("default", f"{at}/publish", f"{at}/snapshot", f"{at}/ask")
    return Config(None, f"{at}/intake", f"{at}/events", f"{at}/control", (audience,))


EXAMPLE = 'such as `intake: "tcp://lift.example.no:5570"`'
TOP = ("server", "key", "intake", "events", "control")
OF_AUDIENCE = ("name", "publish", "snapshot", "ask")


def _endpoint(text: str) -> bool:
    if text.startswith("ipc://"):
        return text.startswith("ipc:///") or text.startswith("ipc://RUNTIME/")
    port = re.fullmatch(r"tcp://[^\s/]+:([0-9]{1,5})", text)
    return port is not None and 1 <= int(port[1]) <= 65535


class _Reading:
    """The lines of a lift.yaml: `key: value`, and below `audiences:` items that begin with
    `- `."""

    def __init__(self, path: Path) -> None:
        self.errors = _Errors(path)
        self.top: Dict[str, str] = {}
        self.audiences: List[Dict[str, str]] = []
        self.inside = False  # below audiences
        self.indent = 0  # of the item's keys

    def line(self, number: int, line: str) -> None:
        text = line.strip(" \r")
        if not text or text.startswith("#") or text == "---":
            return
        indent = len(line) - len(line.lstrip(" "))
        if "\t" in line[: indent + 1]:
            self.errors.add(number, "lines begin with blanks, not with a tab")
        elif self.inside and text.startswith("- "):
            self.indent = indent + len(text) - len(text[1:].lstrip())
            self.audiences.append({})
            self.pair(number, text[1:].strip(), self.audiences[-1], OF_AUDIENCE)
        elif self.inside and indent > 0 and self.audiences and indent == self.indent:
            self.pair(number, text, self.audiences[-1], OF_AUDIENCE)
        elif indent == 0 and re.fullmatch(r"audiences:\s*(#.*)?", text):
            if self.inside or self.audiences:
                self.errors.add(number, "`audiences` is there twice")
            self.inside = True
        elif indent == 0:
            self.inside = False
            self.pair(number, text, self.top, TOP)
        else:
            self.errors.add(number, f"this is not understood here; a line is {EXAMPLE}")

    def pair(self, number: int, text: str, to: Dict[str, str], known: Tuple[str, ...]) -> None:
        key, colon, rest = text.partition(":")
        value = _value(rest.strip())
        if not colon or key not in known:
            words = [*known, "audiences"] if known is TOP else known
            self.errors.add(
                number, f"`{text.split(':')[0][:40]}` is not known here; known are {', '.join(words)}"
            )
        elif key in to:
            self.errors.add(number, f"`{key}` is there twice")
        elif value is None:
            self.errors.add(number, f"{key} must be a text, in quotes, on this line")
        elif key == "server" and not (value[1] and _is_key(value[0])):
            self.errors.add(
                number,
                "server must be the 40 characters of the daemon's public key, in quotes: its "
                "operator has them in server.pub",
            )
        elif key not in ("server", "key", "name") and not _endpoint(value[0]):
            self.errors.add(number, f"{key} must be tcp://HOST:PORT or ipc:///PATH, {EXAMPLE}")
        elif value[0].startswith("ipc://RUNTIME/"):
            to[key] = "ipc:///run/liftd" + value[0][len("ipc://RUNTIME") :]
        else:
            to[key] = value[0]

    def check(self) -> None:
        for key in ("server", "key"):
            if key not in self.top and not self.errors.lines:
                self.errors.add(0, f"there is no `{key}`")
        names = [audience.get("name") for audience in self.audiences]
        if None in names:
            self.errors.add(0, "an audience needs a name")
        if len(set(names)) < len(names):
            self.errors.add(0, "two audiences have one name")
        if len(names) > AUDIENCES_MAX:
            self.errors.add(0, f"there are {AUDIENCES_MAX} audiences at most")


def default_path() -> Path:
    """Where `lift` looks for it: LIFT_CONFIG, else ~/.config/lift/lift.yaml."""
    named = os.environ.get("LIFT_CONFIG")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".config") / "lift/lift.yaml"


def read_config(path: Optional[PathLike] = None) -> Config:
    """A lift.yaml (lift(1), ANOTHER MACHINE) with the key that it names; without a path, where
    `lift` looks for it. ConfigError has all that is wrong in it, with lines."""
    found = default_path() if path is None else Path(path)
    try:
        text = found.read_bytes()[:CONFIG_MAX].decode()
    except OSError as error:
        raise ConfigError("config", f"{found}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError("config", f"{found}: it must be text in UTF-8") from None
    reading = _Reading(found)
    for number, line in enumerate(text.split("\n"), 1):
        reading.line(number, line)
    reading.check()
    reading.errors.end()
    top = reading.top
    keys = Keys.read(found.parent / top["key"], top["server"])
    audiences = tuple(Audience(**audience) for audience in reading.audiences)
    return Config(keys, top.get("intake"), top.get("events"), top.get("control"), audiences)

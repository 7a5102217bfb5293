# SPDX-License-Identifier: Apache-2.0
"""The outbox's file, lift-outbox(5): SQLite, the same for C and Python.

One object is one connection to it, used by one thread at a time. Numbers of events are their ids
less the stream's base. Events have no gaps between them: only the first ones are taken away.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import stat
import string
import threading
import time
import weakref
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Iterator, List, Optional, Sequence, Tuple
from urllib.parse import quote

from .errors import OutboxError, OutboxFull, SealError

APPLICATION_ID = 0x4C494654
VERSION = 1
BUSY_S = 30.0
SEAL_BYTES = 32
NONCE_BYTES = 24
REFUSED_MAX = 1000
PAGES_MIN = 32  # of a file that is limited
PAGES_MORE = 256  # for who delivers, so that it can always tell what it has delivered
WAL_BYTES = 4 << 20  # kept between checkpoints
STREAM_LETTERS = string.ascii_letters + string.digits

SCHEMA = """
CREATE TABLE outbox (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  source TEXT NOT NULL,
  stream TEXT NOT NULL,
  base INTEGER NOT NULL,
  seal BLOB,
  delivered INTEGER NOT NULL,
  delivered_ms INTEGER NOT NULL,
  refused_dropped INTEGER NOT NULL
);
CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  put_ms INTEGER NOT NULL,
  event BLOB NOT NULL
);
CREATE TABLE refused (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL,
  text TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  event BLOB NOT NULL
);
"""

_making = threading.Lock()

_open: "weakref.WeakSet[OutboxFile]" = weakref.WeakSet()
_inherited: List[sqlite3.Connection] = []  # of a parent; kept, for closing one would harm it


def _after_fork() -> None:
    _inherited.extend(file.db for file in list(_open))
    _open.clear()


os.register_at_fork(after_in_child=_after_fork)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def new_stream() -> str:
    return "".join(secrets.choice(STREAM_LETTERS) for _ in range(22))


class Seal:
    """What waits, unreadable without the key; with no key, as it is."""

    def __init__(self, key: Optional[bytes]) -> None:
        self.mark: Optional[bytes] = None
        self._box = None
        if key is None:
            return
        if not isinstance(key, bytes) or len(key) != SEAL_BYTES:
            raise SealError("seal", f"seal must be {SEAL_BYTES} bytes by chance")
        try:
            import nacl.secret
        except ImportError:
            raise SealError(
                "seal", "sealing needs PyNaCl: apt install python3-nacl, or pip install lift[seal]"
            ) from None
        self._box = nacl.secret.SecretBox(key)
        self.mark = hashlib.blake2b(b"lift outbox", key=key, digest_size=32).digest()

    def close(self, event: bytes) -> bytes:
        return bytes(self._box.encrypt(event)) if self._box else event

    def open(self, kept: bytes) -> Optional[bytes]:
        """None: it is damaged."""
        if not self._box:
            return kept
        import nacl.exceptions

        try:
            return bytes(self._box.decrypt(kept))
        except (nacl.exceptions.CryptoError, ValueError):
            return None


@dataclass(frozen=True)
class Head:
    """The row of `outbox`."""

    stream: str
    base: int
    delivered: int
    delivered_ms: int
    refused_dropped: int


def _make_file(path: str) -> None:
    """A new one is its owner's alone. One that is there is not opened: closing it would take
    away the locks that this process has on it."""
    with _making:
        try:
            fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            return
        os.fsync(fd)
        os.close(fd)
    directory = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class OutboxFile:
    """A connection to the file, of who puts in or of who delivers."""

    db: sqlite3.Connection

    def __init__(
        self, path: str, source: str, seal: Seal, max_bytes: int, delivers: bool = False
    ) -> None:
        self.path, self.source, self.seal = path, source, seal
        self.delivers = delivers
        if _inherited:
            # SQLite in it believes that it has its parent's locks: what it puts in would be lost
            # when another process closes the file.
            raise OutboxError(
                "outbox",
                f"{path}: this process was forked from one that had an outbox open: open outboxes "
                "after the fork",
            )
        with self.errors():
            _make_file(path)
            # Before it is opened: one that takes its name in between is not taken for it.
            self._place = self._place_now()
            if self._place is None:
                raise OutboxError("io", f"{path}: the file was taken away while it was opened")
            self.db = sqlite3.connect(
                f"file://{quote(os.fsencode(path))}?mode=rw",  # not made, for all to read
                uri=True,
                timeout=BUSY_S,
                isolation_level=None,
                check_same_thread=False,
            )
        try:
            with self.errors():
                self._open(max_bytes)
        except BaseException:
            self.db.close()
            raise
        _open.add(self)

    def close(self) -> None:
        _open.discard(self)
        self.db.close()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """SQLite's errors, and the system's, as ours."""
        try:
            yield
        except sqlite3.Error as error:
            text = str(error)
            if "full" in text and self._is_full():
                raise OutboxFull(
                    "full",
                    f"{self.path}: the outbox is full ({self.max_bytes()} bytes): the daemon has "
                    "not taken what waits in it",
                ) from None
            if "full" in text:
                raise OutboxFull("disk", f"{self.path}: the disk is full") from None
            if "not a database" in text:
                raise OutboxError("outbox", f"{self.path}: the file is no outbox") from None
            if "malformed" in text:
                raise OutboxError("corrupt", f"{self.path}: the outbox is damaged") from None
            raise OutboxError("io", f"{self.path}: {text}") from error
        except OSError as error:
            raise OutboxError("io", f"{self.path}: {error.strerror}") from error

    # Opening.

    def _one(self, statement: str, values: Sequence[object] = ()) -> int:
        row = self.db.execute(statement, values).fetchone()
        return int(row[0]) if row is not None and row[0] is not None else 0

    def _open(self, max_bytes: int) -> None:
        if self._one("PRAGMA application_id") != APPLICATION_ID:
            self._make()
        version = self._one("PRAGMA user_version")
        if version > VERSION:
            raise OutboxError(
                "newer", f"{self.path}: the outbox was written by a newer version: {version}"
            )
        # A journal's mode is changed by one at a time, and without waiting for the others.
        end = time.monotonic() + BUSY_S
        while True:
            try:
                self.db.execute("PRAGMA journal_mode = WAL").fetchall()
                break
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.01)
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA secure_delete = ON").fetchall()
        self.db.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}").fetchall()
        self.page_size = self._one("PRAGMA page_size")
        if max_bytes < PAGES_MIN * self.page_size:
            raise ValueError(f"max_bytes must be {PAGES_MIN * self.page_size} or more")
        pages = max_bytes // self.page_size + (PAGES_MORE if self.delivers else 0)
        self.db.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        self._check()

    def _make(self) -> None:
        """Where it is empty; another program's file is left as it is."""
        if self._one("SELECT count(*) FROM sqlite_master") or self._one("PRAGMA user_version"):
            if self._one("PRAGMA application_id") != APPLICATION_ID:  # else just made by others
                raise OutboxError("outbox", f"{self.path}: the file is no outbox")
            return
        self.db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        self.db.execute("BEGIN IMMEDIATE")
        try:
            if not self._one("SELECT count(*) FROM sqlite_master"):
                for statement in SCHEMA.split(";\n"):
                    if statement.strip():
                        self.db.execute(statement)
                self.db.execute(
                    "INSERT INTO outbox VALUES (1, ?, ?, 0, ?, 0, 0, 0)",
                    (self.source, new_stream(), self.seal.mark),
                )
                self.db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self.db.execute(f"PRAGMA user_version = {VERSION}")
            self.db.execute("COMMIT")
        except BaseException:
            self._back()
            raise

    def _check(self) -> None:
        """Is it this source's, and is this its key?"""
        row = self.db.execute("SELECT source, seal FROM outbox").fetchone()
        if row is None:
            raise OutboxError("corrupt", f"{self.path}: the outbox is damaged")
        if row[0] != self.source:
            raise OutboxError(
                "outbox", f"{self.path}: the outbox is of the source {row[0]}, not {self.source}"
            )
        if row[1] == self.seal.mark:
            return
        if row[1] is None:
            text = "the outbox is not sealed, and there is a key"
        elif self.seal.mark is None:
            text = "the outbox is sealed, and there is no key"
        else:
            text = "the outbox is sealed with another key"
        raise SealError("seal", f"{self.path}: {text}")

    # Transactions.

    def _back(self) -> None:
        try:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
        except sqlite3.Error:
            pass  # the first error is the one that is told

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self.errors():
            try:
                self.db.execute("BEGIN IMMEDIATE")
                yield
                self.db.execute("COMMIT")
            except BaseException:
                self._back()
                raise

    def _is_full(self) -> bool:
        try:
            return self._one("PRAGMA page_count") + 8 > self._one("PRAGMA max_page_count")
        except sqlite3.Error:
            return False

    def _place_now(self) -> Optional[Tuple[int, int]]:
        try:
            info = os.stat(self.path)
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(info.st_mode):
            raise OutboxError("outbox", f"{self.path} is no outbox: it is no file")
        return info.st_dev, info.st_ino

    def is_there(self) -> bool:
        """Is it still what its path names? What is written to a file that was taken away is lost
        with it."""
        return self._place == self._place_now()

    # Putting in.

    def put(self, events: Sequence[bytes]) -> int:
        """All of them are on disk, or none; the last one's id."""
        at = now_ms()
        rows = [(at, self.seal.close(event)) for event in events]
        with self._writing():
            if not self.is_there():
                raise OutboxError(
                    "outbox", f"{self.path}: the file was taken away: open the outbox again"
                )
            self.db.executemany("INSERT INTO event (put_ms, event) VALUES (?, ?)", rows)
            return self._one("SELECT max(id) FROM event")

    def last_id(self) -> int:
        """The greatest that was ever given."""
        with self.errors():
            return self._one("SELECT seq FROM sqlite_sequence WHERE name = 'event'")

    # Looking.

    def first_id(self) -> int:
        """Of those that wait; 0: none does."""
        with self.errors():
            return self._one("SELECT min(id) FROM event")

    def head(self) -> Head:
        with self.errors():
            row = self.db.execute(
                "SELECT stream, base, delivered, delivered_ms, refused_dropped FROM outbox"
            ).fetchone()
            return Head(*row)

    def waiting(self) -> Tuple[int, int]:
        """How many, and when the oldest of them was put in."""
        with self.errors():
            row = self.db.execute(
                "SELECT (SELECT max(id) FROM event) - id + 1, put_ms FROM event"
                " ORDER BY id LIMIT 1"
            ).fetchone()
            return (row[0], row[1]) if row else (0, 0)

    def n_refused(self) -> int:
        with self.errors():
            return self._one("SELECT count(*) FROM refused")

    def bytes_used(self) -> int:
        with self.errors():
            pages = self._one("PRAGMA page_count") - self._one("PRAGMA freelist_count")
            return pages * self.page_size

    def max_bytes(self) -> int:
        with self.errors():
            return self._one("PRAGMA max_page_count") * self.page_size

    def data_version(self) -> int:
        """Another one: another connection has changed something."""
        with self.errors():
            return self._one("PRAGMA data_version")

    # Refused events.

    def next_refused(self, after: int) -> Optional[Tuple[int, str, str, int, bytes]]:
        with self.errors():
            row = self.db.execute(
                "SELECT id, code, text, time_ms, event FROM refused WHERE id > ?"
                " ORDER BY id LIMIT 1",
                (after,),
            ).fetchone()
            return tuple(row) if row else None  # type: ignore[return-value]

    def take_refused(self, number: int) -> None:
        with self._writing():
            self.db.execute("DELETE FROM refused WHERE id = ?", (number,))

    # Delivering.

    def read(self, after: int, most: int, most_bytes: int) -> List[Tuple[int, bytes]]:
        """The next events, without a gap between them."""
        taken: List[Tuple[int, bytes]] = []
        size = 0
        with self.errors():
            for number, event in self.db.execute(
                "SELECT id, event FROM event WHERE id > ? ORDER BY id LIMIT ?", (after, most)
            ):
                size += len(event)
                if taken and (number != taken[-1][0] + 1 or size > most_bytes):
                    break
                taken.append((number, event))
        return taken

    def judged(self, last: int, accepted: int, refused: Sequence[Tuple[int, str, str]]) -> None:
        """Each event up to `last` has its verdict: (id, code, text) of those that are refused."""
        kept = REFUSED_MAX
        while True:
            try:
                with self._writing():
                    self._judged(last, accepted, refused, kept)
                return
            except OutboxFull:
                if kept == 0:
                    raise
                kept //= 2  # no more than there is room for

    def _judged(
        self, last: int, accepted: int, refused: Sequence[Tuple[int, str, str]], kept: int
    ) -> None:
        at = now_ms()
        dropped = max(0, self._one("SELECT count(*) FROM refused") + len(refused) - kept)
        self.db.execute(
            "DELETE FROM refused WHERE id IN (SELECT id FROM refused ORDER BY id LIMIT ?)",
            (dropped,),
        )
        rows = refused[max(0, len(refused) - kept) :]
        texts = [
            self.db.execute("SELECT event FROM event WHERE id = ?", (number,)).fetchone()
            for number, _, _ in rows
        ]
        self.db.execute("DELETE FROM event WHERE id <= ?", (last,))
        self.db.executemany(
            "INSERT INTO refused (code, text, time_ms, event) VALUES (?, ?, ?, ?)",
            [(code, text, at, event[0]) for (_, code, text), event in zip(rows, texts) if event],
        )
        self.db.execute(
            "UPDATE outbox SET delivered = delivered + ?, delivered_ms ="
            " CASE WHEN ? > 0 THEN ? ELSE delivered_ms END,"
            " refused_dropped = refused_dropped + ?",
            (accepted, accepted, at, dropped),
        )

    def other_stream(self) -> Head:
        """What waits is sent in a new one."""
        with self._writing():
            first = self._one("SELECT min(id) FROM event") or (
                self._one("SELECT seq FROM sqlite_sequence WHERE name = 'event'") + 1
            )
            self.db.execute("UPDATE outbox SET stream = ?, base = ?", (new_stream(), first - 1))
        return self.head()

    def tidy(self) -> None:
        """When nothing waits any more: what a queue has left on the disk is given back."""
        with self.errors():
            if self._one("PRAGMA freelist_count"):
                # A page a step, without a row: execute() would take one step alone.
                self.db.executescript("PRAGMA incremental_vacuum")
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

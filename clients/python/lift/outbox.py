# SPDX-License-Identifier: Apache-2.0
"""An outbox: events in a file on this machine, until liftd has them on its own disk."""

from __future__ import annotations

import asyncio
import datetime
import os
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import AsyncIterator, Callable, Iterable, Iterator, List, Optional, TypeVar, Union

from . import event as _event
from ._delivery import Delivery, told_at
from ._file import OutboxFile, Seal, now_ms
from ._msg import BadMessage, decode
from .errors import ConfigError, EventError, OutboxError
from .event import Event
from .keys import Keys, PathLike

MAX_BYTES = 1 << 30
POLL_S = 0.05
SOURCE = re.compile(r"[a-z0-9._-]{1,64}")
T = TypeVar("T")


def _moment(ms: int) -> Optional[datetime.datetime]:
    return _event.EPOCH + datetime.timedelta(milliseconds=ms) if ms else None


@dataclass(frozen=True)
class OutboxState:
    """Where all is at one moment. `error` is None where all is well, else a code of PROTOCOL.md,
    and `why` the same in a sentence, whichever process delivers."""

    waiting: int  # events that the daemon has not got yet
    oldest: Optional[datetime.datetime]  # when the oldest of them was put in
    bytes: int  # of the file, that are in use; it is full when they are max_bytes
    max_bytes: int
    refused: int  # events that the daemon refused, and nobody has taken out yet
    refused_dropped: int  # of them, those that there was no room for
    delivered: int  # accepted by the daemon since the file was made
    delivered_at: Optional[datetime.datetime]  # when it took the last one
    delivers: bool  # this process is the one that does
    error: Optional[str]
    why: str


@dataclass(frozen=True)
class Refused:
    """An event that the daemon refused, once and for all: to send it right, publish another."""

    code: str
    text: str
    time: Optional[datetime.datetime]
    event: Optional[Event]  # None: it is damaged, or was put in by another program, wrong


class Outbox:
    """Events of one source, in a file.

    path       the file; it is made where there is none. Beside it is PATH-sending, a lock.
               A relative one is of the directory that the program is in when it opens it
    source     the platform's name, as liftd knows it
    endpoint   liftd's intake; None: this process puts in, and another one delivers
    keys       of a daemon on another machine
    seal       32 bytes: what waits is unreadable without them
    max_bytes  how large the file may become

    Any number of processes may have the same file open: all put in, and one of them delivers, in
    a thread. All methods may be called from any thread. A process that forks opens its
    outboxes after that: a child of one that has an outbox open cannot open any.
    """

    def __init__(
        self,
        path: PathLike,
        source: str,
        endpoint: Optional[str] = None,
        keys: Optional[Keys] = None,
        seal: Optional[bytes] = None,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        if not isinstance(source, str) or not SOURCE.fullmatch(source):
            raise ValueError(f"source must be 1 to 64 of a-z 0-9 . _ -, not {source!r}")
        if endpoint is not None and not re.match(r"(tcp|ipc)://.", endpoint):
            raise ConfigError(
                "config", f"endpoint must begin with tcp:// or ipc://, not {endpoint[:60]!r}"
            )
        # As it stands now: the program may go to another directory. ".." may follow a link.
        self._path, self._pid = os.path.join(os.getcwd(), os.fspath(path)), os.getpid()
        self._seal = Seal(seal)
        self._mutex = threading.Lock()  # of self._file
        self._writing = threading.Lock()  # of this process, one at a time waits for the file
        self._file: Optional[OutboxFile] = OutboxFile(self._path, source, self._seal, max_bytes)
        self._delivery: Optional[Delivery] = None
        if endpoint is not None:
            self._delivery = Delivery(
                self._path, source, endpoint, keys, self._seal, self._writing, max_bytes
            )
            self._delivery.start()

    def __enter__(self) -> "Outbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End delivery. What waits stays in the file, for the next who opens it."""
        if os.getpid() != self._pid:
            return
        delivery, self._delivery = self._delivery, None
        if delivery is not None:
            delivery.end()
        with self._mutex:
            file, self._file = self._file, None
        if file is not None:
            file.close()

    def _opened(self) -> OutboxFile:
        if os.getpid() != self._pid:
            raise OutboxError(
                "outbox", f"{self._path}: it was opened before a fork: open outboxes after it"
            )
        if self._file is None:
            raise OutboxError("outbox", f"{self._path}: the outbox is closed")
        return self._file

    def publish(self, events: Union[Event, Iterable[Event]]) -> None:
        """When it returns, the event, or all of them, are on this machine's disk, and will be
        delivered. When it raises, none is. Many events of one call are far cheaper."""
        listed = [events] if isinstance(events, Event) else list(events)
        latest = now_ms() + _event.AHEAD_MS
        for event in listed:
            if not isinstance(event, Event):
                raise TypeError(f"events must be lift.Event, not {type(event).__name__}")
            if event.time_ms > latest:
                raise EventError(
                    "time", f"time must be at most ten minutes from now, not {event.time}"
                )
        encoded = [event.encode() for event in listed]
        if not encoded:
            return
        with self._writing, self._mutex:
            self._opened().put(encoded)
        delivery = self._delivery
        if delivery is not None:
            delivery.wake()

    def _mark(self) -> int:
        with self._mutex:
            return self._opened().last_id()

    def _is_past(self, mark: int) -> bool:
        with self._mutex:
            first = self._opened().first_id()
        return first == 0 or first > mark

    def wait(self, timeout: Optional[float] = None) -> bool:
        """Until liftd's verdict is there on all that was put in before, for so many seconds
        (None: for ever). False: something still waits; state() says why."""
        end = None if timeout is None else time.monotonic() + timeout
        mark = self._mark()
        while not self._is_past(mark):
            left = POLL_S if end is None else min(POLL_S, end - time.monotonic())
            if left <= 0:
                return False
            delivery = self._delivery
            if delivery is None:
                time.sleep(left)
                continue
            with delivery.progress:
                delivery.progress.wait(left)
        return True

    def state(self) -> OutboxState:
        """How it is."""
        delivery = self._delivery
        delivers = delivery is not None and delivery.delivers
        if delivery is not None and delivers:
            error, why = delivery.error, delivery.why
        else:
            error, why = told_at(self._path)
        with self._mutex:
            file = self._opened()
            waiting, oldest = file.waiting()
            head = file.head()
            n_refused = file.n_refused()
            used, most = file.bytes_used(), file.max_bytes()
        return OutboxState(
            waiting=waiting,
            oldest=_moment(oldest),
            bytes=used,
            max_bytes=most,
            refused=n_refused,
            refused_dropped=head.refused_dropped,
            delivered=head.delivered,
            delivered_at=_moment(head.delivered_ms),
            delivers=delivers,
            error=error,
            why=why,
        )

    def refused(self) -> Iterator[Refused]:
        """Each event that liftd has refused. It is taken out of the file when the next one is
        asked for: where your program ends in between, it is handed back once more."""
        after = 0
        while True:
            with self._mutex:
                row = self._opened().next_refused(after)
            if row is None:
                return
            after, code, text, time_ms, kept = row
            yield Refused(code, text, _moment(time_ms), self._event(kept))
            with self._writing, self._mutex:
                self._opened().take_refused(after)

    def _event(self, kept: bytes) -> Optional[Event]:
        opened = self._seal.open(kept)
        try:
            return None if opened is None else Event.from_map(decode(opened))
        except (BadMessage, EventError):
            return None


class AsyncOutbox:
    """An Outbox for asyncio: what waits for a disk does so in a thread."""

    def __init__(
        self,
        path: PathLike,
        source: str,
        endpoint: Optional[str] = None,
        keys: Optional[Keys] = None,
        seal: Optional[bytes] = None,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._make: Callable[[], Outbox] = lambda: Outbox(
            path, source, endpoint, keys, seal, max_bytes
        )
        self._outbox: Optional[Outbox] = None
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="lift")

    async def _call(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _opened(self) -> Outbox:
        if self._outbox is None:
            raise OutboxError("outbox", "use it within: async with lift.AsyncOutbox(...)")
        return self._outbox

    async def __aenter__(self) -> "AsyncOutbox":
        self._outbox = await self._call(self._make)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """As of an Outbox."""
        outbox, self._outbox = self._outbox, None
        if outbox is not None:
            await self._call(outbox.close)
        self._threads.shutdown(wait=False)

    async def publish(self, events: Union[Event, Iterable[Event]]) -> None:
        """As of an Outbox. Where it is cancelled, the events may have been put in."""
        listed: Union[Event, List[Event]] = events if isinstance(events, Event) else list(events)
        outbox = self._opened()
        await self._call(lambda: outbox.publish(listed))

    async def wait(self, timeout: Optional[float] = None) -> bool:
        """As of an Outbox."""
        outbox = self._opened()
        end = None if timeout is None else time.monotonic() + timeout
        mark = await self._call(outbox._mark)
        while not await self._call(lambda: outbox._is_past(mark)):
            left = POLL_S if end is None else min(POLL_S, end - time.monotonic())
            if left <= 0:
                return False
            await asyncio.sleep(left)
        return True

    async def state(self) -> OutboxState:
        """As of an Outbox."""
        return await self._call(self._opened().state)

    async def refused(self) -> AsyncIterator[Refused]:
        """As of an Outbox: `async for refused in outbox.refused()`."""
        rows = self._opened().refused()
        while True:
            refused = await self._call(lambda: next(rows, None))
            if refused is None:
                return
            yield refused

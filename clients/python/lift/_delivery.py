# SPDX-License-Identifier: Apache-2.0
"""Delivery: what waits in an outbox's file goes to liftd, in a thread of its own.

One process at a time does it, whoever holds the lock; the others look now and then whether it is
free. What to do next can always be read from the file: a new connection begins at the first event
that waits, and verdicts stand, so what was answered already is answered alike.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import threading
import time
import weakref
from collections import deque
from dataclasses import dataclass
from typing import Any, Deque, Dict, List, Optional, Set, Tuple

import zmq

from . import _wire
from ._file import Head, OutboxFile, Seal, now_ms
from ._msg import (
    BATCH_BYTES,
    BATCH_EVENTS,
    Answer,
    BadMessage,
    encode,
    encode_batch,
    is_map,
    read_answer,
)
from .errors import LiftError, NoAnswer
from .keys import Keys

WINDOW_MAX = 64  # batches on the way, whatever a daemon offers
LOOK_S = 0.2  # how soon another process's events are seen, and that the lock is free
CALM_S = 1.0  # a connection that broke is not made anew more often
REFUSAL_S = 5.0  # before what only a person can mend is tried again
RETRY_S, RETRY_MOST_S = 0.05, 2.0
PARTS_CALM = 32  # full batches that were taken, before a larger one is tried
EMPTY_MAP = b"\x80"  # in place of an event that cannot be sent: refused, and its number is no gap
WARNED_MAX = 1000  # texts that the catalogue does not have, each of which is told once
TOLD_MAX = 4096  # bytes of what the lock's file says

CORRUPT = "the event is damaged in the outbox, or was closed with another key"
TOO_LONG = (
    "a message must have no more bytes than this key's may, and the event alone has {}: the "
    "daemon's operator says how many (limits, message)"
)

log = logging.getLogger("lift")


@dataclass
class Batch:
    """Events that have been sent, ids `first` to `last`."""

    first: int
    last: int
    events: List[bytes]  # as they are sent
    ours: Dict[int, Tuple[str, str]]  # of empty maps: id to what is wrong with the event
    verdict: Optional[List[Tuple[int, str, str]]] = None  # (id, code, text) of those refused
    is_sent: bool = False  # and not answered
    due: float = 0.0  # when to send it again
    is_part: bool = False  # of one that was too long

    def parts(self, most: int) -> List["Batch"]:
        """The same, with so many events each at most."""
        return [
            Batch(
                self.first + i,
                min(self.first + i + most - 1, self.last),
                self.events[i : i + most],
                self.ours,
                due=time.monotonic(),
                is_part=True,
            )
            for i in range(0, len(self.events), most)
        ]


class _Refusal(LiftError):
    """Nothing is taken now, and a person must see to it."""


class _OtherStream(Exception):
    """The numbers of this stream are used up."""


class Delivery(threading.Thread):
    """The thread. It owns all of it but what is named as shared."""

    def __init__(
        self,
        path: str,
        source: str,
        endpoint: str,
        keys: Optional[Keys],
        seal: Seal,
        writing: threading.Lock,
        max_bytes: int,
    ) -> None:
        super().__init__(name=f"lift {source}", daemon=True)
        self.path, self.source, self.endpoint, self.keys = path, source, endpoint, keys
        self.seal, self.max_bytes = seal, max_bytes
        self.writing = writing  # shared: who of this process writes to the file
        self.progress = threading.Condition()  # shared: told at each verdict
        self.delivers = False  # shared, as the two below
        self.error: Optional[str] = None
        self.why = ""
        self._ending = False
        self._lock: Optional[int] = None
        self._since_ms = 0
        self._warned: Set[Tuple[Any, ...]] = set()
        self._wake_read, self._wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        _all.add(self)

    # What others call.

    def wake(self) -> None:
        """There is something to do."""
        try:
            os.write(self._wake_write, b"!")
        except BlockingIOError:
            pass  # it is awake

    def end(self) -> None:
        self._ending = True
        self.wake()
        self.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def forked(self) -> None:
        """In a child: the lock is the parent's, and ends with it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # The thread.

    def run(self) -> None:
        while not self._ending:
            try:
                if self._take_lock():
                    self._deliver()
                else:
                    self._sleep(LOOK_S)
            except (LiftError, OSError) as error:
                self._say(getattr(error, "code", "io"), str(error))
                self._sleep(CALM_S)
            except Exception as error:  # a fault of ours: the events stay, and it is seen
                log.exception("the outbox %s is not delivered", self.path)
                self._say("fatal", f"{type(error).__name__}: {error}")
                self._sleep(REFUSAL_S)
        self._leave_lock()

    def _take_lock(self) -> bool:
        if self._lock is None:
            fd = os.open(f"{self.path}-sending", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(fd)
                return False
            except BaseException:
                os.close(fd)
                raise
            self._lock, self._since_ms = fd, now_ms()
            self._tell()
        self.delivers = True
        return True

    def _tell(self) -> None:
        """Who delivers, and why not, for others who ask: in the lock's file."""
        if self._lock is None:
            return
        told: Dict[str, Any] = {"pid": os.getpid(), "since_ms": self._since_ms}
        if self.error is not None:
            told.update(code=self.error, text=self.why)
        data = json.dumps(told).encode() + b"\n"
        try:
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, data, 0)
        except OSError:
            pass  # nobody relies on it

    def _leave_lock(self) -> None:
        self.delivers = False
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _sleep(self, seconds: float) -> None:
        """Until then, or the end; whoever has put something in does not wake it."""
        end = time.monotonic() + seconds
        while not self._ending and time.monotonic() < end:
            self._drain_wake()
            poller = zmq.Poller()
            poller.register(self._wake_read, zmq.POLLIN)
            poller.poll(max(1, int((end - time.monotonic()) * 1000)))

    def _drain_wake(self) -> None:
        try:
            while len(os.read(self._wake_read, 4096)) == 4096:
                pass
        except BlockingIOError:
            pass

    def _say(self, code: Optional[str], why: str) -> None:
        if code is not None and (code, why) != (self.error, self.why):
            log.warning("source=%s outbox=%s code=%s: %s", self.source, self.path, code, why)
        elif code is None and self.error is not None:
            log.info("source=%s outbox=%s: delivered again", self.source, self.path)
        is_news = (code, why) != (self.error, self.why)
        self.error, self.why = code, why
        if is_news:
            self._tell()

    def _deliver(self) -> None:
        file = OutboxFile(
            self.path, self.source, self.seal, self.max_bytes, delivers=True
        )
        try:
            while not self._ending and file.is_there():
                began = time.monotonic()
                try:
                    Talk(self, file).run()
                except _OtherStream:
                    continue
                except _Refusal as error:
                    self._say(error.code, str(error))
                    self._sleep(REFUSAL_S)
                except NoAnswer as error:
                    self._say(error.code, str(error))
                except LiftError as error:
                    self._say(error.code, str(error))
                    self._sleep(CALM_S)
                self._sleep(began + CALM_S - time.monotonic())
        finally:
            file.close()

    def tell_unknown(self, unknown: Dict[str, Any]) -> None:
        """Accepted, and counted nowhere: said once a text."""
        texts = unknown.get("texts")
        for row in texts if isinstance(texts, list) else ():
            if not isinstance(row, list) or len(row) < 4 or len(self._warned) >= WARNED_MAX:
                continue
            kind, text, _, meant, *more = row
            attr = more[0] if more else None
            if (kind, text, attr) in self._warned:
                continue
            self._warned.add((kind, text, attr))
            of = f" of {attr}" if attr else ""
            hint = f": {meant!r} is meant?" if meant else ""
            log.warning("source=%s: the catalogue has no %s %r%s%s", self.source, kind, text, of, hint)


def told_at(path: str) -> Tuple[Optional[str], str]:
    """What who delivers has said of an outbox: a code and a sentence; None: nothing."""
    try:
        fd = os.open(f"{path}-sending", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None, ""
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None, ""  # nobody has it: what stands there is of one who is gone
        except BlockingIOError:
            told = json.loads(os.read(fd, TOLD_MAX))
        if isinstance(told, dict) and isinstance(told.get("code"), str):
            return told["code"], str(told.get("text", ""))
    except (OSError, ValueError):
        pass
    finally:
        os.close(fd)
    return None, ""


_all: "weakref.WeakSet[Delivery]" = weakref.WeakSet()


def _after_fork() -> None:
    for delivery in list(_all):
        delivery.forked()


os.register_at_fork(after_in_child=_after_fork)


class Talk:
    """One connection, from its hello until it is lost."""

    def __init__(self, delivery: Delivery, file: OutboxFile) -> None:
        self.delivery, self.file = delivery, file
        self.head: Head = file.head()
        self.batches: Deque[Batch] = deque()
        self.window = 0  # 0: there was no welcome yet
        self.cursor = 0  # the last id that was sent
        self.part, self.n_full = BATCH_EVENTS, 0  # events of a batch; such batches since then
        self.heard = time.monotonic()
        self.retry_s = RETRY_S
        self.has_more = self.sent_any = True
        self.version = -1  # of the file, when it was read
        self.wire = _wire.Wire(
            zmq.DEALER, delivery.endpoint, delivery.keys, messages=2 * WINDOW_MAX
        )

    def run(self) -> None:
        """Until the connection is lost or the delivery ends."""
        hello = {"v": 1, "op": "hello", "source": self.file.source, "stream": self.head.stream}
        try:
            self.wire.send(encode(hello))
            while not self.delivery._ending:
                if not self._round():
                    return
        finally:
            self.wire.close()

    def _round(self) -> bool:
        self._fill()
        _wire.wait([self.wire], self._pause(), self.delivery._wake_read)
        self.delivery._drain_wake()
        self.wire.hear()
        other = self._take_answers()
        self._record()
        if other:
            self._take_other_stream()
        if self.wire.breaks:
            return False
        waits = self.window == 0 or any(batch.is_sent for batch in self.batches)
        if waits and time.monotonic() > self.heard + _wire.ANSWER_S:
            raise NoAnswer(
                "socket",
                f"{self.delivery.endpoint}: no answer: does liftd run, is this its intake, may "
                "you use it?",
            )
        return True

    def _pause(self) -> float:
        now = time.monotonic()
        due = [batch.due - now for batch in self.batches if batch.due]
        return max(0.0, min([LOOK_S, *due]))

    # Sending.

    def _on_the_way(self) -> int:
        return sum(batch.is_sent for batch in self.batches)

    def _fill(self) -> None:
        if self.window == 0:
            return
        now = time.monotonic()
        for batch in self.batches:
            if batch.due and batch.due <= now and self._on_the_way() < self.window:
                self._send(batch)
        version = self.file.data_version()
        self.has_more = self.has_more or version != self.version
        self.version = version
        # Verdicts are recorded in order: behind one that is late, not without end.
        while self.has_more and len(self.batches) < self.window:
            if any(batch.due for batch in self.batches):
                return
            events = self.file.read(self.cursor, self._most(), BATCH_BYTES)
            if not events:
                self.has_more = False
                break
            if not self._send_new(events):
                return
        if not self.batches and not self.file.is_there():
            raise LiftError("outbox", f"{self.file.path}: the file was taken away")
        if not self.batches and self.sent_any:
            self.sent_any = False
            with self.delivery.writing:
                self.file.tidy()

    def _send_new(self, events: List[Tuple[int, bytes]]) -> bool:
        """False: what was sent before must have its verdict first."""
        first = events[0][0]
        if self.cursor != 0 and first != self.cursor + 1:
            if self.batches:
                return False
            self._take_other_stream()
        opened: List[bytes] = []
        ours: Dict[int, Tuple[str, str]] = {}
        for number, kept in events:
            event = self.delivery.seal.open(kept)
            if event is None or len(event) > BATCH_BYTES or not is_map(event):
                log.error("outbox=%s: event %d is damaged, or is none", self.file.path, number)
                ours[number] = ("corrupt", CORRUPT)
                event = EMPTY_MAP
            opened.append(event)
        batch = Batch(first, first + len(opened) - 1, opened, ours)
        if len(opened) > self.part:
            self.n_full = 0
        self.batches.append(batch)
        self.cursor, self.sent_any = batch.last, True
        self._send(batch)
        return True

    def _most(self) -> int:
        """How many events the next batch may have: where all has been well, one may have more."""
        calm = self.n_full >= PARTS_CALM and self.part < BATCH_EVENTS
        return min(2 * self.part, BATCH_EVENTS) if calm else self.part

    def _send(self, batch: Batch) -> None:
        if not any(other.is_sent for other in self.batches):
            self.heard = time.monotonic()
        number = batch.first - self.head.base
        batch.is_sent = self.wire.send(
            encode_batch(self.file.source, self.head.stream, number, batch.events)
        )
        batch.due = 0.0 if batch.is_sent else time.monotonic() + RETRY_S

    # Answers.

    def _take_answers(self) -> bool:
        """True: another stream must be taken."""
        while True:
            frames = self.wire.receive()
            if frames is None:
                return False
            try:
                answer = read_answer(frames[-1])
            except BadMessage:
                continue  # of a later version, perhaps
            if answer.source not in (None, self.file.source):
                continue
            if answer.stream not in (None, self.head.stream):
                continue
            self.heard = time.monotonic()
            if answer.op == "welcome" and self._take_welcome(answer):
                return True
            if answer.op == "ack" and self._take_ack(answer):
                return True
            if answer.op == "nack" and self._take_nack(answer):
                return True

    def _take_welcome(self, answer: Answer) -> bool:
        if answer.closed or answer.next > self.file.last_id() + 1 - self.head.base:
            return True
        self.window = max(1, min(answer.window, WINDOW_MAX))
        if not self.file.first_id():
            self.delivery._say(None, "")
        return False

    def _batch_of(self, answer: Answer) -> Optional[Batch]:
        for batch in self.batches:
            if batch.is_sent and batch.first - self.head.base == answer.first:
                return batch
        return None

    def _take_ack(self, answer: Answer) -> bool:
        batch = self._batch_of(answer)
        if batch is None or answer.count != batch.last - batch.first + 1:
            return False
        base = self.head.base
        refused = [
            (seq + base, *self._why(batch, seq + base, code, text))
            for seq, code, text in answer.rejected
        ]
        if any(not batch.first <= number <= batch.last for number, _, _ in refused):
            raise LiftError("malformed", f"{self.wire.endpoint}: an ack is not of its batch")
        self.delivery.tell_unknown(answer.unknown)
        reused = [number for number, code, _ in refused if code == "reused"]
        if reused:
            self._cut_at(batch, reused[0], refused)
            return True
        batch.verdict, batch.is_sent, batch.due = refused, False, 0.0
        self.part = max(self.part, len(batch.events))
        self.n_full += len(batch.events) == self.part
        self.retry_s = RETRY_S
        self.delivery._say(None, "")
        return False

    @staticmethod
    def _why(batch: Batch, number: int, code: str, text: str) -> Tuple[str, str]:
        """Of an empty map, what is wrong with the event that it stands for."""
        return (code, text) if code == "reused" else batch.ours.get(number, (code, text))

    def _too_long(self, batch: Batch, answer: Answer) -> None:
        """It is sent again in halves, and alone as an empty map. If that is too long, no event is
        at fault. One long event is no reason for others to be sent one by one."""
        if batch.events == [EMPTY_MAP]:
            raise _Refusal(answer.code, answer.text)
        if len(batch.events) > 1:
            half = len(batch.events) // 2
            if not batch.is_part:
                self.part, self.n_full = min(self.part, half), 0
            place = self.batches.index(batch)
            self.batches.remove(batch)
            for part in reversed(batch.parts(half)):
                self.batches.insert(place, part)
            return
        size = len(batch.events[0])
        log.error("outbox=%s: event %d is too long: %d bytes", self.file.path, batch.first, size)
        batch.ours[batch.first] = (answer.code, TOO_LONG.format(size))
        batch.events = [EMPTY_MAP]
        batch.is_sent, batch.due = False, time.monotonic()

    def _cut_at(self, batch: Batch, number: int, refused: List[Tuple[int, str, str]]) -> None:
        """What is before this number has its verdict; the rest waits, whatever was said of it."""
        while self.batches[-1] is not batch:
            self.batches.pop()
        if number == batch.first:
            self.batches.pop()
        else:
            batch.last = number - 1
            batch.verdict = [row for row in refused if row[0] < number]

    def _take_nack(self, answer: Answer) -> bool:
        if answer.code == "closed":
            return True
        text = answer.text
        batch = self._batch_of(answer)
        if answer.code == "size" and batch is not None:
            self._too_long(batch, answer)
            return False
        if not answer.retry:
            raise _Refusal(answer.code, text)
        if self.window == 0:
            raise LiftError(answer.code, text)
        if batch is not None:
            batch.is_sent, batch.due = False, time.monotonic() + self.retry_s
            self.retry_s = min(2 * self.retry_s, RETRY_MOST_S)
        if answer.code not in ("window", "rate"):  # which are nobody's trouble
            self.delivery._say(answer.code, text)
        return False

    # Verdicts.

    def _record(self) -> None:
        """Those of the first events, in one transaction."""
        refused: List[Tuple[int, str, str]] = []
        last = n = 0
        done = 0
        for batch in self.batches:
            if batch.verdict is None:
                break
            last, n, done = batch.last, n + batch.last - batch.first + 1, done + 1
            refused += batch.verdict
        if not done:
            return
        with self.delivery.writing:
            self.file.judged(last, n - len(refused), refused)
        for _ in range(done):
            self.batches.popleft()
        with self.delivery.progress:
            self.delivery.progress.notify_all()

    def _take_other_stream(self) -> None:
        with self.delivery.writing:
            head = self.file.other_stream()
        log.warning(
            "source=%s outbox=%s: what waits is sent in a new stream, %s",
            self.file.source,
            self.file.path,
            head.stream,
        )
        raise _OtherStream

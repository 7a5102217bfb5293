# SPDX-License-Identifier: Apache-2.0
"""Follow liftd's figures: a whole picture first, and then what changes, tick by tick."""

from __future__ import annotations

import asyncio
import datetime
import time
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence

import zmq

from . import _wire
from ._msg import BadMessage, decode, encode
from .errors import LiftError, RequestRefused
from .event import EPOCH
from .keys import Keys
from .picture import Body, Picture, is_message

STALE_S = 5.0  # without a beat for so long: nobody knows whether the figures are still right
REFRESH_S = 60.0  # a snapshot of what has changed, to be safe
AGAIN_S = 1.0  # after one that broke off
PAUSE_S = 0.3  # between two, whatever is missed
TOPICS_MOST = 64
PAGE = 1000
Metrics = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """What is different now. `figures`: by topics, the new ones; None: no one counts there any
    more. All of them are of one tick, and so is follower.picture."""

    figures: Mapping[str, Optional[Metrics]]
    before: Mapping[str, Optional[Metrics]] = field(repr=False)  # of the same topics
    catalogue: bool = False  # it has changed: follower.catalogue
    whole: bool = False  # these are all there are: the first picture
    stale: bool = False  # no beat comes: follower.picture is as it was last
    time: Optional[datetime.datetime] = None  # of the tick, by the daemon's clock
    as_of: Optional[str] = None  # the day that the figures are of
    protected: bool = False  # of an open audience: they may be off by a few, and do not add up
    release: Optional[int] = None  # its number, of an open audience; None: there is none yet


class _Snapshot:
    """One that is being asked for."""

    def __init__(
        self,
        endpoint: str,
        keys: Optional[Keys],
        topics: Sequence[str],
        epoch: Optional[int],
        since: Optional[int],
    ) -> None:
        self.wire = _wire.Wire(zmq.DEALER, endpoint, keys, published=True, messages=PAGE + 1)
        self.ask: Dict[str, Any] = {"v": 1, "op": "snapshot", "topics": list(topics)}
        self.since = since
        if since is not None:
            self.ask.update(epoch=epoch, since=since)
        self.asked_epoch = epoch
        self.messages: Dict[str, Body] = {}
        self.on_page = 0
        self.first: Optional[Body] = None  # the end of the first page
        self.heard = time.monotonic()
        self.wire.send(encode(self.ask))

    def take(self, topic: str, body: Body) -> Optional[bool]:
        """True: that was all; False: it has broken off; None: more comes."""
        self.heard = time.monotonic()
        if topic == "error":
            code, text = str(body.get("code")), str(body.get("text"))
            raise RequestRefused(code, f"{self.wire.endpoint}: {text}")
        if topic != "end":
            if not is_message(topic, body):
                return False
            self.messages[topic] = body
            self.on_page += 1
            return None
        return self._end(body)

    def _end(self, end: Body) -> Optional[bool]:
        if not is_message("", end) or end.get("count") != self.on_page:
            return False
        self.first = self.first or end
        if end["epoch"] != self.first["epoch"]:
            return False
        after = end.get("next")
        if after is None:
            return True
        if not isinstance(after, str) or not self.on_page:
            return False
        if after.encode() <= str(self.ask.get("after", "")).encode():
            return False  # else it would never end
        self.on_page = 0
        self.ask["after"] = after
        if self.whole:
            self.ask.pop("since", None)
            self.ask.pop("epoch", None)
        self.wire.send(encode(self.ask))
        return None

    @property
    def whole(self) -> bool:
        """Has it all topics?"""
        assert self.first is not None
        return self.since is None or bool(self.first["epoch"] != self.asked_epoch)


class Follower:
    """What an audience's figures are, and how they change.

    publish, snapshot  the audience's two endpoints
    topics             beginnings of topics, such as "metric/1820/"

    Iterate over it, or call next(); with asyncio, `async for`. It goes on through everything: what
    was missed is asked for, and while the daemon is away the last picture stays, and is stale.
    NotLetIn, RequestRefused where it may not read. Of one thread at a time.
    """

    def __init__(
        self,
        publish: str,
        snapshot: str,
        keys: Optional[Keys] = None,
        topics: Sequence[str] = ("metric/", "catalogue"),
    ) -> None:
        if isinstance(topics, str):
            topics = (topics,)
        asked = [topic for topic in topics if not topic.startswith("beat")]
        if not 1 <= len(asked) <= TOPICS_MOST:
            raise ValueError(
                f"topics must be 1 to {TOPICS_MOST} beginnings of topics, such as 'metric/1820/'"
            )
        self.picture: Mapping[str, Metrics] = {}
        self.catalogue: Optional[Mapping[str, Any]] = None
        self.sources: List[Mapping[str, Any]] = []  # as of the last beat
        self.stale = False
        self._picture = Picture()
        self._metrics: Dict[str, Metrics] = {}
        self.picture = MappingProxyType(self._metrics)
        self._begun = False  # the whole picture was given
        self._was_stale = False  # and it was said
        self._snapshot_at, self._keys, self._topics = snapshot, keys, asked
        self._snapshot: Optional[_Snapshot] = None
        self._asked = self._not_before = -REFRESH_S
        self._heard = time.monotonic()  # the last beat
        subscribed = [topic.encode() for topic in [*asked, "beat"]]
        self._wire = _wire.Wire(zmq.SUB, publish, keys, published=True, topics=subscribed)

    def close(self) -> None:
        """Drop the connections; picture stays as it is."""
        self._drop()
        if not self._wire.socket.closed:
            self._wire.close()

    def __enter__(self) -> "Follower":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> "Follower":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    # Waiting.

    def next(self, timeout: Optional[float] = None) -> Optional[Change]:
        """The next change; None: there was none in so many seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            change = self._step()
            if change is not None:
                return change
            pause = self._pause()
            if end is not None:
                pause = min(pause, end - time.monotonic())
                if pause <= 0:
                    return None
            _wire.wait(self._wires(), pause)

    def __iter__(self) -> Iterator[Change]:
        while True:
            change = self.next()
            assert change is not None
            yield change

    def __aiter__(self) -> "Follower":
        return self

    async def __anext__(self) -> Change:
        while True:
            await asyncio.sleep(0)  # others have their turns, however much comes
            change = self._step()
            if change is not None:
                return change
            await self._wait(self._pause())

    async def _wait(self, seconds: float) -> None:
        if any(wire.is_readable() for wire in self._wires()):
            return
        loop = asyncio.get_running_loop()
        ready: "asyncio.Future[None]" = loop.create_future()

        def tell() -> None:
            if not ready.done():
                ready.set_result(None)

        files = [int(s.getsockopt(zmq.FD)) for wire in self._wires() for s in wire.sockets()]
        for file in files:
            loop.add_reader(file, tell)
        try:
            await asyncio.wait_for(ready, seconds)
        except asyncio.TimeoutError:
            pass
        finally:
            for file in files:
                loop.remove_reader(file)

    def _wires(self) -> List[_wire.Wire]:
        return [self._wire] + ([self._snapshot.wire] if self._snapshot else [])

    def _pause(self) -> float:
        """Until something is to be done by itself."""
        now = time.monotonic()
        ends = [now + REFRESH_S]
        if not self._was_stale:
            ends.append(self._heard + STALE_S)
        if self._snapshot is not None:
            ends.append(self._snapshot.heard + _wire.ANSWER_S)
        return max(0.0, min(ends) - now) + 0.001

    # The steps.

    def _step(self) -> Optional[Change]:
        """Take in what is there, up to the next change."""
        if self._wire.socket.closed:
            raise LiftError("stopped", "the follower is closed")
        while True:
            took = self._take_page()
            message = self._receive(self._wire)
            if message is not None:
                took = True
                self._published(*message)
            change = self._change()
            if change is not None:
                return change
            if not took:
                break
        self._wire.hear()
        if self._snapshot is not None:
            self._snapshot.wire.hear()
            if time.monotonic() > self._snapshot.heard + _wire.ANSWER_S:
                self._drop()
        return self._grow_stale()

    @staticmethod
    def _receive(wire: _wire.Wire) -> Optional[Any]:
        """A message that can be read; None: there is none."""
        while True:
            frames = wire.receive()
            if frames is None:
                return None
            try:
                if len(frames) == 2:
                    return frames[0].decode(), decode(frames[1])
            except (BadMessage, UnicodeDecodeError):
                pass  # as if it had been lost

    def _published(self, topic: str, body: Body) -> None:
        if not is_message(topic, body):
            return
        epoch = self._picture.epoch
        if topic == "beat":
            now = time.monotonic()
            if now - self._heard > STALE_S:
                self._picture.missed = True  # whatever was lost meanwhile did not show
            self._heard = now
            self._picture.take_beat(body)
            sources = body.get("sources")
            self.sources = sources if isinstance(sources, list) else []
        else:
            self._picture.take(topic, body)
        if epoch != self._picture.epoch:
            self._drop()
        if topic == "beat":
            self._ask_if_due(body.get("complete") is not False)

    # Asking.

    def _drop(self) -> None:
        if self._snapshot is not None:
            self._snapshot.wire.close()
            self._snapshot = None
            self._picture.break_off()
            self._not_before = time.monotonic() + AGAIN_S

    def _ask_if_due(self, complete: bool) -> None:
        """At a beat: a snapshot of an epoch that is not yet out would have a part of it."""
        now = time.monotonic()
        is_due = self._picture.missed or now > self._asked + REFRESH_S
        if self._snapshot is None and complete and is_due and now >= self._not_before:
            self._asked, self._not_before = now, now + PAUSE_S
            self._snapshot = _Snapshot(
                self._snapshot_at,
                self._keys,
                self._topics,
                self._picture.epoch,
                self._picture.since,
            )
            self._picture.begin()

    def _take_page(self) -> bool:
        snapshot = self._snapshot
        message = self._receive(snapshot.wire) if snapshot is not None else None
        if snapshot is None or message is None:
            return False
        ended = snapshot.take(*message)
        if ended is False:
            self._drop()
        elif ended:
            self._end_snapshot(snapshot)
        return True

    def _end_snapshot(self, snapshot: _Snapshot) -> None:
        first = snapshot.first
        assert first is not None
        snapshot.wire.close()
        self._snapshot = None
        complete = first.get("complete") is not False
        whole = snapshot.whole
        if not self._picture.take_snapshot(
            snapshot.messages, first["epoch"], first["seq"], whole, complete
        ):
            self._not_before = time.monotonic() + AGAIN_S

    # Telling.

    def _change(self) -> Optional[Change]:
        if not self._picture.holds():
            return None
        if self._was_stale and time.monotonic() > self._heard + STALE_S:
            return None  # and still is
        whole, back = not self._begun, self._was_stale
        figures: Dict[str, Optional[Metrics]] = {}
        before: Dict[str, Optional[Metrics]] = {}
        has_catalogue = False
        for topic, body, old in self._picture.show():
            if topic == "catalogue":
                self.catalogue, has_catalogue = body, True
            elif topic.startswith("metric/"):
                figures[topic] = body and body["metrics"]
                before[topic] = old and old["metrics"]
                if body is not None:
                    self._metrics[topic] = body["metrics"]
                else:
                    self._metrics.pop(topic, None)
        self._begun, self._was_stale, self.stale = True, False, False
        if not (whole or back or figures or has_catalogue):
            return None
        return self._told(figures, before, catalogue=has_catalogue, whole=whole)

    def _told(
        self,
        figures: Mapping[str, Optional[Metrics]],
        before: Mapping[str, Optional[Metrics]],
        **other: bool,
    ) -> Change:
        beat = self._picture.beat or {}
        ms, as_of = beat.get("time"), beat.get("as_of")
        protected, release = beat.get("protected") is True, beat.get("release")
        time_of = EPOCH + datetime.timedelta(milliseconds=ms) if isinstance(ms, int) else None
        return Change(
            figures,
            before,
            time=time_of,
            as_of=as_of,
            protected=protected,
            release=release if isinstance(release, int) else None,
            **other,
        )

    def _grow_stale(self) -> Optional[Change]:
        if self._was_stale or time.monotonic() <= self._heard + STALE_S:
            return None
        self._was_stale = self.stale = True
        return self._told({}, {}, stale=True)

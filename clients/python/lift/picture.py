# SPDX-License-Identifier: Apache-2.0
"""What a dashboard knows, by the rules of PROTOCOL.md, "A picture that holds". Pure: no sockets,
no clock.

Two things are kept. What was heard, message by message: of each topic the newest one. And what is
shown: all of it as it was at the end of a tick, and only when nothing is missing. So whoever looks
at what is shown never sees a part of a tick, or a part of another epoch.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Set, Tuple

Body = Dict[str, Any]
TOPICS_MAX = 1 << 20


class TooManyTopics(Exception):
    """More than can be held."""


def is_message(topic: str, body: Mapping[str, Any]) -> bool:
    """Has it what each message of its topic has?"""
    for key in ("epoch", "seq") + (("n",) if topic.startswith("metric/") else ()):
        value = body.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            return False
    return True


def _number(body: Mapping[str, Any]) -> int:
    """By which messages of a topic in one epoch are told apart; the catalogue has no n."""
    number = body.get("n")
    return int(body["seq"] if number is None else number)


class Picture:
    """Messages in, changes out."""

    def __init__(self) -> None:
        self.heard: Dict[str, Body] = {}
        self.epoch: Optional[int] = None  # of what was published last
        self.beat: Optional[Body] = None  # the last one of this epoch
        self.since: Optional[int] = None  # up to this tick of the epoch all is known
        self.missed = True  # something behind that,
        self.asked = False  # and that is being asked for
        self.in_tick: Optional[int] = None  # a message has come whose tick has not ended: its seq
        self.shown: Dict[str, Body] = {}
        self._changed: Set[str] = set()  # topics that may differ from what is shown

    # Published messages.

    def _enter(self, epoch: int) -> None:
        if epoch != self.epoch:  # published messages come in order: this is the newer one
            self.epoch, self.beat, self.since = epoch, None, None
            self.missed, self.asked, self.in_tick = True, False, None

    def take(self, topic: str, body: Body) -> None:
        """A published message that is no beat."""
        self._enter(body["epoch"])
        if self.since is not None and body["seq"] <= self.since:
            return  # the snapshot had it, or one that is newer
        self.in_tick = body["seq"]
        newer = self._keep(topic, body)
        # Before a snapshot nobody knows what came before.
        if newer > 1 and self.since is not None and topic.startswith("metric/"):
            self.missed = True

    def take_beat(self, body: Body) -> None:
        """The end of a tick; one of an open audience is of what stands while the next release
        goes out, and ends nothing."""
        self._enter(body["epoch"])
        if self.beat is not None and body["seq"] > self.beat["seq"] + 1:
            self.missed = True
        self.beat = body
        if self.in_tick is not None and self.in_tick <= body["seq"]:
            self.in_tick = None

    def _keep(self, topic: str, body: Body) -> int:
        """By how much it is newer."""
        number = _number(body)
        old = self.heard.get(topic)
        if old is None and len(self.heard) >= TOPICS_MAX:
            raise TooManyTopics
        if old is not None and old["epoch"] == body["epoch"]:
            number -= _number(old)
        if number > 0:
            self.heard[topic] = body
            self._changed.add(topic)
        return number

    # Snapshots.

    def begin(self) -> None:
        """One is asked for: what is missed from now on may be missed behind it."""
        self.asked, self.missed = self.asked or self.missed, False

    def break_off(self) -> None:
        """It will not come."""
        self.asked, self.missed = False, self.asked or self.missed

    def take_snapshot(
        self, messages: Mapping[str, Body], epoch: int, seq: int, whole: bool, complete: bool
    ) -> bool:
        """A snapshot that has ended: the epoch and seq of its first page's end, and whether it has
        all topics or those that changed since. False: it is of another epoch, or not all of it is
        out yet; ask again at a later beat."""
        if epoch != self.epoch or (whole and not complete) or (not whole and self.since is None):
            self.break_off()
            return False
        for topic, body in messages.items():
            self._keep(topic, body)
        # What goes out meanwhile is not all there before its beat.
        ahead = max((body.get("seq", 0) for body in messages.values()), default=0)
        if self.beat is not None and ahead > max(seq, self.beat["seq"]):
            self.in_tick = max(self.in_tick or 0, ahead)
        if whole:
            for topic, body in list(self.heard.items()):
                is_older = body["epoch"] != epoch or body["seq"] <= seq
                if topic not in messages and is_older:
                    del self.heard[topic]
                    self._changed.add(topic)
        self.since, self.asked = seq, False
        return True

    # Showing.

    def holds(self) -> bool:
        """Is all known up to the end of a tick?"""
        if self.missed or self.asked or self.in_tick is not None:
            return False
        if self.since is None or self.beat is None:
            return False
        return bool(self.beat["seq"] >= self.since)

    def show(self) -> List[Tuple[str, Optional[Body], Optional[Body]]]:
        """Where it holds: what differs from what was shown, in order of topics, each with what is
        shown from now on and what was before; None: nothing."""
        differs = []
        if not self.holds():
            return []
        for topic in sorted(self._changed):
            body, before = self.heard.get(topic), self.shown.get(topic)
            if body is not None and topic.startswith("metric/") and body.get("metrics") is None:
                body = None
            if body is not None:
                self.shown[topic] = body
            elif before is not None:
                del self.shown[topic]
            if not _same(topic, body, before):
                differs.append((topic, body, before))
        self._changed.clear()
        return differs


def _same(topic: str, one: Optional[Body], other: Optional[Body]) -> bool:
    """Do two messages say the same? Another epoch sends everything again."""
    if one is None or other is None:
        return one is other
    if topic.startswith("metric/"):
        keys = ("metrics", "sources", "as_of", "release")
        return all(one.get(key) == other.get(key) for key in keys)
    passing = ("epoch", "seq")
    return {k: v for k, v in one.items() if k not in passing} == {
        k: v for k, v in other.items() if k not in passing
    }

# SPDX-License-Identifier: Apache-2.0
"""An event: what somebody has done in a module. What can be made is what liftd accepts."""

from __future__ import annotations

import datetime
import math
import typing
from dataclasses import dataclass, field
from typing import Any, Dict, Literal, Mapping, Optional, Union

import msgpack

from .errors import EventError

Type = Literal[
    "started", "completed", "assessed", "attended", "enrolled", "withdrawn", "voided"
]
Phase = Literal["pre", "post"]
State = Literal["applied", "waiting", "admitted"]
Time = Union[datetime.datetime, int]

TYPES = typing.get_args(Type)
PHASES = typing.get_args(Phase)
STATES = typing.get_args(State)

TIME_MIN = 946684800000  # 2000-01-01T00:00Z
TIME_MAX = (1 << 48) - 1
AHEAD_MS = 10 * 60 * 1000  # of liftd's clock
VALID_UNTIL_MIN = datetime.date(2000, 1, 1)
FOR_EVER = datetime.date(2150, 12, 31)
FAR_DAY = "2151-01-01"  # any day after that
MINUTES_MAX = 10080
SCORE_ONE = 10000
ATTRS_MAX = 16
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

# Which fields say something of which types; the others are for all.
USES: Dict[str, tuple[str, ...]] = {
    "score": ("assessed",),
    "passed": ("assessed",),
    "phase": ("assessed",),
    "minutes": ("attended",),
    "state": ("enrolled",),
    "valid_until": ("completed", "assessed"),
    "voids": ("voided",),
}


def _shown(value: object) -> str:
    """A value for an error, never a long one."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def check_text(name: str, value: object, least: int, most: int, code: str = "") -> str:
    """A text whose UTF-8 has so many bytes."""
    if not isinstance(value, str):
        raise EventError(
            code or name,
            f"{name} must be a text of {least} to {most} bytes, not "
            f"{type(value).__name__}"
            + (f": write {name}=str(...)" if isinstance(value, int) else ""),
        )
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise EventError("value", f"{name} must be text that UTF-8 can hold") from None
    if not least <= size <= most:
        raise EventError(
            code or name,
            f"{name} must be a text of {least} to {most} bytes of UTF-8, not of {size}",
        )
    return value


def time_ms(name: str, value: object) -> int:
    """Milliseconds since 1970 UTC; what is finer is cut."""
    if isinstance(value, datetime.datetime):
        if value.utcoffset() is None:
            raise EventError(
                "time",
                f"{name} must have a time zone: datetime.now(timezone.utc), or "
                "value.replace(tzinfo=zoneinfo.ZoneInfo('Europe/Oslo'))",
            )
        return (value - EPOCH) // datetime.timedelta(milliseconds=1)
    if isinstance(value, bool) or not isinstance(value, int):
        raise EventError(
            "time",
            f"{name} must be a datetime with a time zone, or whole milliseconds since "
            f"1970 UTC, not {type(value).__name__}",
        )
    return value


def _check_time(name: str, value: object) -> int:
    ms = time_ms(name, value)
    if TIME_MIN <= ms <= TIME_MAX:
        return ms
    looks = TIME_MIN <= ms * 1000 <= TIME_MAX
    raise EventError(
        "time",
        f"{name} must be from 2000-01-01 on, in milliseconds since 1970 UTC, not {ms}"
        + (": these look like seconds" if looks else ""),
    )


def _check_word(name: str, value: object, words: tuple[str, ...]) -> None:
    if value not in words or not isinstance(value, str):
        raise EventError(
            name, f"{name} must be {', '.join(words[:-1])} or {words[-1]}, not {_shown(value)}"
        )


def _check_score(value: object) -> float:
    """A score as liftd keeps it: whole ten-thousandths."""
    wrong = isinstance(value, bool) or not isinstance(value, (int, float))
    if not wrong and isinstance(value, float) and not math.isfinite(value):
        raise EventError("value", "score must be a number from 0 to 1, not NaN or infinite")
    # An integer is 0 or 1: one in per cent is easily sent.
    if wrong or (isinstance(value, int) and value not in (0, 1)):
        raise EventError("score", f"score must be a number from 0 to 1, not {_shown(value)}")
    kept = math.floor(typing.cast(float, value) * SCORE_ONE + 0.5)
    if not 0 <= kept <= SCORE_ONE:
        raise EventError("score", f"score must be a number from 0 to 1, not {_shown(value)}")
    return kept / SCORE_ONE


def _check_minutes(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MINUTES_MAX:
        raise EventError(
            "minutes",
            f"minutes must be a whole number from 1 to {MINUTES_MAX}, not {_shown(value)}",
        )


def _check_day(value: object) -> str:
    """The day as it is sent."""
    day: Optional[datetime.date] = None
    if isinstance(value, str) and len(value) == 10:
        try:
            day = datetime.date.fromisoformat(value)
        except ValueError:
            pass
    elif isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        day = value
    if day is None or day < VALID_UNTIL_MIN:
        raise EventError(
            "valid-until",
            "valid_until must be a day, a date or YYYY-MM-DD, from 2000-01-01 on, not "
            f"{_shown(value)}",
        )
    return FAR_DAY if day > FOR_EVER else day.isoformat()


def _check_attrs(attrs: object) -> None:
    if not isinstance(attrs, Mapping):
        raise EventError(
            "attrs", f"attrs must be a dict of texts, not {type(attrs).__name__}"
        )
    if len(attrs) > ATTRS_MAX:
        raise EventError("attrs", f"attrs must be {ATTRS_MAX} at most, not {len(attrs)}")
    for name, value in attrs.items():
        check_text("the name of an attribute", name, 1, 64, "attrs")
        if value is not None:
            check_text(f"the attribute {name!r}", value, 0, 64, "attrs")


def _result_map(of: Union["Event", "Voids"]) -> Dict[str, Any]:
    sent: Dict[str, Any] = {}
    if of.score is not None:
        sent["score"] = float(_check_score(of.score))
    for name in ("passed", "phase", "minutes", "state"):
        value = getattr(of, name)
        if value is not None:
            sent[name] = value
    return sent


def _check_result(of: Union["Event", "Voids"]) -> None:
    if of.score is not None:
        _check_score(of.score)
    if of.passed is not None and not isinstance(of.passed, bool):
        raise EventError("passed", f"passed must be True or False, not {_shown(of.passed)}")
    if of.phase is not None:
        _check_word("phase", of.phase, PHASES)
    if of.minutes is not None:
        _check_minutes(of.minutes)
    if of.state is not None:
        _check_word("state", of.state, STATES)


@dataclass(frozen=True)
class Voids:
    """What a `voided` event takes back: the facts of its learner and module that are equal in
    all that is named here."""

    type: Type
    time: Optional[Time] = None
    score: Optional[float] = None
    passed: Optional[bool] = None
    phase: Optional[Phase] = None
    minutes: Optional[int] = None
    state: Optional[State] = None

    def __post_init__(self) -> None:
        try:
            _check_word("type", self.type, tuple(t for t in TYPES if t != "voided"))
            if self.time is not None:
                _check_time("time", self.time)
            _check_result(self)
        except EventError as error:
            raise EventError("voids", f"voids: {error}") from None

    def to_map(self) -> Dict[str, Any]:
        """As it is sent."""
        sent: Dict[str, Any] = {"type": self.type}
        if self.time is not None:
            sent["time"] = time_ms("time", self.time)
        return {**sent, **_result_map(self)}


@dataclass(frozen=True)
class Event:
    """What `learner`, who works in `region`, has done in `module`, and when.

    time         a datetime with a time zone, or milliseconds since 1970 UTC
    score        assessed: 0 to 1; passed: True or False; one of the two must be there
    phase        assessed: "pre" or "post", where the module is tested before and after
    minutes      attended: how long
    state        enrolled: "applied", "waiting" or "admitted"
    valid_until  completed, assessed: the last day on which what is earned by it holds
    attrs        what the catalogue counts by, such as {"role": "nurse"}
    voids        voided: what is taken back

    EventError, a ValueError, where liftd would refuse it.
    """

    type: Type
    time: Time
    learner: str
    module: str
    region: str
    score: Optional[float] = None
    passed: Optional[bool] = None
    phase: Optional[Phase] = None
    minutes: Optional[int] = None
    state: Optional[State] = None
    valid_until: Union[datetime.date, str, None] = None
    attrs: Mapping[str, Optional[str]] = field(default_factory=dict)
    voids: Optional[Voids] = None

    def __post_init__(self) -> None:
        _check_word("type", self.type, TYPES)
        _check_time("time", self.time)
        check_text("learner", self.learner, 1, 256)
        check_text("module", self.module, 1, 400)
        check_text("region", self.region, 1, 64)
        _check_attrs(self.attrs)
        for name, types in USES.items():
            if getattr(self, name) is not None and self.type not in types:
                raise EventError(
                    name.replace("_", "-"),
                    f"{name} is for {' and '.join(types)}, not for {self.type}: send an event "
                    "of its own for it",
                )
        _check_result(self)
        if self.type == "assessed" and self.score is None and self.passed is None:
            raise EventError("result", "assessed needs score or passed")
        if self.type == "attended" and self.minutes is None:
            raise EventError("minutes", "attended needs minutes")
        if self.type == "voided" and not isinstance(self.voids, Voids):
            raise EventError(
                "voids", 'voided needs voids: what it takes back, such as Voids("completed")'
            )
        if self.valid_until is not None:
            _check_day(self.valid_until)

    @property
    def time_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        return time_ms("time", self.time)

    def to_map(self) -> Dict[str, Any]:
        """As it is sent."""
        sent: Dict[str, Any] = {
            "type": self.type,
            "learner": self.learner,
            "module": self.module,
            "region": self.region,
            "time": self.time_ms,
        }
        attrs = {name: value for name, value in self.attrs.items() if value is not None}
        if attrs:
            sent["attrs"] = attrs
        if self.voids is not None:
            sent["voids"] = self.voids.to_map()
        sent.update(_result_map(self))
        if self.valid_until is not None:
            sent["valid_until"] = _check_day(self.valid_until)
        return sent

    def encode(self) -> bytes:
        """The MessagePack of a batch."""
        encoded: bytes = msgpack.packb(self.to_map())
        return encoded

    @classmethod
    def from_map(cls, sent: Mapping[str, Any]) -> "Event":
        """An event of a batch, read as liftd reads it: what its type has no use for is skipped,
        as are keys that nobody knows."""
        there = {name: value for name, value in sent.items() if value is not None}
        for name in ("type", "time", "learner", "module", "region"):
            there.setdefault(name, None)
        for name, types in USES.items():
            if name in there and there["type"] not in types:
                del there[name]
        if "voids" in there:
            there["voids"] = cls._voids_of(there["voids"])
        known = cls.__dataclass_fields__
        return cls(**{name: value for name, value in there.items() if name in known})

    @staticmethod
    def _voids_of(sent: object) -> object:
        """Wrong ones stay as they are: their turn to be refused comes later."""
        known = Voids.__dataclass_fields__
        if not isinstance(sent, Mapping) or "type" not in sent:
            return sent
        there = {n: v for n, v in sent.items() if n in known and v is not None}
        try:
            return Voids(**there)
        except EventError:
            return sent

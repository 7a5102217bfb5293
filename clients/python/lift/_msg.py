# SPDX-License-Identifier: Apache-2.0
"""Messages of the protocol, as bytes. What is read is checked, whoever has sent it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import msgpack

DEPTH_MAX = 8  # of what clients read; the outermost map is 1
INT_MAX = (1 << 63) - 1
BATCH_EVENTS = 100
BATCH_BYTES = 512 << 10
ANSWER_BYTES_MAX = 1 << 20
PUBLISHED_BYTES_MAX = 128 << 20


class BadMessage(ValueError):
    """A message that is not what the protocol has; `code` says in which way."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def _pairs(pairs: List[Tuple[Any, Any]]) -> Dict[str, Any]:
    there: Dict[str, Any] = {}
    for key, value in pairs:
        if not isinstance(key, str):
            raise BadMessage("malformed", "a key of a map must be a text")
        if key in there:
            raise BadMessage("malformed", f"a map has the key {key[:40]!r} twice")
        there[key] = value
    return there


def _check(value: Any, depth: int) -> None:
    if isinstance(value, (dict, list)):
        if depth > DEPTH_MAX:
            raise BadMessage("malformed", f"maps and arrays nest {DEPTH_MAX} deep at most")
        for item in value.values() if isinstance(value, dict) else value:
            _check(item, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise BadMessage("malformed", "a number is NaN or infinite")
    elif isinstance(value, int) and value > INT_MAX:
        raise BadMessage("malformed", "an integer is above 2^63-1")


def decode(message: bytes) -> Dict[str, Any]:
    """One map, and nothing behind it."""
    try:
        value = msgpack.unpackb(message, object_pairs_hook=_pairs)
    except BadMessage:
        raise
    except (ValueError, msgpack.exceptions.UnpackException, RecursionError) as error:
        raise BadMessage("malformed", f"the message is no MessagePack: {error}") from None
    if not isinstance(value, dict):
        raise BadMessage("malformed", "the message is no map")
    _check(value, 1)
    return value


def is_map(event: bytes) -> bool:
    """Is it one, whole, and nothing else? What is in it, the daemon judges."""
    try:
        return isinstance(msgpack.unpackb(event, raw=True, strict_map_key=False), dict)
    except Exception:  # whatever msgpack makes of bytes by chance
        return False


def encode(message: Mapping[str, Any]) -> bytes:
    encoded: bytes = msgpack.packb(message)
    return encoded


def encode_batch(source: str, stream: str, seq: int, events: Sequence[bytes]) -> bytes:
    """A batch of events that are encoded already."""
    packer = msgpack.Packer(autoreset=False)
    packer.pack_map_header(6)
    for key, value in (
        ("v", 1),
        ("op", "events"),
        ("source", source),
        ("stream", stream),
        ("seq", seq),
    ):
        packer.pack(key)
        packer.pack(value)
    packer.pack("events")
    packer.pack_array_header(len(events))
    head: bytes = packer.bytes()
    return head + b"".join(events)


# Answers of intake.


@dataclass
class Answer:
    """welcome, ack or nack."""

    op: str
    source: Optional[str] = None
    stream: Optional[str] = None
    first: Optional[int] = None
    count: int = 0
    next: int = 0
    window: int = 0
    closed: bool = False
    rejected: List[Tuple[int, str, str]] = field(default_factory=list)
    unknown: Dict[str, Any] = field(default_factory=dict)
    code: str = ""
    text: str = ""
    retry: bool = False


def _need(there: Mapping[str, Any], key: str, kind: type, absent: Any = None) -> Any:
    value = there.get(key)
    if value is None and absent is not None:
        return absent
    right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if not right or (isinstance(value, int) and value < 0):
        raise BadMessage("malformed", f"an answer's {key} is not what it should be")
    return value


def _rejected(rows: List[Any]) -> List[Tuple[int, str, str]]:
    read = []
    for row in rows:
        if not isinstance(row, list) or len(row) < 3:
            raise BadMessage("malformed", "a refused event's row is too short")
        there = {"seq": row[0], "code": row[1], "text": row[2]}
        read.append((_need(there, "seq", int), _need(there, "code", str), _need(there, "text", str)))
    return read


def read_answer(message: bytes) -> Answer:
    """What the daemon says; BadMessage with the code `op` where that is nothing that we know."""
    there = decode(message)
    if there.get("v") != 1 or isinstance(there["v"], bool):
        raise BadMessage("version", "v must be 1")
    op = _need(there, "op", str)
    answer = Answer(op)
    answer.source = _need(there, "source", str, "") or None
    answer.stream = _need(there, "stream", str, "") or None
    if op == "welcome":
        answer.next = _need(there, "next", int)
        answer.window = _need(there, "window", int)
        answer.closed = _need(there, "closed", bool, False)
    elif op == "ack":
        answer.first = _need(there, "first", int)
        answer.count = _need(there, "count", int)
        answer.next = _need(there, "next", int)
        answer.rejected = _rejected(_need(there, "rejected", list))
        answer.unknown = _need(there, "unknown", dict, {})
    elif op == "nack":
        answer.first = _need(there, "first", int, -1)
        answer.code = _need(there, "code", str)
        answer.text = _need(there, "text", str)
        answer.retry = _need(there, "retry", bool)
    else:
        raise BadMessage("op", f"an answer that nobody has asked for: {op[:40]!r}")
    return answer

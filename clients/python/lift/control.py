# SPDX-License-Identifier: Apache-2.0
"""Questions to a daemon: how it is, what its figures are."""

from __future__ import annotations

import json
import time
from typing import Any, Dict, Iterator, Mapping, Optional

import zmq

from . import _wire
from ._msg import BadMessage, decode, encode
from .errors import LiftError, NoAnswer, RequestRefused
from .keys import Keys


def request(
    endpoint: str,
    ask: Mapping[str, Any],
    keys: Optional[Keys] = None,
    timeout: float = _wire.ANSWER_S,
) -> Iterator[Dict[str, Any]]:
    """Ask a `control` or `ask` endpoint, such as {"op": "status"}: the messages of the answer.

    NoAnswer where nothing comes for so many seconds; RequestRefused where the answer is no."""
    wire = _wire.Wire(zmq.DEALER, endpoint, keys)
    try:
        wire.send(encode({"v": 1, **ask}))
        while True:
            answer = _next(wire, timeout)
            if answer.get("ok") is not True:
                code, text = str(answer.get("code", "malformed")), str(answer.get("text", ""))
                raise RequestRefused(code, f"{code}: {text}")
            yield answer
            if not answer.get("more"):
                return
    finally:
        wire.close()


def _next(wire: _wire.Wire, timeout: float) -> Dict[str, Any]:
    end = time.monotonic() + timeout
    while True:
        frames = wire.receive()
        if frames is not None:
            try:
                return decode(frames[-1])
            except BadMessage as error:
                raise LiftError(error.code, f"{wire.endpoint}: {error}") from None
        wire.hear()
        left = end - time.monotonic()
        if wire.breaks:
            raise NoAnswer("socket", f"{wire.endpoint}: the connection broke")
        if left <= 0:
            raise NoAnswer(
                "socket",
                f"{wire.endpoint}: no answer: does liftd run, is this its control, may you use it?",
            )
        _wire.wait([wire], left)


def status(
    endpoint: str, keys: Optional[Keys] = None, timeout: float = _wire.ANSWER_S
) -> Dict[str, Any]:
    """How the daemon is, and what each source has sent: `status` of PROTOCOL.md."""
    whole: Dict[str, Any] = {}
    for answer in request(endpoint, {"op": "status"}, keys, timeout):
        for key, value in answer.items():
            if isinstance(value, list) and isinstance(whole.get(key), list):
                whole[key] = whole[key] + value
            elif key != "more":
                whole[key] = value
    return whole


def export(
    endpoint: str,
    *,
    as_of: Optional[str] = None,
    region: Optional[str] = None,
    kind: Optional[str] = None,
    keys: Optional[Keys] = None,
    timeout: float = 60.0,
) -> Iterator[Dict[str, Any]]:
    """All figures, or those of a region or a kind: each a map of a metric's figures with
    `region`, `kind` and `id`. They have all that the daemon had acknowledged before."""
    ask = {"op": "export", "as_of": as_of, "region": region, "kind": kind}
    sent = {key: value for key, value in ask.items() if value is not None}
    for answer in request(endpoint, sent, keys, timeout):
        for row in answer.get("rows", ()):
            yield json.loads(row)

# SPDX-License-Identifier: Apache-2.0
"""A daemon of a hundred lines that keeps the protocol's rules and has all the trouble that a real
one can have: it is by chance away, slow, full, deaf, restarted, and loses answers."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any, Dict, List, Optional, Set, Tuple

import msgpack
import zmq

REFUSED = ("score", "the test refuses it")


class FakeLiftd(threading.Thread):
    """`numbers` is what it has on disk: (stream, number) to the event's bytes."""

    def __init__(self, directory: Path, luck: random.Random, trouble: float) -> None:
        super().__init__(daemon=True)
        self.endpoint = f"ipc://{directory}/fake"
        self.luck, self.trouble = luck, trouble
        self.numbers: Dict[Tuple[str, int], bytes] = {}
        self.closed: Set[str] = set()
        self.limit = 1 << 20  # bytes of a message
        self.largest = 0  # events of a batch
        self.orders: List[str] = []
        self.calm = threading.Event()
        self.ending = False

    def end(self) -> None:
        self.ending = True
        self.join()

    def facts(self) -> Set[bytes]:
        return {event for event in self.numbers.values() if not self.refuses(event)}

    @staticmethod
    def refuses(event: bytes) -> bool:
        sent = msgpack.unpackb(event)
        return not sent or "refuse" in sent["learner"]

    def run(self) -> None:
        context = zmq.Context()
        while not self.ending:
            with context.socket(zmq.ROUTER) as sock:
                sock.linger = 0
                sock.bind(self.endpoint)
                self.serve(sock)
        context.term()

    def serve(self, sock: "zmq.Socket[bytes]") -> None:
        """Until it restarts."""
        while not self.ending:
            if not sock.poll(20):
                continue
            sender, data = sock.recv_multipart()
            trouble = not self.calm.is_set() and self.luck.random() < self.trouble
            kind = self.luck.choice(["deaf", "mute", "full", "restart", "close", "mute"])
            message = msgpack.unpackb(data)
            head = {"v": 1, "source": message["source"], "stream": message["stream"]}
            if trouble and kind == "restart":
                return
            if trouble and kind == "deaf":
                continue  # as a message that was lost with its connection
            if trouble and kind == "close":
                self.closed.add(message["stream"])
            if trouble and kind == "full" and message["op"] == "events":
                answer = self.nack(message, "disk", True)
            elif len(data) > self.limit:
                answer = self.nack(message, "size", False)
            else:
                answer = self.hello(message) if message["op"] == "hello" else self.batch(message)
            if not (trouble and kind == "mute"):
                sock.send_multipart([sender, msgpack.packb({**head, **answer})])

    @staticmethod
    def nack(message: Dict[str, Any], code: str, retry: bool) -> Dict[str, Any]:
        first = message.get("seq")
        return {"op": "nack", "first": first, "code": code, "text": "the test", "retry": retry}

    def next(self, stream: str) -> int:
        number = 1
        while (stream, number) in self.numbers:
            number += 1
        return number

    def hello(self, message: Dict[str, Any]) -> Dict[str, Any]:
        stream = message["stream"]
        answer: Dict[str, Any] = {"op": "welcome", "next": self.next(stream), "window": 4}
        if stream in self.closed:
            answer["closed"] = True
        return answer

    def batch(self, message: Dict[str, Any]) -> Dict[str, Any]:
        stream, first = message["stream"], message["seq"]
        events = [msgpack.packb(event) for event in message["events"]]
        self.largest = max(self.largest, len(events))
        known = [self.numbers.get((stream, first + i)) for i in range(len(events))]
        if stream in self.closed and None in known:
            return self.nack(message, "closed", False)
        rejected = []
        for place, (event, there) in enumerate(zip(events, known)):
            why = self.judge(event, there)
            if there is None:
                self.numbers[stream, first + place] = event
            if why:
                rejected.append([first + place, *why])
        return {
            "op": "ack",
            "first": first,
            "count": len(events),
            "next": self.next(stream),
            "rejected": rejected,
        }

    def judge(self, event: bytes, there: Optional[bytes]) -> Optional[Tuple[str, str]]:
        if there is not None and there != event:
            return "reused", "other content"
        return REFUSED if self.refuses(event) else None

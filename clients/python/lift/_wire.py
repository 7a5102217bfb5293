# SPDX-License-Identifier: Apache-2.0
"""Sockets with the protocol's limits, and what becomes of their connection: a socket by itself
says nothing where it is not let in."""

from __future__ import annotations

import struct
from typing import List, Optional

import zmq

from ._msg import ANSWER_BYTES_MAX, PUBLISHED_BYTES_MAX
from .errors import NOT_LET_IN, ConfigError, NotLetIn
from .keys import Keys

ANSWER_S = 5.0  # without an answer for so long: ask again on a new connection
CURVE_BYTES = 33  # that CURVE adds to a message
CLOSED_MOST = 3  # handshakes in a row that end so: one may for another reason

# From zmq.h; pyzmq has them by name since some version only.
FAILED_NO_DETAIL, SUCCEEDED, FAILED_PROTOCOL, FAILED_AUTH = 0x0800, 0x1000, 0x2000, 0x4000
DISCONNECTED = 0x0200
MECHANISM_MISMATCH = 0x11000002

LIMITS = (
    (zmq.LINGER, 0),
    (zmq.IPV6, 1),
    # And no ZMQ_HEARTBEAT_IVL, by which libzmq 4.3.4 aborts where a full pipe's peer has gone.
    (zmq.TCP_KEEPALIVE, 1),
    (zmq.TCP_KEEPALIVE_IDLE, 5),
    (zmq.TCP_KEEPALIVE_INTVL, 2),
    (zmq.TCP_KEEPALIVE_CNT, 3),
    (zmq.HANDSHAKE_IVL, 5000),
    (zmq.RECONNECT_IVL_MAX, 1000),
)


class Wire:
    """One socket, connected; of one thread."""

    def __init__(
        self,
        kind: int,
        endpoint: str,
        keys: Optional[Keys],
        *,
        published: bool = False,
        messages: int = 1000,
        topics: Optional[List[bytes]] = None,
    ) -> None:
        is_tcp = endpoint.startswith("tcp://")
        if not is_tcp and not endpoint.startswith("ipc://"):
            raise ConfigError(
                "config", f"an endpoint must begin with tcp:// or ipc://, not {endpoint[:60]!r}"
            )
        self.endpoint = endpoint
        self.breaks = 0  # open connections that broke
        self.verdict: Optional[str] = None  # why it is not let in
        self._judged, self._has_keys = is_tcp, is_tcp and keys is not None
        self._open = self._was_open = False
        self._closed = 0
        self.context = zmq.Context()
        self.socket = self.context.socket(kind)
        self.monitor = self.context.socket(zmq.PAIR)
        try:
            for option, value in LIMITS:
                self.socket.setsockopt(option, value)
            most = PUBLISHED_BYTES_MAX if published else ANSWER_BYTES_MAX
            self.socket.setsockopt(zmq.MAXMSGSIZE, most + CURVE_BYTES)
            self.socket.setsockopt(zmq.RCVHWM, messages)
            self.socket.setsockopt(zmq.SNDHWM, messages)
            if is_tcp and keys is not None:
                self.socket.setsockopt(zmq.CURVE_SERVERKEY, keys.server.encode())
                self.socket.setsockopt(zmq.CURVE_PUBLICKEY, keys.public.encode())
                self.socket.setsockopt(zmq.CURVE_SECRETKEY, keys.secret.encode())
            for topic in topics or []:
                self.socket.setsockopt(zmq.SUBSCRIBE, topic)
            self.socket.monitor(
                "inproc://monitor",
                DISCONNECTED | FAILED_NO_DETAIL | SUCCEEDED | FAILED_PROTOCOL | FAILED_AUTH,
            )
            # No limit: libzmq's thread would wait for room, and never connect again.
            self.monitor.setsockopt(zmq.RCVHWM, 0)
            self.monitor.setsockopt(zmq.LINGER, 0)
            self.monitor.connect("inproc://monitor")
            self.socket.connect(endpoint)
        except zmq.ZMQError as error:
            self.close()
            raise ConfigError("config", f"{endpoint}: {error}") from None

    def close(self) -> None:
        """Drop the connection, and what is still to be sent on it."""
        if not self.socket.closed:
            self.socket.disable_monitor()
        self.monitor.close(0)
        self.socket.close(0)
        self.context.term()

    def send(self, message: bytes) -> bool:
        """False: there is no room now."""
        try:
            self.socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            return False
        return True

    def receive(self) -> Optional[List[bytes]]:
        """A message that is there already, its frames; None: there is none."""
        try:
            return self.socket.recv_multipart(zmq.NOBLOCK)
        except zmq.Again:
            return None

    def sockets(self) -> "List[zmq.Socket[bytes]]":
        """Those that something can be read from."""
        return [self.socket, self.monitor]

    def is_readable(self) -> bool:
        return any(int(s.getsockopt(zmq.EVENTS)) & zmq.POLLIN for s in self.sockets())

    def hear(self) -> None:
        """Take in what has become of the connection. NotLetIn: it will not be let in."""
        while True:
            try:
                frames = self.monitor.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            self._take(*struct.unpack("=HI", frames[0]))
        if self.verdict is not None and self._judged:
            raise NotLetIn(self.verdict, f"{self.endpoint}: {NOT_LET_IN[self.verdict]}")

    def _take(self, event: int, value: int) -> None:
        if event == SUCCEEDED:
            self._open = self._was_open = True
            self.verdict = None
        elif event == FAILED_AUTH:
            self.verdict = "key-refused"
        elif event == FAILED_PROTOCOL and value == MECHANISM_MISMATCH:
            self.verdict = "needs-key"
        elif event in (FAILED_PROTOCOL, FAILED_NO_DETAIL):
            # CURVE's way of telling a client that the server's key is another, or that there
            # must be keys. Once it was let in, a connection ends for other reasons.
            self._closed += CLOSED_MOST if event == FAILED_PROTOCOL else 1
            if not self._was_open and self._closed >= CLOSED_MOST:
                self.verdict = "server-key" if self._has_keys else "needs-key"
        elif event == DISCONNECTED:
            self.breaks += self._open
            self._open = False


def wait(wires: List[Wire], seconds: float, also: Optional[int] = None) -> None:
    """Until something can be read from one of these, or from a file, or the time is over."""
    poller = zmq.Poller()
    for wire in wires:
        for socket in wire.sockets():
            poller.register(socket, zmq.POLLIN)
    if also is not None:
        poller.register(also, zmq.POLLIN)
    poller.poll(max(0, int(seconds * 1000 + 0.999)))

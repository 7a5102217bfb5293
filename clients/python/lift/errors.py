# SPDX-License-Identifier: Apache-2.0
"""What can go wrong. Each error has a `code`, a word of PROTOCOL.md's list, and a sentence."""


class LiftError(Exception):
    """Something that liftd or this package refuses."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class EventError(LiftError, ValueError):
    """An event is not what liftd would accept: nothing was put in."""


class OutboxError(LiftError):
    """The file is no outbox, of another source, damaged, or of a newer version."""


class OutboxFull(OutboxError):
    """There is no room: nothing was put in. Keep the events, and try again later."""


class SealError(OutboxError):
    """The outbox is sealed with another key, or sealed and there is none, or not sealed."""


class ConfigError(LiftError, ValueError):
    """A key's file or a lift.yaml has errors: the text has each with its line."""


class NotLetIn(LiftError):
    """liftd does not let this key in, or speaks with keys and this client without."""


class NoAnswer(LiftError, TimeoutError):
    """Nobody answers at this endpoint, or not in time."""


class RequestRefused(LiftError):
    """liftd has answered a request with no."""


NOT_LET_IN = {
    "key-refused": "the daemon does not know this key, or does not let it use this endpoint: "
    "ask its operator",
    "server-key": "the connection is closed before keys are exchanged: the server key is not "
    "this daemon's, or it takes no further connection",
    "needs-key": "the daemon speaks with keys and this client without, or the other way round",
}

# SPDX-License-Identifier: Apache-2.0
"""lift: send learning events to liftd, and follow its figures. README.md has the first hour."""

from .control import export, request, status
from .errors import (
    ConfigError,
    EventError,
    LiftError,
    NoAnswer,
    NotLetIn,
    OutboxError,
    OutboxFull,
    RequestRefused,
    SealError,
)
from .event import Event, Voids
from .follower import Change, Follower
from .keys import Audience, Config, Keys, local, read_config
from .outbox import AsyncOutbox, Outbox, OutboxState, Refused

__all__ = [
    "AsyncOutbox",
    "Audience",
    "Change",
    "Config",
    "ConfigError",
    "Event",
    "EventError",
    "Follower",
    "Keys",
    "LiftError",
    "NoAnswer",
    "NotLetIn",
    "Outbox",
    "OutboxError",
    "OutboxFull",
    "OutboxState",
    "Refused",
    "RequestRefused",
    "SealError",
    "Voids",
    "export",
    "local",
    "read_config",
    "request",
    "status",
]

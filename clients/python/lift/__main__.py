# SPDX-License-Identifier: Apache-2.0
"""python3 -m lift keygen NAME: a pair of keys, as `lift keygen` makes it, where there is no
`lift`."""

from __future__ import annotations

import sys

from .errors import ConfigError
from .keys import make_key

USAGE = "Usage: python3 -m lift keygen NAME\nMakes NAME.key, which has the secret, and NAME.pub."


def main() -> int:
    """A status, as a command has it."""
    if len(sys.argv) != 3 or sys.argv[1] != "keygen":
        print(USAGE, file=sys.stderr)
        return 2
    try:
        public = make_key(sys.argv[2])
    except (ConfigError, OSError) as error:
        print(f"lift: keygen: {error}", file=sys.stderr)
        return 1
    print(public)
    return 0


if __name__ == "__main__":
    sys.exit(main())

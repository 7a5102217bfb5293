# SPDX-License-Identifier: Apache-2.0
"""Tests of the package. What it logs is looked at where it matters."""

import logging

logging.getLogger("lift").addHandler(logging.NullHandler())
logging.getLogger("lift").propagate = False

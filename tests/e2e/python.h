/* SPDX-License-Identifier: Apache-2.0 */
/*
 * python.h - the programs of PROTOCOL.md that are there to be copied, as they stand there.
 */
#ifndef LIFT_TESTS_E2E_PYTHON_H
#define LIFT_TESTS_E2E_PYTHON_H

#include "tests/e2e/daemon.h"

#define PYTHON "/usr/bin/python3"

/* Is there what they need? If not, it is said. */
bool python_is_there(struct daemon *daemon);

/* The block ```python NAME of PROTOCOL.md, as NAME.py in the daemon's directory. */
void python_copy(struct daemon *daemon, const char *name);

/* Run NAME.py; the daemon is the user's own. Once for each daemon. */
void python_run(struct daemon *daemon, const char *name, struct process *ret_process);

/* A file in the daemon's directory. */
void python_write(struct daemon *daemon, const char *name, const char *text);

#endif

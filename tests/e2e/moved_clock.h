/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moved_clock.h - a daemon under a time of day that the test moves, by tests/preload/clock.c.
 */
#ifndef LIFT_TESTS_E2E_MOVED_CLOCK_H
#define LIFT_TESTS_E2E_MOVED_CLOCK_H

#include <stdatomic.h>
#include <stdint.h>

#include "tests/e2e/daemon.h"

/* Start a daemon that is configured; it has this many ms more than the machine. They are freed with
 * moved_clock_free, when the daemon has stopped. */
_Atomic int64_t *moved_clock_start(struct daemon *daemon);
/* Once more, by the same clock. */
void moved_clock_again(struct daemon *daemon);
void moved_clock_free(_Atomic int64_t *by_ms);

/* Move it, and wait until the daemon has found it out. */
void moved_clock_set(struct daemon *daemon, _Atomic int64_t *by_ms, int64_t to_ms);

#endif

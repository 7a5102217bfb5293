/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs.h - the processes that a daemon starts for who asks it.
 */
#ifndef LIFT_TESTS_E2E_JOBS_H
#define LIFT_TESTS_E2E_JOBS_H

#include "tests/e2e/daemon.h"

/* A job's process, as soon as it shows; 0: who asked for it has ended. */
pid_t job_await(const struct daemon *daemon, struct process *asking);

/* Likewise, stopped (SIGSTOP) as soon as it is the program that it is to be, which has this option;
 * 0: it was too fast. */
pid_t job_hold(const struct daemon *daemon, struct process *asking, const char *option);

#endif

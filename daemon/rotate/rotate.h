/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rotate.h - another secret for a journal: written anew with each pseudonym hashed once more, by a
 * key that is new. The daemon must be stopped.
 */
#ifndef LIFTD_ROTATE_ROTATE_H
#define LIFTD_ROTATE_ROTATE_H

#include "daemon/tasks/report.h"
#include "proto/config.h"

/* Where the secret is a credential, the new one goes to a file that is not there yet
 * (`new_secret`), from which the operator makes the new credential; else that is NULL.
 * LIFT_E_BUSY, LIFT_E_NOT_FOUND, LIFT_E_CORRUPT, LIFT_E_DISK ...: the report says why, and the
 * state is what it was; where its journal has changed already, the next start goes on. */
int rotate_run(const struct config *config, const char *new_secret, struct report *report);

#endif

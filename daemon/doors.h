/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doors.h - all endpoints of a configuration: can they be bound, and do they keep out whom nobody
 * knows?
 */
#ifndef LIFTD_DOORS_H
#define LIFTD_DOORS_H

#include "daemon/net/zap.h"
#include "proto/config.h"
#include "proto/key_file.h"

/* Could all be bound, here and as this user? LIFT_E_CONFIG, with the reasons in errors. */
int doors_check(const struct config *config, struct yaml_errors *errors);

/* Try all that have keys, as trial_run does. `own` is the daemon's key; NULL: none has. */
int doors_try(const struct config *config, struct zap *zap, const struct key_pair *own);

#endif

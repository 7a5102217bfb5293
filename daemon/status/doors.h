/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doors.h - how many are connected at each endpoint of the configuration.
 */
#ifndef LIFTD_STATUS_DOORS_H
#define LIFTD_STATUS_DOORS_H

#include "proto/config.h"
#include "proto/msg.h"

/* The keys `audiences` and `connected`, with their rows. */
int doors_write(const struct config *config, struct msg_writer *writer);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits.h - what is filling up: from four fifths on `status` tells it, with whose it is;
 * descriptors from half on.
 */
#ifndef LIFTD_STATUS_LIMITS_H
#define LIFTD_STATUS_LIMITS_H

#include "daemon/journal/sources.h"
#include "daemon/status/status.h"

/* The key `limits` and its rows. */
void limits_write(const struct status_parts *parts, const struct source_rows *sources,
		  struct msg_writer *writer);

#endif

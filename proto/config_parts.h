/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_parts.h - what the files of the configuration share, and nobody else needs.
 */
#ifndef LIFT_PROTO_CONFIG_PARTS_H
#define LIFT_PROTO_CONFIG_PARTS_H

#include "proto/config.h"
#include "proto/fields.h"

enum { BOUND_MAX = CONFIG_ENDPOINTS_MAX * (2 + 3 * CONFIG_AUDIENCES_MAX) + 1 };

/* The reader's context: what has been said so far. */
struct config_reading {
	struct config *config;
	const char *bound[BOUND_MAX]; /* endpoints: two sockets cannot have one */
	size_t n_bound;
};

/* Readers of a list of endpoints that liftd binds (struct texts), of one or a list of them, and of
 * one to connect to (char *). They need the runtime directory and the security, which stand before
 * them in the table. */
field_read read_binds, read_bind_or_binds, read_peer;

/* Reader of the whole configuration's `cadence`. */
field_read read_cadence;

/* Readers of the whole configuration's `open`, and of an audience's `plane`, which needs it. */
field_read read_open, read_plane;

/* Is it on this machine: ipc, or TCP on loopback? */
bool endpoint_is_local(const char *endpoint);

#endif

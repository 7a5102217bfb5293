/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields.h - readers of what the gateways' configurations have in common (proto/fields.h).
 */
#ifndef LIFT_GATEWAY_FIELDS_H
#define LIFT_GATEWAY_FIELDS_H

#include "proto/fields.h"
#include "proto/texts.h"

enum { GATEWAY_PATH_MAX = 4000 /* bytes of a file's path, or of an endpoint */ };

/* A path, beside the configuration's own file (the reader's context) where it is relative. An
 * endpoint; the daemon's public key; an argon2id hash: `char *`. A list, with a NULL behind it:
 * struct texts, `max` of them at most. */
field_read gateway_read_path, gateway_read_endpoint, gateway_read_server, gateway_read_password,
	gateway_read_texts;

/* On this machine liftd may do without keys. */
bool endpoint_is_here(const char *endpoint);
/* Say which of these is no address of a reverse proxy, nor a range of them. */
void gateway_check_trusted(struct reader *reader, const struct texts *trusted);

#endif

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

/* A whole configuration: its keys are read into a struct that has its defaults, and then it is
 * checked as a whole, which says its errors. `path` is its own. LIFT_E_CONFIG with all errors
 * found; LIFT_E_MEMORY. */
struct config_form {
	const struct fields *keys;
	bool (*defaults)(void *config); /* false: out of memory */
	void (*check)(struct reader *reader, const void *config);
};
int gateway_config_read(const struct config_form *form, struct text text, const char *path,
			struct yaml_errors *errors, struct arena *arena, void *config);

/* Is a key of two configurations the same? */
bool same_text(const char *a, const char *b);
bool same_texts(const struct texts *a, const struct texts *b);

#endif

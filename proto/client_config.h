/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_config.h - lift.yaml: where a daemon on another machine is, and with which keys it is
 * reached.
 */
#ifndef LIFT_PROTO_CLIENT_CONFIG_H
#define LIFT_PROTO_CLIENT_CONFIG_H

#include "proto/arena.h"
#include "proto/yaml.h"

enum { CLIENT_AUDIENCES_MAX = 16, CLIENT_PATH_MAX = 4000 /* bytes */ };

/* That the key may read. NULL: there is no such endpoint. */
struct client_audience {
	const char *name;
	char *publish, *snapshot, *ask;
};

struct client_config {
	const char *server; /* the daemon's public key, Z85 */
	const char *key;    /* the file of the own one, as it is written there */
	char *intake, *events, *control;
	struct client_audience *audiences; /* the first is the default */
	size_t n_audiences;
	struct arena arena; /* of all that the members point to */
};

/* Is it a client's file, and not liftd.yaml? It has `server`. */
bool client_config_is(struct text text);

/* Read it. LIFT_E_CONFIG with all errors found; LIFT_E_MEMORY. */
int client_config_parse(struct text text, struct yaml_errors *errors,
			struct client_config **ret_config);
void client_config_free(struct client_config *config);

/* The audience of a name or, where that is NULL, the first; NULL: there is none. */
const struct client_audience *client_config_audience(const struct client_config *config,
						     const char *name);

#endif

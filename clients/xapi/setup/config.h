/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - lift-xapi.yaml: where the gateway listens, whom it knows, and how much it bears.
 *
 * Every key but `platforms` has a default, every error its line. All that a struct xapi_config
 * points to is its own.
 */
#ifndef LIFT_XAPI_SETUP_CONFIG_H
#define LIFT_XAPI_SETUP_CONFIG_H

#include <jansson.h>

#include "clients/xapi/map/map.h"
#include "proto/texts.h"

enum {
	XAPI_PLATFORMS_MAX = 200,
	XAPI_PLATFORM_NAME_MAX = 64,
	XAPI_PATH_MAX = 4000, /* bytes of a file's path */
	XAPI_ORIGINS_MAX = 64,
	XAPI_TRUSTED_MAX = 16,
};

/* A learning platform: who sends, and what is known of it. */
struct xapi_platform {
	const char *name;     /* that it logs in with */
	const char *password; /* argon2id; NULL: it signs (jwks) */
	const char *source;   /* of its events; where none is given, its name */
	const char *region, *homepage;
	struct event_attr *attrs;
	size_t n_attrs;
	const char *jwks_path;
	json_t *jwks;
};

struct xapi_limits {
	int connections, connections_of_one;
	int body_kib, bodies_mib;
	int head_s, body_s, idle_s;
	int statements; /* of one request */
	int rate;	/* statements a second of one platform, over ten seconds; 0: any */
};

struct xapi_config {
	char *listen, *path, *state;
	char *intake;
	const char *server, *key; /* of a daemon over TCP: its public key, the file of our own */
	const char *mapping_path, *people_path;
	struct texts origins, trusted;
	int outbox_mib;	 /* of one source */
	int remembered;	 /* statements whose ids are known */
	int refused_max; /* statements that are held, until they can become events */
	struct xapi_limits limits;
	struct xapi_platform *platforms;
	size_t n_platforms;
	struct map *mapping;
	struct people *people; /* NULL: there is no list */
	struct arena arena;
};

/* Read a configuration's text, without the files that it names. LIFT_E_CONFIG with all errors
 * found; LIFT_E_MEMORY. `path` is its own, beside which relative paths are. */
int xapi_config_parse(struct text text, const char *path, struct yaml_errors *errors,
		      struct xapi_config **ret_config);
/* The same of a file, with the mapping, the people and the keys that it names: all errors of all
 * of them are in *ret_said (the caller's, or NULL where there are none), a line each. */
int xapi_config_load(const char *path, struct xapi_config **ret_config, char **ret_said);
void xapi_config_free(struct xapi_config *config);

/* NULL: there is none. */
const struct xapi_platform *xapi_config_platform(const struct xapi_config *config,
						 struct text name);
/* Of the mapping: what it is told about a platform. */
struct map_platform xapi_config_mapped(const struct xapi_config *config,
				       const struct xapi_platform *platform);

/* The first key that another configuration changes, and only a restart takes; NULL: none. */
const char *xapi_config_restart(const struct xapi_config *a, const struct xapi_config *b);

#endif

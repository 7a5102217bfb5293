/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - lift-web.yaml: where the gateway listens, which audience it shows, and to whom.
 *
 * Every key has a default, every error its line. All that a struct web_config points to is its own.
 */
#ifndef LIFT_WEB_SETUP_CONFIG_H
#define LIFT_WEB_SETUP_CONFIG_H

#include "proto/arena.h"
#include "proto/texts.h"
#include "proto/yaml.h"

enum {
	WEB_USERS_MAX = 1000,
	WEB_USER_NAME_MAX = 64,
	WEB_PATH_MAX = 4000, /* bytes of a file's path, or of an endpoint */
	WEB_TRUSTED_MAX = 16,
	WEB_KINDS_MAX = 4,
	WEB_REGIONS_MAX = 1000,
};

struct web_user {
	const char *name, *password; /* argon2id */
};

/* What /metrics has beside the daemon's health. */
struct web_metrics {
	struct texts regions, kinds; /* codes; kinds of figures */
	int series_max;
};

struct web_config {
	char *listen;
	char *publish, *snapshot, *ask; /* endpoints of one audience */
	char *control;			/* of operators: for /metrics alone; NULL: none */
	const char *server, *key;	/* of a daemon over TCP */
	const char *page;		/* the directory of the page's files */
	const char *outlines;		/* GeoJSON; NULL: there are none */
	const char *title, *language;	/* NULL: none is preferred */
	const char *user_header;	/* in which a proxy says who it is; NULL: none does */
	struct texts trusted;
	bool anyone; /* who reaches it may read */
	struct web_user *users;
	size_t n_users;
	int connections, connections_of_one;
	struct web_metrics metrics;
	struct arena arena;
};

/* LIFT_E_CONFIG, LIFT_E_IO: all that is wrong is in *ret_said (the caller's), a line each;
 * LIFT_E_MEMORY. */
int web_config_load(const char *path, struct web_config **ret_config, char **ret_said);
int web_config_parse(struct text text, const char *path, struct yaml_errors *errors,
		     struct web_config **ret_config);
void web_config_free(struct web_config *config);

/* The password of a name; NULL: there is nobody of that name. */
const char *web_config_password(const struct web_config *config, const char *name);
/* The first key that another configuration changes, and only a restart takes; NULL: none. */
const char *web_config_restart(const struct web_config *a, const struct web_config *b);

#endif

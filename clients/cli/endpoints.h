/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoints.h - where the daemon's sockets are, by the configuration of the daemon, or of a client
 * on another machine.
 */
#ifndef LIFT_CLI_ENDPOINTS_H
#define LIFT_CLI_ENDPOINTS_H

#include <limits.h>

#include "clients/cli/cli.h"
#include "clients/lib/lift.h"
#include "proto/yaml.h"

struct endpoints {
	/* To connect to; NULL: none is configured. */
	char *intake, *control, *publish, *events, *snapshot, *ask;
	struct lift_keys *keys; /* of a lift.yaml; NULL: there are none */
	bool given;		/* by --endpoint: all are that one */
	char *assumed; /* the directory of those that nobody has configured; NULL: there is none */
};

/* Those of a liftd.yaml's text, which must be right for the daemon, too: of each list the first
 * that is ipc, else the first; of the audience of that name or, where that is NULL, the first one.
 * LIFT_E_CONFIG with the errors found. */
int endpoints_parse(struct text config, const char *audience, char *(*env)(const char *),
		    bool is_root, struct yaml_errors *errors, struct endpoints *ret_endpoints);

/* The one that --endpoint gives, and no other; else those of the file that --config, else
 * LIFT_CONFIG names, else the user's lift.yaml, else the installed liftd.yaml; of no file, the
 * defaults. Sockets that a stranger can have put where they are (whose.h) are refused. What is
 * wrong is complained about: a status, STATUS_WELL where all is well. */
int endpoints_find(const struct cli *cli, const char *audience, struct endpoints *ret_endpoints);

void endpoints_clear(struct endpoints *endpoints);

/* The whole text of a file, which the caller frees; NULL, and complained about. */
char *file_read(const char *path, size_t *ret_size);

/* The file of the configuration, which may be in `own`, PATH_MAX bytes; NULL: there is none, and
 * defaults do. */
const char *config_find(const struct cli *cli, char own[static PATH_MAX]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/endpoints.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/cli/own_key.h"
#include "clients/cli/whose.h"
#include "proto/client_config.h"
#include "proto/config.h"
#include "proto/grow.h"

/* Files. */

char *file_read(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "re");
	char *data = NULL;
	size_t size = 0, space = 0, got;

	if (!file)
		goto fail;
	do {
		if (size == space) {
			size_t larger = space ? space * 2 : 16384;

			if (larger > YAML_SIZE_MAX || grow(&data, &space, larger, 1)) {
				errno = EFBIG;
				goto fail;
			}
		}
		got = fread(data + size, 1, space - size, file);
		size += got;
	} while (got > 0);
	if (ferror(file))
		goto fail;
	fclose(file);
	*ret_size = size;
	return data;
fail:
	complain("%s: %s", path, strerror(errno));
	if (file)
		fclose(file);
	free(data);
	return NULL;
}

/* The first of a list that is on this machine, which needs no key; else the first one; copied. NULL
 * where there is none. */
static int copy_first(const struct texts *list, char **ret_endpoint)
{
	const char *best = list->count ? list->items[0] : NULL;

	if (!best)
		return 0;
	for (size_t i = 0; i < list->count; i++)
		if (strncmp(list->items[i], "ipc://", 6) == 0) {
			best = list->items[i];
			break;
		}
	*ret_endpoint = strdup(best);
	return *ret_endpoint ? 0 : LIFT_E_MEMORY;
}

/* The audience of a name, or the first. */
static const struct config_audience *find_audience(const struct config *config, const char *name,
						   struct yaml_errors *errors)
{
	for (size_t i = 0; i < config->n_audiences; i++)
		if (!name || strcmp(config->audiences[i].name, name) == 0)
			return &config->audiences[i];
	yaml_error(errors, 0, "there is no audience '%s'", name);
	return NULL;
}

static int copy_endpoints(const struct config *config, const struct config_audience *audience,
			  struct endpoints *endpoints)
{
	if (!config->has_runtime)
		endpoints->assumed = strdup(config->runtime);
	if ((!config->has_runtime && !endpoints->assumed) ||
	    copy_first(&config->control, &endpoints->control) != 0 ||
	    copy_first(&config->intake, &endpoints->intake) != 0 ||
	    copy_first(&config->events, &endpoints->events) != 0 ||
	    copy_first(&audience->publish, &endpoints->publish) != 0 ||
	    copy_first(&audience->snapshot, &endpoints->snapshot) != 0 ||
	    copy_first(&audience->ask, &endpoints->ask) != 0)
		return LIFT_E_MEMORY;
	return 0;
}

int endpoints_parse(struct text text, const char *name, char *(*env)(const char *), bool is_root,
		    struct yaml_errors *errors, struct endpoints *ret_endpoints)
{
	const struct config_audience *audience;
	struct endpoints endpoints = { 0 };
	struct config *config;
	int err = config_parse(text, errors, env, is_root, &config);

	if (err)
		return err;
	audience = find_audience(config, name, errors);
	err = audience ? copy_endpoints(config, audience, &endpoints) : LIFT_E_CONFIG;
	if (is_root) { /* only root can make /run/liftd */
		free(endpoints.assumed);
		endpoints.assumed = NULL;
	}
	config_free(config);
	if (err)
		endpoints_clear(&endpoints);
	else
		*ret_endpoints = endpoints;
	return err;
}

static int copy_text(const char *text, char **ret_copy)
{
	*ret_copy = text ? strdup(text) : NULL;
	return text && !*ret_copy ? LIFT_E_MEMORY : 0;
}

static int copy_client(const struct client_config *config, const struct client_audience *audience,
		       struct endpoints *endpoints)
{
	static const struct client_audience none = { 0 };

	if (!audience)
		audience = &none;
	return copy_text(config->intake, &endpoints->intake) ||
			       copy_text(config->events, &endpoints->events) ||
			       copy_text(config->control, &endpoints->control) ||
			       copy_text(audience->publish, &endpoints->publish) ||
			       copy_text(audience->snapshot, &endpoints->snapshot) ||
			       copy_text(audience->ask, &endpoints->ask)
		       ? LIFT_E_MEMORY
		       : 0;
}

/* Of a lift.yaml's text, with the key beside it. LIFT_E_STOPPED: that has been complained about. */
static int parse_client(struct text text, const char *path, const char *name,
			struct yaml_errors *errors, struct endpoints *ret_endpoints)
{
	const struct client_audience *audience;
	struct endpoints endpoints = { 0 };
	struct client_config *config;
	int err = client_config_parse(text, errors, &config);

	if (err)
		return err;
	audience = client_config_audience(config, name);
	if (name && !audience) {
		yaml_error(errors, 0, "there is no audience '%s'", name);
		err = LIFT_E_CONFIG;
	}
	if (!err)
		err = copy_client(config, audience, &endpoints);
	if (!err) {
		endpoints.keys = own_key_read(path, config->key, config->server);
		err = endpoints.keys ? 0 : LIFT_E_STOPPED;
	}
	client_config_free(config);
	if (err)
		endpoints_clear(&endpoints);
	else
		*ret_endpoints = endpoints;
	return err;
}

/* One that was given by name is the one that a command uses, whichever that is. */
static int take_given(const char *endpoint, struct endpoints *endpoints)
{
	char **const all[] = { &endpoints->intake, &endpoints->control,	 &endpoints->publish,
			       &endpoints->events, &endpoints->snapshot, &endpoints->ask };

	if (strncmp(endpoint, "ipc://", 6) != 0 && strncmp(endpoint, "tcp://", 6) != 0) {
		complain("--endpoint: it must begin with ipc:// or tcp://, not '%s'", endpoint);
		return STATUS_USAGE;
	}
	endpoints->given = true;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		*all[i] = strdup(endpoint);
		if (!*all[i]) {
			endpoints_clear(endpoints);
			return STATUS_SYSTEM;
		}
	}
	return STATUS_WELL;
}

static void owner_text(uid_t owner, char *text, size_t size)
{
	const struct passwd *entry = getpwuid(owner);

	if (entry)
		snprintf(text, size, "%s (uid %u)", entry->pw_name, (unsigned)owner);
	else
		snprintf(text, size, "uid %u", (unsigned)owner);
}

static int complain_whose(enum whose whose, const struct whose_place *place, bool is_assumed)
{
	const char *way_out =
		is_assumed ? "set XDG_RUNTIME_DIR to the directory that liftd has, or name its "
			     "configuration with --config FILE"
			   : "let liftd have a runtime directory that only root or its own user "
			     "can make, such as /run/liftd";
	char owner[128];

	owner_text(place->owner, owner, sizeof(owner));
	switch (whose) {
	case WHOSE_KNOWN:
		return STATUS_WELL;
	case WHOSE_STRANGER:
		complain("%s belongs to %s, not to you or root: nothing is sent there. Remove it, "
			 "or %s",
			 place->path, owner, way_out);
		break;
	case WHOSE_ANYBODY:
		complain("%s, of %s, can be written to by others: nothing is sent there. Let only "
			 "its owner write to it, or %s",
			 place->path, owner, way_out);
		break;
	case WHOSE_NOBODY:
		complain("%s is not there, and anybody could make it: nothing is sent there. Start "
			 "liftd, or %s",
			 place->path, way_out);
		break;
	}
	return STATUS_SYSTEM;
}

static bool is_below(const char *path, const char *directory)
{
	size_t size = strlen(directory);

	return strncmp(path, directory, size) == 0 && path[size] == '/';
}

static int check_whose(const struct endpoints *endpoints, uid_t author)
{
	static const char ipc[] = "ipc://";
	const char *const all[] = { endpoints->intake, endpoints->control,  endpoints->publish,
				    endpoints->events, endpoints->snapshot, endpoints->ask };
	int status = STATUS_WELL;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && status == STATUS_WELL; i++) {
		struct whose_trust trust = { .user = geteuid(), .author = author };
		struct whose_place place;
		const char *path;
		enum whose whose;

		if (!all[i] || strncmp(all[i], ipc, strlen(ipc)) != 0)
			continue;
		path = all[i] + strlen(ipc);
		trust.everywhere = endpoints->assumed && is_below(path, endpoints->assumed);
		whose = whose_is(path, &trust, &place);
		if (whose != WHOSE_KNOWN)
			status = complain_whose(whose, &place, trust.everywhere);
	}
	return status;
}

static uid_t author_of(const char *path)
{
	struct stat info;

	return path && stat(path, &info) == 0 ? info.st_uid : 0;
}

/* The user's own lift.yaml, by the XDG base directory specification. */
static bool find_own(char to[static PATH_MAX])
{
	const char *base = getenv("XDG_CONFIG_HOME"), *rest = "/lift/lift.yaml";

	if (!base || *base != '/') {
		base = getenv("HOME");
		rest = "/.config/lift/lift.yaml";
	}
	return base && *base == '/' && snprintf(to, PATH_MAX, "%s%s", base, rest) < PATH_MAX &&
	       access(to, F_OK) == 0;
}

const char *config_find(const struct cli *cli, char own[static PATH_MAX])
{
	static const char installed[] = LIFT_SYSCONFDIR "/liftd.yaml";
	const char *path = cli->config ? cli->config : getenv("LIFT_CONFIG");

	if (path && (*path || cli->config))
		return path;
	if (find_own(own))
		return own;
	return access(installed, F_OK) == 0 ? installed : NULL;
}

static int read_file(const char *path, const char *audience, struct endpoints *endpoints)
{
	struct yaml_errors errors = { .file = path ? path : "lift" };
	char *data = NULL;
	size_t size = 0;
	int err;

	if (path) {
		data = file_read(path, &size);
		if (!data)
			return STATUS_SYSTEM;
	}
	if (path && client_config_is((struct text){ data, size }))
		err = parse_client((struct text){ data, size }, path, audience, &errors, endpoints);
	else
		err = endpoints_parse((struct text){ data, size }, audience, getenv, geteuid() == 0,
				      &errors, endpoints);
	free(data);
	if (err && err != LIFT_E_STOPPED)
		fputs(errors.text ? errors.text : "lift: out of memory\n", stderr);
	yaml_errors_clear(&errors);
	return err ? exit_status_of(err) : STATUS_WELL;
}

int endpoints_find(const struct cli *cli, const char *audience, struct endpoints *ret_endpoints)
{
	char own[PATH_MAX];
	const char *path = cli->endpoint ? NULL : config_find(cli, own);
	struct endpoints endpoints = { 0 };
	int status = cli->endpoint ? take_given(cli->endpoint, &endpoints)
				   : read_file(path, audience, &endpoints);

	if (status == STATUS_WELL)
		status = check_whose(&endpoints, author_of(path));
	if (status == STATUS_WELL)
		*ret_endpoints = endpoints;
	else
		endpoints_clear(&endpoints);
	return status;
}

void endpoints_clear(struct endpoints *endpoints)
{
	free(endpoints->intake);
	free(endpoints->control);
	free(endpoints->publish);
	free(endpoints->events);
	free(endpoints->snapshot);
	free(endpoints->ask);
	own_key_free(endpoints->keys);
	free(endpoints->assumed);
	*endpoints = (struct endpoints){ 0 };
}

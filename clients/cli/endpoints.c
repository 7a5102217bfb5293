/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/endpoints.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/cli/whose.h"
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

/* Texts. */

/* A copy with RUNTIME replaced, as the daemon does it; NULL where memory ran out. */
static char *expand(struct text endpoint, const char *runtime)
{
	static const char prefix[] = "ipc://RUNTIME";
	size_t size = sizeof(prefix) - 1;
	char *expanded = NULL;

	if (endpoint.size < size || memcmp(endpoint.data, prefix, size) != 0 ||
	    (endpoint.size > size && endpoint.data[size] != '/'))
		return strndup(endpoint.data, endpoint.size);
	if (asprintf(&expanded, "ipc://%s%.*s", runtime, (int)(endpoint.size - size),
		     endpoint.data + size) < 0)
		return NULL;
	return expanded;
}

static char *default_runtime(char *(*env)(const char *), unsigned uid)
{
	const char *xdg = env("XDG_RUNTIME_DIR");
	char *runtime = NULL;

	if (uid == 0)
		return strdup("/run/liftd");
	if (xdg && *xdg == '/' ? asprintf(&runtime, "%s/liftd", xdg) < 0
			       : asprintf(&runtime, "/tmp/liftd-%u", uid) < 0)
		return NULL;
	return runtime;
}

/* The tree. */

/* A key's text, the first of its list, or the default where it is absent. */
static struct text first_text(const struct yaml_node *map, const char *key, const char *otherwise,
			      struct yaml_errors *errors)
{
	const struct yaml_node *node = yaml_get(map, key);

	if (yaml_is_absent(node))
		return text_of(otherwise);
	if (node->kind == YAML_LIST && node->child)
		node = node->child;
	if (node->kind != YAML_TEXT || node->text.size == 0) {
		yaml_error(errors, node->line, "%s must be an endpoint, such as \"%s\"", key,
			   otherwise);
		return text_of(otherwise);
	}
	return node->text;
}

/* The same of a list that may be empty: *ret_endpoint is NULL then. */
static int expand_optional(const struct yaml_node *map, const char *key, const char *otherwise,
			   const char *runtime, struct yaml_errors *errors, char **ret_endpoint)
{
	const struct yaml_node *node = yaml_get(map, key);

	*ret_endpoint = NULL;
	if (!yaml_is_absent(node) && node->kind == YAML_LIST && !node->child)
		return 0;
	*ret_endpoint = expand(first_text(map, key, otherwise, errors), runtime);
	return *ret_endpoint ? 0 : LIFT_E_MEMORY;
}

/* The audience of a name, or the first; NULL where none is configured, so that the default is
 * meant. */
static const struct yaml_node *find_audience(const struct yaml_node *root, const char *name,
					     struct yaml_errors *errors)
{
	const struct yaml_node *list = yaml_get(root, "audiences");

	if (yaml_is_absent(list) || list->kind != YAML_LIST) {
		if (name && strcmp(name, "default") != 0)
			yaml_error(errors, 0, "there is no audience '%s', only 'default'", name);
		return NULL;
	}
	if (!name)
		return list->child;
	for (const struct yaml_node *item = list->child; item; item = item->next) {
		const struct yaml_node *its = yaml_get(item, "name");

		if (its && its->kind == YAML_TEXT && text_equal(its->text, text_of(name)))
			return item;
	}
	yaml_error(errors, list->line, "there is no audience '%s'", name);
	return NULL;
}

static int read_endpoints(const struct yaml_node *root, const char *audience, const char *runtime,
			  struct yaml_errors *errors, struct endpoints *endpoints)
{
	const struct yaml_node *chosen = find_audience(root, audience, errors);

	endpoints->intake =
		expand(first_text(root, "intake", "ipc://RUNTIME/intake", errors), runtime);
	endpoints->control =
		expand(first_text(root, "control", "ipc://RUNTIME/control", errors), runtime);
	endpoints->publish =
		expand(first_text(chosen, "publish", "ipc://RUNTIME/publish", errors), runtime);
	if (!endpoints->intake || !endpoints->control || !endpoints->publish ||
	    expand_optional(root, "events", "ipc://RUNTIME/events", runtime, errors,
			    &endpoints->events) != 0 ||
	    expand_optional(chosen, "snapshot", "ipc://RUNTIME/snapshot", runtime, errors,
			    &endpoints->snapshot) != 0)
		return LIFT_E_MEMORY;
	return errors->count ? LIFT_E_CONFIG : 0;
}

int endpoints_parse(struct text config, const char *audience, char *(*env)(const char *),
		    unsigned uid, struct yaml_errors *errors, struct endpoints *ret_endpoints)
{
	struct endpoints endpoints = { 0 };
	struct yaml_doc *doc = NULL;
	const struct yaml_node *node;
	char *runtime = NULL;
	int err;

	err = yaml_parse(config, errors, &doc);
	if (err)
		return err;
	node = yaml_get(yaml_root(doc), "runtime");
	if (!yaml_is_absent(node) && node->kind == YAML_TEXT)
		runtime = strndup(node->text.data, node->text.size);
	else
		runtime = default_runtime(env, uid);
	err = runtime ? read_endpoints(yaml_root(doc), audience, runtime, errors, &endpoints)
		      : LIFT_E_MEMORY;
	if (uid != 0 && (yaml_is_absent(node) || node->kind != YAML_TEXT))
		endpoints.assumed = runtime;
	else
		free(runtime);
	yaml_doc_free(doc);
	if (err)
		endpoints_clear(&endpoints);
	else
		*ret_endpoints = endpoints;
	return err;
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
	const char *const all[] = { endpoints->intake, endpoints->control, endpoints->publish,
				    endpoints->events, endpoints->snapshot };
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

int endpoints_find(const struct cli *cli, const char *audience, struct endpoints *ret_endpoints)
{
	const char *path = cli->config ? cli->config : getenv("LIFT_CONFIG");
	struct yaml_errors errors = { 0 };
	char *data = NULL;
	size_t size = 0;
	int err, status;

	if (!path && access(LIFT_SYSCONFDIR "/liftd.yaml", F_OK) == 0)
		path = LIFT_SYSCONFDIR "/liftd.yaml";
	if (path) {
		data = file_read(path, &size);
		if (!data)
			return STATUS_SYSTEM;
	}
	errors.file = path ? path : "lift";
	err = endpoints_parse((struct text){ data, size }, audience, getenv, (unsigned)geteuid(),
			      &errors, ret_endpoints);
	free(data);
	if (err)
		fputs(errors.text ? errors.text : "lift: out of memory\n", stderr);
	yaml_errors_clear(&errors);
	status = err ? exit_status_of(err) : check_whose(ret_endpoints, author_of(path));
	if (!err && status != STATUS_WELL)
		endpoints_clear(ret_endpoints);
	return status;
}

void endpoints_clear(struct endpoints *endpoints)
{
	free(endpoints->intake);
	free(endpoints->control);
	free(endpoints->publish);
	free(endpoints->events);
	free(endpoints->snapshot);
	free(endpoints->assumed);
	*endpoints = (struct endpoints){ 0 };
}

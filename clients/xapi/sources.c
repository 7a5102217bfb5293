/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/sources.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

#include "clients/gateway/private.h"
#include "clients/xapi/setup/secret.h"

static_assert(SECRET_WHY_MAX == 400, "of all sentences that say why");

int sources_begin(struct sources *sources, const struct xapi_config *config,
		  const uint8_t seal[static LIFT_SEAL_BYTES], char ret_why[static 400])
{
	int err = 0;

	snprintf(sources->dir, sizeof(sources->dir), "%s/outbox", config->state);
	snprintf(sources->intake, sizeof(sources->intake), "%s", config->intake);
	memcpy(sources->seal, seal, LIFT_SEAL_BYTES);
	sources->max_bytes = (uint64_t)config->outbox_mib << 20;
	if (mkdir(sources->dir, 0700) != 0 && errno != EEXIST) {
		snprintf(ret_why, 400, "%.300s: %s", sources->dir, strerror(errno));
		return LIFT_E_IO;
	}
	if (config->key && config->server)
		err = daemon_keys_load(config->key, config->server, &sources->keys, ret_why);
	return err;
}

struct source *sources_find(struct sources *sources, const char *name)
{
	for (size_t i = 0; i < sources->n; i++)
		if (strcmp(sources->items[i].name, name) == 0)
			return &sources->items[i];
	return NULL;
}

static int open_one(struct sources *sources, const char *name, char why[static 400])
{
	char path[XAPI_PATH_MAX + SOURCE_MAX + 32];
	struct lift_outbox_options options = {
		.path = path,
		.source = name,
		.endpoint = sources->intake,
		.keys = sources->keys,
		.seal = sources->seal,
		.max_bytes = sources->max_bytes,
	};
	struct source *source = &sources->items[sources->n];
	int err;

	if (sources_find(sources, name))
		return 0;
	if (sources->n == SOURCES_MAX) {
		snprintf(why, 400, "there are more than %d sources", SOURCES_MAX);
		return LIFT_E_TOO_MANY;
	}
	snprintf(path, sizeof(path), "%s/%s.db", sources->dir, name);
	*source = (struct source){ .outbox = NULL };
	snprintf(source->name, sizeof(source->name), "%s", name);
	err = lift_outbox_open(&options, &source->outbox);
	if (err)
		snprintf(why, 400, "%.250s: %.140s", path, lift_error_text());
	else
		sources->n++;
	return err;
}

static bool is_configured(const struct xapi_config *config, const char *source)
{
	for (size_t i = 0; i < config->n_platforms; i++)
		if (strcmp(config->platforms[i].source, source) == 0)
			return true;
	return false;
}

/* Has it nothing to do any more? Then it is closed. */
static bool close_idle(const struct source *source, const struct xapi_config *config)
{
	struct lift_outbox_state state;

	if (is_configured(config, source->name) || lift_outbox_look(source->outbox, &state) ||
	    state.waiting || state.refused)
		return false;
	lift_outbox_close(source->outbox);
	return true;
}

void sources_close_idle(struct sources *sources, const struct xapi_config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < sources->n; i++)
		if (!close_idle(&sources->items[i], config))
			sources->items[n++] = sources->items[i];
	sources->n = n;
}

int sources_open(struct sources *sources, const char *name, struct source **ret_source)
{
	char why[400];
	int err = open_one(sources, name, why);

	if (!err)
		*ret_source = sources_find(sources, name);
	return err;
}

static int open_old(struct sources *sources, const struct xapi_config *config, char why[static 400])
{
	DIR *dir = opendir(sources->dir);
	struct dirent *entry;
	int err = 0;

	if (!dir) {
		snprintf(why, 400, "%.300s: %s", sources->dir, strerror(errno));
		return LIFT_E_IO;
	}
	while (!err && (entry = readdir(dir))) {
		size_t size = strlen(entry->d_name);
		char name[SOURCE_MAX + 1];

		if (size <= 3 || size > SOURCE_MAX + 3 ||
		    strcmp(entry->d_name + size - 3, ".db") != 0)
			continue;
		memcpy(name, entry->d_name, size - 3);
		name[size - 3] = 0;
		if (!source_is_valid(text_of(name)) || sources_find(sources, name))
			continue;
		err = open_one(sources, name, why);
		if (!err && close_idle(&sources->items[sources->n - 1], config))
			sources->n--;
	}
	closedir(dir);
	return err;
}

int sources_add(struct sources *sources, const struct xapi_config *config, bool also_old,
		char ret_why[static 400])
{
	int err = 0;

	for (size_t i = 0; i < config->n_platforms && !err; i++)
		err = open_one(sources, config->platforms[i].source, ret_why);
	return err || !also_old ? err : open_old(sources, config, ret_why);
}

void sources_close(struct sources *sources)
{
	for (size_t i = 0; i < sources->n; i++)
		lift_outbox_close(sources->items[i].outbox);
	sources->n = 0;
	daemon_keys_free(sources->keys);
	sources->keys = NULL;
	sodium_memzero(sources->seal, sizeof(sources->seal));
}

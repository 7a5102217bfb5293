/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/refused.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/xapi/setup/secret.h"
#include "clients/xapi/shelf/shelf.h"
#include "proto/iso8601.h"

static int print_count(void *context, const char *source, const char *reason, int64_t n)
{
	bool *any = context;

	*any = true;
	printf("%8lld  %s  %s\n", (long long)n, source, reason);
	return 0;
}

/* The statement's id; of an event that the daemon refused there is none. */
static json_t *id_of(const struct shelf_held *held)
{
	json_t *statement =
		held->request ? json_loadb(held->body.data, held->body.size, JSON_ALLOW_NUL, NULL)
			      : NULL;
	json_t *id = json_incref(json_object_get(statement, "id"));

	json_decref(statement);
	return id ? id : json_null();
}

static int print_one(void *context, const struct shelf_held *held)
{
	char time[ISO8601_TEXT];
	json_t *row;
	char *line;

	(void)context;
	iso8601_print(held->time_ms, time);
	row = json_pack("{s:s, s:s%, s:s%, s:s%, s:o}", "time", time, "source", held->source.data,
			held->source.size, "platform", held->platform.data, held->platform.size,
			"reason", held->reason.data, held->reason.size, "id", id_of(held));
	line = row ? json_dumps(row, JSON_COMPACT) : NULL;
	json_decref(row);
	if (!line)
		return LIFT_E_MEMORY;
	puts(line);
	free(line);
	return 0;
}

static int print_all(struct shelf *shelf, bool in_json)
{
	bool any = false;
	int err;

	if (in_json)
		return shelf_each_held(shelf, 0, INT_MAX, print_one, NULL);
	err = shelf_count_held(shelf, print_count, &any);
	if (!err && !any)
		puts("nothing is held");
	return err;
}

int refused_print(const struct xapi_config *config, bool in_json)
{
	char path[XAPI_PATH_MAX + 16], why[SECRET_WHY_MAX] = "";
	uint8_t seal[LIFT_SEAL_BYTES];
	struct shelf_options options = { .path = path, .key = seal, .only_look = true };
	struct shelf *shelf = NULL;
	int err = seal_load(config->state, false, seal, why);

	snprintf(path, sizeof(path), "%s/shelf.db", config->state);
	if (!err)
		err = shelf_open(&options, &shelf);
	sodium_memzero(seal, sizeof(seal));
	if (!err)
		err = print_all(shelf, in_json);
	shelf_close(shelf);
	if (err)
		fprintf(stderr, "lift-xapi: %s\n",
			*why			  ? why
			: err == LIFT_E_NOT_FOUND ? "there is no state yet: it has never run"
						  : lift_err_text(err));
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

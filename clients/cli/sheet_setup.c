/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet_setup.h"

#include <stdlib.h>

#include "clients/cli/answer.h"
#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"

enum { TIMEOUT_MS = 20000 };

#define TIMEZONE_HELP "say where they are read by --timezone, as in --timezone Europe/Oslo"

int sheet_setup_begin(struct sheet_setup *setup, const struct usage *usage)
{
	int err = setup->timezone ? zone_read(setup->timezone, &setup->zone) : 0;

	if (err == LIFT_E_NOT_FOUND)
		return complain_usage(usage,
				      "--timezone: this system has no zone '%s'; a name looks like "
				      "Europe/Oslo",
				      setup->timezone);
	if (err)
		complain("%s", lift_err_text(err));
	return err ? STATUS_SYSTEM : STATUS_WELL;
}

void sheet_setup_clear(struct sheet_setup *setup)
{
	free(setup->found);
	zone_free(&setup->zone);
	*setup = (struct sheet_setup){ 0 };
}

/* The catalogue, of operators or of an audience; NULL, and complained about. */
static json_t *ask_catalogue(const struct endpoints *endpoints, int *ret_status)
{
	const char *endpoint = endpoints->control ? endpoints->control : endpoints->ask;

	*ret_status = STATUS_SYSTEM;
	if (!endpoint || endpoints->given)
		return NULL;
	return question_ask_whole(
		&(struct question){ .endpoint = endpoint,
				    .keys = endpoints->keys,
				    .timeout_ms = TIMEOUT_MS,
				    .request = &(struct request){ .op = text_of("catalogue") },
				    .shape = &shape_of_catalogue },
		ret_status);
}

static json_t *find_catalogue(struct sheet_setup *setup, int *ret_status)
{
	struct endpoints endpoints = { 0 };
	json_t *catalogue = NULL;

	*ret_status = endpoints_find(setup->cli, NULL, &endpoints);
	if (*ret_status == STATUS_WELL)
		catalogue = ask_catalogue(&endpoints, ret_status);
	endpoints_clear(&endpoints);
	return catalogue;
}

int sheet_setup_zone(struct sheet_setup *setup, const char *file)
{
	const char *name;
	json_t *catalogue;
	int status;

	if (setup->zone.n > 0)
		return STATUS_WELL;
	catalogue = find_catalogue(setup, &status);
	name = json_string_value(json_object_get(catalogue, "timezone"));
	setup->found = name ? strdup(name) : NULL;
	if (setup->found && zone_read(setup->found, &setup->zone) == 0) {
		setup->timezone = setup->found;
		status = STATUS_WELL;
	} else if (setup->found) {
		complain("%s: its times have no offset from UTC, and this system has not the "
			 "catalogue's zone '%s': " TIMEZONE_HELP,
			 file, setup->found);
		status = STATUS_SYSTEM;
	} else {
		complain("%s: its times have no offset from UTC, and the catalogue's zone could "
			 "not be asked for: " TIMEZONE_HELP,
			 file);
		status = status == STATUS_WELL ? STATUS_SYSTEM : status;
	}
	json_decref(catalogue);
	return status;
}

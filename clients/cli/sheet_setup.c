/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet_setup.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/cli/answer.h"
#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/json.h"

enum { TIMEOUT_MS = 20000 };

#define TIMEZONE_HELP \
	"say where they are read by --timezone, as in --timezone Europe/Oslo, or in a map"

static int read_map(struct sheet_setup *setup)
{
	struct yaml_errors errors = { .file = setup->map_file };
	int err;

	setup->map_text = file_read(setup->map_file, &setup->map_size);
	if (!setup->map_text)
		return STATUS_SYSTEM;
	err = map_read((struct text){ setup->map_text, setup->map_size }, &errors, &setup->map);
	if (err)
		fputs(errors.text ? errors.text : "lift: out of memory\n", stderr);
	yaml_errors_clear(&errors);
	return err ? exit_status_of(err) : STATUS_WELL;
}

static int read_zone(struct sheet_setup *setup, const struct usage *usage)
{
	int err = zone_read(setup->timezone, &setup->zone);

	if (err == LIFT_E_NOT_FOUND && !setup->zone_given)
		complain("%s: timezone: this system has no zone '%s'; a name looks like "
			 "Europe/Oslo",
			 setup->map_file, setup->timezone);
	else if (err == LIFT_E_NOT_FOUND)
		complain_usage(usage,
			       "--timezone: this system has no zone '%s'; a name looks like "
			       "Europe/Oslo",
			       setup->timezone);
	else if (err)
		complain("%s", lift_err_text(err));
	return err == LIFT_E_NOT_FOUND ? STATUS_USAGE : err ? STATUS_SYSTEM : STATUS_WELL;
}

int sheet_setup_begin(struct sheet_setup *setup, const struct usage *usage)
{
	int status = setup->map_file ? read_map(setup) : STATUS_WELL;

	setup->zone_given = setup->timezone;
	if (status != STATUS_WELL)
		return status;
	setup->fold_given = setup->fold_places;
	setup->fold_places |= setup->map && setup->map->fold_places;
	if (!setup->zone_given && setup->map)
		setup->timezone = setup->map->timezone;
	return setup->timezone ? read_zone(setup, usage) : STATUS_WELL;
}

void sheet_setup_clear(struct sheet_setup *setup)
{
	places_free(setup->places);
	free(setup->regions);
	map_free(setup->map);
	free(setup->map_text);
	free(setup->found);
	zone_free(&setup->zone);
	*setup = (struct sheet_setup){ 0 };
}

bool sheet_setup_matters(const struct sheet_setup *setup, const struct sheet *sheet)
{
	return setup->map || sheet->zone || sheet->places;
}

static void hash_text(crypto_generichash_state *hash, const char *text, size_t size)
{
	uint64_t length = size;

	crypto_generichash_update(hash, (const unsigned char *)&length, sizeof(length));
	crypto_generichash_update(hash, (const unsigned char *)text, size);
}

void sheet_setup_hash(const struct sheet_setup *setup, const struct sheet *sheet,
		      crypto_generichash_state *hash)
{
	hash_text(hash, setup->map ? setup->map_text : "", setup->map ? setup->map_size : 0);
	hash_text(hash, sheet->zone ? setup->timezone : "",
		  sheet->zone ? strlen(setup->timezone) : 0);
	hash_text(hash, sheet->places ? setup->regions : "",
		  sheet->places ? strlen(setup->regions) : 0);
	hash_text(hash, sheet->fold_all ? "all" : "", sheet->fold_all ? 3 : 0);
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

static int add_region(struct places *places, const json_t *region)
{
	const char *code = json_text(region, "code"), *name = json_text(region, "name");
	const json_t *alias;
	size_t i;
	int err;

	if (strcmp(code, "all") == 0 || strcmp(code, "unassigned") == 0)
		return places_add_text(places, code, name, code);
	err = places_add_text(places, code, name, code);
	if (!err && *name)
		err = places_add_name(places, code, name);
	json_array_foreach(json_object_get(region, "aliases"), i,
			   alias) if (!err && json_is_string(alias)) err =
		places_add_text(places, code, name, json_string_value(alias));
	return err;
}

static int add_regions(struct sheet_setup *setup, const json_t *regions)
{
	const json_t *region;
	size_t i;
	int err = 0;

	setup->places = places_new();
	setup->regions = json_line(regions);
	if (!setup->places || !setup->regions)
		err = LIFT_E_MEMORY;
	json_array_foreach(regions, i, region) err = err ? err : add_region(setup->places, region);
	if (err)
		complain("%s", lift_err_text(err));
	return err ? STATUS_SYSTEM : STATUS_WELL;
}

int sheet_setup_places(struct sheet_setup *setup)
{
	json_t *catalogue;
	int status;

	if (setup->places || !(setup->fold_places || (setup->map && map_folds(setup->map))))
		return STATUS_WELL;
	catalogue = find_catalogue(setup, &status);
	if (catalogue)
		status = add_regions(setup, json_object_get(catalogue, "regions"));
	else
		complain("names of places are folded by the catalogue's regions, which could not "
			 "be asked for; it takes the endpoint of `control`, or of an audience's "
			 "`ask`");
	json_decref(catalogue);
	return status == STATUS_WELL && !setup->places ? STATUS_SYSTEM : status;
}

struct sheet sheet_setup_sheet(const struct sheet_setup *setup)
{
	return (struct sheet){ .map = setup->map,
			       .zone = setup->zone.n > 0 ? &setup->zone : NULL,
			       .places = setup->places,
			       .fold_all = setup->fold_places };
}

static void tell(void *context, const char *text, const char *code, const char *name, uint64_t n)
{
	complain("%s: '%s' was taken for %s (%s), in %" PRIu64 " event%s", (const char *)context,
		 text, name, code, n, n == 1 ? "" : "s");
}

void sheet_setup_tell(const struct sheet_setup *setup, const char *file)
{
	if (setup->places)
		places_tell(setup->places, tell, (void *)(uintptr_t)file);
}

void sheet_setup_options(const struct sheet_setup *setup, char to[static SHEET_OPTIONS_MAX])
{
	snprintf(to, SHEET_OPTIONS_MAX, "%s%s%s%s%s", setup->map_file ? " --map " : "",
		 setup->map_file ? setup->map_file : "", setup->fold_given ? " --fold-places" : "",
		 setup->zone_given ? " --timezone " : "", setup->zone_given ? setup->timezone : "");
}

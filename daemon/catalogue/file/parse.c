/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The top of the catalogue. A part refers only to parts that stand before it in the table, in
 * whichever order the file has them.
 */
#include "daemon/catalogue/file/parts.h"

#include <sodium.h>
#include <stdlib.h>

enum { ZONE_MAX = 64 /* bytes */ };

static void read_timezone(struct reader *reader, const struct yaml_node *node,
			  const struct field *field, void *to)
{
	struct catalogue *catalogue = to;
	char *zone = reader_text(reader, node, field->name, 1, ZONE_MAX);
	int err = zone ? calendar_open(zone, &catalogue->calendar) : 0;

	if (!zone)
		return;
	if (err == LIFT_E_MEMORY)
		reader->no_memory = true;
	else if (err)
		reader_error(
			reader, node,
			"timezone: this system has no zone `%s`; a name looks like Europe/Oslo",
			zone);
	else
		catalogue->timezone = zone;
}

static const struct field top_fields[] = {
	{ .name = "timezone", .read = read_timezone },
	{ .name = "dimensions", .read = read_dimensions },
	{ .name = "regions", .read = read_regions },
	{ .name = "levels", .read = read_levels },
	{ .name = "competences", .read = read_competences },
	{ .name = "modules", .read = read_modules },
	{ .name = "programmes", .read = read_programmes },
};
static const struct fields top = FIELDS("a catalogue", top_fields);

/* `all` and `unassigned` are there in every catalogue. */
static bool regions_begin(struct reader *reader, struct catalogue *catalogue)
{
	static const char *const codes[] = { "all", "unassigned" };

	catalogue->regions = reader_take(reader, 2, sizeof(*catalogue->regions));
	if (!catalogue->regions)
		return false;
	for (uint32_t i = REGION_ALL; i <= REGION_UNASSIGNED; i++) {
		catalogue->regions[i].code = catalogue->regions[i].name = codes[i];
		catalogue->regions[i].level = "";
		if (lookup_add(&catalogue->index->codes, text_of(codes[i]), i, 0) < 0)
			reader->no_memory = true;
	}
	catalogue->n_regions = 2;
	return !reader->no_memory;
}

static void read_all(struct reader *reader, const struct yaml_node *root)
{
	struct catalogue *catalogue = reader->context;

	catalogue->timezone = "UTC";
	if (!regions_begin(reader, catalogue) ||
	    !fields_read(reader, root, NULL, &top, catalogue) || reader->no_memory)
		return;
	if (!catalogue->calendar && strcmp(catalogue->timezone, "UTC") == 0 &&
	    calendar_open("UTC", &catalogue->calendar) < 0)
		yaml_error(reader->errors, 0,
			   "this system has no time zones: install its zone files (tzdata)");
	regions_connect(reader, catalogue);
	programmes_connect(reader, catalogue);
}

static struct catalogue *catalogue_new(void)
{
	struct catalogue *catalogue = calloc(1, sizeof(*catalogue));

	if (!catalogue)
		return NULL;
	catalogue->index = calloc(1, sizeof(*catalogue->index));
	if (!catalogue->index) {
		free(catalogue);
		return NULL;
	}
	return catalogue;
}

int catalogue_parse(struct text text, struct yaml_errors *errors, struct catalogue **ret_catalogue)
{
	struct catalogue *catalogue = NULL;
	struct reader reader = { .errors = errors };
	size_t n_errors = errors->count;
	struct yaml_doc *doc = NULL;
	int err;

	if (sodium_init() < 0)
		return LIFT_E_MEMORY;
	err = yaml_parse(text, errors, &doc);
	if (err)
		return err;
	catalogue = catalogue_new();
	if (catalogue) {
		reader.arena = &catalogue->index->arena;
		reader.context = catalogue;
		read_all(&reader, yaml_root(doc));
		catalogue->text = (struct text){ arena_text(reader.arena, text), text.size };
	}
	yaml_doc_free(doc);
	if (!catalogue || !catalogue->text.data || reader.no_memory)
		err = LIFT_E_MEMORY;
	else if (errors->count > n_errors)
		err = LIFT_E_CONFIG;
	if (err) {
		catalogue_free(catalogue);
		return err;
	}
	catalogue_digest(catalogue);
	*ret_catalogue = catalogue;
	return 0;
}

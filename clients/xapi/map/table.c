/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clients/xapi/map/modules.h"
#include "clients/xapi/map/places.h"
#include "clients/xapi/map/rows.h"

enum {
	TOGETHER_MAX = 3600,	 /* seconds */
	MAP_SIZE_MAX = 16 << 20, /* bytes of a table */
};

static void read_module_places(struct reader *reader, const struct yaml_node *node,
			       const struct field *field, void *to)
{
	places_from(reader, node, field->name, false, to);
}

static void read_learner_places(struct reader *reader, const struct yaml_node *node,
				const struct field *field, void *to)
{
	places_from(reader, node, field->name, true, to);
}

static void read_order(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	static const char *const words[] = { "extensions", "people", "accounts", "platform" };
	struct order order = { .n = 0 };
	bool seen[FROM_N] = { false };

	if (!reader_list(reader, node, field->name, FROM_N))
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		int from = words_choose(reader, item, field->name, words,
					sizeof(words) / sizeof(words[0]));

		if (from == IRI_NONE)
			continue;
		if (seen[FROM_EXTENSIONS + from])
			reader_error(reader, item, "%s has `%s` twice", field->name, words[from]);
		else
			order.at[order.n++] = (uint8_t)(FROM_EXTENSIONS + from);
		seen[FROM_EXTENSIONS + from] = true;
	}
	*(struct order *)to = order;
}

static void read_target(struct reader *reader, const struct yaml_node *node, struct target *target)
{
	static const char attrs[] = "attrs.";
	char *what = reader_text(reader, node, "what an extension says", 1, WORD_MAX);

	*target = (struct target){ .iri = iri_canonical(reader->arena, node->key) };
	reader->no_memory |= !target->iri.data;
	if (!what)
		return;
	if (strcmp(what, "region") == 0)
		target->what = TARGET_REGION;
	else if (strcmp(what, "phase") == 0)
		target->what = TARGET_PHASE;
	else if (strcmp(what, "valid_until") == 0)
		target->what = TARGET_VALID_UNTIL;
	else if (strncmp(what, attrs, sizeof(attrs) - 1) == 0 && what[sizeof(attrs) - 1] &&
		 strlen(what) - sizeof(attrs) + 1 <= ATTR_NAME_MAX)
		target->what = TARGET_ATTR;
	target->attr = what + (target->what == TARGET_ATTR ? sizeof(attrs) - 1 : 0);
	if (!target->what)
		reader_error(reader, node,
			     "an extension may say region, attrs.NAME (of 1 to %d bytes), phase or "
			     "valid_until, not `%s`",
			     ATTR_NAME_MAX, what);
}

/* What a file says of an extension goes before what was said of it before. */
static void read_extensions(struct reader *reader, const struct yaml_node *node,
			    const struct field *field, void *to)
{
	struct map *map = to;
	struct target *targets;
	size_t n = 0;

	if (node->kind != YAML_MAP || node->n_children > IRIS_MAX) {
		reader_error(reader, node, "%s must be a map of at most %d, `IRI: region`",
			     field->name, IRIS_MAX);
		return;
	}
	targets = reader_take(reader, node->n_children + map->n_targets, sizeof(*targets));
	if (!targets)
		return;
	for (const struct yaml_node *child = node->child; child; child = child->next)
		read_target(reader, child, &targets[n++]);
	if (map->n_targets)
		memcpy(targets + n, map->targets, map->n_targets * sizeof(*targets));
	map->targets = targets;
	map->n_targets += n;
}

static void read_accounts(struct reader *reader, const struct yaml_node *node,
			  const struct field *field, void *to)
{
	struct map *map = to;
	size_t n = map->account_regions.n;
	const char **regions;

	if (node->kind != YAML_MAP || node->n_children > PATTERNS_MAX) {
		reader_error(reader, node, "%s must be a map of at most %d, `HOMEPAGE: REGION`",
			     field->name, PATTERNS_MAX);
		return;
	}
	regions = reader_take(reader, n + node->n_children, sizeof(*regions));
	if (!regions)
		return;
	if (n)
		memcpy(regions, map->account_regions.at, n * sizeof(*regions));
	for (const struct yaml_node *child = node->child; child; child = child->next) {
		regions[n] = reader_text(reader, child, "a region", 1, REGION_MAX);
		if (iri_table_look_up(&map->accounts, child->key) >= (int)map->account_regions.n)
			reader_error(reader, child,
				     "this home page is there twice (http and https, "
				     "and a slash at the end, make no difference)");
		reader->no_memory |=
			iri_table_put(&map->accounts, reader->arena, child->key, (int)n++) < 0;
	}
	map->account_regions = (struct words){ regions, n };
}

static void choose(struct reader *reader, const struct yaml_node *node, const struct field *field,
		   const char *const words[], size_t n, uint8_t *to)
{
	int word = words_choose(reader, node, field->name, words, n);

	if (word != IRI_NONE)
		*to = (uint8_t)word;
}

static void read_range(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	static const char *const words[] = { "clip", "drop", "refuse" };

	choose(reader, node, field, words, 3, to);
}

static void read_others(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	static const char *const words[] = { "keep", "ignore", "refuse" };

	choose(reader, node, field, words, 3, to);
}

static void read_mbox(struct reader *reader, const struct yaml_node *node,
		      const struct field *field, void *to)
{
	static const char *const words[] = { "sha1", "address" };

	choose(reader, node, field, words, 2, to);
}

static void read_shifted(struct reader *reader, const struct yaml_node *node,
			 const struct field *field, void *to)
{
	struct words *sources = to;

	if (!words_read(reader, node, field->name, IRIS_MAX, sources))
		return;
	for (size_t i = 0; i < sources->n; i++)
		if (!source_is_valid(text_of(sources->at[i])))
			reader_error(reader, node, "%s must be names of 1 to 64 of a-z 0-9 . _ -",
				     field->name);
}

static const struct field score_fields[] = {
	{ .name = "out_of_range", .read = read_range, MEMBER(struct map, out_of_range) },
	{ .name = "scaled_from_minus_1", .read = read_shifted, MEMBER(struct map, shifted) },
};
static const struct fields score_map = FIELDS("score", score_fields);

static void read_score(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	(void)field;
	fields_read(reader, node, NULL, &score_map, to);
}

/* In this order: rows name verbs and activities. */
static const struct field table_fields[] = {
	{ .name = "verbs", .read = field_verbs, WHOLE },
	{ .name = "activities", .read = field_activities, WHOLE },
	{ .name = "rows", .read = field_rows, WHOLE },
	{ .name = "module", .read = read_module_places, MEMBER(struct map, module) },
	{ .name = "modules", .read = field_modules, WHOLE },
	{ .name = "other_modules", .read = read_others, MEMBER(struct map, other_modules) },
	{ .name = "learner", .read = read_learner_places, MEMBER(struct map, learner) },
	{ .name = "mbox", .read = read_mbox, MEMBER(struct map, mbox) },
	{ .name = "region", .read = read_order, MEMBER(struct map, region) },
	{ .name = "attrs", .read = read_order, MEMBER(struct map, attrs) },
	{ .name = "extensions", .read = read_extensions, WHOLE },
	{ .name = "accounts", .read = read_accounts, WHOLE },
	{ .name = "score", .read = read_score, WHOLE },
	{ .name = "together",
	  .read = field_integer,
	  MEMBER(struct map, together_s),
	  .min = 0,
	  .max = TOGETHER_MAX },
};
static const struct fields table_map = FIELDS("the mapping", table_fields);

/* Both tables. */

/* The shipped table, as it stands in the source: a part of the program, which finds it wherever it
 * was put. */
__asm__(".pushsection .rodata\n"
	"map_shipped:\n"
	".incbin \"clients/xapi/map.yaml\"\n"
	"map_shipped_end:\n"
	".popsection\n");
extern const char map_shipped[] __attribute__((visibility("hidden")));
extern const char map_shipped_end[] __attribute__((visibility("hidden")));

static int read_whole(const char *path, struct yaml_errors *errors, char **ret_text,
		      size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = malloc(MAP_SIZE_MAX + 1);
	size_t size = 0;
	ssize_t n = 1;

	while (fd >= 0 && text && size <= MAP_SIZE_MAX && n > 0) {
		n = read(fd, text + size, MAP_SIZE_MAX + 1 - size);
		size += n > 0 ? (size_t)n : 0;
	}
	if (text && (fd < 0 || n < 0))
		yaml_error(errors, 0, "%s", strerror(errno));
	else if (text && size > MAP_SIZE_MAX)
		yaml_error(errors, 0, "it has more than %d bytes", MAP_SIZE_MAX);
	if (fd >= 0)
		close(fd);
	if (!text)
		return LIFT_E_MEMORY;
	if (fd < 0 || n < 0 || size > MAP_SIZE_MAX) {
		free(text);
		return LIFT_E_IO;
	}
	*ret_text = text;
	*ret_size = size;
	return 0;
}

/* Both documents, the shipped one first; they are needed until all is read. */
static int read_tables(struct map_reading *reading, struct text own, struct yaml_errors *errors)
{
	struct yaml_errors shipped_errors = { .file = "the shipped mapping" };
	struct text shipped = { map_shipped, (size_t)(map_shipped_end - map_shipped) };
	struct reader reader = { .errors = &shipped_errors,
				 .arena = &reading->map->arena,
				 .context = reading };
	struct yaml_doc *shipped_doc = NULL, *own_doc = NULL;
	size_t n_errors = errors->count;
	int err = yaml_parse(shipped, &shipped_errors, &shipped_doc);

	if (!err) {
		reading->shipped = true;
		fields_read(&reader, yaml_root(shipped_doc), NULL, &table_map, reading->map);
		reading->shipped = false;
		reading->verbs_here = reading->kinds_here = (struct iri_table){ 0 };
		reader.errors = errors;
		err = yaml_parse(own, errors, &own_doc);
	}
	if (!err) {
		fields_read(&reader, yaml_root(own_doc), NULL, &table_map, reading->map);
		rows_index(&reader);
	}
	if (shipped_errors.count) /* a fault of ours, which a test would have found */
		yaml_error(errors, 0, "%s", shipped_errors.text);
	if (!err && errors->count > n_errors)
		err = LIFT_E_CONFIG;
	yaml_doc_free(shipped_doc);
	yaml_doc_free(own_doc);
	yaml_errors_clear(&shipped_errors);
	return reader.no_memory ? LIFT_E_MEMORY : err;
}

int mapping_load(const char *path, struct yaml_errors *errors, struct map **ret_map)
{
	struct map_reading reading = { .map = calloc(1, sizeof(struct map)) };
	struct text own = { "", 0 };
	char *text = NULL;
	int err = reading.map ? 0 : LIFT_E_MEMORY;

	if (!err && path) {
		err = read_whole(path, errors, &text, &own.size);
		own.data = text;
	}
	if (!err)
		err = read_tables(&reading, own, errors);
	free(text);
	if (err)
		mapping_free(reading.map);
	else
		*ret_map = reading.map;
	return err;
}

void mapping_free(struct map *map)
{
	if (!map)
		return;
	modules_free(map);
	arena_free(&map->arena);
	free(map);
}

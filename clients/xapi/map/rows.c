/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/map/rows.h"

#include "clients/xapi/map/places.h"

static const char any[] = "any";

static bool is_any(const struct yaml_node *node)
{
	return node->kind == YAML_TEXT && text_equal(node->text, text_of(any));
}

static void read_row_verbs(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	struct row *row = to;
	struct words words;

	row->n_verbs = 0;
	row->any_verb = is_any(node);
	if (row->any_verb || !words_read(reader, node, field->name, IRIS_MAX, &words))
		return;
	row->verbs = reader_take(reader, words.n, sizeof(*row->verbs));
	for (size_t i = 0; row->verbs && i < words.n; i++) {
		int verb = verb_number(reader, node, text_of(words.at[i]));

		if (verb != IRI_NONE)
			row->verbs[row->n_verbs++] = (uint16_t)verb;
	}
}

static void read_object(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	struct row *row = to;
	struct words words;

	row->kinds = 0;
	row->agent = false;
	row->any_object = is_any(node);
	if (row->any_object || !words_read(reader, node, field->name, IRIS_MAX, &words))
		return;
	for (size_t i = 0; i < words.n; i++) {
		int kind;

		if (strcmp(words.at[i], "person") == 0) {
			row->agent = true;
			continue;
		}
		kind = kind_number(reader, node, text_of(words.at[i]));
		if (kind != IRI_NONE)
			row->kinds |= UINT64_C(1) << kind;
	}
}

static void read_categories(struct reader *reader, const struct yaml_node *node,
			    const struct field *field, void *to)
{
	struct words *categories = to;

	categories->n = 0;
	if (!is_any(node))
		words_read_iris(reader, node, field->name, categories);
}

static void read_sources(struct reader *reader, const struct yaml_node *node,
			 const struct field *field, void *to)
{
	struct words *sources = to;

	sources->n = 0;
	if (is_any(node) || !words_read(reader, node, field->name, IRIS_MAX, sources))
		return;
	for (size_t i = 0; i < sources->n; i++)
		if (!source_is_valid(text_of(sources->at[i])))
			reader_error(reader, node, "%s must be names of 1 to 64 of a-z 0-9 . _ -",
				     field->name);
}

static void read_conditions(struct reader *reader, const struct yaml_node *node,
			    const struct field *field, void *to)
{
	struct row *row = to;

	row->n_conditions = 0;
	if (is_any(node))
		return;
	if (node->kind != YAML_MAP || node->n_children > CONDITIONS_MAX) {
		reader_error(reader, node, "%s must be a map of at most %d, `IRI: [values]`",
			     field->name, CONDITIONS_MAX);
		return;
	}
	for (const struct yaml_node *child = node->child; child; child = child->next) {
		struct condition *condition = &row->conditions[row->n_conditions++];

		condition->iri = iri_canonical(reader->arena, child->key);
		reader->no_memory |= !condition->iri.data;
		words_read(reader, child, field->name, IRIS_MAX, &condition->is);
	}
}

static void read_needs(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	static const char *const parts[] = { "score", "success", "completion", "duration",
					     "response" };
	unsigned *needs = to;
	bool one = node->kind == YAML_TEXT;

	*needs = 0;
	if (is_any(node) || (!one && !reader_list(reader, node, field->name, IRIS_MAX)))
		return;
	for (const struct yaml_node *item = one ? node : node->child; item;
	     item = one ? NULL : item->next) {
		int part = words_choose(reader, item, field->name, parts,
					sizeof(parts) / sizeof(parts[0]));

		if (part != IRI_NONE)
			*needs |= 1u << part;
	}
}

static void read_either(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	bool is = false;

	*(int8_t *)to = -1;
	if (is_any(node))
		return;
	field_flag(reader, node, field, &is);
	*(int8_t *)to = is;
}

/* "completed", "started of course", "void completed" */
static void read_step(struct reader *reader, const struct yaml_node *node, struct row *row)
{
	static const char back[] = "void ", of[] = " of ";
	struct step *step = &row->steps[row->n_steps];
	struct text text = node->kind == YAML_TEXT ? node->text : text_of("[...]"), type = text;
	const char *at;

	*step = (struct step){ .takes_back = text.size >= sizeof(back) &&
					     memcmp(text.data, back, sizeof(back) - 1) == 0 };
	if (step->takes_back)
		type = (struct text){ text.data + sizeof(back) - 1, text.size - sizeof(back) + 1 };
	at = type.size ? memmem(type.data, type.size, of, sizeof(of) - 1) : NULL;
	if (at) {
		struct text place = { at + sizeof(of) - 1, 0 };

		place.size = (size_t)(type.data + type.size - place.data);
		type.size = (size_t)(at - type.data);
		step->module.n = place_read(reader, node, place, false, &step->module.at[0]);
	}
	step->type = event_type_of(type);
	if (!step->type || step->type == EVENT_VOIDED) {
		reader_error(reader, node,
			     "`%.*s` is nothing that may become of a statement: there are ignored, "
			     "voided, and (one or a list) started, completed, assessed, attended, "
			     "enrolled, withdrawn, and `void` before one of these; `of PLACE` may "
			     "stand behind",
			     YAML_EXCERPT(text));
		return;
	}
	row->n_steps++;
}

static void read_then(struct reader *reader, const struct yaml_node *node,
		      const struct field *field, void *to)
{
	struct row *row = to;

	row->n_steps = 0;
	row->then = THEN_EVENTS;
	if (node->kind == YAML_TEXT && text_equal(node->text, text_of("ignored")))
		row->then = THEN_IGNORED;
	else if (node->kind == YAML_TEXT && text_equal(node->text, text_of("voided")))
		row->then = THEN_VOIDED;
	else if (node->kind == YAML_TEXT)
		read_step(reader, node, row);
	else if (reader_list(reader, node, field->name, STEPS_MAX))
		for (const struct yaml_node *item = node->child; item; item = item->next)
			read_step(reader, item, row);
}

static void read_module(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	places_from(reader, node, field->name, false, to);
}

static void read_learner(struct reader *reader, const struct yaml_node *node,
			 const struct field *field, void *to)
{
	places_from(reader, node, field->name, true, to);
}

static void read_state(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	static const char *const states[] = { "applied", "waiting", "admitted" };
	int state =
		words_choose(reader, node, field->name, states, sizeof(states) / sizeof(states[0]));

	if (state != IRI_NONE)
		*(uint8_t *)to = (uint8_t)(STATE_APPLIED + state);
}

static void read_phase(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	static const char *const phases[] = { "pre", "post" };
	int phase =
		words_choose(reader, node, field->name, phases, sizeof(phases) / sizeof(phases[0]));

	if (phase != IRI_NONE)
		*(uint8_t *)to = (uint8_t)(PHASE_PRE + phase);
}

static void read_timestamp(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	static const char *const ends[] = { "end", "begin" };

	*(bool *)to =
		words_choose(reader, node, field->name, ends, sizeof(ends) / sizeof(ends[0])) == 1;
}

static const struct field row_fields[] = {
	{ .name = "name",
	  .read = field_text,
	  MEMBER(struct row, name),
	  .min = 1,
	  .max = WORD_MAX,
	  .required = true },
	{ .name = "verbs", .read = read_row_verbs, WHOLE, .required = true },
	{ .name = "object", .read = read_object, WHOLE },
	{ .name = "category", .read = read_categories, MEMBER(struct row, categories) },
	{ .name = "source", .read = read_sources, MEMBER(struct row, sources) },
	{ .name = "extension", .read = read_conditions, WHOLE },
	{ .name = "result", .read = read_needs, MEMBER(struct row, needs) },
	{ .name = "completion", .read = read_either, MEMBER(struct row, completion) },
	{ .name = "success", .read = read_either, MEMBER(struct row, success) },
	{ .name = "then", .read = read_then, WHOLE, .required = true },
	{ .name = "module", .read = read_module, MEMBER(struct row, module) },
	{ .name = "learner", .read = read_learner, MEMBER(struct row, learner) },
	{ .name = "state", .read = read_state, MEMBER(struct row, state) },
	{ .name = "phase", .read = read_phase, MEMBER(struct row, phase) },
	{ .name = "passed", .read = read_either, MEMBER(struct row, passed) },
	{ .name = "timestamp", .read = read_timestamp, MEMBER(struct row, at_begin) },
};
static const struct fields row_map = FIELDS("a row", row_fields);

static struct row *read_row(struct reader *reader, const struct yaml_node *node,
			    const struct yaml_node *shipped)
{
	struct row *row = reader_take(reader, 1, sizeof(*row));

	if (!row)
		return NULL;
	*row = (struct row){ .any_object = true, .completion = -1, .success = -1, .passed = -1 };
	return fields_read(reader, node, shipped, &row_map, row) && row->name ? row : NULL;
}

static bool has_row(struct row *const rows[], size_t n, const struct row *row)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i] && rows[i] != row && strcmp(rows[i]->name, row->name) == 0)
			return true;
	return false;
}

static void add_row(struct reader *reader, const struct yaml_node *node, struct row ***rows,
		    size_t *n, size_t max, struct row *row)
{
	if (has_row(*rows, *n, row))
		reader_error(reader, node, "there is a row `%s` already", row->name);
	if (!*rows)
		*rows = reader_take(reader, max, sizeof(**rows));
	if (*rows && *n < max)
		(*rows)[(*n)++] = row;
}

/* The shipped row of the same name: its node and its index. */
static const struct yaml_node *shipped_row(const struct map_reading *reading,
					   const struct yaml_node *node, size_t *ret_index)
{
	const struct yaml_node *name = yaml_get(node, "name"), *at;

	*ret_index = 0;
	if (!name || name->kind != YAML_TEXT || !reading->shipped_rows)
		return NULL;
	for (at = reading->shipped_rows->child; at; at = at->next, (*ret_index)++)
		if (text_equal(yaml_get(at, "name")->text, name->text))
			return at;
	return NULL;
}

void field_rows(struct reader *reader, const struct yaml_node *node, const struct field *field,
		void *to)
{
	struct map_reading *reading = reader->context;
	struct map *map = to;

	if (!reader_list(reader, node, field->name, ROWS_MAX))
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		size_t index;
		const struct yaml_node *shipped = shipped_row(reading, item, &index);
		struct row *row = read_row(reader, item, shipped);

		if (!row)
			continue;
		if (shipped && index < map->n_rows)
			map->rows[index] = row;
		else if (reading->shipped)
			add_row(reader, item, &map->rows, &map->n_rows, ROWS_MAX, row);
		else
			add_row(reader, item, &reading->own, &reading->n_own, ROWS_MAX, row);
	}
	if (reading->shipped) {
		reading->shipped_rows = node;
		reading->n_shipped = map->n_rows;
	}
}

static bool row_has_verb(const struct row *row, size_t verb)
{
	if (row->any_verb)
		return true;
	for (size_t i = 0; i < row->n_verbs; i++)
		if (row->verbs[i] == verb)
			return true;
	return false;
}

void rows_index(struct reader *reader)
{
	struct map_reading *reading = reader->context;
	struct map *map = reading->map;
	size_t n = reading->n_own + map->n_rows, n_verbs = map->verb_names.n;
	struct row **rows = reader_take(reader, n, sizeof(*rows));

	map->rows_of = reader_take(reader, n_verbs + 1, sizeof(*map->rows_of));
	if (!rows || !map->rows_of)
		return;
	if (reading->n_own)
		memcpy(rows, reading->own, reading->n_own * sizeof(*rows));
	if (map->n_rows)
		memcpy(rows + reading->n_own, map->rows, map->n_rows * sizeof(*rows));
	map->rows = rows;
	map->n_rows = n;
	for (size_t verb = 0; verb <= n_verbs; verb++) {
		size_t used = 0;

		map->rows_of[verb] = reader_take(reader, n + 1, sizeof(**map->rows_of));
		if (!map->rows_of[verb])
			return;
		for (size_t i = 0; i < n; i++)
			if (row_has_verb(rows[i], verb))
				map->rows_of[verb][used++] = (uint16_t)i;
		map->rows_of[verb][used] = NO_ROW;
	}
}

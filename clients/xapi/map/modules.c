/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/map/modules.h"

#include <stdio.h>

#include "clients/xapi/map/words.h"

enum { REGEX_ID_MAX = 4096 /* bytes: of longer ones an expression could take seconds */ };

static const struct text hole = TEXT("{}"), regex_word = TEXT("regex ");

static const char *find_hole(const char *at, size_t size)
{
	return size ? memmem(at, size, hole.data, hole.size) : NULL;
}

static size_t count_holes(struct text text)
{
	const char *end = text.data + text.size, *at = text.data;
	size_t n = 0;

	while ((at = find_hole(at, (size_t)(end - at)))) {
		at += hole.size;
		n++;
	}
	return n;
}

/* Reading. */

/* The highest of \1 to \9. */
static size_t highest_capture(const char *is)
{
	size_t highest = 0;

	for (; *is; is++) {
		if (*is != '\\')
			continue;
		is++;
		if (*is >= '1' && *is <= '9' && (size_t)(*is - '0') > highest)
			highest = (size_t)(*is - '0');
		if (!*is)
			break;
	}
	return highest;
}

/* The whole id: with a bracket more, \1 is the second one. */
static bool read_regex(struct reader *reader, const struct yaml_node *node, struct pattern *pattern)
{
	char whole[ID_MAX + 16], why[WORD_MAX];
	const char *at = node->key.data + regex_word.size;
	int size = (int)(node->key.size - regex_word.size), err;
	bool http = size >= 5 && memcmp(at, "http:", 5) == 0;

	snprintf(whole, sizeof(whole), "^(%s%.*s)$", http ? "https" : "", size - (http ? 4 : 0),
		 at + (http ? 4 : 0));
	err = regcomp(&pattern->regex, whole, REG_EXTENDED);
	if (err) {
		regerror(err, &pattern->regex, why, sizeof(why));
		reader_error(reader, node, "`%.*s` is no extended regular expression: %s",
			     YAML_EXCERPT(node->key), why);
		return false;
	}
	pattern->how = PATTERN_REGEX;
	if (highest_capture(pattern->is) < pattern->regex.re_nsub)
		return true;
	reader_error(reader, node, "`%s` has \\%zu, and the expression %zu pairs of brackets",
		     pattern->is, highest_capture(pattern->is), pattern->regex.re_nsub - 1);
	return true; /* it is there, and must be freed */
}

static bool read_parts(struct reader *reader, const struct yaml_node *node, struct pattern *pattern)
{
	struct text id = node->key;
	size_t holes = count_holes(id), captures = count_holes(text_of(pattern->is));

	pattern->how = PATTERN_EXACT;
	if (id.size > 1 && id.data[id.size - 1] == '*') {
		id.size--;
		pattern->how = PATTERN_PREFIX;
	}
	if (holes && pattern->how == PATTERN_EXACT)
		pattern->how = PATTERN_PARTS;
	pattern->text = iri_canonical(reader->arena, id);
	reader->no_memory |= !pattern->text.data;
	/* A slash before a star, or behind a {}, is part of it. */
	if (pattern->text.data && pattern->how == PATTERN_PREFIX && id.data[id.size - 1] == '/')
		((char *)pattern->text.data)[pattern->text.size++] = '/';
	holes += pattern->how == PATTERN_PREFIX;
	if (captures <= holes && holes < CAPTURES_MAX)
		return true;
	reader_error(reader, node, "`%s` has %zu {}, and the id %zu of {} and * (there may be %d)",
		     pattern->is, captures, holes, CAPTURES_MAX - 1);
	return false;
}

static void add_pattern(struct reader *reader, const struct yaml_node *node,
			struct pattern *pattern)
{
	struct map *map = map_being_read(reader);

	if (!map->patterns)
		map->patterns = reader_take(reader, PATTERNS_MAX, sizeof(*map->patterns));
	if (!map->patterns)
		return;
	if (pattern->how == PATTERN_EXACT) {
		int i = iri_table_find(&map->exact, pattern->text);

		if (i != IRI_NONE) {
			reader_error(reader, node,
				     "this id is in line %u, too (http and https, and "
				     "a slash at the end, make no difference)",
				     map->patterns[i]->line);
			return;
		}
		reader->no_memory |= iri_table_put(&map->exact, reader->arena, pattern->text,
						   (int)map->n_patterns) < 0;
	}
	map->patterns[map->n_patterns++] = pattern;
}

static void read_pattern(struct reader *reader, const struct yaml_node *node)
{
	struct pattern *pattern = reader_take(reader, 1, sizeof(*pattern));
	bool regex = node->key.size > regex_word.size &&
		     memcmp(node->key.data, regex_word.data, regex_word.size) == 0;

	if (!pattern)
		return;
	pattern->line = node->key_line;
	pattern->is = reader_text(reader, node, "a module", 1, MODULE_MAX);
	pattern->words = arena_text(reader->arena, node->key);
	if (!pattern->is || !pattern->words)
		return;
	if (node->key.size == 0 || node->key.size > ID_MAX) {
		reader_error(reader, node, "an id or pattern must have 1 to %d bytes", ID_MAX);
		return;
	}
	if (regex ? read_regex(reader, node, pattern) : read_parts(reader, node, pattern))
		add_pattern(reader, node, pattern);
}

void field_modules(struct reader *reader, const struct yaml_node *node, const struct field *field,
		   void *to)
{
	(void)to;
	if (node->kind != YAML_MAP || node->n_children > PATTERNS_MAX) {
		reader_error(reader, node, "%s must be a map of at most %d, `ID: MODULE`",
			     field->name, PATTERNS_MAX);
		return;
	}
	for (const struct yaml_node *child = node->child; child; child = child->next)
		read_pattern(reader, child);
}

void modules_free(struct map *map)
{
	for (size_t i = 0; i < map->n_patterns; i++)
		if (map->patterns[i]->how == PATTERN_REGEX)
			regfree(&map->patterns[i]->regex);
}

/* Finding. */

/* What the holes of a pattern stand for, without going back: each ends where what follows it
 * begins. */
static bool fit_parts(const struct pattern *pattern, struct text id, struct text *captures)
{
	const char *at = pattern->text.data, *end = at + pattern->text.size, *in = id.data,
		   *in_end = in + id.size, *next;
	size_t n = 0;

	for (;;) {
		size_t literal;

		next = find_hole(at, (size_t)(end - at));
		literal = (size_t)((next ? next : end) - at);
		if ((size_t)(in_end - in) < literal || (literal && memcmp(in, at, literal) != 0))
			return false;
		in += literal;
		if (!next)
			break;
		at = next + hole.size;
		next = find_hole(at, (size_t)(end - at));
		literal = (size_t)((next ? next : end) - at);
		captures[++n] = (struct text){ in, 0 };
		while (in < in_end && !memchr("/?&#", *in, 4) &&
		       !(captures[n].size && literal && (size_t)(in_end - in) >= literal &&
			 memcmp(in, at, literal) == 0)) {
			in++;
			captures[n].size++;
		}
		if (captures[n].size == 0)
			return false;
	}
	if (pattern->how == PATTERN_PREFIX)
		captures[++n] = (struct text){ in, (size_t)(in_end - in) };
	return in == in_end || pattern->how == PATTERN_PREFIX;
}

static bool fit_regex(const struct pattern *pattern, struct text id, struct text *captures)
{
	regmatch_t matches[CAPTURES_MAX + 1] = { [0] = { .rm_so = 0, .rm_eo = (regoff_t)id.size } };

	if (id.size > REGEX_ID_MAX ||
	    regexec(&pattern->regex, id.data, CAPTURES_MAX + 1, matches, REG_STARTEND) != 0)
		return false;
	for (size_t i = 1; i < CAPTURES_MAX; i++)
		if (matches[i + 1].rm_so >= 0 && i < pattern->regex.re_nsub)
			captures[i] = (struct text){ id.data + matches[i + 1].rm_so,
						     (size_t)(matches[i + 1].rm_eo -
							      matches[i + 1].rm_so) };
	return true;
}

static const struct pattern *find_pattern(const struct map *map, struct text id,
					  struct text *captures)
{
	int exact = iri_table_find(&map->exact, id);

	if (exact != IRI_NONE)
		return map->patterns[exact];
	for (size_t i = 0; i < map->n_patterns; i++) {
		const struct pattern *pattern = map->patterns[i];

		if (pattern->how == PATTERN_REGEX
			    ? fit_regex(pattern, id, captures)
			    : pattern->how != PATTERN_EXACT && fit_parts(pattern, id, captures))
			return pattern;
	}
	return NULL;
}

/* The module's text with what was captured; a byte more than MODULE_MAX where it is too long. */
static size_t write_module(const struct pattern *pattern, const struct text *captures,
			   char to[static MODULE_MAX + 1])
{
	bool regex = pattern->how == PATTERN_REGEX;
	size_t used = 0, n = 0;

	for (const char *at = pattern->is; *at; at++) {
		struct text text = { at, 1 };

		if (regex && *at == '\\' && at[1]) {
			at++;
			text = *at >= '1' && *at <= '9' ? captures[*at - '0']
							: (struct text){ at, 1 };
		} else if (!regex && at[0] == '{' && at[1] == '}') {
			at++;
			text = captures[++n];
		}
		if (used + text.size > MODULE_MAX)
			return MODULE_MAX + 1;
		if (text.size)
			memcpy(to + used, text.data, text.size);
		used += text.size;
	}
	return used;
}

static enum module_found too_long(size_t size, char *why)
{
	snprintf(
		why, OUTCOME_WHY_MAX,
		size ? "the module's id would have more than %d bytes: give it a shorter one under "
		       "`modules` of the table"
		     : "the module's id would be empty (of 1 to %d bytes)",
		MODULE_MAX);
	return MODULE_REFUSED;
}

int module_of(const struct statement *statement, struct text id, enum module_found *ret_found,
	      struct text *ret_module, char *why)
{
	const struct map *map = statement->map;
	struct text captures[CAPTURES_MAX] = { { NULL, 0 } };
	struct text module = iri_canonical(statement->arena, id);
	const struct pattern *pattern;
	char room[MODULE_MAX + 1];

	if (!module.data)
		return LIFT_E_MEMORY;
	*ret_found = MODULE_FOUND;
	pattern = map->n_patterns ? find_pattern(map, module, captures) : NULL;
	if (pattern) {
		statement->told->pattern = pattern->words;
		statement->told->pattern_line = pattern->line;
		module.size = write_module(pattern, captures, room);
		if (module.size > 0 && module.size <= MODULE_MAX) {
			module.data =
				arena_text(statement->arena, (struct text){ room, module.size });
			if (!module.data)
				return LIFT_E_MEMORY;
		}
	} else if (map->other_modules == OTHERS_IGNORE) {
		*ret_found = MODULE_IGNORED;
	} else if (map->other_modules == OTHERS_REFUSE) {
		snprintf(why, OUTCOME_WHY_MAX,
			 "no pattern of `modules` in the table fits the id of the activity");
		*ret_found = MODULE_REFUSED;
	}
	if (*ret_found == MODULE_FOUND && (module.size == 0 || module.size > MODULE_MAX))
		*ret_found = too_long(module.size, why);
	*ret_module = module;
	return 0;
}

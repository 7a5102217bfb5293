/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On libyaml's events, since what is built on top of it has no free keys, no lines, or stops at the
 * first error.
 */
#include "proto/yaml.h"

#include "proto/arena.h"
#include "proto/grow.h"
#include "proto/msg.h"
#include "proto/visible.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

enum {
	EXCERPT_MAX = 60, /* bytes of a text that an error quotes */
	ERROR_MAX = 1024, /* bytes of an error's line */
};

struct yaml_doc {
	struct arena arena;
	struct yaml_node *root;
};

/* A list or map that is not finished, and where its next child goes. */
struct level {
	struct yaml_node *node;
	struct yaml_node **next;
	bool has_key; /* of a map: the value of this key comes next */
	struct text key;
	unsigned key_line;
};

struct builder {
	struct yaml_doc *doc;
	struct yaml_errors *errors;
	yaml_parser_t parser;
	struct level levels[YAML_DEPTH_MAX];
	size_t depth;
	size_t n_nodes;
	unsigned n_documents;
	struct yaml_node **sorted; /* room to look for doubled keys */
	size_t sorted_room;
};

int yaml_excerpt_size(struct text text)
{
	size_t size = text.size;

	if (size <= EXCERPT_MAX)
		return (int)size;
	size = EXCERPT_MAX;
	while (size > 0 && ((unsigned char)text.data[size] & 0xc0) == 0x80)
		size--;
	return (int)size;
}

/* One error is one line of UTF-8 in which all is seen: what nobody sees, and a character of which
 * an excerpt has only the beginning, becomes '?'. */
static void make_printable(char *what)
{
	uint32_t code;
	bool hidden;
	size_t size;

	for (char *c = what; (size = visible_next(c, &code, &hidden)) > 0; c += size)
		if (hidden || !msg_is_utf8(c, size))
			memset(c, '?', size);
}

void yaml_error(struct yaml_errors *errors, unsigned line, const char *format, ...)
{
	const char *file = errors->file ? errors->file : "-";
	char place[16] = "", what[ERROR_MAX], *more;
	va_list args;
	size_t size;

	if (errors->count++ >= YAML_ERRORS_MAX)
		return;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	make_printable(what);
	if (line)
		snprintf(place, sizeof(place), "%u:", line);
	size = strlen(file) + strlen(place) + strlen(what) + 3;
	more = realloc(errors->text, errors->size + size + 1);
	if (!more)
		return;
	errors->text = more;
	snprintf(more + errors->size, size + 1, "%s:%s %s\n", file, place, what);
	errors->size += size;
}

void yaml_errors_clear(struct yaml_errors *errors)
{
	free(errors->text);
	*errors = (struct yaml_errors){ .file = errors->file };
}

static unsigned line_of(const yaml_event_t *event)
{
	return (unsigned)event->start_mark.line + 1;
}

/* A node of the tree, put where the next one belongs. NULL where that fails. */
static struct yaml_node *add_node(struct builder *b, const yaml_event_t *event, enum yaml_kind kind,
				  int *ret_err)
{
	struct level *level = b->depth ? &b->levels[b->depth - 1] : NULL;
	struct yaml_node *node;

	if (++b->n_nodes > YAML_NODES_MAX) {
		yaml_error(b->errors, line_of(event),
			   "there is too much in the file: %d values at most", YAML_NODES_MAX);
		*ret_err = LIFT_E_CONFIG;
		return NULL;
	}
	node = arena_take(&b->doc->arena, 1, sizeof(*node));
	if (!node) {
		*ret_err = LIFT_E_MEMORY;
		return NULL;
	}
	node->kind = kind;
	node->line = line_of(event);
	if (!level) {
		b->doc->root = node;
		return node;
	}
	node->key = level->key;
	node->key_line = level->key_line;
	level->has_key = false;
	level->node->n_children++;
	*level->next = node;
	level->next = &node->next;
	return node;
}

static bool wants_key(const struct builder *b)
{
	const struct level *level = b->depth ? &b->levels[b->depth - 1] : NULL;

	return level && level->node->kind == YAML_MAP && !level->has_key;
}

/* What is written on a value but is not part of it. */
static void check_marks(struct builder *b, const yaml_event_t *event, const yaml_char_t *anchor,
			const yaml_char_t *tag)
{
	if (anchor)
		yaml_error(b->errors, line_of(event),
			   "`&%.40s`: anchors are not read here; write the value out where it is "
			   "needed",
			   (const char *)anchor);
	if (tag)
		yaml_error(
			b->errors, line_of(event),
			"`%.40s`: tags are not read here; every value is a text, a list or a map",
			(const char *)tag);
}

static int on_scalar(struct builder *b, const yaml_event_t *event)
{
	const char *value = (const char *)event->data.scalar.value;
	struct text text = { NULL, event->data.scalar.length };
	struct yaml_node *node;
	int err = 0;

	check_marks(b, event, event->data.scalar.anchor, event->data.scalar.tag);
	if (text.size && memchr(value, 0, text.size))
		yaml_error(b->errors, line_of(event), "a text may not hold the character \\0");
	text.data = arena_text(&b->doc->arena, (struct text){ value, text.size });
	if (!text.data)
		return LIFT_E_MEMORY;
	if (wants_key(b)) {
		struct level *level = &b->levels[b->depth - 1];

		level->key = text;
		level->key_line = line_of(event);
		level->has_key = true;
		return 0;
	}
	node = add_node(b, event, YAML_TEXT, &err);
	if (!node)
		return err;
	node->text = text;
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return 0;
}

/* An alias is refused, but what follows it is read, so that more than one error is found. */
static int on_alias(struct builder *b, const yaml_event_t *event)
{
	struct yaml_node *node;
	int err = 0;

	yaml_error(b->errors, line_of(event),
		   "`*%.40s`: aliases are not read here; write the value out, or quote it",
		   (const char *)event->data.alias.anchor);
	if (wants_key(b)) {
		struct level *level = &b->levels[b->depth - 1];

		level->key = (struct text){ "", 0 };
		level->key_line = line_of(event);
		level->has_key = true;
		return 0;
	}
	node = add_node(b, event, YAML_TEXT, &err);
	if (!node)
		return err;
	node->plain = true;
	return 0;
}

static int on_start(struct builder *b, const yaml_event_t *event, enum yaml_kind kind)
{
	struct yaml_node *node;
	int err = 0;

	if (kind == YAML_LIST)
		check_marks(b, event, event->data.sequence_start.anchor,
			    event->data.sequence_start.tag);
	else
		check_marks(b, event, event->data.mapping_start.anchor,
			    event->data.mapping_start.tag);
	if (wants_key(b)) {
		yaml_error(b->errors, line_of(event), "a key must be a text, not a list or map");
		return LIFT_E_CONFIG;
	}
	if (b->depth == YAML_DEPTH_MAX) {
		yaml_error(b->errors, line_of(event), "lists and maps may be nested %d deep",
			   YAML_DEPTH_MAX);
		return LIFT_E_CONFIG;
	}
	node = add_node(b, event, kind, &err);
	if (!node)
		return err;
	b->levels[b->depth++] = (struct level){ .node = node, .next = &node->child };
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	const struct yaml_node *x = *(struct yaml_node *const *)a;
	const struct yaml_node *y = *(struct yaml_node *const *)b;
	int order = text_compare(x->key, y->key);

	return order ? order : (x->key_line > y->key_line) - (x->key_line < y->key_line);
}

static int check_doubled_keys(struct builder *b, const struct yaml_node *map)
{
	size_t n = 0;

	if (grow(&b->sorted, &b->sorted_room, map->n_children, sizeof(*b->sorted)))
		return LIFT_E_MEMORY;
	for (struct yaml_node *node = map->child; node; node = node->next)
		b->sorted[n++] = node;
	if (n > 1)
		qsort(b->sorted, n, sizeof(*b->sorted), compare_keys);
	for (size_t i = 1; i < n; i++)
		if (text_equal(b->sorted[i]->key, b->sorted[i - 1]->key))
			yaml_error(b->errors, b->sorted[i]->key_line,
				   "the key `%.*s` is already in line %u",
				   YAML_EXCERPT(b->sorted[i]->key), b->sorted[i - 1]->key_line);
	return 0;
}

static int on_document(struct builder *b, const yaml_event_t *event)
{
	if (++b->n_documents == 1)
		return 0;
	yaml_error(b->errors, line_of(event), "a second document begins here: a file is one");
	return LIFT_E_CONFIG;
}

static int on_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return on_document(b, event);
	case YAML_SCALAR_EVENT:
		return on_scalar(b, event);
	case YAML_ALIAS_EVENT:
		return on_alias(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(b, event, YAML_LIST);
	case YAML_MAPPING_START_EVENT:
		return on_start(b, event, YAML_MAP);
	case YAML_SEQUENCE_END_EVENT:
		b->depth--;
		return 0;
	case YAML_MAPPING_END_EVENT:
		return check_doubled_keys(b, b->levels[--b->depth].node);
	default:
		return 0;
	}
}

static int syntax_error(struct builder *b)
{
	const yaml_parser_t *p = &b->parser;
	const char *context = p->context ? p->context : "";

	if (p->error == YAML_MEMORY_ERROR)
		return LIFT_E_MEMORY;
	/* The reader, which checks characters, knows no line: the mark is where the scanner is,
	 * just before. */
	yaml_error(b->errors,
		   (unsigned)(p->error == YAML_READER_ERROR ? p->mark.line : p->problem_mark.line) +
			   1,
		   "this is no YAML: %s%s%s", p->problem ? p->problem : "it cannot be read",
		   *context ? ", " : "", context);
	return LIFT_E_CONFIG;
}

static int build(struct builder *b)
{
	bool ended = false;
	int err = 0;

	while (!err && !ended) {
		yaml_event_t event;

		if (!yaml_parser_parse(&b->parser, &event))
			return syntax_error(b);
		err = on_event(b, &event);
		ended = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	if (err || (b->doc->root && !yaml_is_absent(b->doc->root)))
		return err;
	b->doc->root = arena_take(&b->doc->arena, 1, sizeof(*b->doc->root));
	if (!b->doc->root)
		return LIFT_E_MEMORY;
	*b->doc->root = (struct yaml_node){ .kind = YAML_MAP, .line = 1 };
	return 0;
}

/* Editors of Windows put a byte-order mark in front, which says nothing in UTF-8. */
static struct text without_mark(struct text text)
{
	static const struct text mark = TEXT("\xef\xbb\xbf");

	if (text.size < mark.size || memcmp(text.data, mark.data, mark.size) != 0)
		return text;
	return (struct text){ text.data + mark.size, text.size - mark.size };
}

static bool is_utf16(struct text text)
{
	return text.size >= 2 &&
	       (memcmp(text.data, "\xff\xfe", 2) == 0 || memcmp(text.data, "\xfe\xff", 2) == 0);
}

int yaml_parse(struct text text, struct yaml_errors *errors, struct yaml_doc **ret_doc)
{
	struct builder b = { .errors = errors };
	size_t n_errors = errors->count;
	int err;

	text = without_mark(text);
	if (text.size > YAML_SIZE_MAX) {
		yaml_error(errors, 0, "the file is larger than %d MiB", YAML_SIZE_MAX >> 20);
		return LIFT_E_CONFIG;
	}
	if (is_utf16(text)) {
		yaml_error(errors, 1, "the file is in UTF-16: save it as UTF-8");
		return LIFT_E_CONFIG;
	}
	b.doc = calloc(1, sizeof(*b.doc));
	if (!b.doc)
		return LIFT_E_MEMORY;
	if (!yaml_parser_initialize(&b.parser)) {
		yaml_doc_free(b.doc);
		return LIFT_E_MEMORY;
	}
	yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.parser, (const yaml_char_t *)(text.size ? text.data : ""),
				     text.size);
	err = build(&b);
	if (!err && errors->count > n_errors)
		err = LIFT_E_CONFIG;
	yaml_parser_delete(&b.parser);
	free(b.sorted);
	if (err)
		yaml_doc_free(b.doc);
	else
		*ret_doc = b.doc;
	return err;
}

const struct yaml_node *yaml_root(const struct yaml_doc *doc)
{
	return doc->root;
}

void yaml_doc_free(struct yaml_doc *doc)
{
	if (!doc)
		return;
	arena_free(&doc->arena);
	free(doc);
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	struct text wanted = text_of(key);

	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (const struct yaml_node *node = map->child; node; node = node->next)
		if (text_equal(node->key, wanted))
			return node;
	return NULL;
}

bool yaml_is_absent(const struct yaml_node *node)
{
	static const char *const nothing[] = { "", "~", "null" };

	if (!node)
		return true;
	for (size_t i = 0; i < sizeof(nothing) / sizeof(*nothing); i++)
		if (node->kind == YAML_TEXT && node->plain &&
		    text_equal(node->text, text_of(nothing[i])))
			return true;
	return false;
}

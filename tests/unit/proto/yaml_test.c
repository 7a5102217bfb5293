/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct yaml_doc *parsed(const char *text)
{
	struct yaml_errors errors = { .file = "f" };
	struct yaml_doc *doc = NULL;

	assert_int_equal(yaml_parse(text_of(text), &errors, &doc), 0);
	assert_int_equal(errors.count, 0);
	return doc;
}

static void assert_text(const struct yaml_node *node, const char *text)
{
	assert_non_null(node);
	assert_int_equal(node->kind, YAML_TEXT);
	assert_int_equal(node->text.size, strlen(text));
	assert_memory_equal(node->text.data, text, strlen(text));
}

static void scalars_are_the_text_as_written(void **state)
{
	struct yaml_doc *doc =
		parsed("a: NO\nb: 0301\nc: \"1e3\"\nd: 2026-01-01\ne: 'it''s'\nf: Sømna\n");
	const struct yaml_node *root = yaml_root(doc);

	(void)state;
	assert_text(yaml_get(root, "a"), "NO");
	assert_text(yaml_get(root, "b"), "0301");
	assert_text(yaml_get(root, "c"), "1e3");
	assert_text(yaml_get(root, "d"), "2026-01-01");
	assert_text(yaml_get(root, "e"), "it's");
	assert_text(yaml_get(root, "f"), "Sømna");
	assert_true(yaml_get(root, "a")->plain);
	assert_false(yaml_get(root, "c")->plain);
	assert_null(yaml_get(root, "g"));
	yaml_doc_free(doc);
}

static void every_value_and_key_knows_its_line(void **state)
{
	struct yaml_doc *doc = parsed("# a comment\na:\n  - x\n\n  - {b: 1,\n     c: 2}\n");
	const struct yaml_node *list = yaml_get(yaml_root(doc), "a");

	(void)state;
	assert_int_equal(list->key_line, 2);
	assert_int_equal(list->n_children, 2);
	assert_int_equal(list->child->line, 3);
	assert_int_equal(list->child->next->line, 5);
	assert_int_equal(yaml_get(list->child->next, "c")->line, 6);
	assert_int_equal(yaml_get(list->child->next, "c")->key_line, 6);
	assert_null(list->child->next->next);
	yaml_doc_free(doc);
}

static void a_document_that_says_nothing_is_an_empty_map(void **state)
{
	static const char *const texts[] = { "", "\n", "# only a comment\n", "---\n", "~\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct yaml_doc *doc = parsed(texts[i]);

		assert_int_equal(yaml_root(doc)->kind, YAML_MAP);
		assert_int_equal(yaml_root(doc)->n_children, 0);
		yaml_doc_free(doc);
	}
}

static void a_byte_order_mark_is_no_part_of_the_text(void **state)
{
	struct yaml_doc *doc = parsed("\xef\xbb\xbf"
				      "a: x\nb: y\n"),
			*empty = parsed("\xef\xbb\xbf");

	(void)state;
	assert_text(yaml_get(yaml_root(doc), "a"), "x");
	assert_int_equal(yaml_get(yaml_root(doc), "a")->key_line, 1);
	assert_int_equal(yaml_get(yaml_root(doc), "b")->key_line, 2);
	assert_int_equal(yaml_root(empty)->n_children, 0);
	yaml_doc_free(doc);
	yaml_doc_free(empty);
}

static void only_plain_nothing_is_absent(void **state)
{
	struct yaml_doc *doc = parsed("a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: []\ng: NULL\n");
	const struct yaml_node *root = yaml_root(doc);
	static const char *const absent[] = { "a", "b", "c", "z" }, *const there[] = { "d", "e",
										       "f", "g" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(yaml_is_absent(yaml_get(root, absent[i])));
		assert_false(yaml_is_absent(yaml_get(root, there[i])));
	}
	assert_null(yaml_get(yaml_get(root, "f"), "x"));
	assert_null(yaml_get(NULL, "x"));
	yaml_doc_free(doc);
}

static const struct {
	const char *text, *error, *why;
} bad[] = {
	{ "a: 1\nb: 2\na: 3\n", "f:3: the key `a` is already in line 1", "a doubled key" },
	{ "x: {a: 1, b: 2, a: 3}\n", "f:1: the key `a` is already in line 1",
	  "in a flow map, too" },
	{ "a: &x 1\n", "f:1: `&x`: anchors", "an anchor" },
	{ "a: &x [1]\n", "f:1: `&x`: anchors", "an anchor of a list" },
	{ "b: 1\na: *x\n", "f:2: `*x`: aliases", "an alias" },
	{ "*x : 1\n", "f:1: `*x`: aliases", "an alias for a key" },
	{ "a: !!str 1\n", "f:1: `tag:yaml.org,2002:str`: tags", "a tag" },
	{ "a: !my {b: 1}\n", "f:1: `!my`: tags", "a tag of a map" },
	{ "[a]: 1\n", "f:1: a key must be a text", "a list for a key" },
	{ "x: 1\n? {a: 1}\n: 1\n", "f:2: a key must be a text", "a map for a key" },
	{ "a: 1\n---\nb: 1\n", "f:2: a second document", "two documents" },
	{ "a: 1\n  b: 2\n", "f:2: this is no YAML: mapping values are not allowed",
	  "broken indentation" },
	{ "a: [1, 2\n", "this is no YAML: did not find expected ',' or ']'",
	  "a list without its end" },
	{ "a: \"x\n", "this is no YAML: found unexpected end of stream",
	  "a quote without its end" },
	{ "a: \"\\0\"\n", "f:1: a text may not hold", "a 0 byte" },
	{ "a: \xff\n", "this is no YAML: invalid leading UTF-8 octet", "no UTF-8" },
	{ "a: \x01\n", "this is no YAML: control characters", "a control character" },
	{ "\xff\xfe"
	  "a\0:\0",
	  "f:1: the file is in UTF-16: save it as UTF-8", "UTF-16" },
	{ "\xfe\xff\0a\0:", "f:1: the file is in UTF-16: save it as UTF-8", "UTF-16, the other" },
	{ "\xef\xbb\xbf"
	  "a: 1\nb: !x 1\n",
	  "f:2: `!x`: tags", "a byte-order mark does not shift lines" },
	{ "\xef\xbb\xbf!x 1\n", "f:1: `!x`: tags", "nor is the first line another one" },
	{ "a: 1\n\xef\xbb\xbf"
	  "a: 2\n",
	  "f:2: ", "a mark elsewhere belongs to its key" },
	{ "[[[[[[[[[[[[[[[[[", "f:1: lists and maps may be nested 16 deep", "too deep" },
};

static void what_is_refused_says_its_line_and_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct yaml_doc *doc = NULL;
		int err = yaml_parse(text_of(bad[i].text), &errors, &doc);

		if (err != LIFT_E_CONFIG || doc || !errors.text ||
		    !strstr(errors.text, bad[i].error))
			fail_msg("%s: %d, %s", bad[i].why, err,
				 errors.text ? errors.text : "nothing");
		yaml_errors_clear(&errors);
	}
}

static void reading_goes_on_after_an_error(void **state)
{
	struct yaml_errors errors = { .file = "f" };
	struct yaml_doc *doc = NULL;

	(void)state;
	assert_int_equal(yaml_parse(text_of("a: &x 1\nb: *x\nb: !t 2\n"), &errors, &doc),
			 LIFT_E_CONFIG);
	assert_int_equal(errors.count, 4);
	yaml_errors_clear(&errors);
}

static void errors_are_one_line_each_and_beyond_50_only_counted(void **state)
{
	struct yaml_errors errors = { .file = "f" };
	size_t lines = 0;

	(void)state;
	for (unsigned i = 1; i <= 60; i++)
		yaml_error(&errors, i, "bad\n%u", i);
	assert_int_equal(errors.count, 60);
	assert_memory_equal(errors.text, "f:1: bad?1\n", 11);
	for (size_t i = 0; i < errors.size; i++)
		lines += errors.text[i] == '\n';
	assert_int_equal(lines, YAML_ERRORS_MAX);
	yaml_errors_clear(&errors);
	assert_null(errors.text);
	yaml_error(&errors, 0, "of all");
	assert_string_equal(errors.text, "f: of all\n");
	yaml_errors_clear(&errors);
}

static void an_excerpt_ends_between_characters(void **state)
{
	char text[100] = "";

	(void)state;
	for (int i = 0; i < 30; i++)
		strcat(text, "€");
	assert_int_equal(yaml_excerpt_size(text_of(text)), 60);
	assert_int_equal(yaml_excerpt_size(text_of(text + 1)) % 3, 2);
	assert_int_equal(yaml_excerpt_size(text_of("short")), 5);
}

/* Where doubled keys were looked for one by one, this would take minutes. */
static void a_map_of_200_000_keys_is_read_and_its_doubled_key_found(void **state)
{
	enum { KEYS = 200000, ROOM = 16 };
	char *text = malloc(KEYS * ROOM + ROOM);
	struct yaml_errors errors = { .file = "f" };
	struct yaml_doc *doc = NULL;
	size_t size = 0;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < KEYS; i++)
		size += (size_t)sprintf(text + size, "k%d: x\n", i);
	assert_int_equal(yaml_parse((struct text){ text, size }, &errors, &doc), 0);
	assert_int_equal(yaml_root(doc)->n_children, KEYS);
	yaml_doc_free(doc);
	size += (size_t)sprintf(text + size, "k77: x\n");
	assert_int_equal(yaml_parse((struct text){ text, size }, &errors, &doc), LIFT_E_CONFIG);
	assert_string_equal(errors.text, "f:200001: the key `k77` is already in line 78\n");
	yaml_errors_clear(&errors);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_are_the_text_as_written),
		cmocka_unit_test(every_value_and_key_knows_its_line),
		cmocka_unit_test(a_document_that_says_nothing_is_an_empty_map),
		cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_text),
		cmocka_unit_test(only_plain_nothing_is_absent),
		cmocka_unit_test(what_is_refused_says_its_line_and_why),
		cmocka_unit_test(reading_goes_on_after_an_error),
		cmocka_unit_test(errors_are_one_line_each_and_beyond_50_only_counted),
		cmocka_unit_test(an_excerpt_ends_between_characters),
		cmocka_unit_test(a_map_of_200_000_keys_is_read_and_its_doubled_key_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

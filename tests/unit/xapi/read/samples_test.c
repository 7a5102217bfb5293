/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements of others, where LIFT_XAPI_DATA names a directory with them: xapi-adl-conformance has
 * ADL's templates (test/v1_0_3/templates, test/v2_0/templates), which whole statements are put
 * together of here; xapi-spec-examples the specification's; xapi-ralph/statements.jsonl.gz and
 * xapi-datasim what platforms sent.
 */
#include <dirent.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/xapi/read/body.h"

enum { FOLDER_SIZE = 1024, PATH_SIZE = 2048, PATTERNS_MAX = 16 };

/* Fragments of one folder, put into a base at a key (of the object at `inner`, where there is one);
 * those whose names fit `wrong` make it wrong. */
struct placing {
	const char *folder;
	const char *base; /* NULL: the fragment is the whole statement */
	const char *inner, *key;
	const char *wrong[PATTERNS_MAX];
};

#define WRONG_AGENTS	 "account_no_*"
#define WRONG_GROUPS	 "*_no_homepage", "identified_account_no_name", "anonymous_no_member"
#define WRONG_ACTIVITIES "*invalid*", "no_id", "numeric_name", "string_*", "numeric_description"

static const struct placing PLACINGS[] = {
	{ "statements",
	  NULL,
	  NULL,
	  NULL,
	  { "actor", "authority", "no_*", "multiple_actor", "object_activity", "object_actor",
	    "*_no_id", "object_substatement", "verb" } },
	{ "agents", "statements/actor", NULL, "actor", { WRONG_AGENTS } },
	{ "agents", "statements/authority", NULL, "authority", { WRONG_AGENTS } },
	{ "agents", "statements/object_actor", NULL, "object", { WRONG_AGENTS } },
	{ "agents", "statements/context", "context", "instructor", { WRONG_AGENTS } },
	{ "agents", "statements/object_substatement_default", "object", "actor", { WRONG_AGENTS } },
	{ "groups", "statements/actor", NULL, "actor", { WRONG_GROUPS } },
	{ "groups", "statements/object_actor", NULL, "object", { WRONG_GROUPS } },
	{ "groups", "statements/context", "context", "team", { WRONG_GROUPS } },
	{ "groups",
	  "statements/authority",
	  NULL,
	  "authority",
	  { "identified*", "default", "anonymous", "anonymous_no_member" } },
	{ "verbs", "statements/verb", NULL, "verb", { "no_id", "voided" } },
	{ "verbs", "statements/object_statementref", NULL, "verb", { "no_id" } },
	{ "activities", "statements/object_activity", NULL, "object", { WRONG_ACTIVITIES } },
	{ "activities",
	  "statements/object_substatement_default",
	  "object",
	  "object",
	  { WRONG_ACTIVITIES } },
	{ "contexts",
	  "statements/context",
	  NULL,
	  "context",
	  { "invalid_activity", "instructor", "team" } },
	{ "contexts",
	  "statements/object_substatement_default",
	  "object",
	  "context",
	  { "invalid_activity", "instructor", "team" } },
	{ "results", "statements/result", NULL, "result", { NULL } },
	{ "substatements",
	  "statements/object_substatement",
	  NULL,
	  "object",
	  { "*invalid*", "no_*", "*_no_id", "actor", "activity", "agent", "group", "verb" } },
};

static const char *data_folder(void)
{
	const char *folder = getenv("LIFT_XAPI_DATA");

	if (!folder) {
		print_message("skipped: LIFT_XAPI_DATA names no directory of statements\n");
		skip();
	}
	return folder;
}

/* A file's bytes; the caller frees them. */
static char *read_file(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "r");
	char *bytes = NULL;
	size_t room = 0;
	ssize_t size;

	if (!file)
		fail_msg("%s cannot be read", path);
	size = getdelim(&bytes, &room, -1, file);
	fclose(file);
	assert_true(size > 0);
	*ret_size = (size_t)size;
	return bytes;
}

static json_t *load(const char *folder, const char *name)
{
	char path[PATH_SIZE];
	json_error_t error;
	json_t *json;

	snprintf(path, sizeof(path), "%s/%s.json", folder, name);
	json = json_load_file(path, 0, &error);
	if (!json)
		fail_msg("%s: %s", path, error.text);
	return json;
}

static bool is_wrong(const struct placing *placing, const char *name)
{
	for (size_t i = 0; i < PATTERNS_MAX && placing->wrong[i]; i++)
		if (fnmatch(placing->wrong[i], name, 0) == 0)
			return true;
	return false;
}

static void check_body(const char *what, const char *name, struct text body,
		       enum xapi_version version, bool right)
{
	struct fault fault = { 0 };
	json_t *statements = NULL;
	int err = body_xapi(body, "application/json", version, &statements, &fault);

	if (right ? err != 0 : err != LIFT_E_MALFORMED || !*fault.where || !*fault.text)
		fail_msg("%s, %s (version %d): %d, %s: %s", what, name, version, err, fault.where,
			 fault.text);
	json_decref(statements);
}

static void check_placed(const struct placing *placing, const char *folder, const char *name,
			 enum xapi_version version)
{
	char file[PATH_SIZE], *text;
	json_t *base, *at;
	size_t size;

	if (!placing->base) {
		/* As it is in the file: one of them has a key twice. */
		snprintf(file, sizeof(file), "%s/%s/%s.json", folder, placing->folder, name);
		text = read_file(file, &size);
	} else {
		snprintf(file, sizeof(file), "%s/%s", placing->folder, name);
		base = load(folder, placing->base);
		at = placing->inner ? json_object_get(base, placing->inner) : base;
		json_object_set_new(at, placing->key, load(folder, file));
		text = json_dumps(base, 0);
		assert_non_null(text);
		size = strlen(text);
		json_decref(base);
	}
	check_body(placing->base ? placing->base : placing->folder, name,
		   (struct text){ text, size }, version, !is_wrong(placing, name));
	free(text);
}

/* All fragments of a folder; how many there were. */
static size_t check_placing(const struct placing *placing, const char *folder,
			    enum xapi_version version)
{
	char path[PATH_SIZE], name[256];
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", folder, placing->folder);
	dir = opendir(path);
	if (!dir)
		fail_msg("%s cannot be read", path);
	while ((entry = readdir(dir))) {
		size_t size = strlen(entry->d_name);

		if (size < 6 || strcmp(entry->d_name + size - 5, ".json") != 0)
			continue;
		memcpy(name, entry->d_name, size - 5);
		name[size - 5] = 0;
		check_placed(placing, folder, name, version);
		n++;
	}
	closedir(dir);
	return n;
}

static void valid_templates_are_taken_and_invalid_ones_refused(void **state)
{
	static const char *const versions[] = { [XAPI_1_0] = "v1_0_3", [XAPI_2_0] = "v2_0" };
	const char *data = data_folder();
	char folder[FOLDER_SIZE];

	(void)state;
	for (int version = XAPI_1_0; version <= XAPI_2_0; version++) {
		size_t n = 0;

		snprintf(folder, sizeof(folder), "%s/xapi-adl-conformance/test/%s/templates", data,
			 versions[version]);
		for (size_t i = 0; i < sizeof(PLACINGS) / sizeof(PLACINGS[0]); i++)
			n += check_placing(&PLACINGS[i], folder, (enum xapi_version)version);
		print_message("%s: %zu statements of templates\n", versions[version], n);
		assert_true(n >= 240);
	}
}

static void the_specifications_examples_are_what_they_should_be(void **state)
{
	static const struct {
		const char *name;
		bool right;
	} examples[] = {
		{ "xAPI-Communication_L2012_statement.json", true },
		{ "xAPI-Data_L0285_statement.json", true },
		{ "xAPI-Data_L0358_statement.json", true },
		{ "xAPI-Data_L1144_statement.json", true },
		{ "xAPI-Data_L1190_statement.json", true },
		{ "xAPI-Data_L2152_statement.json", true },
		{ "xAPI-Data_L2190_statement.json", true },
		{ "xAPI-Data_L2711_statement.json", true },
		/* of 0.95 */
		{ "xAPI-Communication_L1950_statement.json", false },
		/* a statement within another, and a line's end in a text */
		{ "xAPI-Data_L2388_statement.json", false },
		{ "xAPI-Data_L2121.invalid.txt", false },
		/* its attachment comes in another part */
		{ "xAPI-Data_L2826_statement.json", false },
	};
	const char *data = data_folder();
	char path[PATH_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		size_t size;
		char *text;

		snprintf(path, sizeof(path), "%s/xapi-spec-examples/%s", data, examples[i].name);
		text = read_file(path, &size);
		check_body("example", examples[i].name, (struct text){ text, size }, XAPI_1_0,
			   examples[i].right);
		free(text);
	}
}

static void what_platforms_sent_is_taken(void **state)
{
	const char *data = data_folder();
	char command[PATH_SIZE], *line = NULL;
	size_t room = 0, n = 0;
	ssize_t size;
	FILE *lines;

	(void)state;
	snprintf(command, sizeof(command), "zcat '%s/xapi-ralph/statements.jsonl.gz'", data);
	lines = popen(command, "r");
	assert_non_null(lines);
	for (; (size = getline(&line, &room, lines)) > 0; n++)
		check_body("FUN-MOOC", line, (struct text){ line, (size_t)size }, XAPI_1_0, true);
	free(line);
	assert_int_equal(pclose(lines), 0);
	assert_int_equal(n, 22000);
}

static void simulated_statements_are_taken(void **state)
{
	static const char *const files[] = { "array/tccc_dev", "simple", "long" };
	const char *data = data_folder();
	char folder[FOLDER_SIZE];
	size_t n = 0;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/xapi-datasim/dev-resources/xapi/statements", data);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		json_t *json = load(folder, files[i]), *one;
		struct fault fault = { 0 };
		size_t k;

		if (json_is_object(json)) {
			one = json;
			json = json_array();
			json_array_append_new(json, one);
		}
		json_array_foreach(json, k, one)
		{
			if (statement_check(one, XAPI_1_0, "statement", &fault) != 0)
				fail_msg("%s[%zu]: %s: %s", files[i], k, fault.where, fault.text);
			n++;
		}
		json_decref(json);
	}
	assert_int_equal(n, 2816);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_templates_are_taken_and_invalid_ones_refused),
		cmocka_unit_test(the_specifications_examples_are_what_they_should_be),
		cmocka_unit_test(what_platforms_sent_is_taken),
		cmocka_unit_test(simulated_statements_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

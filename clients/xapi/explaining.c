/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/explaining.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clients/xapi/map/explain.h"
#include "clients/xapi/read/body.h"
#include "proto/visible.h"

struct explaining {
	const struct xapi_config *config;
	struct map_platform platform;
	const char *path;
	unsigned n, n_wrong;
};

/* What others have written must not turn the terminal round. */
static void print_visible(FILE *to, char *text)
{
	visible_only(text, "\n");
	fputs(text, to);
}

static int explain_one(struct explaining *explaining, json_t *statement)
{
	const char *verb =
		json_string_value(json_object_get(json_object_get(statement, "verb"), "id"));
	const char *object =
		json_string_value(json_object_get(json_object_get(statement, "object"), "id"));
	struct fault fault = { .status = 400 };
	char *text = NULL, *head = NULL;
	int err = 0;

	explaining->n++;
	if (statement_check(statement, XAPI_2_0, "statement", &fault) &&
	    statement_check(statement, XAPI_1_0, "statement", &fault)) {
		explaining->n_wrong++;
		printf("%u: no statement: %s: %s\n", explaining->n, fault.where, fault.text);
		return 0;
	}
	if (asprintf(&head, "%u: %s %s\n", explaining->n, verb ? verb : "", object ? object : "") <
	    0)
		return LIFT_E_MEMORY;
	err = explain(explaining->config->mapping, &explaining->platform, statement,
		      (int64_t)time(NULL) * 1000, &text);
	print_visible(stdout, head);
	if (!err)
		print_visible(stdout, text);
	free(head);
	free(text);
	return err;
}

static int explain_value(struct explaining *explaining, json_t *value)
{
	json_t *one;
	size_t i;
	int err = 0;

	if (!json_is_array(value))
		return explain_one(explaining, value);
	json_array_foreach(value, i, one)
	{
		err = err ? err : explain_one(explaining, one);
	}
	return err;
}

/* Lines are counted from where the value begins. */
static void tell_no_json(const struct explaining *explaining, const json_error_t *error)
{
	char behind[40] = "";

	if (explaining->n > 0)
		snprintf(behind, sizeof(behind), " behind statement %u", explaining->n);
	fprintf(stderr, "lift-xapi: %s:%s line %d, column %d: no JSON: %s\n", explaining->path,
		behind, error->line, error->column, error->text);
}

/* One value behind the other, as they stand in lines or without. */
static int explain_file(struct explaining *explaining, FILE *file)
{
	const size_t flags = JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
	int c, err = 0;

	while (!err) {
		json_error_t error;
		json_t *value;

		while ((c = getc(file)) == ' ' || c == '\n' || c == '\r' || c == '\t')
			;
		if (c == EOF)
			break;
		ungetc(c, file);
		value = json_loadf(file, flags, &error);
		if (!value) {
			tell_no_json(explaining, &error);
			return LIFT_E_MALFORMED;
		}
		err = explain_value(explaining, value);
		json_decref(value);
	}
	return err;
}

int explaining_print(const struct xapi_config *config, const char *path, const char *name)
{
	static const struct xapi_platform nobody = { .source = "lift-xapi" };
	const struct xapi_platform *platform = name ? xapi_config_platform(config, text_of(name))
					       : config->n_platforms ? &config->platforms[0]
								     : &nobody;
	bool is_input = strcmp(path, "-") == 0;
	struct explaining explaining = { .config = config, .path = path };
	FILE *file;
	int err;

	if (!platform) {
		fprintf(stderr, "lift-xapi: there is no platform `%s` in the configuration\n",
			name);
		return EXIT_FAILURE;
	}
	explaining.platform = xapi_config_mapped(config, platform);
	file = is_input ? stdin : fopen(path, "re");
	if (!file) {
		fprintf(stderr, "lift-xapi: %s: %s\n", path, strerror(errno));
		return EXIT_FAILURE;
	}
	err = explain_file(&explaining, file);
	if (!is_input)
		fclose(file);
	if (err == LIFT_E_MEMORY)
		fputs("lift-xapi: out of memory\n", stderr);
	return err || explaining.n_wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}

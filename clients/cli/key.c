/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift key: who may do what at the daemon, and is keys.yaml right?
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/endpoints.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/client_config.h"
#include "proto/iso8601.h"
#include "proto/json.h"
#include "proto/keys.h"

enum { TIMEOUT_MS = 10000 };

/* Check. */

/* What was read of the file is told by the errors, if there are any. */
static int tell(struct yaml_errors *errors, int err)
{
	if (err)
		fputs(errors->text ? errors->text : "lift: out of memory\n", stderr);
	yaml_errors_clear(errors);
	return err ? exit_status_of(err) : STATUS_WELL;
}

/* liftd.yaml, of which audiences are checked against; without a file, its defaults. */
static int read_config(const struct cli *cli, struct config **ret_config)
{
	char own[PATH_MAX], *data = NULL;
	const char *path = config_find(cli, own);
	struct yaml_errors errors = { .file = path ? path : "lift" };
	size_t size = 0;
	int err;

	if (path) {
		data = file_read(path, &size);
		if (!data)
			return STATUS_SYSTEM;
	}
	if (path && client_config_is((struct text){ data, size })) {
		complain("%s is a client's file: name the daemon's configuration with --config "
			 "FILE, which has the audiences",
			 path);
		free(data);
		return STATUS_REFUSED;
	}
	err = config_parse((struct text){ data, size }, &errors, getenv, geteuid() == 0,
			   ret_config);
	free(data);
	return tell(&errors, err);
}

static int check(const char *path, const struct config *config)
{
	struct yaml_errors errors = { .file = path };
	struct keys *keys = NULL;
	size_t size, n;
	char *data = file_read(path, &size);
	int status;

	if (!data)
		return STATUS_SYSTEM;
	status = tell(&errors, keys_parse((struct text){ data, size }, config, &errors, &keys));
	free(data);
	if (status != STATUS_WELL)
		return status;
	keys_all(keys, &n);
	keys_free(keys);
	printf("%s: %zu key%s, no error\n", path, n, n == 1 ? "" : "s");
	return STATUS_WELL;
}

/* List. */

static void print_names(const char *before, const json_t *names)
{
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		fputs(i ? ", " : before, stdout);
		print_text(stdout, json_string_value(name), 0);
	}
}

static void print_rights(const json_t *key)
{
	const json_t *sources = json_object_get(key, "sources");
	const json_t *regions = json_object_get(key, "regions");
	const json_t *audiences = json_object_get(key, "audiences");
	const json_t *lists = json_object_get(key, "roster_sources");
	const json_t *homes = json_object_get(key, "roster_regions");
	const json_t *people = json_object_get(key, "forget_sources");
	bool control = json_is_true(json_object_get(key, "control"));

	if (json_array_size(sources) > 0) {
		print_names("  publishes as ", sources);
		print_names(", about ", regions);
		puts(json_array_size(regions) > 0 ? " and below" : ", about all regions");
	}
	if (json_array_size(audiences) > 0) {
		print_names("  reads ", audiences);
		putchar('\n');
	}
	if (json_array_size(lists) > 0) {
		print_names("  asks about lists of people of ", lists);
		print_names(", at home in ", homes);
		puts(json_array_size(homes) > 0 ? " and below" : ", wherever they are at home");
	}
	if (json_array_size(people) > 0) {
		print_names("  has people forgotten, and is told all about them, of ", people);
		putchar('\n');
	}
	if (control)
		puts("  controls the daemon");
	if (json_array_size(sources) + json_array_size(audiences) + json_array_size(lists) +
			    json_array_size(people) ==
		    0 &&
	    !control)
		puts("  may do nothing");
}

static void print_deeds(const json_t *key)
{
	const json_t *reason;
	size_t i;

	printf("  %" JSON_INTEGER_FORMAT " accepted, %" JSON_INTEGER_FORMAT " refused",
	       json_number(key, "accepted"), json_number(key, "refused"));
	json_array_foreach(json_object_get(key, "refused_by"), i, reason)
	{
		printf("%s%" JSON_INTEGER_FORMAT " ", i ? ", " : " (", json_number(reason, "n"));
		print_text(stdout, json_text(reason, "code"), 0);
	}
	printf("%s, connections %" JSON_INTEGER_FORMAT "\n", i ? ")" : "",
	       json_number(key, "connections"));
}

static void print_key(const json_t *key)
{
	const json_t *last = json_object_get(key, "last");
	char time[ISO8601_TEXT] = "";

	print_text(stdout, json_text(key, "name"), 0);
	print_names("  ", json_object_get(key, "public"));
	putchar('\n');
	print_rights(key);
	if (!last || json_is_null(last)) {
		puts("  has not been seen since the daemon started");
		return;
	}
	iso8601_print(json_integer_value(last), time);
	printf("  last seen %s", time);
	if (*json_text(key, "last_what")) {
		fputs(": ", stdout);
		print_text(stdout, json_text(key, "last_what"), 0);
	}
	putchar('\n');
	print_deeds(key);
}

struct listing {
	bool json;
	size_t n;
};

static int take_keys(void *context, const json_t *answer)
{
	struct listing *listing = context;
	const json_t *key;
	size_t i;

	json_array_foreach(json_object_get(answer, "keys"), i, key)
	{
		char *line = listing->json ? json_line(key) : NULL;

		if (line)
			print_json_line(stdout, line);
		else if (listing->json)
			return LIFT_E_MEMORY;
		else
			print_key(key);
		free(line);
		listing->n++;
	}
	return 0;
}

static int list(const struct cli *cli, bool json)
{
	struct listing listing = { .json = json };
	struct endpoints endpoints;
	int status = endpoints_find(cli, NULL, &endpoints);

	if (status != STATUS_WELL)
		return status;
	status = question_ask(
		&(struct question){ .endpoint = endpoints.control,
				    .keys = endpoints.keys,
				    .request = &(struct request){ .op = text_of("keys") },
				    .timeout_ms = TIMEOUT_MS,
				    .shape = &shape_of_keys,
				    .take = take_keys,
				    .context = &listing });
	if (status == STATUS_WELL && !json && listing.n == 0)
		puts("no key is known: nobody is let in over TCP");
	endpoints_clear(&endpoints);
	return status;
}

/* The command. */

static void print_tasks(void)
{
	puts("list\ncheck");
}

static int run(const struct cli *cli, const struct usage *usage, bool json, int n, char **words)
{
	struct config *config = NULL;
	int status;

	if (n == 1 && strcmp(words[0], "list") == 0)
		return list(cli, json);
	if (n < 1 || n > 2 || strcmp(words[0], "check") != 0)
		return complain_usage(usage, "expected 'list', or 'check' and the name of a file "
					     "or none");
	if (json)
		return complain_usage(usage, "--json is for list");
	status = read_config(cli, &config);
	if (status == STATUS_WELL)
		status = check(n > 1 ? words[1] : config->keys, config);
	config_free(config);
	return status;
}

int command_key(const struct cli *cli, int argc, char **argv)
{
	bool json = false;
	const struct option_row rows[] = {
		{ "json", NULL, "list: a line of JSON for each key", OPTION_FLAG, &json, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift key",
		.arguments = "list | check [FILE]",
		.help = "Lists the keys that the daemon knows, what they may do, and what they "
			"have done;\n"
			"or checks a keys.yaml, or that of liftd.yaml, as the daemon would: each "
			"error\n"
			"has its line. Audiences must be those of liftd.yaml.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
		.print_words = print_tasks,
	};
	int status, first = options_parse(&usage, argc, argv, &status);

	return first < 0 ? status : run(cli, &usage, json, argc - first, argv + first);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/endpoints.h"
#include "proto/client_config.h"
#include "proto/keys.h"

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

static void print_tasks(void)
{
	puts("check");
}

int command_key(const struct cli *cli, int argc, char **argv)
{
	const struct usage usage = {
		.command = "lift key",
		.arguments = "check [FILE]",
		.help = "Checks a keys.yaml, or that of liftd.yaml, as the daemon would.\n"
			"Each error has its line. Audiences must be those of liftd.yaml.",
		.print_words = print_tasks,
	};
	struct config *config = NULL;
	int status, first = options_parse(&usage, argc, argv, &status);

	if (first < 0)
		return status;
	if (argc - first < 1 || argc - first > 2 || strcmp(argv[first], "check") != 0)
		return complain_usage(&usage, "expected 'check', and the name of a file or none");
	status = read_config(cli, &config);
	if (status == STATUS_WELL)
		status = check(argc - first > 1 ? argv[first + 1] : config->keys, config);
	if (config)
		config_free(config);
	return status;
}

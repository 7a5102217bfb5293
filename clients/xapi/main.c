/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift-xapi: the gateway for platforms that speak xAPI, Caliper or Canvas's Live Events.
 */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/gateway/program.h"
#include "clients/xapi/explaining.h"
#include "clients/xapi/gateway.h"
#include "clients/xapi/refused.h"
#include "proto/standard_files.h"

static const char help[] =
	"Usage: lift-xapi [OPTION...]\n"
	"Takes xAPI statements, Caliper's and Canvas's events from learning platforms, and hands\n"
	"what they say about learning to liftd. Without a task it serves until SIGTERM.\n"
	"\n"
	"  -c, --config FILE     the configuration (" LIFT_SYSCONFDIR "/lift-xapi.yaml)\n"
	"Tasks:\n"
	"      --check           say all that is wrong with the configuration and its files\n"
	"      --explain FILE    say what becomes of each statement of a file, and by which row\n"
	"      --platform NAME   with --explain: as if this platform had sent them\n"
	"      --password        read a new password, and print what stands behind `password:`\n"
	"      --refused         count what is held because it could not become events\n"
	"      --json            with --refused: each of them, with the id of its statement\n"
	"  -V, --version         print the version\n"
	"  -h, --help            print this help\n";

struct options {
	const char *config, *explain, *platform;
	bool check, password, refused, in_json;
};

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'k' },
		{ "explain", required_argument, NULL, 'e' },
		{ "platform", required_argument, NULL, 'P' },
		{ "password", no_argument, NULL, 'p' },
		{ "refused", no_argument, NULL, 'r' },
		{ "json", no_argument, NULL, 'j' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, ":c:Vh", longs, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->config = optarg;
			break;
		case 'k':
			options->check = true;
			break;
		case 'e':
			options->explain = optarg;
			break;
		case 'P':
			options->platform = optarg;
			break;
		case 'p':
			options->password = true;
			break;
		case 'r':
			options->refused = true;
			break;
		case 'j':
			options->in_json = true;
			break;
		case 'V':
			puts("lift-xapi " LIFT_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			fputs(help, stdout);
			exit(EXIT_SUCCESS);
		default:
			return program_complain(option == ':' ? "%s needs a value"
							      : "unknown option %s",
						argv[optind - 1]);
		}
	}
	if (optind < argc)
		return program_complain("unexpected argument '%s'", argv[optind]);
	if (options->check + options->password + options->refused + (options->explain != NULL) > 1)
		return program_complain("one task at a time");
	if (options->platform && !options->explain)
		return program_complain("--platform goes with --explain only");
	if (options->in_json && !options->refused)
		return program_complain("--json goes with --refused only");
	return 0;
}

/* A request takes a few MiB in small pieces and gives them back: they stay ours. */
static void keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 128 << 20);
	mallopt(M_TOP_PAD, 4 << 20);
}

static int say_right(const struct xapi_config *config)
{
	printf("the configuration is right: %zu platforms, %zu people\n", config->n_platforms,
	       config->people ? people_count(config->people) : 0);
	if (config->n_platforms == 0)
		puts("nobody may send yet: add to `platforms`, see lift-xapi.yaml(5)");
	return EXIT_SUCCESS;
}

static int run(const struct options *options)
{
	const char *path = options->config ? options->config : LIFT_SYSCONFDIR "/lift-xapi.yaml";
	struct xapi_config *config = NULL;
	char *said = NULL;
	int status;

	if (xapi_config_load(path, &config, &said)) {
		fputs(said ? said : "lift-xapi: out of memory\n", stderr);
		free(said);
		return EXIT_FAILURE;
	}
	free(said);
	if (!options->check && !options->refused && !options->explain)
		return gateway_run(path, config);
	if (options->explain)
		status = explaining_print(config, options->explain, options->platform);
	else
		status = options->check ? say_right(config)
					: refused_print(config, options->in_json);
	xapi_config_free(config);
	return status;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	int status;

	standard_files_open();
	status = parse_options(argc, argv, &options);
	if (status)
		return status;
	if (sodium_init() < 0) {
		fputs("lift-xapi: libsodium cannot be initialised\n", stderr);
		return EXIT_FAILURE;
	}
	program_no_core();
	keep_memory();
	status = options.password ? program_print_password() : run(&options);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "lift-xapi: standard output: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	return status;
}

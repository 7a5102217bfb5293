/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift-web: the gateway for people: a page with the figures of one audience, and what programs ask
 * for by HTTP.
 */
#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/gateway/program.h"
#include "clients/web/web.h"
#include "proto/standard_files.h"

static const char help[] =
	"Usage: lift-web [OPTION...]\n"
	"Serves liftd's figures as a page, and to programs by HTTP. Without a task it serves\n"
	"until SIGTERM.\n"
	"\n"
	"  -c, --config FILE     the configuration (" LIFT_SYSCONFDIR "/lift-web.yaml)\n"
	"Tasks:\n"
	"      --check           say all that is wrong with the configuration\n"
	"      --password        read a new password, and print what stands behind `password:`\n"
	"  -V, --version         print the version\n"
	"  -h, --help            print this help\n";

struct options {
	const char *config;
	bool check, password;
};

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' }, { "check", no_argument, NULL, 'k' },
		{ "password", no_argument, NULL, 'p' },	    { "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },	    { NULL, 0, NULL, 0 },
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
		case 'p':
			options->password = true;
			break;
		case 'V':
			puts("lift-web " LIFT_VERSION);
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
	if (options->check && options->password)
		return program_complain("one task at a time");
	return 0;
}

static int run(const struct options *options)
{
	const char *path = options->config ? options->config : LIFT_SYSCONFDIR "/lift-web.yaml";
	struct web_config *config = NULL;
	char *said = NULL;

	if (web_config_load(path, &config, &said)) {
		fputs(said ? said : "lift-web: out of memory\n", stderr);
		free(said);
		return EXIT_FAILURE;
	}
	if (!options->check)
		return web_run(path, config);
	puts("the configuration is right");
	web_config_free(config);
	return EXIT_SUCCESS;
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
		fputs("lift-web: libsodium cannot be initialised\n", stderr);
		return EXIT_FAILURE;
	}
	program_no_core();
	status = options.password ? program_print_password() : run(&options);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "lift-web: standard output: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	return status;
}

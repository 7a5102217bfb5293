/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift: the command beside liftd. Its subcommands are the rows of a table, a file each.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "proto/standard_files.h"

static const struct command {
	const char *name;
	int (*run)(const struct cli *cli, int argc, char **argv);
	const char *help;
} commands[] = {
	{ "publish", command_publish, "send files of events (CSV, JSON)" },
	{ "sync", command_sync, "send what has changed in a nightly list of what stands" },
	{ "watch", command_watch, "follow metrics as they change" },
	{ "top", command_top, "show the figures on the screen, live: regions, programmes" },
	{ "snapshot", command_snapshot, "print the metrics as they are now" },
	{ "export", command_export, "print the figures of a day" },
	{ "releases", command_releases, "list, make or compare releases of the open plane" },
	{ "explain", command_explain,
	  "explain a figure: its meaning, its sources, what is missing" },
	{ "report", command_report, "report a programme's results (for funders)" },
	{ "roster", command_roster, "print a list of people again, with what they have done" },
	{ "status", command_status, "show the daemon's health, and what it has received" },
	{ "catalogue", command_catalogue, "print the codes and ids by which it counts" },
	{ "rejections", command_rejections, "print a source's own refused events" },
	{ "outbox", command_outbox, "show or deliver what waits on a platform's disk" },
	{ "stream", command_stream, "list streams with gaps, or close some" },
	{ "reload", command_reload, "tell the daemon to read its catalogue again" },
	{ "accept-clock", command_accept_clock,
	  "tell the daemon that its clock is right, and was ahead before" },
	{ "backup", command_backup, "tell the daemon to copy its journal and secret" },
	{ "compact", command_compact, "write the journal anew, without what was taken out" },
	{ "verify", command_verify, "check the figures against the journal" },
	{ "quarantine", command_quarantine, "list all refused events, or show one" },
	{ "access", command_access, "print all that is held on one person (JSON)" },
	{ "forget", command_forget, "have people forgotten: nothing of them counts any more" },
	{ "audit", command_audit, "list who has been told what, and had people forgotten" },
	{ "protect", command_protect, "print by what the open plane is protected" },
	{ "key", command_key, "list the keys that are known, or check their file" },
	{ "keygen", command_keygen, "make a pair of keys, for a platform or the daemon" },
	{ "simulate", command_simulate,
	  "make up events for a catalogue's programmes, and send them" },
};

enum { N_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_commands(void)
{
	puts("\nCommands (details: 'lift COMMAND --help', or 'lift help COMMAND'):");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  %-22s %s\n", commands[i].name, commands[i].help);
	puts("\nExit status: 0 done; 1 the answer is no, or something was refused; 2 wrong usage;\n"
	     "3 the daemon or the system could not do it; 4 nothing was done, say yes first.");
}

static void print_names(void)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		puts(commands[i].name);
	puts("help");
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* What was printed must have arrived, too. */
static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	complain("standard output: %s", strerror(errno));
	return STATUS_SYSTEM;
}

static int run(const struct cli *cli, const struct usage *usage, int argc, char **argv)
{
	const struct command *command = find_command(argv[0]);

	if (!command)
		return complain_usage(usage, "unknown command '%s'", argv[0]);
	return command->run(cli, argc, argv);
}

/* "help", "help COMMAND": what --help prints of it. */
static int help(const struct cli *cli, const struct usage *usage, int argc, char **argv)
{
	char question[] = "--help";
	char *words[] = { argc > 1 ? argv[1] : argv[0], question, NULL };
	int status;

	if (argc > 2)
		return complain_usage(usage, "unexpected argument '%s': help is of one command",
				      argv[2]);
	if (argc > 1 && strcmp(argv[1], "help") != 0)
		return run(cli, usage, 2, words);
	options_parse(usage, 2, words, &status);
	return status;
}

int main(int argc, char **argv)
{
	struct cli cli = { 0 };
	const struct option_row rows[] = {
		{ "config", "FILE",
		  "where the daemon's sockets are: liftd.yaml, or your own lift.yaml", OPTION_TEXT,
		  &cli.config, 0, 0 },
		{ "endpoint", "ENDPOINT",
		  "talk to this one (ipc:///..., tcp://...), whatever the "
		  "configuration says",
		  OPTION_TEXT, &cli.endpoint, 0, 0 },
	};
	const struct usage usage = {
		.command = "lift",
		.arguments = "COMMAND [OPTION...] [ARGUMENT...]",
		.help = "Sends events to liftd, and shows its figures and its state.",
		.options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
		.version = "lift " LIFT_VERSION,
		.print_more = print_commands,
		.print_words = print_names,
		.stop = true,
	};
	int status, first;

	standard_files_open();
	first = options_parse(&usage, argc, argv, &status);
	if (first < 0)
		return finish(status);
	if (first == argc)
		return complain_usage(&usage, "no command given");
	if (strcmp(argv[first], "help") == 0)
		return finish(help(&cli, &usage, argc - first, argv + first));
	return finish(run(&cli, &usage, argc - first, argv + first));
}

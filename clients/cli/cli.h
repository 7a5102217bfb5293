/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli.h - what the subcommands of lift share: exit statuses, options as tables, complaints that say
 * what to do.
 */
#ifndef LIFT_CLI_CLI_H
#define LIFT_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* With what a command ends: the same mistake with the same one, whichever command it is. */
enum cli_status {
	STATUS_WELL = 0,    /* done */
	STATUS_REFUSED = 1, /* the answer is no, or something of what was asked was refused */
	STATUS_USAGE = 2,   /* options, arguments, names and days that can never be right */
	STATUS_SYSTEM = 3,  /* the daemon or the system could not do it, or cannot be understood */
	STATUS_UNSURE = 4,  /* nothing was done: somebody has to say yes first */
	STATUS_LATE = 5,    /* all is well, but a source is late */
};

/* That of an error of LIFT_ERRORS, which is not 0: the daemon's, or of the way to it. */
int exit_status_of(int err);

/* What precedes the command. */
struct cli {
	const char *config;   /* --config, or NULL */
	const char *endpoint; /* --endpoint, or NULL */
};

int command_publish(const struct cli *cli, int argc, char **argv);
int command_watch(const struct cli *cli, int argc, char **argv);
int command_top(const struct cli *cli, int argc, char **argv);
int command_snapshot(const struct cli *cli, int argc, char **argv);
int command_export(const struct cli *cli, int argc, char **argv);
int command_releases(const struct cli *cli, int argc, char **argv);
int command_explain(const struct cli *cli, int argc, char **argv);
int command_report(const struct cli *cli, int argc, char **argv);
int command_roster(const struct cli *cli, int argc, char **argv);
int command_status(const struct cli *cli, int argc, char **argv);
int command_backup(const struct cli *cli, int argc, char **argv);
int command_compact(const struct cli *cli, int argc, char **argv);
int command_verify(const struct cli *cli, int argc, char **argv);
int command_catalogue(const struct cli *cli, int argc, char **argv);
int command_accept_clock(const struct cli *cli, int argc, char **argv);
int command_reload(const struct cli *cli, int argc, char **argv);
int command_rejections(const struct cli *cli, int argc, char **argv);
int command_outbox(const struct cli *cli, int argc, char **argv);
int command_stream(const struct cli *cli, int argc, char **argv);
int command_quarantine(const struct cli *cli, int argc, char **argv);
int command_access(const struct cli *cli, int argc, char **argv);
int command_forget(const struct cli *cli, int argc, char **argv);
int command_audit(const struct cli *cli, int argc, char **argv);
int command_protect(const struct cli *cli, int argc, char **argv);
int command_key(const struct cli *cli, int argc, char **argv);
int command_keygen(const struct cli *cli, int argc, char **argv);
int command_sync(const struct cli *cli, int argc, char **argv);
int command_simulate(const struct cli *cli, int argc, char **argv);

/* Options. */

enum option_kind {
	OPTION_FLAG,
	OPTION_TEXT,
	OPTION_CHOICE, /* a text, one of the words that `value` has, with '|' between them */
	OPTION_WHOLE,
	OPTION_REAL,
};

struct option_row {
	const char *name;  /* without the dashes */
	const char *value; /* what stands for its value in the help; NULL for a flag */
	const char *help;
	enum option_kind kind;
	void *to;	 /* bool, const char *, int64_t, double */
	double min, max; /* of numbers, inclusive */
};

struct usage {
	const char *command, *arguments; /* "lift publish", "FILE..."; "": it takes none */
	const char *help;		 /* what it does; a line or more */
	const struct option_row *options;
	size_t n_options;
	const char *version;	   /* what --version prints; NULL: there is no such option */
	void (*print_more)(void);  /* after the options; or NULL */
	void (*print_words)(void); /* what else a shell may complete, a word a line; or NULL */
	bool stop;		   /* at the first argument that is no option */
};

/* The index in argv, whose arguments then stand behind its options, of the first argument; or -1,
 * with the status to exit with: --help was asked for and given, or something was wrong and has been
 * complained about. Names of options are not abbreviated; "--" ends them. */
int options_parse(const struct usage *usage, int argc, char **argv, int *ret_status);

/* Complaints, on standard error. */

/* "lift: ..." and the end of the line; what could steer a terminal is printed as '?'. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* Complain that the arguments are wrong, and say where help is: STATUS_USAGE. */
__attribute__((format(printf, 2, 3))) int complain_usage(const struct usage *usage,
							 const char *format, ...);

/* Complain of an error met at an endpoint, with these keys or, where they are NULL, without: the
 * status to exit with. */
struct lift_keys;
int complain_endpoint(const char *endpoint, const struct lift_keys *keys, int err);

#endif

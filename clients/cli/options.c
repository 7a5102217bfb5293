/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "proto/err.h"

enum { OPTIONS_MAX = 24, OPTION_HELP = 'h', OPTION_ROW = 256 /* + its index */ };

void complain(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("lift: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

int complain_usage(const struct usage *usage, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", usage->command);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry '%s --help'.\n", usage->command);
	return STATUS_USAGE;
}

int complain_endpoint(const char *endpoint, int err)
{
	if (err == LIFT_E_SOCKET)
		complain("no answer from %s: is liftd running ('systemctl status liftd'), and may "
			 "you open its sockets ('ls -l')? For another daemon, name its "
			 "configuration with --config FILE",
			 endpoint);
	else
		complain("%s: %s (%s)", endpoint, lift_err_text(err), lift_err_code(err));
	switch (err) {
	case LIFT_E_SOCKET:
	case LIFT_E_MEMORY:
	case LIFT_E_IO:
		return STATUS_SYSTEM;
	default:
		return STATUS_REFUSED;
	}
}

static void print_row(const char *name, const char *value, const char *help)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", name, value ? " " : "", value ? value : "");
	printf("  %-22s %s\n", left, help);
}

static void print_help(const struct usage *usage)
{
	printf("Usage: %s [OPTION...] %s\n%s\n\n", usage->command, usage->arguments, usage->help);
	for (size_t i = 0; i < usage->n_options; i++)
		print_row(usage->options[i].name, usage->options[i].value, usage->options[i].help);
	print_row("help", NULL, "print this help");
	if (usage->print_more)
		usage->print_more();
}

/* Read a number's value: false where it is none, or out of range. */
static bool set_number(const struct option_row *row, const char *text)
{
	char *end;
	double value;

	errno = 0;
	value = strtod(text, &end);
	if (errno || end == text || *end || !isfinite(value) || value < row->min ||
	    value > row->max || (row->kind == OPTION_WHOLE && value != floor(value)))
		return false;
	if (row->kind == OPTION_WHOLE)
		*(int64_t *)row->to = (int64_t)value;
	else
		*(double *)row->to = value;
	return true;
}

static bool set_option(const struct usage *usage, const struct option_row *row, const char *text)
{
	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)row->to = true;
		return true;
	case OPTION_TEXT:
		*(const char **)row->to = text;
		return true;
	case OPTION_WHOLE:
	case OPTION_REAL:
		if (set_number(row, text))
			return true;
		complain_usage(usage, "--%s must be a %snumber from %.15g to %.15g, not '%s'",
			       row->name, row->kind == OPTION_WHOLE ? "whole " : "", row->min,
			       row->max, text);
		return false;
	}
	return false;
}

int options_parse(const struct usage *usage, int argc, char **argv, int *ret_status)
{
	struct option longs[OPTIONS_MAX + 2] = { 0 };
	int found;

	for (size_t i = 0; i < usage->n_options && i < OPTIONS_MAX; i++)
		longs[i] =
			(struct option){ usage->options[i].name,
					 usage->options[i].value ? required_argument : no_argument,
					 NULL, OPTION_ROW + (int)i };
	longs[usage->n_options] = (struct option){ "help", no_argument, NULL, OPTION_HELP };
	optind = 0; /* GNU: begin anew, the command line has been read once already */
	opterr = 0;
	while ((found = getopt_long(argc, argv, usage->stop ? "+:h" : ":h", longs, NULL)) != -1) {
		*ret_status = STATUS_USAGE;
		if (found == OPTION_HELP) {
			print_help(usage);
			*ret_status = STATUS_WELL;
			return -1;
		}
		if (found == '?' || found == ':') {
			complain_usage(usage,
				       found == ':' ? "%s needs a value" : "unknown option %s",
				       argv[optind - 1]);
			return -1;
		}
		if (!set_option(usage, &usage->options[found - OPTION_ROW], optarg))
			return -1;
	}
	if (usage->arguments[0] == '\0' && optind < argc) {
		*ret_status = complain_usage(usage, "unexpected argument '%s'", argv[optind]);
		return -1;
	}
	return optind;
}

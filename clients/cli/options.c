/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "clients/cli/text/print.h"
#include "clients/lib/lift.h"
#include "proto/err.h"

enum { LEFT_WIDTH = 22 /* of the help: what is behind it has its own line */ };

/* Parts of it may be of others: names, answers, files. */
__attribute__((format(printf, 1, 0))) static void print_complaint(const char *format, va_list args)
{
	char *text = NULL;

	fflush(stdout);
	fputs("lift: ", stderr);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	print_text(stderr, text ? text : "out of memory", 0);
	fputc('\n', stderr);
	free(text);
}

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_complaint(format, args);
	va_end(args);
}

int complain_usage(const struct usage *usage, const char *format, ...)
{
	const char *name = strchr(usage->command, ' ');
	char *why = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&why, format, args) < 0)
		why = NULL;
	va_end(args);
	complain("%s%s%s", name ? name + 1 : "", name ? ": " : "",
		 why ? why : lift_err_text(LIFT_E_MEMORY));
	free(why);
	fprintf(stderr, "Try '%s --help'.\n", usage->command);
	return STATUS_USAGE;
}

int complain_endpoint(const char *endpoint, const struct lift_keys *keys, int err)
{
	if (err == LIFT_E_KEY_REFUSED && keys)
		complain("%s: the daemon does not know this key (public %s), or does not let it "
			 "use this endpoint: ask its operator, who has keys.yaml",
			 endpoint, keys->public_key);
	else if (err == LIFT_E_SERVER_KEY)
		complain("%s: the connection is closed before keys are exchanged: `server` in "
			 "lift.yaml is not this daemon's key, or it takes no further connection",
			 endpoint);
	else if (err == LIFT_E_NEEDS_KEY && keys)
		complain("%s: who listens there speaks without keys: it is no liftd, or has "
			 "`security: none`",
			 endpoint);
	else if (err == LIFT_E_NEEDS_KEY)
		complain("%s: the daemon lets nobody in there without a key ('lift keygen' makes "
			 "one, and a lift.yaml of yours names it: lift(1), ANOTHER MACHINE), or "
			 "takes no further connection",
			 endpoint);
	else if (err == LIFT_E_SOCKET)
		complain("%s: no answer: is liftd running, or has it stopped meanwhile ('systemctl "
			 "status liftd')?",
			 endpoint);
	else
		complain("%s: %s (%s)", endpoint, lift_err_text(err), lift_err_code(err));
	return exit_status_of(err);
}

static void print_row(const char *dashes, const char *name, const char *value, const char *help)
{
	int width = printf("  %s%s%s%s", dashes, name, value ? " " : "", value ? value : "");

	if (width > LEFT_WIDTH + 2) {
		putchar('\n');
		width = 0;
	}
	printf("%*s %s\n", LEFT_WIDTH + 2 - width, "", help);
}

static void print_help(const struct usage *usage)
{
	printf("Usage: %s [OPTION...]%s%s\n%s\n\n", usage->command, *usage->arguments ? " " : "",
	       usage->arguments, usage->help);
	for (size_t i = 0; i < usage->n_options; i++)
		print_row("--", usage->options[i].name, usage->options[i].value,
			  usage->options[i].help);
	if (usage->version)
		print_row("-V, --", "version", NULL, "print the version");
	print_row("-h, --", "help", NULL, "print this help");
	if (usage->print_more)
		usage->print_more();
}

/* For the completion of shells: a word a line. */
static void print_words(const struct usage *usage)
{
	for (size_t i = 0; i < usage->n_options; i++)
		printf("--%s%s%s\n", usage->options[i].name, usage->options[i].value ? "=" : "",
		       usage->options[i].value ? usage->options[i].value : "");
	puts(usage->version ? "--version\n--help" : "--help");
	if (usage->print_words)
		usage->print_words();
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

/* Is it one of the words of "one|two|three"? */
static bool is_choice(const char *words, const char *text)
{
	size_t size = strlen(text);

	for (; *words; words += *words == '|') {
		if (strncmp(words, text, size) == 0 && strcspn(words, "|") == size)
			return true;
		words += strcspn(words, "|");
	}
	return false;
}

/* "--format must be text, csv or html, not 'pdf'" */
static void complain_choice(const struct usage *usage, const struct option_row *row,
			    const char *text)
{
	char list[256] = "";
	size_t size = 0;

	for (const char *words = row->value; *words; words += *words == '|') {
		int n = (int)strcspn(words, "|");
		const char *comma = size == 0 ? "" : words[n] ? ", " : " or ";

		size += (size_t)snprintf(list + size, sizeof(list) - size, "%s%.*s", comma, n,
					 words);
		words += n;
		if (size >= sizeof(list))
			break;
	}
	complain_usage(usage, "--%s must be %s, not '%s'", row->name, list, text);
}

static bool set_option(const struct usage *usage, const struct option_row *row, const char *text)
{
	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)row->to = true;
		return true;
	case OPTION_CHOICE:
		if (!is_choice(row->value, text)) {
			complain_choice(usage, row, text);
			return false;
		}
		*(const char **)row->to = text;
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

/* By its whole name: an option to come would make an abbreviation mean another. */
static const struct option_row *find_option(const struct usage *usage, const char *name,
					    size_t size)
{
	for (size_t i = 0; i < usage->n_options; i++)
		if (strlen(usage->options[i].name) == size &&
		    memcmp(usage->options[i].name, name, size) == 0)
			return &usage->options[i];
	return NULL;
}

/* The one that may have been meant: its name begins so. */
static const struct option_row *guess_option(const struct usage *usage, const char *name,
					     size_t size)
{
	const struct option_row *found = NULL;

	for (size_t i = 0; i < usage->n_options && size > 0; i++) {
		if (strncmp(usage->options[i].name, name, size) != 0)
			continue;
		if (found)
			return NULL;
		found = &usage->options[i];
	}
	return found;
}

static void complain_unknown(const struct usage *usage, const char *word)
{
	const struct option_row *guess =
		strncmp(word, "--", 2) == 0 ? guess_option(usage, word + 2, strcspn(word + 2, "="))
					    : NULL;

	if (guess)
		complain_usage(usage, "unknown option '%s': did you mean --%s?", word, guess->name);
	else
		complain_usage(usage, "unknown option '%s'", word);
}

/* Take an option, and its value where that is the next word: the words taken; 0, and complained
 * about. */
static int take_option(const struct usage *usage, char **words)
{
	const char *name = words[0] + 2, *equals = strchr(words[0], '=');
	size_t size = strcspn(name, "=");
	const struct option_row *row =
		strncmp(words[0], "--", 2) == 0 ? find_option(usage, name, size) : NULL;

	if (!row)
		complain_unknown(usage, words[0]);
	else if (!row->value && equals)
		complain_usage(usage, "--%s takes no value", row->name);
	else if (row->value && !equals && !words[1])
		complain_usage(usage, "--%s needs a value", row->name);
	else if (set_option(usage, row, equals ? equals + 1 : words[1]))
		return row->value && !equals ? 2 : 1;
	return 0;
}

/* What is asked for instead of a run, and is given. */
static bool is_question(const struct usage *usage, const char *word)
{
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		print_help(usage);
	else if (strcmp(word, "--list-words") == 0)
		print_words(usage);
	else if (usage->version && (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0))
		puts(usage->version);
	else
		return false;
	return true;
}

/* Options move before the arguments that they stand behind. */
static void move_words(char **to, char **from, int n)
{
	for (int i = 0; i < n; i++) {
		char *word = from[i];

		memmove(to + i + 1, to + i, (size_t)(from - to) * sizeof(*to));
		to[i] = word;
	}
}

int options_parse(const struct usage *usage, int argc, char **argv, int *ret_status)
{
	int first = 1; /* of the arguments */

	for (int at = 1, n = 1; at < argc; at += n) {
		char *word = argv[at];

		n = 1;
		if (word[0] != '-' || word[1] == 0) {
			if (usage->stop)
				break;
			continue;
		}
		if (is_question(usage, word)) {
			*ret_status = STATUS_WELL;
			return -1;
		}
		if (strcmp(word, "--") != 0)
			n = take_option(usage, argv + at);
		if (n == 0) {
			*ret_status = STATUS_USAGE;
			return -1;
		}
		move_words(argv + first, argv + at, n);
		first += n;
		if (strcmp(word, "--") == 0)
			break;
	}
	if (usage->arguments[0] == '\0' && first < argc) {
		*ret_status = complain_usage(usage, "unexpected argument '%s'", argv[first]);
		return -1;
	}
	return first;
}

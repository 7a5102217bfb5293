/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report_keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clients/cli/frozen/store.h"
#include "clients/cli/text/print.h"
#include "proto/err.h"
#include "proto/iso8601.h"

enum { RECORD_VERSION = 1 };

bool keep_find_place(const struct keep_wish *wish, char to[static PATH_MAX])
{
	if (frozen_place(wish->reports, to))
		return true;
	complain("neither XDG_DATA_HOME nor HOME says where frozen reports are: name a directory "
		 "by --reports");
	return false;
}

/* What cannot be read or written. */
static int complain_of(const char *dir, const char *name, int err, int error)
{
	switch (err) {
	case LIFT_E_NOT_FOUND:
		complain("there is no frozen report '%s' in %s", name, dir);
		return STATUS_REFUSED;
	case LIFT_E_EXISTS:
		complain("there is a frozen report '%s' already, in %s: what is frozen stays, "
			 "choose another name",
			 name, dir);
		return STATUS_REFUSED;
	case LIFT_E_CORRUPT:
		complain("%s/%s: its files are not those that were frozen: 'b2sum -c sums' there "
			 "says which",
			 dir, name);
		return STATUS_SYSTEM;
	case LIFT_E_IO:
		complain("%s/%s: %s", dir, name, strerror(error));
		return STATUS_SYSTEM;
	default:
		complain("%s/%s: %s", dir, name, lift_err_text(err));
		return STATUS_SYSTEM;
	}
}

int keep_check(const struct keep_wish *wish, const char *dir)
{
	if (!frozen_name_is_right(wish->freeze)) {
		complain("--freeze must be a name of 1 to %d letters a-z, digits, '.', '_' and "
			 "'-', which begins with a letter or digit, not '%s'",
			 FROZEN_NAME_MAX, wish->freeze);
		return STATUS_USAGE;
	}
	return frozen_is_there(dir, wish->freeze) ? complain_of(dir, wish->freeze, LIFT_E_EXISTS, 0)
						  : STATUS_WELL;
}

/* 'lift report NAME' would print that one, or the other. */
static bool is_programme(const json_t *answers, const char *name)
{
	const json_t *programmes =
		json_object_get(json_object_get(answers, "catalogue"), "programmes");
	const json_t *programme;
	size_t i;

	json_array_foreach(programmes, i, programme)
	{
		if (strcmp(json_text(programme, "id"), name) == 0)
			return true;
	}
	return false;
}

static json_t *record_of(const struct keep_wish *wish, const json_t *answers, json_t *options)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return json_pack("{s:i,s:s,s:s,s:I,s:s*,s:O,s:O}", "v", RECORD_VERSION, "lift",
			 LIFT_VERSION, "name", wish->freeze, "frozen",
			 (json_int_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, "format",
			 wish->format, "options", options, "answers", answers);
}

static int draw_forms(const char *const endings[], keep_draw *draw, void *context,
		      struct frozen_form *forms, size_t *ret_n)
{
	size_t n = 0;

	for (; endings[n] && n < FROZEN_FORMS_MAX; n++) {
		FILE *out = open_memstream(&forms[n].bytes, &forms[n].size);
		bool drawn;

		if (!out)
			return LIFT_E_MEMORY;
		forms[n].ending = endings[n];
		*ret_n = n + 1;
		drawn = draw(context, endings[n], out);
		if (fclose(out) != 0)
			return LIFT_E_MEMORY;
		if (!drawn)
			return LIFT_E_IO;
	}
	return 0;
}

int keep_report(const struct keep_wish *wish, const char *dir, const json_t *answers,
		json_t *options, const char *const endings[], keep_draw *draw, void *context)
{
	struct frozen_form forms[FROZEN_FORMS_MAX] = { 0 };
	json_t *record;
	size_t n = 0;
	int err;

	if (is_programme(answers, wish->freeze)) {
		complain("'%s' is a programme: 'lift report %s' could not tell them apart, choose "
			 "another name",
			 wish->freeze, wish->freeze);
		return STATUS_REFUSED;
	}
	record = record_of(wish, answers, options);
	err = record ? draw_forms(endings, draw, context, forms, &n) : LIFT_E_MEMORY;
	if (!err)
		err = frozen_write(dir, wish->freeze, record, forms, n);
	if (err)
		err = complain_of(dir, wish->freeze, err, errno);
	for (size_t i = 0; i < n; i++)
		free(forms[i].bytes);
	json_decref(record);
	return err;
}

json_t *keep_read(const char *dir, const char *name, int *ret_status)
{
	json_t *record = NULL;
	int err = frozen_name_is_right(name) ? frozen_read(dir, name, &record) : LIFT_E_NOT_FOUND;

	if (err) {
		*ret_status = complain_of(dir, name, err, errno);
		return NULL;
	}
	if (json_number(record, "v") == RECORD_VERSION) {
		*ret_status = STATUS_WELL;
		return record;
	}
	complain("%s/%s: it was frozen by a newer lift, %s", dir, name, json_text(record, "lift"));
	json_decref(record);
	*ret_status = STATUS_SYSTEM;
	return NULL;
}

static int write_bytes(const struct keep_wish *wish, const char *bytes, size_t size)
{
	FILE *out = wish->output ? fopen(wish->output, "w") : stdout;
	bool failed;

	failed = !out || fwrite(bytes, 1, size, out) != size;
	if (out && out != stdout)
		failed |= fclose(out) != 0;
	if (!failed || !wish->output)
		return STATUS_WELL; /* standard output is looked at last of all */
	complain("%s: %s", wish->output, strerror(errno));
	return STATUS_SYSTEM;
}

/* The ending of a form's file. */
static const char *ending_of(const char *format)
{
	return strcmp(format, "text") == 0 ? "txt" : format;
}

int keep_print(const struct keep_wish *wish, const char *dir, const char *name)
{
	int status, err;
	json_t *record = keep_read(dir, name, &status);
	const char *format = wish->format ? wish->format : json_text(record, "format");
	char *bytes;
	size_t size;

	if (!record)
		return status;
	if (!wish->output && strcmp(format, "xlsx") == 0 && isatty(STDOUT_FILENO)) {
		complain("a workbook is not for a terminal: name a file by --output");
		json_decref(record);
		return STATUS_USAGE;
	}
	err = frozen_read_form(dir, name, ending_of(*format ? format : "text"), &bytes, &size);
	if (err == LIFT_E_NOT_FOUND) {
		complain("the report '%s' was frozen by lift %s, which had no form %s", name,
			 json_text(record, "lift"), format);
		status = STATUS_REFUSED;
	} else if (err) {
		status = complain_of(dir, name, err, errno);
	} else {
		status = write_bytes(wish, bytes, size);
		free(bytes);
	}
	json_decref(record);
	return status;
}

/* The list. */

static void print_row(const char *name, const json_t *record)
{
	const json_t *answers = json_object_get(record, "answers");
	const json_t *asked = json_object_get(answers, "asked");
	const json_t *head = json_object_get(answers, "head");
	json_int_t applied = json_number(head, "applied");
	char time[ISO8601_TEXT] = "";

	iso8601_print(json_number(record, "frozen"), time);
	time[sizeof("2024-12-31T14:05") - 1] = 0;
	print_text(stdout, name, 24);
	printf("  %s  ", time);
	print_text(stdout, json_text(asked, "programme"), 20);
	putchar(' ');
	print_text(stdout, json_text(asked, "region"), 12);
	printf(" %10s  ", json_text(asked, "to"));
	if (json_object_get(head, "applied"))
		printf("%" JSON_INTEGER_FORMAT "\n", applied);
	else
		puts("-");
}

int keep_print_list(const char *dir)
{
	json_t *names, *name;
	int status = STATUS_WELL, err = frozen_list(dir, &names);
	size_t i;

	if (err) {
		complain("%s: %s", dir, err == LIFT_E_IO ? strerror(errno) : lift_err_text(err));
		return STATUS_SYSTEM;
	}
	if (json_array_size(names) == 0)
		printf("no report is frozen in %s\n", dir);
	else
		printf("%-24s  %-16s  %-20s %-12s %-10s  %s\n", "name", "frozen (UTC)", "programme",
		       "region", "as of", "known at");
	json_array_foreach(names, i, name)
	{
		int one;
		json_t *record = keep_read(dir, json_string_value(name), &one);

		if (record)
			print_row(json_string_value(name), record);
		else
			status = one;
		json_decref(record);
	}
	json_decref(names);
	return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /api/v1/figures, as JSON, CSV or a workbook: a wish is read, its figures are found, now or on
 * another day, and printed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "clients/web/api.h"
#include "clients/web/figures/printer.h"
#include "proto/day.h"

/* Of a parameter in a key: no value has it, so that no two wishes look alike. */
enum { KEY_BEGIN = 1 };

/* Reading. */

static const char *add_text(const char *list[static WISH_MAX], size_t *n, const char *text)
{
	if (*n == WISH_MAX)
		return "it may come 64 times";
	list[(*n)++] = text;
	return NULL;
}

static const char *add_region(struct print *print, const char *value)
{
	return add_text(print->wish.regions, &print->wish.n_regions, value);
}

static const char *add_id(struct print *print, const char *value)
{
	return add_text(print->wish.ids, &print->wish.n_ids, value);
}

static bool is_one_of(const char *value, const char *const words[])
{
	while (*words && strcmp(*words, value) != 0)
		words++;
	return *words != NULL;
}

static const char *add_kind(struct print *print, const char *value)
{
	static const char *const kinds[] = { "people", "programme", "competence", "module", NULL };

	if (!is_one_of(value, kinds))
		return "it must be people, programme, competence or module";
	return add_text(print->wish.kinds, &print->wish.n_kinds, value);
}

static size_t count_points(const char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '.';
	return n;
}

static const char *add_paths(struct print *print, const char *value)
{
	const char *fault = NULL;

	while (!fault && *value) {
		size_t size = strcspn(value, ",");
		char *path = arena_text(&print->texts, (struct text){ value, size });

		if (size >= WISH_PATH_MAX || count_points(value, size) > WISH_POINTS_MAX)
			return "a path has 511 bytes and 20 points at most";
		if (size > 0)
			fault = path ? add_text(print->wish.paths, &print->wish.n_paths, path)
				     : "out of memory";
		value += size + (value[size] == ',');
	}
	return fault;
}

static const char *set_day(struct print *print, const char *value)
{
	int32_t day;

	print->day = value;
	return day_parse(text_of(value), &day) == 0 ? NULL : "it must be a day, as 2025-10-14";
}

static const char *set_language(struct print *print, const char *value)
{
	static const char *const languages[] = { "nb", "sv", "da", "en", NULL };

	print->language = value;
	return is_one_of(value, languages) ? NULL : "it must be nb, sv, da or en";
}

static const char *set_form(struct print *print, const char *value)
{
	static const char *const forms[] = { "program", "excel", NULL };

	print->form = value;
	return is_one_of(value, forms) ? NULL : "it must be program or excel";
}

static const struct {
	const char *name;
	const char *(*read)(struct print *print, const char *value); /* what is wrong; NULL */
} parameters[] = {
	{ "region", add_region }, { "kind", add_kind }, { "id", add_id },
	{ "keys", add_paths },	  { "day", set_day },	{ "language", set_language },
	{ "form", set_form },
};

static bool read_parameter(struct http_exchange *exchange, struct print *print, const char *name,
			   const char *value)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		const char *fault, *copy;

		if (strcmp(parameters[i].name, name) != 0)
			continue;
		copy = arena_text(&print->texts, text_of(value));
		fault = copy ? parameters[i].read(print, copy) : "out of memory";
		if (fault)
			web_answer_problem(exchange, 400, 0, "%s: %s", name, fault);
		return !fault;
	}
	web_answer_problem(exchange, 400, 0,
			   "there is no parameter `%.60s`, but region, kind, id, keys, day, and of "
			   "tables language and form",
			   name);
	return false;
}

/* False: it is answered, with what is wrong. */
static bool read_print(const struct web *web, struct http_exchange *exchange, struct print *print)
{
	const char *name, *value;
	size_t size = (size_t)snprintf(print->key, PRINT_KEY_MAX, "%s", http_path(exchange));

	for (size_t i = 0; (name = http_query_at(exchange, i, &value)); i++) {
		if (!read_parameter(exchange, print, name, value))
			return false;
		if (size < PRINT_KEY_MAX) /* a longer one is not kept */
			size += (size_t)snprintf(print->key + size, PRINT_KEY_MAX - size, "%c%s=%s",
						 KEY_BEGIN, name, value);
	}
	if (size >= PRINT_KEY_MAX)
		print->key[0] = 0;
	if (!print->language && web->config->language)
		print->language = arena_text(&print->texts, text_of(web->config->language));
	if (!print->language)
		print->language = "en";
	return true;
}

/* Answering. */

/* It is made, and freed. */
static void answer_print(struct web *web, struct http_exchange *exchange, struct print *print)
{
	bool is_kept = !print->day && *print->key && !print->made.encoding;
	const char *key = is_kept ? print->key : NULL;

	if (!print->err)
		web_answer_made(web->answers, exchange, key, print->change, &print->made);
	else if (print->err == LIFT_E_SIZE)
		web_answer_problem(
			exchange, 400, 0,
			"that is more than a table has room for: choose by region, kind, "
			"id or keys");
	else
		web_answer_problem(exchange, 503, 1, "out of memory");
	print_free(print);
}

void api_figures_printed(struct web *web)
{
	struct http_exchange *exchange;
	struct print *print;

	while ((print = printer_next(web->printer, &exchange))) {
		web->printed = print->change;
		answer_print(web, exchange, print);
	}
}

static json_t *head_of(const struct web *web, const struct day *day)
{
	const struct standing *standing = &web->standing;
	json_t *head = json_object();

	if (day) {
		json_object_set_new(head, "as_of", json_string(day->as_of));
		if (day->release > 0) {
			json_object_set_new(head, "release", json_integer(day->release));
			json_object_set_new(head, "protected", json_true());
		}
	} else {
		json_object_set_new(head, "tick", json_integer((json_int_t)standing->tick));
		json_object_set(head, "epoch", json_object_get(standing->beat, "epoch"));
		json_object_set(head, "as_of", json_object_get(standing->beat, "as_of"));
		json_object_set(head, "release", json_object_get(standing->beat, "release"));
		json_object_set(head, "protected", json_object_get(standing->beat, "protected"));
	}
	return head;
}

/* Its figures are found: print it here, where that is soon done, else beside the loop. */
static void print_out(struct web *web, struct http_exchange *exchange, struct print *print,
		      const struct day *day)
{
	print->head = head_of(web, day);
	print->catalogue = json_incref((json_t *)lift_picture_find(web->picture, "catalogue"));
	print->rows = day ? json_incref(day->rows) : NULL;
	print->change = web->standing.change;
	print->takes_gzip = web_answer_takes_gzip(exchange);
	if (!print_is_long(print)) {
		print_make(print);
		answer_print(web, exchange, print);
		return;
	}
	print->err = day ? 0 : print_hold(print);
	if (print->err) {
		answer_print(web, exchange, print);
	} else if (!printer_add(web->printer, print, exchange)) {
		web_answer_problem(exchange, 503, 2, "too many long answers are being made");
		print_free(print);
	}
}

/* Finding. */

/* What the daemon is asked for can be less than all, where only one is wished for. */
static struct day_wish wish_of(const struct print *print)
{
	const struct wish *wish = &print->wish;
	struct day_wish asks;

	memset(&asks, 0, sizeof(asks)); /* it is compared as bytes */
	snprintf(asks.day, sizeof(asks.day), "%s", print->day);
	if (wish->n_regions == 1)
		snprintf(asks.region, sizeof(asks.region), "%s", wish->regions[0]);
	if (wish->n_kinds == 1)
		snprintf(asks.kind, sizeof(asks.kind), "%s", wish->kinds[0]);
	if (wish->n_kinds == 1 && wish->n_ids == 1)
		snprintf(asks.id, sizeof(asks.id), "%s", wish->ids[0]);
	return asks;
}

static void answer_failed(struct http_exchange *exchange, const struct day *day)
{
	/* Of the open plane there are the days of releases, and no others. */
	bool is_unknown = strncmp(day->code, "unknown-", 8) == 0 ||
			  strcmp(day->code, lift_err_code(LIFT_E_RELEASE)) == 0;

	if (strcmp(day->code, lift_err_code(LIFT_E_SIZE)) == 0)
		web_answer_problem(exchange, 400, 0,
				   "that day has more figures than are given at once: choose by "
				   "region, kind or id");
	else
		web_answer_problem(exchange, is_unknown ? 404 : 503, is_unknown ? 0 : 2, "%s (%s)",
				   day->text, day->code);
}

/* The print is taken over, but where it is to be waited for. */
static enum api_done answer_day(struct web *web, struct http_exchange *exchange,
				struct print *print)
{
	const struct day_wish wish = wish_of(print);
	const struct day *day;

	switch (days_ask(web->days, &wish, web->steady_ms, &day)) {
	case DAYS_WAIT:
		print_free(print);
		return API_WAITS;
	case DAYS_FULL:
		web_answer_problem(exchange, 503, 2, "too many days are being asked for");
		print_free(print);
		return API_DONE;
	default:
		break;
	}
	if (day->state == DAY_FAILED) {
		answer_failed(exchange, day);
	} else if (figures_of_rows(day->rows, &print->wish, &print->figures)) {
		web_answer_problem(exchange, 503, 1, "out of memory");
	} else {
		print_out(web, exchange, print, day);
		return API_DONE;
	}
	print_free(print);
	return API_DONE;
}

static enum api_done answer_now(struct web *web, struct http_exchange *exchange,
				struct print *print)
{
	uint64_t change = web->standing.change;

	/* Of who waited for the same answer the figures may have gone on meanwhile. */
	if (*print->key && (web_answer_again(web->answers, exchange, print->key, change) ||
			    (web->printed &&
			     web_answer_again(web->answers, exchange, print->key, web->printed)))) {
		print_free(print);
	} else if (*print->key && printer_has(web->printer, print->key, change)) {
		print_free(print);
		return API_WAITS;
	} else if (figures_of_picture(web->picture, &print->wish, &print->figures)) {
		web_answer_problem(exchange, 503, 1, "out of memory");
		print_free(print);
	} else {
		print_out(web, exchange, print, NULL);
	}
	return API_DONE;
}

static enum print_format format_of(const char *path)
{
	const char *point = strrchr(path, '.');

	if (!point)
		return PRINT_JSON;
	return strcmp(point, ".csv") == 0 ? PRINT_CSV : PRINT_XLSX;
}

enum api_done api_figures(struct web *web, struct http_exchange *exchange)
{
	struct print *print;

	if (!web->standing.is_whole)
		return api_not_yet(exchange);
	print = print_new();
	if (!print) {
		web_answer_problem(exchange, 503, 1, "out of memory");
		return API_DONE;
	}
	print->format = format_of(http_path(exchange));
	if (!read_print(web, exchange, print)) {
		print_free(print);
		return API_DONE;
	}
	return print->day ? answer_day(web, exchange, print) : answer_now(web, exchange, print);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /api/v1/figures, as JSON, CSV or a workbook: a wish is read, its figures are found, now or on
 * another day, and printed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "clients/web/api.h"
#include "clients/web/table.h"
#include "proto/arena.h"
#include "proto/day.h"

enum {
	KEY_MAX = 8192,
	/* Of a parameter in a key: no value has it, so that no two wishes look alike. */
	KEY_BEGIN = 1,
};

/* A request, read. */
struct asked {
	struct wish wish;
	const char *day, *language, *form;
	struct arena texts; /* of the paths */
	char key[KEY_MAX];  /* the same wish has the same */
};

enum format { FORMAT_JSON, FORMAT_CSV, FORMAT_XLSX };

/* Reading. */

static const char *add_text(const char *list[static WISH_MAX], size_t *n, const char *text)
{
	if (*n == WISH_MAX)
		return "it may come 64 times";
	list[(*n)++] = text;
	return NULL;
}

static const char *add_region(struct asked *asked, const char *value)
{
	return add_text(asked->wish.regions, &asked->wish.n_regions, value);
}

static const char *add_id(struct asked *asked, const char *value)
{
	return add_text(asked->wish.ids, &asked->wish.n_ids, value);
}

static bool is_one_of(const char *value, const char *const words[])
{
	while (*words && strcmp(*words, value) != 0)
		words++;
	return *words != NULL;
}

static const char *add_kind(struct asked *asked, const char *value)
{
	static const char *const kinds[] = { "people", "programme", "competence", "module", NULL };

	if (!is_one_of(value, kinds))
		return "it must be people, programme, competence or module";
	return add_text(asked->wish.kinds, &asked->wish.n_kinds, value);
}

static size_t count_points(const char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '.';
	return n;
}

static const char *add_paths(struct asked *asked, const char *value)
{
	const char *fault = NULL;

	while (!fault && *value) {
		size_t size = strcspn(value, ",");
		char *path = arena_text(&asked->texts, (struct text){ value, size });

		if (size >= WISH_PATH_MAX || count_points(value, size) > WISH_POINTS_MAX)
			return "a path has 511 bytes and 20 points at most";
		if (size > 0)
			fault = path ? add_text(asked->wish.paths, &asked->wish.n_paths, path)
				     : "out of memory";
		value += size + (value[size] == ',');
	}
	return fault;
}

static const char *set_day(struct asked *asked, const char *value)
{
	int32_t day;

	asked->day = value;
	return day_parse(text_of(value), &day) == 0 ? NULL : "it must be a day, as 2025-10-14";
}

static const char *set_language(struct asked *asked, const char *value)
{
	static const char *const languages[] = { "nb", "sv", "da", "en", NULL };

	asked->language = value;
	return is_one_of(value, languages) ? NULL : "it must be nb, sv, da or en";
}

static const char *set_form(struct asked *asked, const char *value)
{
	static const char *const forms[] = { "program", "excel", NULL };

	asked->form = value;
	return is_one_of(value, forms) ? NULL : "it must be program or excel";
}

static const struct {
	const char *name;
	const char *(*read)(struct asked *asked, const char *value); /* what is wrong; NULL */
} parameters[] = {
	{ "region", add_region }, { "kind", add_kind }, { "id", add_id },
	{ "keys", add_paths },	  { "day", set_day },	{ "language", set_language },
	{ "form", set_form },
};

static bool read_parameter(struct http_exchange *exchange, struct asked *asked, const char *name,
			   const char *value)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		const char *fault;

		if (strcmp(parameters[i].name, name) != 0)
			continue;
		fault = parameters[i].read(asked, value);
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
static bool read_asked(struct http_exchange *exchange, struct asked *asked)
{
	const char *name, *value;
	size_t size = (size_t)snprintf(asked->key, KEY_MAX, "%s", http_path(exchange));

	for (size_t i = 0; (name = http_query_at(exchange, i, &value)); i++) {
		if (!read_parameter(exchange, asked, name, value))
			return false;
		if (size < KEY_MAX) /* a longer one is not kept */
			size += (size_t)snprintf(asked->key + size, KEY_MAX - size, "%c%s=%s",
						 KEY_BEGIN, name, value);
	}
	if (size >= KEY_MAX)
		asked->key[0] = 0;
	return true;
}

/* Printing. */

static json_t *print_metrics(const struct figure *figure, const struct wish *wish)
{
	json_t *metrics;

	if (!wish->n_paths)
		return json_incref((json_t *)figure->metrics);
	metrics = json_object();
	for (size_t i = 0; metrics && i < wish->n_paths; i++) {
		const json_t *value = figure_at(figure->metrics, wish->paths[i]);

		if (value)
			json_object_set(metrics, wish->paths[i], (json_t *)value);
	}
	return metrics;
}

static json_t *print_figure(const struct figure *figure, const struct wish *wish)
{
	json_t *row =
		json_pack("{s:s%,s:s%,s:s%,s:o}", "region", figure->region.data,
			  figure->region.size, "kind", figure->kind.data, figure->kind.size, "id",
			  figure->id.data, figure->id.size, "metrics", print_metrics(figure, wish));

	if (row && figure->sources)
		json_object_set(row, "sources", (json_t *)figure->sources);
	return row;
}

static int print_json(const struct web *web, const struct asked *asked, const struct day *day,
		      const struct figures *figures, struct made *made)
{
	const struct standing *standing = &web->standing;
	json_t *rows = json_array(), *all = json_object();

	for (size_t i = 0; i < figures->n; i++)
		json_array_append_new(rows, print_figure(&figures->rows[i], &asked->wish));
	if (day) {
		json_object_set_new(all, "as_of", json_string(day->as_of));
	} else {
		json_object_set_new(all, "tick", json_integer((json_int_t)standing->tick));
		json_object_set(all, "epoch", json_object_get(standing->beat, "epoch"));
		json_object_set(all, "as_of", json_object_get(standing->beat, "as_of"));
	}
	if (json_array_size(rows) == figures->n && json_object_set_new(all, "figures", rows) == 0)
		made->body = json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(all);
	made->type = "application/json";
	made->size = made->body ? strlen(made->body) : 0;
	return made->body ? 0 : LIFT_E_MEMORY;
}

static int print_table(const struct web *web, const struct asked *asked, enum format format,
		       const struct figures *figures, struct made *made)
{
	const char *language = asked->language ? asked->language : web->config->language;
	struct names names =
		names_of(lift_picture_find(web->picture, "catalogue"), language ? language : "en");
	int err;

	if (format == FORMAT_CSV) {
		made->type = "text/csv; charset=utf-8; header=present";
		err = table_csv(figures, &asked->wish, &names,
				asked->form && strcmp(asked->form, "excel") == 0, &made->body,
				&made->size);
	} else {
		made->type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
		err = table_xlsx(figures, &asked->wish, &names, &made->body, &made->size);
	}
	snprintf(made->file, sizeof(made->file), "figures%s%s.%s", asked->day ? "-" : "",
		 asked->day ? asked->day : "", format == FORMAT_CSV ? "csv" : "xlsx");
	names_clear(&names);
	return err;
}

static void print(struct web *web, struct http_exchange *exchange, const struct asked *asked,
		  enum format format, const struct day *day, const struct figures *figures)
{
	struct made made = { 0 };
	int err = format == FORMAT_JSON ? print_json(web, asked, day, figures, &made)
					: print_table(web, asked, format, figures, &made);

	if (!err)
		web_answer_made(web->answers, exchange, !day && *asked->key ? asked->key : NULL,
				web->standing.change, &made);
	else if (err == LIFT_E_SIZE)
		web_answer_problem(
			exchange, 400, 0,
			"that is more than a table has room for: choose by region, kind, "
			"id or keys");
	else
		web_answer_problem(exchange, 503, 1, "out of memory");
}

/* Finding. */

/* What the daemon is asked for can be less than all, where only one is wished for. */
static struct day_wish wish_of(const struct asked *asked)
{
	const struct wish *wish = &asked->wish;
	struct day_wish asks;

	memset(&asks, 0, sizeof(asks)); /* it is compared as bytes */
	snprintf(asks.day, sizeof(asks.day), "%s", asked->day);
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
	bool is_unknown = strncmp(day->code, "unknown-", 8) == 0;

	web_answer_problem(exchange, is_unknown ? 404 : 503, is_unknown ? 0 : 2, "%s (%s)",
			   day->text, day->code);
}

static enum api_done answer_day(struct web *web, struct http_exchange *exchange,
				const struct asked *asked, enum format format)
{
	const struct day_wish wish = wish_of(asked);
	struct figures figures = { 0 };
	const struct day *day;

	switch (days_ask(web->days, &wish, web->steady_ms, &day)) {
	case DAYS_WAIT:
		return API_WAITS;
	case DAYS_FULL:
		web_answer_problem(exchange, 503, 2, "too many days are being asked for");
		return API_DONE;
	default:
		break;
	}
	if (day->state == DAY_FAILED)
		answer_failed(exchange, day);
	else if (figures_of_rows(day->rows, &asked->wish, &figures))
		web_answer_problem(exchange, 503, 1, "out of memory");
	else
		print(web, exchange, asked, format, day, &figures);
	figures_clear(&figures);
	return API_DONE;
}

static void answer_now(struct web *web, struct http_exchange *exchange, const struct asked *asked,
		       enum format format)
{
	struct figures figures = { 0 };

	if (*asked->key &&
	    web_answer_again(web->answers, exchange, asked->key, web->standing.change))
		return;
	if (figures_of_picture(web->picture, &asked->wish, &figures))
		web_answer_problem(exchange, 503, 1, "out of memory");
	else
		print(web, exchange, asked, format, NULL, &figures);
	figures_clear(&figures);
}

static enum format format_of(const char *path)
{
	const char *point = strrchr(path, '.');

	if (!point)
		return FORMAT_JSON;
	return strcmp(point, ".csv") == 0 ? FORMAT_CSV : FORMAT_XLSX;
}

enum api_done api_figures(struct web *web, struct http_exchange *exchange)
{
	enum format format = format_of(http_path(exchange));
	struct asked *asked;
	enum api_done done = API_DONE;

	if (!web->standing.is_whole)
		return api_not_yet(exchange);
	asked = calloc(1, sizeof(*asked));
	if (!asked)
		web_answer_problem(exchange, 503, 1, "out of memory");
	else if (!read_asked(exchange, asked))
		done = API_DONE;
	else if (asked->day)
		done = answer_day(web, exchange, asked, format);
	else
		answer_now(web, exchange, asked, format);
	if (asked)
		arena_free(&asked->texts);
	free(asked);
	return done;
}

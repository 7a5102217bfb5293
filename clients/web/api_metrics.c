/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /metrics: what it is about is collected here, and written by openmetrics.c.
 */
#include <stdlib.h>

#include "clients/web/api.h"
#include "clients/web/figures/names.h"
#include "clients/web/figures/view.h"
#include "clients/web/metrics/health.h"
#include "clients/web/openmetrics.h"
#include "clients/web/state.h"

static const char all[] = "all";

/* The configuration's regions, and what is below them, as an audience's: keys of an object; NULL:
 * out of memory. */
static json_t *choose_regions(const struct texts *wished, const json_t *catalogue)
{
	const json_t *rows = json_object_get(catalogue, "regions"), *row, *parent;
	json_t *chosen = json_object();
	size_t before, i, p;

	for (i = 0; i < wished->count; i++)
		json_object_set_new(chosen, wished->items[i], json_true());
	do {
		before = json_object_size(chosen);
		json_array_foreach(rows, i, row)
		{
			const char *code = json_string_value(json_object_get(row, "code"));

			json_array_foreach(json_object_get(row, "parents"), p, parent)
			{
				const char *above = json_string_value(parent);

				if (code && above && json_object_get(chosen, above))
					json_object_set_new(chosen, code, json_true());
			}
		}
	} while (json_object_size(chosen) > before);
	return chosen;
}

static void keep_chosen(struct figures *figures, const json_t *chosen)
{
	size_t kept = 0;

	if (json_object_get(chosen, all))
		return;
	for (size_t i = 0; i < figures->n; i++)
		if (json_object_getn(chosen, figures->rows[i].region.data,
				     figures->rows[i].region.size))
			figures->rows[kept++] = figures->rows[i];
	figures->n = kept;
}

static void put_own(struct exposition *exposition, const struct web *web)
{
	const struct standing *standing = &web->standing;
	const struct exposition_label version = { "version", TEXT(LIFT_VERSION) };

	exposition_begin(exposition, EXPOSITION_INFO, "lift_web_build", "lift-web.");
	exposition_put(exposition, &version, 1, 1);
	exposition_one(exposition, "lift_web_figures_whole",
		       "1 where there are figures, live or old.", standing->is_whole);
	exposition_one(exposition, "lift_web_figures_stale",
		       "1 where liftd is silent, and the figures are old, or there are none.",
		       standing->is_stale || !standing->is_whole);
	exposition_one_json(exposition, EXPOSITION_GAUGE, "lift_web_tick_timestamp_seconds",
			    "When liftd last published.", json_object_get(standing->beat, "time"),
			    0.001);
	if (web_is_open(web))
		exposition_one_json(exposition, EXPOSITION_GAUGE, "lift_web_release",
				    "The release of the open plane whose figures these are, which "
				    "are protected.",
				    json_object_get(standing->beat, "release"), 1);
	exposition_one(exposition, "lift_web_connections", "Open connections.",
		       http_connections(web->http));
	exposition_one(exposition, "lift_web_listeners",
		       "Of these, those that listen to server-sent events.",
		       (double)feed_listeners(web->feed));
}

static int put_figures(struct exposition *exposition, const struct web *web)
{
	const struct web_config *config = web->config;
	const json_t *catalogue = lift_picture_find(web->picture, "catalogue");
	const char *language = config->language ? config->language : "en";
	struct wish wish = { .n_kinds = 0 };
	struct figures figures = { 0 };
	struct names names;
	json_t *chosen;
	int err;

	for (size_t i = 0; i < config->metrics.kinds.count; i++)
		wish.kinds[wish.n_kinds++] = config->metrics.kinds.items[i];
	if (!wish.n_kinds || !config->metrics.regions.count)
		return 0;
	err = figures_of_picture(web->picture, &wish, &figures);
	chosen = err ? NULL : choose_regions(&config->metrics.regions, catalogue);
	if (!chosen) {
		figures_clear(&figures);
		return LIFT_E_MEMORY;
	}
	keep_chosen(&figures, chosen);
	figures_sort(&figures);
	names = names_of(catalogue, language);
	openmetrics_figures(exposition, &figures);
	openmetrics_names(exposition, &figures, &names);
	names_clear(&names);
	json_decref(chosen);
	figures_clear(&figures);
	return 0;
}

/* How much the daemon is told is for operators: it is not said beside what anyone may see, nor as
 * long as nobody knows which of them it is. */
static void put_health(struct exposition *exposition, const struct web *web)
{
	const json_t *status = health_status(web->health);
	bool is_exact = web->standing.is_whole && !web_is_open(web);

	if (is_exact || (!status && !web_is_open(web)))
		health_put(exposition, status);
}

static int put_all(struct exposition *exposition, struct web *web)
{
	const struct standing *standing = &web->standing;
	int err = 0;

	put_own(exposition, web);
	if (web->health)
		put_health(exposition, web);
	if (!web_is_open(web))
		openmetrics_sources(exposition, json_object_get(standing->beat, "sources"));
	if (web->standing.is_whole)
		err = put_figures(exposition, web);
	exposition_end(exposition);
	return ferror(exposition->out) ? LIFT_E_MEMORY : err;
}

static bool takes_openmetrics(const struct http_exchange *exchange)
{
	const char *accepted = http_header(exchange, "Accept");

	return accepted && strstr(accepted, "application/openmetrics-text");
}

enum api_done api_metrics(struct web *web, struct http_exchange *exchange)
{
	struct exposition exposition = {
		.is_openmetrics = takes_openmetrics(exchange),
		.series_max = (size_t)web->config->metrics.series_max,
	};
	struct made made = {
		.type = exposition.is_openmetrics
				? "application/openmetrics-text; version=1.0.0; charset=utf-8"
				: "text/plain; version=0.0.4; charset=utf-8",
		.caching = "no-store",
		.vary = "Accept, Accept-Encoding",
	};
	int err = LIFT_E_MEMORY;

	exposition.out = open_memstream(&made.body, &made.size);
	if (exposition.out) {
		err = put_all(&exposition, web);
		err = fclose(exposition.out) != 0 ? LIFT_E_MEMORY : err;
	}
	if (err) {
		free(made.body);
		web_answer_problem(exchange, 503, 1, "out of memory");
	} else {
		web_answer_made(web->answers, exchange, NULL, 0, &made);
	}
	return API_DONE;
}

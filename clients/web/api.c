/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/web/state.h"

static const char json_body[] = "application/json";

enum api_done api_not_yet(struct http_exchange *exchange)
{
	web_answer_problem(exchange, 503, 1,
			   "there are no figures yet: liftd does not answer, or is starting");
	return API_DONE;
}

/* `json` is taken over. */
static void answer_json(struct web *web, struct http_exchange *exchange, const char *key,
			json_t *json)
{
	struct made made = { .type = json_body };

	made.body = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	json_decref(json);
	if (!made.body) {
		web_answer_problem(exchange, 503, 1, "out of memory");
		return;
	}
	made.size = strlen(made.body);
	web_answer_made(web->answers, exchange, key, web->standing.change, &made);
}

enum api_done api_state(struct web *web, struct http_exchange *exchange)
{
	json_t *state = web_state_show(web);

	if (!state)
		return api_not_yet(exchange);
	answer_json(web, exchange, NULL, state);
	return API_DONE;
}

enum api_done api_catalogue(struct web *web, struct http_exchange *exchange)
{
	const json_t *catalogue =
		web->standing.is_whole ? lift_picture_find(web->picture, "catalogue") : NULL;

	if (!catalogue)
		return api_not_yet(exchange);
	if (!web_answer_again(web->answers, exchange, "catalogue", web->standing.change))
		answer_json(web, exchange, "catalogue", json_incref((json_t *)catalogue));
	return API_DONE;
}

/* Another list where there is a newer release: asked for by its number, it is another wish. */
static struct day_wish wish_of_releases(const struct web *web)
{
	struct day_wish wish;

	memset(&wish, 0, sizeof(wish)); /* it is compared as bytes */
	snprintf(wish.day, sizeof(wish.day), "%s", DAYS_OF_RELEASES);
	snprintf(wish.id, sizeof(wish.id), "%" JSON_INTEGER_FORMAT,
		 json_integer_value(json_object_get(web->standing.beat, "release")));
	return wish;
}

/* Of an exact audience there are none. */
enum api_done api_releases(struct web *web, struct http_exchange *exchange)
{
	const struct day_wish wish = wish_of_releases(web);
	const struct day *day = NULL;
	enum days_verdict verdict = DAYS_HERE;

	if (!web->standing.is_whole)
		return api_not_yet(exchange);
	if (web_is_open(web))
		verdict = days_ask(web->days, &wish, web->steady_ms, &day);
	if (verdict == DAYS_WAIT)
		return API_WAITS;
	if (verdict == DAYS_FULL || (day && day->state == DAY_FAILED))
		web_answer_problem(exchange, 503, 2, "the daemon has not said which there are");
	else
		answer_json(web, exchange, NULL,
			    json_pack("{s:o}", "releases",
				      day ? json_incref(day->rows) : json_array()));
	return API_DONE;
}

enum api_done api_events(struct web *web, struct http_exchange *exchange)
{
	feed_listen(web->feed, exchange);
	return API_DONE;
}

enum api_done api_outlines(struct web *web, struct http_exchange *exchange)
{
	if (web->outlines)
		web_answer_kept(exchange, web->outlines);
	else
		web_answer_problem(exchange, 404, 0, "the operator has given no outlines");
	return API_DONE;
}

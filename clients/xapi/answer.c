/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "proto/iso8601.h"

enum { HEADERS_MAX = 6, NUMBER_TEXT = 16 };

static void answer(struct http_exchange *exchange, unsigned status, int retry_s, const char *type,
		   struct text body)
{
	const char *asked = http_header(exchange, "X-Experience-API-Version");
	struct http_header headers[HEADERS_MAX];
	char through[ISO8601_TEXT], retry[NUMBER_TEXT];
	size_t n = 0;

	iso8601_print((int64_t)time(NULL) * 1000, through);
	headers[n++] = (struct http_header){ "X-Experience-API-Version",
					     asked && *asked == '1' ? "1.0.3" : "2.0.0" };
	headers[n++] = (struct http_header){ "X-Experience-API-Consistent-Through", through };
	if (type)
		headers[n++] = (struct http_header){ "Content-Type", type };
	if (status == 401)
		headers[n++] =
			(struct http_header){ "WWW-Authenticate",
					      "Basic realm=\"lift-xapi\", charset=\"UTF-8\"" };
	if (retry_s > 0) {
		snprintf(retry, sizeof(retry), "%d", retry_s);
		headers[n++] = (struct http_header){ "Retry-After", retry };
	}
	http_answer(exchange, status, headers, n, body);
}

static void answer_text(struct http_exchange *exchange, unsigned status, int retry_s,
			const char *text)
{
	json_t *json = json_pack("{s:s}", "error", text);
	char *line = json ? json_dumps(json, JSON_COMPACT) : NULL;

	answer(exchange, status, retry_s, "application/json",
	       text_of(line ? line : "{\"error\":\"out of memory\"}"));
	free(line);
	json_decref(json);
}

void answer_problem(struct http_exchange *exchange, unsigned status, int retry_s,
		    const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	answer_text(exchange, status, retry_s, text ? text : "out of memory");
	free(text);
}

void answer_json(struct http_exchange *exchange, unsigned status, json_t *json)
{
	char *line = json ? json_dumps(json, JSON_COMPACT) : NULL;

	if (line)
		answer(exchange, status, 0, "application/json", text_of(line));
	else
		answer_text(exchange, 503, 1, "out of memory");
	free(line);
	json_decref(json);
}

void answer_work(const struct work *work)
{
	char *ids;

	if (work->status) {
		answer_text(work->exchange, work->status, work->retry_s,
			    work->problem ? work->problem : "out of memory");
	} else if (work->form == FORM_PUT) {
		answer(work->exchange, 204, 0, NULL, (struct text){ NULL, 0 });
	} else {
		ids = work_ids(work);
		/* All of it is kept: without memory for the ids it is sent again, and known. */
		if (ids)
			answer(work->exchange, 200, 0, "application/json", text_of(ids));
		else
			answer_text(work->exchange, 503, 1, "out of memory");
		free(ids);
	}
}

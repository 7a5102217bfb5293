/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "clients/http/http_internal.h"

enum { SMALL_BYTES = 4096 /* as long as an error: always sent */ };

static char *error_body(const char *text)
{
	json_t *error = json_pack("{s:s}", "error", text);
	char *body = error ? json_dumps(error, JSON_COMPACT) : NULL;

	json_decref(error);
	return body;
}

static bool add_header(struct MHD_Response *answer, const char *name, const char *value)
{
	return MHD_add_response_header(answer, name, value) == MHD_YES;
}

bool answer_add_headers(struct http_exchange *exchange, struct MHD_Response *answer,
			const struct http_header *headers, size_t n_headers)
{
	const struct http *http = exchange->http;
	struct http_header cors[CORS_HEADERS_MAX];
	size_t n_cors = cors_headers(&http->cors, &exchange->head, cors);
	bool well = answer != NULL;

	for (size_t i = 0; well && i < n_headers; i++)
		well = add_header(answer, headers[i].name, headers[i].value);
	for (size_t i = 0; well && i < n_cors; i++)
		well = add_header(answer, cors[i].name, cors[i].value);
	if (well && (exchange->closes || http->is_quiesced))
		well = add_header(answer, "Connection", "close");
	return well;
}

void answer_set(struct http_exchange *exchange, unsigned status, const struct http_header *headers,
		size_t n_headers, struct text body)
{
	struct http *http = exchange->http;
	struct MHD_Response *answer;

	/* Its first answer is what it gets: ours, where the user was too late. */
	if (exchange->status)
		return;
	if (body.size > SMALL_BYTES &&
	    body.size + http->answers_bytes > http->limits.answers_bytes) {
		answer_error(exchange, 503, 1,
			     "too many answers are being read: ask again a little later");
		return;
	}
	exchange->status = status;
	exchange->answer_body = malloc(body.size + 1);
	if (!exchange->answer_body)
		return;
	http->answers_bytes += body.size;
	if (body.size)
		memcpy(exchange->answer_body, body.data, body.size);
	exchange->n_answer_body = body.size;
	answer = MHD_create_response_from_buffer(body.size, exchange->answer_body,
						 MHD_RESPMEM_PERSISTENT);
	if (!answer_add_headers(exchange, answer, headers, n_headers) && answer) {
		MHD_destroy_response(answer);
		answer = NULL; /* out of memory: the connection is closed without one */
	}
	exchange->answer = answer;
}

void answer_error(struct http_exchange *exchange, unsigned status, int retry_s, const char *text)
{
	char retry[16], *body = error_body(text);
	struct http_header headers[2] = { { "Content-Type", "application/json" },
					  { "Retry-After", retry } };

	snprintf(retry, sizeof(retry), "%d", retry_s);
	answer_set(exchange, status, headers, retry_s > 0 ? 2 : 1,
		   body ? text_of(body) : (struct text){ NULL, 0 });
	free(body);
}

static enum MHD_Result write_header(void *context, enum MHD_ValueKind kind, const char *name,
				    const char *value)
{
	(void)kind;
	if (strcasecmp(name, "Connection") != 0)
		fprintf(context, "%s: %s\r\n", name, value);
	return MHD_YES;
}

static void write_first_line(FILE *to, unsigned status, size_t n_body)
{
	fprintf(to, "HTTP/1.1 %u %s\r\nConnection: close\r\n", status,
		MHD_get_reason_phrase_for(status));
	if (n_body)
		fprintf(to, "Content-Length: %zu\r\n", n_body);
}

char *answer_bytes(const struct http_exchange *exchange, size_t *ret_size)
{
	char *bytes = NULL;
	FILE *to = exchange->answer ? open_memstream(&bytes, ret_size) : NULL;

	if (!to)
		return NULL;
	write_first_line(to, exchange->status, exchange->n_answer_body);
	MHD_get_response_headers(exchange->answer, write_header, to);
	fputs("\r\n", to);
	if (!exchange->head.is_head)
		fwrite(exchange->answer_body, 1, exchange->n_answer_body, to);
	fclose(to);
	return bytes;
}

char *answer_error_bytes(unsigned status, int retry_s, const char *text, size_t *ret_size)
{
	char *bytes = NULL, *body = error_body(text);
	FILE *to = body ? open_memstream(&bytes, ret_size) : NULL;

	if (to) {
		write_first_line(to, status, strlen(body));
		fprintf(to, "Content-Type: application/json\r\n");
		if (retry_s > 0)
			fprintf(to, "Retry-After: %d\r\n", retry_s);
		fprintf(to, "\r\n%s", body);
		fclose(to);
	}
	free(body);
	return bytes;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/answer.h"

#include <jansson.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum {
	KEPT_MAX = 64,
	KEPT_BYTES = 4 << 20, /* of one */
	PRESS_BYTES = 1000,   /* shorter ones are not pressed */
	ETAG_BYTES = 8,
};

struct kept {
	char *key; /* NULL: it is free */
	uint64_t change, used;
	struct made made;
	char *pressed; /* NULL: not yet, or it would not be shorter */
	size_t pressed_size;
	bool is_tried;
	char etag[2 * ETAG_BYTES + 3];
};

struct answers {
	struct kept kept[KEPT_MAX];
	uint64_t uses;
};

/* Nothing of another host's, nothing within the page's text, nobody's frame. */
static const struct http_header common[] = {
	{ "Content-Security-Policy",
	  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
	  "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action "
	  "'none'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
};
enum { N_COMMON = sizeof(common) / sizeof(common[0]) };

size_t web_answer_common(struct http_header headers[static WEB_HEADERS_MAX])
{
	memcpy(headers, common, sizeof(common));
	return N_COMMON;
}

void web_answer_problem(struct http_exchange *exchange, unsigned status, int retry_s,
			const char *format, ...)
{
	struct http_header headers[WEB_HEADERS_MAX];
	size_t n = web_answer_common(headers);
	char text[1024], retry[16], *line;
	json_t *json;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	json = json_pack("{s:s+}", "error", text, "");
	line = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	headers[n++] = (struct http_header){ "Content-Type", "application/json" };
	headers[n++] = (struct http_header){ "Cache-Control", "no-store" };
	if (status == 401)
		headers[n++] =
			(struct http_header){ "WWW-Authenticate",
					      "Basic realm=\"lift-web\", charset=\"UTF-8\"" };
	if (status == 405)
		headers[n++] = (struct http_header){ "Allow", "GET, HEAD" };
	if (retry_s > 0) {
		snprintf(retry, sizeof(retry), "%d", retry_s);
		headers[n++] = (struct http_header){ "Retry-After", retry };
	}
	http_answer(exchange, status, headers, n, text_of(line ? line : "{}"));
	free(line);
}

/* gzip. */

bool web_answer_takes_gzip(const struct http_exchange *exchange)
{
	return made_takes_gzip(http_header(exchange, "Accept-Encoding"));
}

static void press(struct kept *kept)
{
	kept->is_tried = true;
	if (!kept->made.encoding && kept->made.size >= PRESS_BYTES)
		kept->pressed = made_pressed(&kept->made, &kept->pressed_size);
}

/* Sending. */

static bool has_it(const struct http_exchange *exchange, const char *etag)
{
	const char *known = http_header(exchange, "If-None-Match");

	return known && strstr(known, etag);
}

static void send_kept(struct http_exchange *exchange, struct kept *kept)
{
	const struct made *made = &kept->made;
	struct http_header headers[WEB_HEADERS_MAX];
	size_t n = web_answer_common(headers);
	char disposition[128];
	struct text body = { made->body, made->size };
	const char *encoding = made->encoding;
	unsigned status = 200;

	if (!kept->is_tried && web_answer_takes_gzip(exchange))
		press(kept);
	if (kept->pressed && web_answer_takes_gzip(exchange)) {
		body = (struct text){ kept->pressed, kept->pressed_size };
		encoding = "gzip";
	}
	headers[n++] = (struct http_header){ "Content-Type", made->type };
	headers[n++] = (struct http_header){ "ETag", kept->etag };
	headers[n++] = (struct http_header){ "Vary", made->vary ? made->vary : "Accept-Encoding" };
	headers[n++] = (struct http_header){ "Cache-Control",
					     made->caching ? made->caching : "private, no-cache" };
	if (encoding)
		headers[n++] = (struct http_header){ "Content-Encoding", encoding };
	if (*made->file) {
		snprintf(disposition, sizeof(disposition), "attachment; filename=\"%s\"",
			 made->file);
		headers[n++] = (struct http_header){ "Content-Disposition", disposition };
	}
	if (has_it(exchange, kept->etag)) {
		status = 304;
		body = (struct text){ NULL, 0 };
	}
	http_answer(exchange, status, headers, n, body);
}

static void name_it(struct kept *kept)
{
	uint8_t hash[crypto_generichash_BYTES_MIN];
	char hex[2 * sizeof(hash) + 1];

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)kept->made.body, kept->made.size,
			   NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(kept->etag, sizeof(kept->etag), "\"%.*s\"", 2 * ETAG_BYTES, hex);
}

void web_answer_bytes_of(struct http_exchange *exchange, const char *type, const char *caching,
			 const char *encoding, struct text body)
{
	struct kept kept = { .made = { .type = type,
				       .encoding = encoding,
				       .caching = caching,
				       .body = (char *)body.data,
				       .size = body.size },
			     .is_tried = true };

	name_it(&kept);
	send_kept(exchange, &kept);
}

/* Keeping. */

static void clear(struct kept *kept)
{
	free(kept->key);
	free(kept->made.body);
	free(kept->pressed);
	*kept = (struct kept){ 0 };
}

struct answers *web_answers_new(void)
{
	return calloc(1, sizeof(struct answers));
}

void web_answers_free(struct answers *answers)
{
	for (size_t i = 0; answers && i < KEPT_MAX; i++)
		clear(&answers->kept[i]);
	free(answers);
}

bool web_answer_again(struct answers *answers, struct http_exchange *exchange, const char *key,
		      uint64_t change)
{
	for (size_t i = 0; i < KEPT_MAX; i++) {
		struct kept *kept = &answers->kept[i];

		if (!kept->key || kept->change != change || strcmp(kept->key, key) != 0)
			continue;
		kept->used = ++answers->uses;
		send_kept(exchange, kept);
		return true;
	}
	return false;
}

struct kept *web_answer_keep(const char *type, char *body, size_t size)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (!kept) {
		free(body);
		return NULL;
	}
	kept->made = (struct made){ .type = type, .body = body, .size = size };
	name_it(kept);
	press(kept);
	return kept;
}

void web_answer_kept(struct http_exchange *exchange, struct kept *kept)
{
	send_kept(exchange, kept);
}

void web_answer_kept_free(struct kept *kept)
{
	if (kept)
		clear(kept);
	free(kept);
}

static struct kept *make_place(struct answers *answers, const char *key)
{
	struct kept *place = &answers->kept[0];

	for (size_t i = 0; i < KEPT_MAX; i++) {
		struct kept *kept = &answers->kept[i];

		if (!kept->key || strcmp(kept->key, key) == 0) {
			place = kept;
			break;
		}
		if (kept->used < place->used)
			place = kept;
	}
	clear(place);
	return place;
}

void web_answer_made(struct answers *answers, struct http_exchange *exchange, const char *key,
		     uint64_t change, struct made *made)
{
	bool is_kept = key && made->size <= KEPT_BYTES;
	struct kept once = { 0 }, *kept = is_kept ? make_place(answers, key) : &once;

	kept->made = *made;
	*made = (struct made){ 0 };
	name_it(kept);
	send_kept(exchange, kept);
	if (is_kept)
		kept->key = strdup(key);
	kept->change = change;
	kept->used = ++answers->uses;
	if (!kept->key)
		clear(kept);
}

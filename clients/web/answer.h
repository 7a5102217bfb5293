/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - answers with the headers that each of them has, short where the client takes gzip,
 * and not at all where it has it already (ETag). Those that were made are kept until the figures
 * change: many look at the same.
 */
#ifndef LIFT_WEB_ANSWER_H
#define LIFT_WEB_ANSWER_H

#include "clients/http/http.h"
#include "clients/web/figures/made.h"

struct answers;
struct kept;

struct answers *web_answers_new(void);
void web_answers_free(struct answers *answers);

/* The answer that was made for a request of this key, while `change` was the same; true: it was
 * answered by it. */
bool web_answer_again(struct answers *answers, struct http_exchange *exchange, const char *key,
		      uint64_t change);
/* Answer by what was made, and keep it, where there is a key. `made` is taken over. */
void web_answer_made(struct answers *answers, struct http_exchange *exchange, const char *key,
		     uint64_t change, struct made *made);
bool web_answer_takes_gzip(const struct http_exchange *exchange);
/* The same of bytes that stay where they are. */
void web_answer_bytes_of(struct http_exchange *exchange, const char *type, const char *caching,
			 const char *encoding, struct text body);
__attribute__((format(printf, 4, 5))) void web_answer_problem(struct http_exchange *exchange,
							      unsigned status, int retry_s,
							      const char *format, ...);

/* One that stays the same as long as the program runs, pressed once. The body is taken over; NULL:
 * out of memory. */
struct kept *web_answer_keep(const char *type, char *body, size_t size);
void web_answer_kept(struct http_exchange *exchange, struct kept *kept);
void web_answer_kept_free(struct kept *kept);

/* The headers that each answer has, for a stream, too: how many. */
enum { WEB_HEADERS_MAX = 16 };
size_t web_answer_common(struct http_header headers[static WEB_HEADERS_MAX]);

#endif

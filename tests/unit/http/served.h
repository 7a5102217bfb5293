/* SPDX-License-Identifier: Apache-2.0 */
/*
 * served.h - an HTTP server in the test's own process, and clients of it by hand: they send bytes
 * as they are. Whoever waits for an answer runs the server meanwhile.
 */
#ifndef LIFT_TESTS_UNIT_HTTP_SERVED_H
#define LIFT_TESTS_UNIT_HTTP_SERVED_H

#include "clients/http/http.h"

enum { SERVED_WAITING_MAX = 64, ANSWER_MAX = 1 << 20 };

/* Answers each request by {"method","path","body"}, or keeps it until serve_later. */
struct served {
	struct http *http;
	bool is_later;		 /* exchanges wait in `waiting` */
	unsigned refuse_at_head; /* by this status */
	bool is_asked;		 /* heads wait in `asked` */
	bool is_strange;	 /* nobody knows who sends */
	struct http_exchange *asked[SERVED_WAITING_MAX];
	size_t n_asked;
	struct http_exchange *waiting[SERVED_WAITING_MAX];
	size_t n_waiting;
	unsigned n_heads, n_requests;
	char last[4096]; /* METHOD PATH?v=QUERY BODY, of the last request */
	char peer[64];	 /* whom it was from */
};

void served_open(struct served *served, struct http_options options);
void served_close(struct served *served);
/* Let one go on, or refuse it, as the fields above say. */
void served_judge(struct served *served, struct http_exchange *exchange);
/* One round, which waits at most so long for somebody. */
void served_step(struct served *served, int wait_ms);
/* Answer all that wait: 200, with the same text. */
void served_answer(struct served *served);

struct client {
	struct served *served;
	int fd;
	char *bytes; /* that came and were not taken yet */
	size_t n_bytes;
	bool is_closed; /* by the server */
};

/* The address 127.0.0.`last`, so that there are several. */
void client_open_from(struct client *client, struct served *served, unsigned last);
void client_open(struct client *client, struct served *served);
void client_close(struct client *client);
/* All of it, while the server runs; false: the server does not take it any more. */
bool client_put(struct client *client, const void *bytes, size_t size);
bool client_say(struct client *client, const char *text);
/* The next answer, without its body where `is_head`: the status; 0: the server closed it without.
 * The whole of it is in ret_answer (may be NULL), up to its end, as long as it was asked with. */
unsigned client_status(struct client *client, char *ret_answer, size_t size, bool is_head);
/* Has the server closed it? Waits until it has. */
void client_wait_closed(struct client *client);

/* All of that: a connection of its own, and the status of its first answer. */
unsigned client_ask(struct served *served, const char *request, char *ret_answer, size_t size);

#endif

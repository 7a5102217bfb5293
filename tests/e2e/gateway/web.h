/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web.h - an HTTP client by hand: it sends what a library would not, and stops where it likes.
 */
#ifndef LIFT_TESTS_E2E_GATEWAY_WEB_H
#define LIFT_TESTS_E2E_GATEWAY_WEB_H

#include <stdbool.h>
#include <stddef.h>

/* A connection; fd -1: there is none. */
struct web {
	int fd;
	char *data; /* that has come, and was not taken yet */
	size_t size, room;
};

/* Texts are owned, ended with 0. */
struct reply {
	int status; /* 0: the connection has ended without an answer */
	char *head; /* the header's lines */
	char *body;
	size_t size;
};

/* To a port of 127.0.0.1; the test fails where nobody listens. */
void web_open(struct web *web, int port);
/* The same, with hardly any room for what comes and is not read. */
void web_open_small(struct web *web, int port);
/* False: nobody listens. */
bool web_try(struct web *web, int port);
void web_close(struct web *web);

/* Send bytes; false: the other side has closed. */
bool web_send(struct web *web, const char *bytes, size_t size);
/* A whole request; `headers` are lines, each with its end; `body` may be NULL. */
bool web_request(struct web *web, const char *method, const char *path, const char *headers,
		 const char *body, size_t size);
/* The next answer. The test fails where none comes for LIMIT_MS. */
struct reply web_reply(struct web *web);
/* The same without a body, which comes in pieces: the next one, the caller's; NULL: it has
 * ended. */
struct reply web_head(struct web *web);
char *web_chunk(struct web *web, size_t *ret_size);
/* Has the other side closed it? Waits for that. What comes before is lost. */
void web_await_end(struct web *web);

/* On a connection of its own. */
struct reply web_ask(int port, const char *method, const char *path, const char *headers,
		     const char *body);
void reply_free(struct reply *reply);

/* "Authorization: Basic ..." with its end; the caller frees it. */
char *web_login(const char *name, const char *password);

#endif

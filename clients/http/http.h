/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h - an HTTP/1.1 server for a daemon of one thread: libmicrohttpd, behind a screen, with
 * deadlines and limits of ours.
 *
 * A request is handed over once, when the whole of it is there and it may come in; its answer may
 * be given at once or later, in any round. What is wrong with a request as HTTP is answered here.
 * TLS is a reverse proxy's.
 */
#ifndef LIFT_HTTP_HTTP_H
#define LIFT_HTTP_HTTP_H

#include <netinet/in.h>

#include "proto/bytes.h"
#include "proto/err.h"

struct http;
struct http_exchange; /* one request and its answer */

/* What one server bears; 0: the default. What is above it is answered 413, 429, 431, 408 or 503,
 * each with a text that says which limit it was, or its connection is closed. */
struct http_limits {
	/* 4,096, and fewer than this process may open files. Who comes beyond has the place of the
	 * oldest one of those whose sender is not known. */
	uint32_t connections;
	uint32_t connections_of_one; /* of one address: 1,024; a reverse proxy is one: `trusted` */
	size_t body_bytes;	     /* of one request: 8 MiB */
	size_t bodies_bytes;	     /* of all that are here at once: 64 MiB */
	size_t strangers_bytes; /* of them, of those of whom nobody knows who they are: a quarter */
	size_t strangers_bytes_of_one; /* of one address of them: a quarter of that */
	size_t answers_bytes;	       /* of answers that are being read: 256 MiB; above: 503 */
	int head_ms;   /* from a connection's begin, or a request's first line, to its body: 10 s */
	int body_ms;   /* from there to the end of its body: 60 s */
	int idle_ms;   /* from an answer to the next request's first line: 75 s */
	int answer_ms; /* that a request may wait for its user, then it is 503: 30 s */
	int send_ms;   /* that its client may take to read the answer: 60 s */
};

struct http_options {
	const char *listen; /* "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:8080" */
	struct http_limits limits;
	const char *const *
		origins; /* that may send from a page (CORS), or "*"; NULL-terminated; NULL: none */

	/* Reverse proxies, "127.0.0.1" or "10.0.0.0/8", whose X-Forwarded-For is believed, and
	 * which may have any number of connections; NULL-terminated; NULL: none */
	const char *const *trusted;

	/* A request is there, as far as its head, and its body is not read: let it go on by
	 * http_go_on, or answer it (401, 404, 405, 429 ...), now or later, exactly once, also where
	 * its client has gone meanwhile. Nothing of the exchange is kept after that: `request` may
	 * never come. NULL: all go on. */
	void (*head)(void *context, struct http_exchange *exchange);

	/* The whole of it is there. It is answered by http_answer or http_refuse, now or later,
	 * exactly once, also where its client has gone meanwhile. */
	void (*request)(void *context, struct http_exchange *exchange);
	void *context;
};

/* LIFT_E_SOCKET: the address cannot be listened on (errno says why); LIFT_E_CONFIG: it is none, or
 * a trusted one is none; LIFT_E_MEMORY. What `options` points to is copied, but for the context. */
int http_open(const struct http_options *options, struct http **ret_http);
/* Close; exchanges without an answer are dropped, and must not be touched any more. */
void http_free(struct http *http);
uint16_t http_port(const struct http *http); /* that it listens on, also where 0 was asked for */
int http_fd(const struct http *http);	     /* readable: call http_run */
/* When http_run must be called though the descriptor says nothing, in ms; -1: never. */
int http_timeout_ms(const struct http *http);
/* All that can be done now. Never waits. */
void http_run(struct http *http);
/* No new connection, and each that is there is closed with its answer: for an end in good order. */
void http_quiesce(struct http *http);
uint32_t http_connections(const struct http *http);

/* The request: borrowed until its answer. The names of headers in any case. */
const char *http_method(const struct http_exchange *exchange);
const char *http_path(const struct http_exchange *exchange);
const char *http_header(const struct http_exchange *exchange, const char *name); /* NULL: none */
/* The same of one that there must not be two of: NULL where there are. */
const char *http_header_alone(const struct http_exchange *exchange, const char *name);
const char *http_query(const struct http_exchange *exchange,
		       const char *name); /* decoded; NULL: none */
/* Each of them, in order: its name; NULL: there is no further one. */
const char *http_query_at(const struct http_exchange *exchange, size_t i, const char **ret_value);
struct text http_body(const struct http_exchange *exchange);
/* Who it is, as http_go_on was told; NULL: nobody knows. */
const char *http_who(const struct http_exchange *exchange);
/* Whom it is from: what a trusted proxy says, else who is connected; port 0. */
const struct sockaddr *http_peer(const struct http_exchange *exchange);
/* Has a trusted proxy sent it? Then its other headers can be believed, too. */
bool http_by_proxy(const struct http_exchange *exchange);
struct http_header {
	const char *name, *value;
};

/* An answer that goes on until its client leaves. Its bytes are asked for when the client can take
 * some, so that a slow one costs no memory: it gets what is newest then. */
struct http_source {
	/* Write up to `room` bytes, of which there are hundreds at least, and return how many; 0:
	 * there is nothing now, and it is asked again after http_stream_wake. */
	size_t (*more)(void *context, char *to, size_t room);
	/* Its client has gone, or the server ends: the exchange must not be touched any more. */
	void (*gone)(void *context);
	void *context;
};
/* In place of an answer: 200. False: its client has gone already, has asked for the head alone, or
 * there is no memory: then `gone` is not called, and it is over. */
bool http_stream(struct http_exchange *exchange, const struct http_header *headers,
		 size_t n_headers, const struct http_source *source);
/* There is something. */
void http_stream_wake(struct http_exchange *exchange);
/* End all that there are, for their clients to come again: each is told that it is gone, in the
 * next round. */
void http_end_streams(struct http *http);

/* After `head`: its body may come; `who`, of HTTP_WHO_MAX bytes at most, has sent it. NULL: who is
 * not known, or is so only by the body, which has the share of strangers, and his connection goes
 * first where there are too many. */
enum { HTTP_WHO_MAX = 64 };
void http_go_on(struct http_exchange *exchange, const char *who);
/* Answer; the body is copied. The headers that CORS asks for are added. */
void http_answer(struct http_exchange *exchange, unsigned status, const struct http_header *headers,
		 size_t n_headers, struct text body);
/* The same with {"error": TEXT} as JSON; retry_s > 0: Retry-After. */
__attribute__((format(printf, 4, 5))) void http_refuse(struct http_exchange *exchange,
						       unsigned status, int retry_s,
						       const char *format, ...);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_internal.h - what the files of the server share: the server, its connections, and exchanges.
 *
 * libmicrohttpd owns the sockets and calls us; a connection of ours lives as long as one of its.
 * An exchange lives until its connection has done with it and its user has answered it, whatever
 * comes last; it needs nothing of the library but to be answered.
 */
#ifndef LIFT_HTTP_HTTP_INTERNAL_H
#define LIFT_HTTP_HTTP_INTERNAL_H

#include <microhttpd.h>

#include "clients/http/address.h"
#include "clients/http/cors.h"
#include "clients/http/head.h"
#include "clients/http/http.h"

enum {
	HTTP_TRUSTED_MAX = 64,
	HTTP_TURNED_AWAY = 64,	     /* connections beyond the limit, that are told so */
	HTTP_TURN_AWAY_MS = 1000,    /* that they have to read it */
	HTTP_MEMORY_BYTES = 32768,   /* of a connection, for its head and the library's buffers */
	HTTP_SWALLOW_BYTES = 262144, /* of a refused body are read, and its connection goes on */
	HTTP_DROP_BYTES = 67108864,  /* are read after an answer, so that it is seen */
};

/* What a connection is about, each with a deadline of its own. */
enum phase {
	PHASE_NEW,    /* nothing yet */
	PHASE_IDLE,   /* between requests */
	PHASE_HEAD,   /* the first line was there */
	PHASE_ASK,    /* all headers: may its body come? */
	PHASE_BODY,   /* it may */
	PHASE_WAIT,   /* the whole request: for its answer */
	PHASE_ANSWER, /* which is being sent */
	PHASE_STREAM, /* the same, without an end */
	PHASE_OVER,   /* it was told why, or left: nothing is answered any more */
};

struct http_connection {
	struct http *http;
	struct MHD_Connection *mhd;
	int fd;
	enum phase phase;
	int64_t due_ms;
	struct sockaddr_storage peer;
	struct address house;
	bool is_counted;
	bool is_asleep;			/* a stream that has nothing to say: it is suspended */
	bool is_known;			/* a request of it was of somebody who is known */
	struct http_exchange *exchange; /* NULL: none */
	struct http_connection *next, *before;
};

struct http_exchange {
	struct http *http;
	struct http_connection *connection; /* NULL: it has gone */
	struct head head;
	const char *target_at; /* where the library has it, to see that nothing was between */
	size_t target_size;
	struct sockaddr_storage from;
	struct address house;	    /* of that */
	char who[HTTP_WHO_MAX + 1]; /* "": nobody knows */
	char *body;
	size_t n_body, body_room;
	size_t n_dropped; /* of a body that nobody wants any more */
	bool is_screened; /* its head was looked at */
	bool is_by_proxy; /* who is connected is trusted */
	bool is_asked;	  /* the user has its head, since an earlier round */
	bool is_owed;	  /* the user has it, and has said nothing yet */
	bool is_stranger; /* nobody knows whom it is from */
	bool is_inside;	  /* the library is calling us about it */
	bool closes;	  /* its connection ends with it */
	unsigned status;  /* of the answer; 0: none yet */
	struct MHD_Response *answer;
	char *answer_body;
	size_t n_answer_body;
	struct http_source source;	     /* of a stream; else without `more` */
	struct http_exchange *next, *before; /* of those whose connection has gone */
};

struct http {
	struct MHD_Daemon *daemon;
	int listen_fd, epoll_fd;
	uint16_t port;
	struct http_limits limits;
	struct cors cors;
	struct address_range trusted[HTTP_TRUSTED_MAX];
	size_t n_trusted;
	void (*head)(void *context, struct http_exchange *exchange);
	void (*request)(void *context, struct http_exchange *exchange);
	void *context;
	int64_t now_ms, beat_ms; /* the next look at deadlines */
	struct http_connection *connections;
	uint32_t n_connections, n_counted;
	struct http_exchange *gone; /* still owed */
	size_t bodies_bytes, answers_bytes;
	bool is_resumed;   /* an answer waits for the next round */
	bool is_quiesced;  /* no more requests */
	bool knows_layout; /* exchange.c: of a head in the library's memory */
	bool is_ending;
};

/* connection.c: as libmicrohttpd calls it. */
void connection_notify(void *context, struct MHD_Connection *mhd, void **of_it,
		       enum MHD_ConnectionNotificationCode code);
struct http_connection *connection_of(struct MHD_Connection *mhd);
/* Another phase, with its deadline. */
void connection_enter(struct http_connection *connection, enum phase phase);
/* Answer past the library, which could not yet, and nothing more: what its exchange has as an
 * answer, else this. What it goes on to send is read and dropped until its deadline, so that it
 * sees it. */
void connection_tell(struct http_connection *connection, unsigned status, int retry_s,
		     const char *text);
/* Where its exchange's head waited for the user's word: it has come. */
void connection_resume(struct http_connection *connection);
/* End it: the library sees that it is over. */
void connection_cut(struct http_connection *connection);
/* The same of one that may have a stream, which is suspended where it has nothing to say. */
void connection_end_stream(struct http_connection *connection);
/* Whoever is over the deadline, or has left. */
void connections_look(struct http *http);

/* exchange.c: as libmicrohttpd calls it. */
/* Before connection_notify: of a request whose head it gives up it says nothing else. */
void exchange_notify(void *context, struct MHD_Connection *mhd, void **of_it,
		     enum MHD_ConnectionNotificationCode code);
void *exchange_begin(void *context, const char *target, struct MHD_Connection *mhd);
enum MHD_Result exchange_handle(void *context, struct MHD_Connection *mhd, const char *url,
				const char *method, const char *version, const char *data,
				size_t *size, void **of_it);
void exchange_completed(void *context, struct MHD_Connection *mhd, void **of_it,
			enum MHD_RequestTerminationCode code);
void exchange_free(struct http_exchange *exchange);
/* The user has said what he had to: it goes out in the next round, or by what is calling now. */
void exchange_leave_user(struct http_exchange *exchange);

/* body.c: its memory. */
/* Refuse it by the length that its head announces. */
void body_judge(struct http_exchange *exchange);
/* False: it is refused. */
bool body_add(struct http_exchange *exchange, const char *data, size_t size);
void body_free(struct http_exchange *exchange);

/* answer.c */
/* The headers that an answer has beside its own; false: out of memory. */
bool answer_add_headers(struct http_exchange *exchange, struct MHD_Response *answer,
			const struct http_header *headers, size_t n_headers);
void answer_set(struct http_exchange *exchange, unsigned status, const struct http_header *headers,
		size_t n_headers, struct text body);
void answer_error(struct http_exchange *exchange, unsigned status, int retry_s, const char *text);
/* The answer as bytes, with `Connection: close`, to be freed; NULL: out of memory. */
char *answer_bytes(const struct http_exchange *exchange, size_t *ret_size);
/* The same of an error, where there is no exchange. */
char *answer_error_bytes(unsigned status, int retry_s, const char *text, size_t *ret_size);

#endif

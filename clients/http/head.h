/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head.h - the head of a request: copied, and looked at before anybody believes it.
 *
 * What two readers could read differently is refused: where a body ends, which host is meant, what
 * a name is. A head is filled in this order: head_target, head_line, head_header for each,
 * head_end; it needs nothing of the connection afterwards. The first fault stays, and is what
 * head_end says.
 */
#ifndef LIFT_HTTP_HEAD_H
#define LIFT_HTTP_HEAD_H

#include "proto/arena.h"

enum {
	HEAD_HEADERS_MAX = 100,
	HEAD_BYTES_MAX = 16384, /* of all names and values, and of the target */
	HEAD_QUERY_MAX = 200,
	HEAD_ROOM = 2048, /* bytes of a usual one, which needs no more memory */
};

/* Why a request is refused: constant. */
struct head_fault {
	unsigned status;
	const char *text;
};

struct head_pair {
	const char *name, *value;
};

struct head {
	char room[HEAD_ROOM];
	size_t n_room;
	struct arena memory; /* what does not fit there */
	const char *method;
	const char *path; /* decoded, "/..." or "*" */
	bool is_first;	  /* HTTP/1.0 */
	bool is_head;	  /* HEAD */
	bool is_chunked;  /* its body's length is told as it comes */
	bool waits;	  /* for `100 Continue` before it sends its body */
	uint64_t n_body;  /* bytes, where it is not chunked */
	bool has_length;  /* Content-Length was there */
	uint32_t n_hosts;
	struct head_pair headers[HEAD_HEADERS_MAX], query[HEAD_QUERY_MAX];
	size_t n_headers, n_query;
	size_t n_bytes; /* of headers and target so far */
	const struct head_fault *fault;
};

/* Into a head of zeros; as it came: "/path?query", "http://host/path?query", or "*". */
void head_target(struct head *head, struct text target);
void head_line(struct head *head, const char *method, const char *version);
void head_header(struct head *head, struct text name, struct text value);
/* NULL: it is well. */
const struct head_fault *head_end(struct head *head);
/* A fault that was found elsewhere. */
void head_refuse(struct head *head, const struct head_fault *fault);
void head_free(struct head *head);

/* The first of that name, in any case; NULL: none. */
const char *head_find(const struct head *head, const char *name);
const char *head_query(const struct head *head, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line.h - one deed as a line of the audit log, and back. Pure.
 *
 *   2026-11-29T15:04:05Z key=rana op=roster source=moodle-rana kind=programme id="welfare" ids=120
 *   result=ok
 *
 * (in one line). What a deed does not have is left out. No person is ever in it: there is no member
 * for an id of one.
 */
#ifndef LIFTD_AUDIT_LINE_H
#define LIFTD_AUDIT_LINE_H

#include "proto/bytes.h"

enum {
	AUDIT_LINE_MAX = 2048, /* bytes of a line, its newline too, and a 0 */
	AUDIT_NO_IDS = -1,
};

/* Texts are borrowed; an empty one is not there. */
struct audit {
	int64_t time;	      /* ms */
	struct text key;      /* its name; empty: somebody who may open the socket, without a key */
	struct text audience; /* by whose door; empty: by the operators' */
	struct text op;
	struct text source, region, kind, id;
	int64_t ids;	    /* how many ids of people were in it; AUDIT_NO_IDS: it is of none */
	uint64_t number;    /* of the journal; 0: none */
	uint64_t release;   /* of the open plane; 0: none */
	struct text result; /* "ok", "asked", "looked", or the code of an error */
};

/* The length of the line, with its newline. What could be taken for the end of a text is a '?'. */
size_t audit_print(const struct audit *audit, char to[static AUDIT_LINE_MAX]);

/* A line without its newline; false where it is none. The texts point into it. One of the log of
 * rosters of former versions, which has neither op nor result, and `programme` for the id, is a
 * roster that was answered. */
bool audit_parse(struct text line, struct audit *ret_audit);

#endif

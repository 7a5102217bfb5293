/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unknown.h - what accepted events brought that counts nowhere: modules and regions that the
 * catalogue does not have, attributes that it does not count by, values that it does not list.
 */
#ifndef LIFT_PROTO_UNKNOWN_H
#define LIFT_PROTO_UNKNOWN_H

#include "proto/msg.h"

enum unknown_kind { UNKNOWN_MODULE, UNKNOWN_REGION, UNKNOWN_ATTR, UNKNOWN_VALUE, UNKNOWN_KINDS };

enum { UNKNOWN_TEXTS_MAX = 16 /* texts that are named, the first to come */ };

struct unknown_text {
	enum unknown_kind kind;
	uint64_t n;	  /* events that brought it */
	struct text text; /* as it was sent */
	struct text
		meant;	  /* the catalogue's, which was probably meant; empty: nothing is like it */
	struct text attr; /* of a value: its attribute */
	bool is_person;	  /* the text looks like one: it is told to who sent it, and to nobody else.
			     Not on the wire */
};

struct unknown {
	uint64_t events;	   /* that brought any of it */
	uint64_t n[UNKNOWN_KINDS]; /* how often each kind was brought */
	size_t n_texts;
	struct unknown_text texts[UNKNOWN_TEXTS_MAX]; /* borrowed */
};

/* One event more of a kind with this text: it is named where there is room (its meant is empty then
 * until somebody sets it). The row, or NULL. */
struct unknown_text *unknown_add(struct unknown *unknown, enum unknown_kind kind, struct text attr,
				 struct text text);

/* {events, modules, regions, attrs, values, texts:[[kind, text, n, meant or nil, attr or nil]
 * ...]} */
void unknown_encode(struct msg_writer *writer, const struct unknown *unknown);

/* The same back, from a msgpack_object (msg_object.h), whose texts it borrows: LIFT_E_MALFORMED.
 * Kinds of text that are not known are passed over; counts that are absent are 0. */
int unknown_decode(const void *object, struct unknown *ret_unknown);

#endif

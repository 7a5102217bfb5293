/* SPDX-License-Identifier: Apache-2.0 */
/*
 * picture.h - what a subscriber knows: of each topic the last message that it has seen, and whether
 * it has missed any.
 *
 * Pure: no sockets, no clock. Messages come in two ways, published and in snapshots, and may
 * overtake one another; one that is not newer than what is known is not news. An epoch that another
 * one has followed does not come back. What is known of an earlier epoch holds until a snapshot of
 * this one is complete.
 */
#ifndef LIFT_LIB_FOLLOW_PICTURE_H
#define LIFT_LIB_FOLLOW_PICTURE_H

#include "proto/bytes.h"
#include "proto/err.h"

enum {
	PICTURE_TOPICS_MAX = 1 << 20,
	PICTURE_EPOCHS_MAX = 8, /* past ones that are remembered */
};

/* Where a message stands. */
struct picture_mark {
	int64_t epoch;
	uint64_t seq;
	uint64_t n; /* 0: its topic is not numbered (catalogue), its seq counts instead */
	bool empty; /* its metrics are nil */
};

struct picture_verdict {
	bool news;   /* newer than what is known, and there is something to show */
	bool missed; /* something has been lost, or another epoch has begun: ask for a snapshot */
};

struct picture;
struct picture *picture_new(void); /* NULL: out of memory */
void picture_free(struct picture *picture);

/* A published message. LIFT_E_MEMORY; LIFT_E_TOO_MANY where there are PICTURE_TOPICS_MAX topics. */
int picture_take(struct picture *picture, struct text topic, const struct picture_mark *mark,
		 struct picture_verdict *ret_verdict);

/* A beat: each tick has one. */
struct picture_verdict picture_beat(struct picture *picture, int64_t epoch, uint64_t seq);

/* Snapshots. */

/* What the next snapshot may be asked to begin after: false where it must be a whole one. */
bool picture_since(const struct picture *picture, int64_t *ret_epoch, uint64_t *ret_since);

/* A snapshot begins; one that has not ended is forgotten. */
void picture_begin(struct picture *picture);

/* One of its messages; errors as of picture_take. */
int picture_add(struct picture *picture, struct text topic, const struct picture_mark *mark,
		bool *ret_news);

/* It is complete: its epoch, the whole tick that its first page ended with, and whether it had all
 * topics or only changed ones; and whether all topics of the epoch had been published. True where
 * the picture now holds; false: they had not, and the whole snapshot is to be asked for once more,
 * a little later: what is known of an earlier epoch stays until then. */
bool picture_end(struct picture *picture, int64_t epoch, uint64_t seq, bool whole, bool complete);

/* After that: the next topic that was there before and is gone, which then is empty; false: no
 * more. The name lives as long as the picture. */
bool picture_next_gone(struct picture *picture, struct text *ret_topic);

/* Looking. */

int64_t picture_epoch(const struct picture *picture); /* -1: none yet */
uint64_t picture_seq(const struct picture *picture);  /* the greatest seen in it */

/* What is known of a topic; false: nothing. */
bool picture_find(const struct picture *picture, struct text topic, struct picture_mark *ret_mark);

#endif

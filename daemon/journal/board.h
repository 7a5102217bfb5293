/* SPDX-License-Identifier: Apache-2.0 */
/*
 * board.h - what each source has brought that counts nowhere, since the daemon's start or the last
 * change of the catalogue: for status. Any thread may note and read.
 */
#ifndef LIFTD_JOURNAL_BOARD_H
#define LIFTD_JOURNAL_BOARD_H

#include "proto/unknown.h"

enum { BOARD_SOURCES_MAX = 1000 /* of more, nothing is noted */ };

struct board;

struct board *board_new(void); /* NULL: out of memory */
void board_free(struct board *board);

/* So much more of a source. Texts are copied, of those that look like persons a mask
 * (person_like.h); for want of memory it is not noted. */
void board_note(struct board *board, struct text source, const struct unknown *unknown);
/* Nothing of anyone. */
void board_clear(struct board *board);
/* All that is noted on one is noted on another, and on the one no more. */
void board_move(struct board *from, struct board *to);

/* Write a source's as unknown_encode does, under a key, with so many texts at most; nothing where
 * it has brought none. How many texts were written. */
size_t board_write(struct board *board, struct text source, struct msg_writer *writer,
		   const char *key, size_t most_texts);

#endif

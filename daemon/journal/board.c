/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/board.h"

#include <pthread.h>
#include <stdlib.h>

#include "proto/arena.h"
#include "proto/event.h"
#include "proto/person_like.h"

struct source_notes {
	char source[SOURCE_MAX];
	size_t source_size;
	struct unknown unknown; /* its texts are the arena's */
	struct source_notes *next;
};

struct board {
	pthread_mutex_t lock;	    /* of all that follows */
	struct source_notes *first; /* the one noted last */
	size_t n;
	struct arena arena;
};

struct board *board_new(void)
{
	struct board *board = calloc(1, sizeof(*board));

	if (board)
		pthread_mutex_init(&board->lock, NULL);
	return board;
}

static void forget(struct board *board)
{
	while (board->first) {
		struct source_notes *notes = board->first;

		board->first = notes->next;
		free(notes);
	}
	arena_free(&board->arena);
	board->arena = (struct arena){ 0 };
	board->n = 0;
}

void board_free(struct board *board)
{
	if (!board)
		return;
	forget(board);
	pthread_mutex_destroy(&board->lock);
	free(board);
}

void board_clear(struct board *board)
{
	pthread_mutex_lock(&board->lock);
	forget(board);
	pthread_mutex_unlock(&board->lock);
}

static struct source_notes *find(struct board *board, struct text source)
{
	struct source_notes *notes = board->first;

	while (notes && !text_equal((struct text){ notes->source, notes->source_size }, source))
		notes = notes->next;
	return notes;
}

static struct source_notes *find_or_add(struct board *board, struct text source)
{
	struct source_notes *notes = find(board, source);

	if (notes || board->n == BOARD_SOURCES_MAX || source.size > SOURCE_MAX)
		return notes;
	notes = calloc(1, sizeof(*notes));
	if (!notes)
		return NULL;
	memcpy(notes->source, source.data, source.size);
	notes->source_size = source.size;
	notes->next = board->first;
	board->first = notes;
	board->n++;
	return notes;
}

static bool copy(struct board *board, struct text *text)
{
	const char *data = text->size ? arena_text(&board->arena, *text) : "";

	text->data = data;
	return data != NULL;
}

static void add_row(struct board *board, struct unknown *to, const struct unknown_text *from)
{
	size_t before = to->n_texts;
	uint64_t n = to->n[from->kind];
	char mask[PERSON_MASK];
	struct text text = from->text;
	struct unknown_text *row;

	if (from->is_person) {
		person_mask(text, mask);
		text = text_of(mask);
	}
	row = unknown_add(to, from->kind, from->attr, text);

	to->n[from->kind] = n; /* those are counted as a whole */
	if (!row)
		return;
	if (to->n_texts == before) {
		row->n += from->n - 1;
		return;
	}
	*row = *from;
	row->text = text;
	row->is_person = false; /* the mask is no more */
	if (!copy(board, &row->text) || !copy(board, &row->attr) || !copy(board, &row->meant))
		to->n_texts--;
}

void board_note(struct board *board, struct text source, const struct unknown *unknown)
{
	struct source_notes *notes;

	pthread_mutex_lock(&board->lock);
	notes = find_or_add(board, source);
	if (notes) {
		notes->unknown.events += unknown->events;
		for (int kind = 0; kind < UNKNOWN_KINDS; kind++)
			notes->unknown.n[kind] += unknown->n[kind];
		for (size_t i = 0; i < unknown->n_texts; i++)
			add_row(board, &notes->unknown, &unknown->texts[i]);
	}
	pthread_mutex_unlock(&board->lock);
}

void board_move(struct board *from, struct board *to)
{
	pthread_mutex_lock(&from->lock);
	for (struct source_notes *notes = from->first; notes; notes = notes->next)
		board_note(to, (struct text){ notes->source, notes->source_size }, &notes->unknown);
	forget(from);
	pthread_mutex_unlock(&from->lock);
}

size_t board_write(struct board *board, struct text source, struct msg_writer *writer,
		   const char *key, size_t most_texts)
{
	struct source_notes *notes;
	struct unknown unknown;
	size_t n = 0;

	pthread_mutex_lock(&board->lock);
	notes = find(board, source);
	if (notes && notes->unknown.events > 0) {
		unknown = notes->unknown;
		if (unknown.n_texts > most_texts)
			unknown.n_texts = most_texts;
		msg_str(writer, key);
		unknown_encode(writer, &unknown);
		n = unknown.n_texts;
	}
	pthread_mutex_unlock(&board->lock);
	return n;
}

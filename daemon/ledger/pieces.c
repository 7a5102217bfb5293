/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>

#include "daemon/ledger/internal.h"
#include "proto/grow.h"

/* The pseudonym and the source, then the facts, one after the other, cut where a piece is full: few
 * learners have a second one. */

void pieces_free(struct pieces *pieces)
{
	free(pieces->bytes);
	free(pieces->ends);
	*pieces = (struct pieces){ 0 };
}

enum { HEAD = PSEUDONYM_BYTES + PIECE_SOURCE };

static_assert((int)JOURNAL_SOURCES_MAX <= UINT16_MAX, "a source's number fits");

static void head_encode(uint8_t to[static HEAD], const struct learner *learner)
{
	memcpy(to, learner->pseudonym, PSEUDONYM_BYTES);
	put_be(to + PSEUDONYM_BYTES, learner->source, PIECE_SOURCE);
}

static void head_decode(const char *from, struct learner *learner)
{
	memcpy(learner->pseudonym, from, PSEUDONYM_BYTES);
	learner->source = (uint16_t)get_be((const uint8_t *)from + PSEUDONYM_BYTES, PIECE_SOURCE);
}

static void clear_pieces(struct pieces *pieces)
{
	pieces->n = pieces->size = 0;
}

static struct text piece_key(uint8_t to[static PIECE_KEY], uint32_t number, size_t piece)
{
	put_be(to, number, NUMBER_BYTES);
	put_be(to + NUMBER_BYTES, piece, PIECE_KEY - NUMBER_BYTES);
	return (struct text){ (const char *)to, PIECE_KEY };
}

static int keep_piece(struct pieces *pieces, struct text piece)
{
	if (grow(&pieces->bytes, &pieces->room, pieces->size + piece.size, 1) != 0 ||
	    grow(&pieces->ends, &pieces->room_ends, pieces->n + 1, sizeof(*pieces->ends)) != 0)
		return LIFT_E_MEMORY;
	memcpy(pieces->bytes + pieces->size, piece.data, piece.size);
	pieces->size += piece.size;
	pieces->ends[pieces->n++] = pieces->size;
	return 0;
}

static bool is_first(struct text key)
{
	return get_be((const uint8_t *)key.data + NUMBER_BYTES, PIECE_KEY - NUMBER_BYTES) == 0;
}

/* Does a fact come behind all that a learner has? So it is in a piece, and nearly always one of
 * these tells. */
static bool comes_last(const struct learner *learner, const struct fact *fact)
{
	const struct fact *last;

	if (learner->n == 0)
		return true;
	last = &learner->facts[learner->n - 1];
	if (last->module != fact->module)
		return last->module < fact->module;
	return last->time < fact->time && last->type != EVENT_VOIDED && fact->type != EVENT_VOIDED;
}

static int add_fact(struct learner *learner, const struct fact *fact)
{
	bool added;

	if (learner->n == learner->room || !comes_last(learner, fact))
		return learner_add(learner, fact, &added);
	learner->facts[learner->n++] = *fact;
	return 0;
}

int pieces_decode(struct text key, struct text piece, struct learner *learner)
{
	struct fact fact;

	if (key.size != PIECE_KEY)
		return LIFT_E_CORRUPT;
	if (is_first(key)) {
		if (piece.size < HEAD)
			return LIFT_E_CORRUPT;
		head_decode(piece.data, learner);
		piece.data += HEAD;
		piece.size -= HEAD;
	}
	while (piece.size > 0) {
		size_t size = fact_decode(piece, &fact);
		int err = size ? add_fact(learner, &fact) : LIFT_E_CORRUPT;

		if (err)
			return err;
		piece.data += size;
		piece.size -= size;
	}
	return 0;
}

int pieces_load(struct store_cursor *cursor, uint32_t number, struct pieces *pieces,
		struct learner *learner)
{
	uint8_t bytes[PIECE_KEY];
	struct text key, piece;
	int err = 0;

	clear_pieces(pieces);
	learner_clear(learner);
	while (!err) {
		key = piece_key(bytes, number, pieces->n);
		if (!store_find(cursor, key, &piece))
			break;
		err = pieces_decode(key, piece, learner);
		if (!err)
			err = keep_piece(pieces, piece);
		if (piece.size <= PIECE_MAX - FACT_MAX)
			break; /* it is not full: there is none after it */
	}
	return err ? err : cursor->txn->err;
}

/* Piece i as it was loaded; empty where there was none. */
static struct text old_piece(const struct pieces *old, size_t i)
{
	size_t start = i > 0 && i <= old->n ? old->ends[i - 1] : 0;

	if (i >= old->n)
		return (struct text){ NULL, 0 };
	return (struct text){ (char *)old->bytes + start, old->ends[i] - start };
}

/* Write piece i, unless it is there as it is. */
static void save_piece(struct record_writer *writer, uint32_t number, const struct pieces *old,
		       size_t i, struct text piece)
{
	struct text was = old_piece(old, i);
	uint8_t key[PIECE_KEY];

	if (!text_equal(piece, was))
		record_write(writer, piece_key(key, number, i), was, piece);
}

/* Those behind the last one that there is now. */
static void remove_pieces(struct record_writer *writer, uint32_t number, const struct pieces *old,
			  size_t first)
{
	uint8_t key[PIECE_KEY];

	for (size_t i = first; i < old->n; i++)
		record_remove(writer, piece_key(key, number, i), old_piece(old, i));
}

int pieces_save(struct record_writer *writer, uint32_t number, const struct pieces *pieces,
		const struct learner *learner)
{
	uint8_t bytes[PIECE_MAX];
	size_t size = HEAD, piece = 0;

	if (learner->n == 0) {
		remove_pieces(writer, number, pieces, 0);
		return writer->cursor.txn->err;
	}
	head_encode(bytes, learner);
	for (size_t i = 0; i < learner->n; i++) {
		/* A piece is full when the longest fact might not go in: so that the cut depends on
		 * nothing else. */
		if (size > PIECE_MAX - FACT_MAX) {
			if (piece == UINT16_MAX)
				return LIFT_E_TOO_MANY;
			save_piece(writer, number, pieces, piece++,
				   (struct text){ (char *)bytes, size });
			size = 0;
		}
		size += fact_encode(&learner->facts[i], bytes + size);
	}
	if (size > 0)
		save_piece(writer, number, pieces, piece++, (struct text){ (char *)bytes, size });
	remove_pieces(writer, number, pieces, piece);
	return writer->cursor.txn->err;
}

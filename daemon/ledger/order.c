/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of a stretch: by learner, and then by the numbers that the learners have.
 */
#include <math.h>
#include <stdlib.h>

#include "daemon/ledger/internal.h"

enum { NUMBERS_A_PAGE = 94 /* of 136, as keys in any order leave them */ };
enum { DIGIT_BITS = 8, DIGIT_VALUES = 1 << DIGIT_BITS, DIGITS = 4 };

/* Of the 32 bits of a rank from `shift` up. */
static size_t digit(const struct place *place, unsigned shift, unsigned i)
{
	return place->rank >> (shift + i * DIGIT_BITS) & (DIGIT_VALUES - 1);
}

/* Before which place those of each value begin. False: all have the same one. */
static bool begins(uint32_t counts[static DIGIT_VALUES], size_t n)
{
	uint32_t before = 0;

	for (size_t value = 0; value < DIGIT_VALUES; value++) {
		uint32_t count = counts[value];

		if (count == n)
			return false;
		counts[value] = before;
		before += count;
	}
	return true;
}

/* By 32 bits of the rank, and else as they are: digit by digit, the last one first. */
static void sort_by(struct place *places, struct place *spare, size_t n, unsigned shift)
{
	uint32_t counts[DIGITS][DIGIT_VALUES] = { 0 };
	struct place *from = places, *to = spare, *sorted;

	for (size_t i = 0; i < n; i++)
		for (unsigned d = 0; d < DIGITS; d++)
			counts[d][digit(&places[i], shift, d)]++;
	for (unsigned d = 0; d < DIGITS; d++) {
		if (n == 0 || !begins(counts[d], n))
			continue;
		for (size_t i = 0; i < n; i++)
			to[counts[d][digit(&from[i], shift, d)]++] = from[i];
		sorted = to;
		to = from;
		from = sorted;
	}
	if (from != places)
		memcpy(places, from, n * sizeof(*places));
}

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return memcmp(x->event->learner, y->event->learner, PSEUDONYM_BYTES);
}

/* Pseudonyms are as good as drawn: nearly always half a rank is one learner's alone. */
void ledger_sort_places(struct place *places, struct place *spare, size_t n)
{
	size_t end;

	sort_by(places, spare, n, 32);
	for (size_t i = 0; i < n; i = end) {
		bool is_one = true;

		place_fetch(&places[i], places + n);
		for (end = i + 1; end < n && places[end].rank >> 32 == places[i].rank >> 32; end++)
			is_one = is_one && compare_places(&places[i], &places[end]) == 0;
		if (!is_one)
			qsort(&places[i], end - i, sizeof(*places), compare_places);
	}
}

/* Numbers. */

static struct known_number *known_number(const struct ledger *ledger, const uint8_t *pseudonym)
{
	return &ledger->known[get_be(pseudonym, 3) * KNOWN_NUMBERS >> 24];
}

void ledger_know_nothing(struct ledger *ledger)
{
	memset(ledger->known, 0, KNOWN_NUMBERS * sizeof(*ledger->known));
	memset(ledger->known_seen, 0, sizeof(ledger->known_seen));
}

/* The number of a learner: the next one for whom there is none. */
static uint32_t stored_number(struct ledger *ledger, struct record_writer *writer,
			      const uint8_t *pseudonym)
{
	struct text key = { (const char *)pseudonym, PSEUDONYM_BYTES }, value;
	uint8_t bytes[NUMBER_BYTES];

	if (store_find(&writer->cursor, key, &value) && value.size == NUMBER_BYTES)
		return (uint32_t)get_be((const uint8_t *)value.data, NUMBER_BYTES);
	put_be(bytes, ledger->next_number, NUMBER_BYTES);
	record_write(writer, key, (struct text){ NULL, 0 },
		     (struct text){ (char *)bytes, sizeof(bytes) });
	return ledger->next_number++;
}

/* Those who are active together are met again and again. */
static uint32_t learner_number(struct ledger *ledger, struct record_writer *writer,
			       const uint8_t *pseudonym)
{
	struct known_number *known = known_number(ledger, pseudonym);

	if (known->behind == 0 || memcmp(known->learner, pseudonym, PSEUDONYM_BYTES) != 0) {
		known->behind = stored_number(ledger, writer, pseudonym) + 1;
		memcpy(known->learner, pseudonym, PSEUDONYM_BYTES);
	}
	return known->behind - 1;
}

void ledger_remove_number(struct ledger *ledger, const uint8_t pseudonym[static PSEUDONYM_BYTES])
{
	struct text key = { (const char *)pseudonym, PSEUDONYM_BYTES }, value;
	struct record_writer writer;

	record_writer_open(&writer, ledger, LDB_NUMBERS);
	if (store_find(&writer.cursor, key, &value))
		record_remove(&writer, key, value);
	record_writer_close(&writer);
	known_number(ledger, pseudonym)->behind = 0;
}

/* How many pages of numbers so many new ones are on, about: they come to any of them. */
static size_t number_pages(const struct ledger *ledger, uint32_t n_new)
{
	double pages = 1 + (double)ledger->next_number / NUMBERS_A_PAGE;

	return (size_t)(pages * -expm1(-(double)n_new / pages));
}

void ledger_order_stretch(struct ledger *ledger)
{
	struct place *places = ledger->places;
	struct record_writer writer;
	const uint8_t *previous = NULL;
	uint32_t number = 0, n_before = ledger->next_number - ledger->begun_number;

	for (size_t i = 0; i < ledger->n_stretch; i++)
		places[i] = (struct place){ get_be(ledger->stretch[i].learner, 8),
					    &ledger->stretch[i] };
	ledger_sort_places(places, ledger->spare, ledger->n_stretch);
	record_writer_open(&writer, ledger, LDB_NUMBERS);
	for (size_t i = 0; i < ledger->n_stretch; i++) {
		const uint8_t *learner = places[i].event->learner;

		place_fetch(&places[i], places + ledger->n_stretch);
		if (!previous || memcmp(previous, learner, PSEUDONYM_BYTES) != 0)
			number = learner_number(ledger, &writer, learner);
		previous = learner;
		places[i].rank = number;
	}
	record_writer_close(&writer);
	ledger->dirty_pages += number_pages(ledger, ledger->next_number - ledger->begun_number) -
			       number_pages(ledger, n_before);
	sort_by(places, ledger->spare, ledger->n_stretch, 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of a stretch: by learner, and then by the numbers that the learners have.
 */
#include <stdlib.h>

#include "daemon/ledger/internal.h"

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

		for (end = i + 1; end < n && places[end].rank >> 32 == places[i].rank >> 32; end++)
			is_one = is_one && compare_places(&places[i], &places[end]) == 0;
		if (!is_one)
			qsort(&places[i], end - i, sizeof(*places), compare_places);
	}
}

/* The number of a learner: the next one for whom there is none. */
static uint32_t learner_number(struct ledger *ledger, struct record_writer *writer,
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

void ledger_order_stretch(struct ledger *ledger)
{
	struct place *places = ledger->places;
	struct record_writer writer;
	const uint8_t *previous = NULL;
	uint32_t number = 0;

	for (size_t i = 0; i < ledger->n_stretch; i++)
		places[i] = (struct place){ get_be(ledger->stretch[i].learner, 8),
					    &ledger->stretch[i] };
	ledger_sort_places(places, ledger->spare, ledger->n_stretch);
	record_writer_open(&writer, ledger, LDB_NUMBERS);
	for (size_t i = 0; i < ledger->n_stretch; i++) {
		const uint8_t *learner = places[i].event->learner;

		if (!previous || memcmp(previous, learner, PSEUDONYM_BYTES) != 0)
			number = learner_number(ledger, &writer, learner);
		previous = learner;
		places[i].rank = number;
	}
	record_writer_close(&writer);
	sort_by(places, ledger->spare, ledger->n_stretch, 0);
}

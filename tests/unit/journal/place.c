/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/journal/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

const uint8_t place_secret[16] = "a secret's dig";

void place_open(struct place *place)
{
	assert_int_equal(
		journal_open(dir_path(&place->dir, "journal"), place_secret, &place->journal), 0);
}

void place_begin(struct place *place)
{
	dir_begin(&place->dir);
	place_open(place);
}

void place_end(struct place *place)
{
	journal_close(place->journal);
	dir_end(&place->dir);
}

void place_reopen(struct place *place)
{
	journal_close(place->journal);
	place_open(place);
}

uint32_t name_numbered(struct journal *journal, enum name_kind kind, const char *text, uint32_t n)
{
	char name[32];
	uint32_t id;

	snprintf(name, sizeof(name), "%s%u", text, n);
	assert_int_equal(journal_add_name(journal, kind, text_of(name), &id), 0);
	return id;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * damage.h - what is damaged in a journal, in a form that can be handed to another process.
 */
#ifndef LIFTD_JOURNAL_DAMAGE_H
#define LIFTD_JOURNAL_DAMAGE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	DAMAGE_RANGES_MAX = 16,
	DAMAGE_LINES_MAX = 24,
	DAMAGE_TEXT = 3000, /* bytes */
	DAMAGE_NUMBERS = DAMAGE_RANGES_MAX * 44,
};

struct journal_damage {
	bool found;
	uint32_t n_ranges, n_lines, n_left_out; /* lines that there was no room for */
	/* The journal numbers concerned, ascending, apart from one another; those of the last range
	 * reach as far as those of all that there was no room for. All numbers where it cannot be
	 * said. UINT64_MAX is the last one, where the walk does not know which that is. */
	uint64_t ranges[DAMAGE_RANGES_MAX][2];
	char text[DAMAGE_TEXT]; /* lines, each ended by a 0: where, and what */
};

/* Its ranges as a text: "3..7,40..last". */
void journal_damage_numbers(const struct journal_damage *damage,
			    char ret_text[static DAMAGE_NUMBERS]);

/* Numbers first..last are concerned (UINT64_MAX: to the last one); and a line, as printf has it. */
__attribute__((format(printf, 4, 0))) void journal_damage_add(struct journal_damage *damage,
							      uint64_t first, uint64_t last,
							      const char *format, va_list args);

/* The last journal number is known: no range reaches beyond it (0: none is, and 1 stands for
 * it). */
void journal_damage_end(struct journal_damage *damage, uint64_t last);

#endif

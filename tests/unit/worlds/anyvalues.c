/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worlds/anyvalues.h"

#include "tests/unit/world.h"

enum { DIMENSIONS = 3, VALUES = 3, ALIASES = 3, OTHERS = 12 };

#define AE_CAPITAL  "\xc3\x86" /* U+00C6; small: U+00E6 */
#define AE_SMALL    "\xc3\xa6"
#define TIMES	    "\xc3\x97" /* U+00D7, no letter; 0x20 on is the sign of division */
#define DIVIDED	    "\xc3\xb7"
#define SHARP_S	    "\xc3\x9f" /* U+00DF is small; 0x20 on is another small letter */
#define Y_SMALL	    "\xc3\xbf"
#define THORN	    "\xc3\x9e" /* U+00DE, the last capital */
#define THORN_SMALL "\xc3\xbe"
#define A_BAR	    "\xc4\x80" /* U+0100; U+0101 is its small one, which nobody makes of it */
#define A_BAR_SMALL "\xc4\x81"
#define G_DOT	    "\xc4\xa0" /* U+0120: a byte 0x20 on from U+0100 */

static const struct {
	const char *name;
	struct {
		const char *value, *aliases[ALIASES]; /* none: it has never any */
	} values[VALUES];
	const char *others[OTHERS]; /* that are sent */
} dimensions[ANYVALUES_ATTRS] = {
	{ "role",
	  { { "nurse", { "Sykepleier", "RN", AE_CAPITAL "LDRE" } },
	    { "carer", { AE_CAPITAL "se", "x" TIMES "y", A_BAR } },
	    { "no", { "Nei", "NO WAY", "0" } } },
	  { "chef", "NURSE", "Sykepleier", "SYKEPLEIER", "rn", AE_SMALL "ldre", AE_SMALL "se",
	    "X" TIMES "Y", "x" DIVIDED "y", A_BAR_SMALL, G_DOT, "No" } },
	{ "shift",
	  { { "day", { "Dag", SHARP_S, "2/3" } },
	    { THORN, { "E", "e\xcc\x81", "Natt" } },
	    { "DAY", { NULL } } },
	  { "Day", "", "DAY", "dag", Y_SMALL, SHARP_S, THORN_SMALL, "e", "2/3", "Natt", "natt",
	    "unknown" } },
	{ "level",
	  { { "1", { "En", "en gang", "EN " AE_CAPITAL } },
	    { "01", { "To", "2 ", "II" } },
	    { "1.0", { "True", "~", "null" } } },
	  { "2", "1.", "en", "EN GANG", "en " AE_SMALL, "to", "TO", "ii", "true", "~", "null",
	    "Unknown" } },
	{ "never",
	  { { "x", { NULL } }, { "y", { NULL } }, { "z", { NULL } } },
	  { "unknown", "X", "", "x", "y", "z", "x", "y", "z", "x", "y", "z" } }, /* is none */
};

const char *anyvalues_name(uint32_t attr)
{
	return dimensions[attr].name;
}

const char *anyvalues_text(uint32_t attr)
{
	return chance_of(65) ? dimensions[attr].values[chance(VALUES)].value
			     : dimensions[attr].others[chance(OTHERS)];
}

static void write_value(FILE *file, uint32_t d, uint32_t v)
{
	const char *const *aliases = dimensions[d].values[v].aliases;
	const char *comma = "";

	if (chance_of(50)) {
		write_name(file, dimensions[d].values[v].value);
		return;
	}
	fputs("{value: ", file);
	write_name(file, dimensions[d].values[v].value);
	if (chance_of(20))
		fputs(", label: {nb: Verdi, en: Value}", file);
	if (aliases[0] && chance_of(80)) {
		fputs(", aliases: [", file);
		for (uint32_t a = 0; a < ALIASES; a++) {
			if (chance_of(50))
				continue;
			fputs(comma, file);
			write_name(file, aliases[a]);
			comma = ", ";
		}
		fputs("]", file);
	}
	fputs("}", file);
}

static void keep_dimension(struct anyplan *plan, uint32_t d, uint32_t n_values)
{
	plan->dimensions[d].name = dimensions[d].name;
	for (uint32_t v = 0; v < n_values; v++)
		plan->dimensions[d].values[v] = dimensions[d].values[v].value;
	plan->dimensions[d].values[n_values] = "unknown";
	plan->dimensions[d].n_values = n_values + 1;
	plan->n_dimensions = d + 1;
}

void anyvalues_write(FILE *file, struct anyplan *plan)
{
	uint32_t n = chance(DIMENSIONS + 1);

	if (n == 0)
		return;
	fputs("dimensions:\n", file);
	for (uint32_t d = 0; d < n; d++) {
		uint32_t n_values = 1 + chance(VALUES);
		bool as_map = chance_of(30);

		fprintf(file, as_map ? "  %s: {label: {sv: Ord}, values: [" : "  %s: [",
			dimensions[d].name);
		for (uint32_t v = 0; v < n_values; v++) {
			write_value(file, d, v);
			fputs(v + 1 < n_values ? ", " : "]", file);
		}
		fputs(as_map ? "}\n" : "\n", file);
		keep_dimension(plan, d, n_values);
	}
}

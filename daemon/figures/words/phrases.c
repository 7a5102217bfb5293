/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/words/phrases.h"

#include <inttypes.h>

#include "daemon/catalogue/subject.h"

void phrase_name(FILE *out, const char *id, const char *name)
{
	if (strcmp(id, name) == 0)
		fputs(id, out);
	else
		fprintf(out, "%s (%s)", name, id);
}

void phrase_region(FILE *out, const struct catalogue *catalogue, uint32_t region)
{
	phrase_name(out, catalogue->regions[region].code, catalogue->regions[region].name);
}

void phrase_module(FILE *out, const struct catalogue *catalogue, uint32_t module)
{
	phrase_name(out, catalogue->modules[module].id, catalogue->modules[module].name);
}

void phrase_day(FILE *out, int32_t day)
{
	char text[DAY_TEXT];

	day_print(day, text);
	fputs(text, out);
}

void phrase_days(FILE *out, int32_t from, int32_t to)
{
	if (from != DAY_MIN) {
		fputs(" from ", out);
		phrase_day(out, from);
	}
	if (to != DAY_MAX) {
		fputs(" to ", out);
		phrase_day(out, to);
	}
}

void phrase_count(FILE *out, int64_t n, const char *one, const char *many)
{
	fprintf(out, "%" PRId64 " %s", n, n == 1 ? one : many);
}

bool phrase_goes_on(FILE *out, uint32_t i, uint32_t n)
{
	if (i > 0)
		fputs("; ", out);
	if (i < DEFINITION_LISTED)
		return true;
	fprintf(out, "and %" PRIu32 " more", n - i);
	return false;
}

void phrase_where(FILE *out, const struct catalogue *catalogue, const struct where *where)
{
	for (uint32_t i = 0; i < where->n; i++) {
		const struct dimension *dimension = &catalogue->dimensions[where->is[i].dimension];
		uint32_t value = where->is[i].value;

		fprintf(out, "%s%s %s", i ? ", " : " with ", dimension->name,
			value < dimension->n_values ? dimension->values[value] : "unknown");
	}
}

void phrase_headcount(FILE *out, const struct definition_of *of, const struct where *where)
{
	struct headcount_found found;

	catalogue_find_headcount(of->catalogue, of->region, where, &found);
	if (found.from == HEADCOUNT_OWN) {
		fprintf(out, "%" PRId64 ", the region's own row", found.count);
	} else if (found.from == HEADCOUNT_LEAVES) {
		fprintf(out, "%" PRId64 ", the sum over ", found.count);
		phrase_count(out, found.n_leaves, "leaf region", "leaf regions");
	} else if (!found.n_leaves) {
		fputs("not known, as no leaf region is inside", out);
	} else {
		fprintf(out, "not known, as %" PRIu32 " of ", found.n_silent);
		phrase_count(out, found.n_leaves, "leaf region", "leaf regions");
		fprintf(out, " %s not say: ", found.n_silent == 1 ? "does" : "do");
		phrase_region(out, of->catalogue, found.silent);
		fputs(found.n_silent > 1 ? " and others" : "", out);
	}
}

bool places_has(const struct definition_of *of, uint32_t home)
{
	const struct catalogue *c = of->catalogue;

	return subject_kind(of->subject) == KIND_PROGRAMME
		       ? programme_has_place(c, &c->programmes[subject_index(of->subject)], home,
					     of->today)
		       : c->regions[home].leaf;
}

uint32_t places_count(const struct definition_of *of)
{
	const struct region *region = &of->catalogue->regions[of->region];
	uint32_t n = 0;

	for (uint32_t i = 0; i < region->n_homes; i++)
		n += places_has(of, region->homes[i]);
	return n;
}

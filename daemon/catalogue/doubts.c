/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/doubts.h"

/* Words for a level that no region has. */
static size_t doubt_levels(FILE *out, const struct catalogue *catalogue)
{
	size_t n = 0;

	for (uint32_t i = 0; i < catalogue->n_levels; i++) {
		bool found = false;

		for (uint32_t r = 0; r < catalogue->n_regions && !found; r++)
			found = strcmp(catalogue->regions[r].level, catalogue->levels[i].level) ==
				0;
		if (found)
			continue;
		fprintf(out, "catalogue: levels: no region has the level `%s`\n",
			catalogue->levels[i].level);
		n++;
	}
	return n;
}

/* Days of a region that are none of the programme's. */
static size_t doubt_memberships(FILE *out, const struct catalogue *catalogue,
				const struct programme *programme)
{
	size_t n = 0;

	for (uint32_t i = 0; i < programme->n_memberships; i++) {
		const struct membership *row = &programme->memberships[i];

		if (row->from <= row->to)
			continue;
		fprintf(out,
			"catalogue: programme %s: region %s is in it on days that are all outside "
			"the programme's own\n",
			programme->id, catalogue->regions[row->region].code);
		n++;
	}
	return n;
}

static bool belongs(const struct catalogue *catalogue, const struct programme *programme,
		    uint32_t region)
{
	return catalogue_inside_any(catalogue, region, programme->regions, programme->n_regions);
}

/* Nobody can count towards it: none of the homes in the region is in the programme. */
static size_t doubt_region(FILE *out, const struct catalogue *catalogue,
			   const struct programme *programme, const struct target *target)
{
	const struct region *region = &catalogue->regions[target->region];

	for (uint32_t i = 0; i < region->n_homes; i++)
		if (belongs(catalogue, programme, region->homes[i]))
			return 0;
	fprintf(out,
		"catalogue: programme %s: a target is for region %s, which has nothing of the "
		"programme's regions\n",
		programme->id, region->code);
	return 1;
}

/* A share of a headcount that is not known. */
static size_t doubt_share(FILE *out, const struct catalogue *catalogue,
			  const struct programme *programme, const struct target *target)
{
	uint32_t n = 0, silent = CATALOGUE_NONE;
	int64_t value;

	for (uint32_t r = 0; r < catalogue->n_regions; r++)
		if (catalogue->regions[r].leaf && belongs(catalogue, programme, r) &&
		    !catalogue_target_value(catalogue, target, r, &value) && n++ == 0)
			silent = r;
	if (n == 0)
		return 0;
	fprintf(out,
		"catalogue: programme %s: a target is a share of each place's headcount, which %s "
		"does not say for its `where`",
		programme->id, catalogue->regions[silent].code);
	if (n > 1)
		fprintf(out, ", nor %u more", n - 1);
	fputs("\n", out);
	return 1;
}

size_t doubts_print(FILE *out, const struct catalogue *catalogue)
{
	size_t n = doubt_levels(out, catalogue);

	for (uint32_t p = 0; p < catalogue->n_programmes; p++) {
		const struct programme *programme = &catalogue->programmes[p];

		n += doubt_memberships(out, catalogue, programme);
		for (uint32_t i = 0; i < programme->n_targets; i++) {
			const struct target *target = &programme->targets[i];

			n += doubt_region(out, catalogue, programme, target);
			if (target->share)
				n += doubt_share(out, catalogue, programme, target);
		}
	}
	return n;
}

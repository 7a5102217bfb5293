/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worlds/anyplan.h"

#include "tests/unit/world.h"

void write_name(FILE *file, const char *name)
{
	fputc('"', file);
	for (; *name; name++)
		fprintf(file, *name == '"' ? "\\%c" : "%c", *name);
	fputc('"', file);
}

/* Where. */

static bool is_drawn(const struct anyplan *plan, uint32_t w)
{
	for (uint32_t before = 0; before < w; before++)
		if (memcmp(plan->wheres[before], plan->wheres[w], sizeof(plan->wheres[w])) == 0)
			return true;
	return false;
}

/* The first asks for nothing; the others differ from one another, or ask for nothing where they
 * cannot. */
void anyplan_begin(struct anyplan *plan)
{
	static const uint32_t percents[] = { 0, 50, 90, 100 };

	memset(plan->wheres, -1, sizeof(plan->wheres));
	for (uint32_t w = 1; w < ANYPLAN_WHERES; w++) {
		for (uint32_t d = 0; d < plan->n_dimensions; d++)
			plan->wheres[w][d] =
				chance_of(60) ? (int)chance(plan->dimensions[d].n_values) : -1;
		if (is_drawn(plan, w))
			memset(plan->wheres[w], -1, sizeof(plan->wheres[w]));
	}
	plan->n_competences = chance(4);
	plan->headcount_percent = percents[chance(4)];
}

static void write_where(FILE *file, const struct anyplan *plan, uint32_t w)
{
	bool backwards = chance(2);
	const char *comma = "";

	if (w == 0 && chance(2))
		return;
	fputs(", where: {", file);
	for (uint32_t i = 0; i < plan->n_dimensions; i++) {
		uint32_t d = backwards ? plan->n_dimensions - 1 - i : i;

		if (plan->wheres[w][d] < 0)
			continue;
		fprintf(file, "%s%s: ", comma, plan->dimensions[d].name);
		write_name(file, plan->dimensions[d].values[plan->wheres[w][d]]);
		comma = ", ";
	}
	fputc('}', file);
}

/* Few, so that needs are met and not met, and none. */
void anyplan_write_headcount(FILE *file, const struct anyplan *plan)
{
	const char *comma = "";

	if (plan->headcount_percent == 0)
		return;
	fputs(", headcount: [", file);
	for (uint32_t w = 0; w < ANYPLAN_WHERES; w++) {
		if (is_drawn(plan, w) || !chance_of(plan->headcount_percent))
			continue;
		fprintf(file, "%s{count: %u", comma, chance(2) ? chance(9) : chance(3));
		write_where(file, plan, w);
		fputc('}', file);
		comma = ", ";
	}
	fputc(']', file);
}

/* Competences. */

static const char *const competences[] = { "wounds", "Wounds", "DigComp 1.2" };

void anyplan_write_grants(FILE *file, const struct anyplan *plan)
{
	/* Mostly those by which times lie apart. */
	static const char *const months[] = { "1", "1", "1", "12", "12", "24", "2", "1200" };
	uint32_t n = plan->n_competences ? chance(5) : 0;

	if (n == 0)
		return;
	fputs(", grants: [", file);
	while (n-- > 0) {
		fputs("{competence: ", file);
		write_name(file, competences[chance(plan->n_competences)]);
		if (chance_of(60))
			fprintf(file, ", level: %u", 1 + (chance(2) ? chance(3) : chance(8)));
		if (chance_of(60))
			fprintf(file, ", earned_by: %s", chance(2) ? "completed" : "passed");
		if (chance_of(85))
			fprintf(file, ", valid_months: %s", months[chance(8)]);
		fputs(n ? "}, " : "}]", file);
	}
}

void anyplan_write_competences(FILE *file, const struct anyplan *plan)
{
	if (plan->n_competences)
		fputs("competences:\n", file);
	for (uint32_t k = 0; k < plan->n_competences; k++) {
		uint32_t n = chance(4);

		fputs("  - {id: ", file);
		write_name(file, competences[k]);
		fputs(", requirements: [", file);
		for (; n > 0; n--) {
			fprintf(file, "{level: %u", 1 + (chance(2) ? 0 : chance(4)));
			if (chance_of(40))
				fprintf(file, ", each: leaf, count: %u", 1 + chance(3));
			write_where(file, plan, chance(ANYPLAN_WHERES));
			fputs(n > 1 ? "}, " : "}", file);
		}
		fputs("]}\n", file);
	}
}

int32_t anyplan_later_day(const struct catalogue *catalogue, int32_t day)
{
	static const int32_t before[] = { -1, 0, 1, 29, 30, 31, 59, 60, 61, 89, 90, 91 };
	const struct module *module = &catalogue->modules[chance(catalogue->n_modules)];
	uint16_t months = 0;

	if (module->n_grants)
		months = module->grants[chance(module->n_grants)].valid_months;
	return day_add_months(day, months) - (months ? before[chance(12)] : 0);
}

/* Programmes. */

/* Some of the names, in any order, and at least one if there is one: how many. */
static uint32_t write_some(FILE *file, const char *key, const char *const *names, uint32_t n,
			   void (*write)(FILE *file, const char *name, const struct anydays *days),
			   const struct anydays *days)
{
	const char *order[ANYPLAN_NAMES];
	uint32_t n_some = n ? 1 + chance(n) : 0;

	memcpy(order, names, n * sizeof(order[0]));
	chance_shuffle(order, n, sizeof(order[0]));
	fprintf(file, ", %s: [", key);
	for (uint32_t i = 0; i < n_some; i++) {
		fputs(i ? ", " : "", file);
		write(file, order[i], days);
	}
	fputc(']', file);
	return n_some;
}

static void write_id(FILE *file, const char *name, const struct anydays *days)
{
	(void)days;
	write_name(file, name);
}

static void write_modules_of(FILE *file, const struct anyplan *plan)
{
	uint32_t n = write_some(file, "modules", plan->modules, plan->n_modules, write_id, NULL);

	if (chance_of(20))
		fputs(", complete: all", file);
	else if (chance_of(75))
		fprintf(file, ", complete: %u", 1 + chance(n));
}

static void write_day(FILE *file, const char *key, int32_t day)
{
	char text[DAY_TEXT];

	day_print(day, text);
	fprintf(file, ", %s: %s", key, text);
}

static void write_window(FILE *file, const struct anydays *days)
{
	int32_t from = days->items[chance(days->n)], to = days->items[chance(days->n)];

	if (from > to) {
		int32_t swapped = from;

		from = to;
		to = swapped;
	}
	if (chance_of(50))
		write_day(file, "from", from);
	if (chance_of(50))
		write_day(file, "to", to);
}

/* Which has joined or left at some time, or come back. */
static void write_member(FILE *file, const char *region, const struct anydays *days)
{
	if (chance_of(40)) {
		write_name(file, region);
		return;
	}
	fputs("{code: ", file);
	write_name(file, region);
	if (chance_of(60)) {
		write_window(file, days);
		fputc('}', file);
		return;
	}
	write_day(file, "to", days->items[chance(days->n)]);
	fputs("}, {code: ", file);
	write_name(file, region);
	write_day(file, "from", days->items[chance(days->n)]);
	fputc('}', file);
}

static void write_members(FILE *file, const struct anyplan *plan, const struct anydays *days)
{
	static const char *const everyone[] = { "all" };

	if (chance_of(15))
		write_some(file, "regions", everyone, 1, write_member, days);
	else if (chance_of(60))
		write_some(file, "regions", plan->regions, plan->n_regions, write_member, days);
}

/* Who counts, since when, by which profile. */
static void write_rules(FILE *file, const struct anyplan *plan)
{
	if (chance_of(30))
		fprintf(file, ", done_by: %s", chance_of(85) ? "passed" : "completed");
	if (chance_of(30)) {
		fputs(", admission: ", file);
		write_name(file, plan->modules[chance(plan->n_modules)]);
	}
	if (chance_of(35))
		fprintf(file, ", members: %s", chance_of(85) ? "enrolled" : "all");
	if (chance_of(60))
		fprintf(file, ", profile: %s", chance_of(70) ? "entry" : "latest");
}

static void write_target(FILE *file, const struct anyplan *plan)
{
	static const char *const measures[] = { "participants", "completed", "admitted", "hours" };
	static const char *const shares[] = { "0.5", "1", "0.3333", "0.01", "0.0001" };
	uint32_t measure = chance(4);
	bool each = chance_of(40);

	fprintf(file, "{measure: %s", measures[measure]);
	if (each)
		fputs(", each: leaf", file);
	if (each && measure != 3 && chance_of(60))
		fprintf(file, ", share: %s", shares[chance(5)]);
	else
		fprintf(file, ", value: %u", 1 + chance(6));
	if (!each && plan->n_regions && chance_of(30)) {
		fputs(", region: ", file);
		write_name(file, plan->regions[chance(plan->n_regions)]);
	}
	write_where(file, plan, chance(ANYPLAN_WHERES));
}

static void write_targets(FILE *file, const struct anyplan *plan)
{
	uint32_t n = chance(6);

	if (n == 0)
		return;
	fputs(", targets: [", file);
	while (n-- > 0) {
		write_target(file, plan);
		fputs(n ? "}, " : "}]", file);
	}
}

void anyplan_write_programmes(FILE *file, const struct anyplan *plan, const struct anydays *days)
{
	static const char *const ids[] = { "all", "basics", "B\xc3\xa6" };
	uint32_t n = chance(4);

	if (n)
		fputs("programmes:\n", file);
	for (uint32_t p = 0; p < n; p++) {
		fputs("  - {id: ", file);
		write_name(file, ids[p]);
		write_modules_of(file, plan);
		if (chance_of(60))
			write_window(file, days);
		write_members(file, plan, days);
		write_rules(file, plan);
		if (chance_of(60))
			fprintf(file, ", stalled_after_days: %u", 1 + chance(chance(2) ? 60 : 3));
		write_targets(file, plan);
		fputs("}\n", file);
	}
}

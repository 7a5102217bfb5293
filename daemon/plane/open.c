/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/open.h"

#include <stdio.h>

#include "daemon/catalogue/encode.h"
#include "daemon/plane/bins.h"

enum {
	PUBLISHED = 10, /* a subject is published in a region if its base is at least that */
	DETAILED = 30,	/* rates, and more than the first figures, are given of a base of so many */
	PART = 10,	/* a figure is broken down if it has so many for each part */
	BINNED = 50,	/* score, days and gain are given of so many */
};

/* Figures. */

static int64_t part(const struct open_figures *of, enum open_measure measure, uint32_t i)
{
	return of->figures[of->columns->at[measure] + i];
}

static int64_t total(const struct open_figures *of, enum open_measure measure)
{
	return part(of, measure, 0);
}

int64_t open_base(const struct open_columns *columns, const int64_t *figures)
{
	return figures[columns->at[OPEN_BASE]];
}

bool open_is_published(const struct open_figures *figures)
{
	return open_base(figures->columns, figures->figures) >= PUBLISHED;
}

static bool is_detailed(const struct open_figures *of)
{
	return total(of, OPEN_BASE) >= DETAILED;
}

/* Numbers. */

static void write_hundredths(struct msg_writer *writer, const char *key, int64_t hundredths)
{
	msg_str(writer, key);
	msg_real(writer, (double)hundredths / 100);
}

/* n / of to the nearest hundredth, halves up. */
static void write_quotient(struct msg_writer *writer, int64_t n, int64_t of, bool given)
{
	if (given) {
		write_hundredths(writer, "value", (200 * n + of) / (2 * of));
		return;
	}
	msg_str(writer, "value");
	msg_nil(writer);
}

static void write_rate(struct msg_writer *writer, const char *key, int64_t n, int64_t of)
{
	msg_str(writer, key);
	msg_map_begin(writer);
	msg_key_int(writer, "n", n);
	msg_key_int(writer, "of", of);
	write_quotient(writer, n, of, of >= DETAILED);
	msg_map_end(writer);
}

/* A part is never more than its whole. */
static void write_share(const struct open_figures *of, struct msg_writer *writer, const char *key,
			enum open_measure measure, enum open_measure whole)
{
	int64_t n = total(of, measure), all = total(of, whole);

	write_rate(writer, key, n < all ? n : all, all);
}

static void write_reached(const struct open_figures *of, struct msg_writer *writer)
{
	msg_str(writer, "reached");
	msg_map_begin(writer);
	msg_key_int(writer, "n", of->reached.n);
	msg_key_int(writer, "of", of->reached.of);
	msg_map_end(writer);
}

/* Breakdowns. */

struct broken {
	const char *key;
	enum open_measure total, values;
};

static bool is_broken_down(const struct open_figures *of, const struct broken *broken,
			   uint32_t dimension)
{
	int64_t values = (int64_t)of->catalogue->dimensions[dimension].n_values + 1;

	return total(of, broken->total) >= PART * values;
}

static void write_value(const struct open_figures *of, struct msg_writer *writer,
			const struct broken *broken, size_t n, uint32_t dimension, uint32_t value)
{
	const struct dimension *d = &of->catalogue->dimensions[dimension];
	uint32_t column = of->columns->value[dimension] + value;
	bool any = false;

	for (size_t i = 0; i < n; i++)
		any |= is_broken_down(of, &broken[i], dimension) &&
		       part(of, broken[i].values, column) > 0;
	if (!any)
		return;
	msg_str(writer, value < d->n_values ? d->values[value] : "unknown");
	msg_map_begin(writer);
	for (size_t i = 0; i < n; i++)
		if (is_broken_down(of, &broken[i], dimension))
			msg_key_int(writer, broken[i].key, part(of, broken[i].values, column));
	msg_map_end(writer);
}

static void write_by(const struct open_figures *of, struct msg_writer *writer,
		     const struct broken *broken, size_t n)
{
	const struct catalogue *catalogue = of->catalogue;

	msg_str(writer, "by");
	msg_map_begin(writer);
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++) {
		bool any = false;

		for (size_t i = 0; i < n; i++)
			any |= is_broken_down(of, &broken[i], d);
		if (!any)
			continue;
		msg_str(writer, catalogue->dimensions[d].name);
		msg_map_begin(writer);
		for (uint32_t v = 0; v <= catalogue->dimensions[d].n_values; v++)
			write_value(of, writer, broken, n, d, v);
		msg_map_end(writer);
	}
	msg_map_end(writer);
}

/* Bins. */

static struct bins bins_of(const struct open_figures *of, enum open_measure measure,
			   const int32_t *edges, int64_t learners)
{
	uint32_t first = of->columns->at[measure];
	uint32_t count = of->columns->at[measure + 1] - first;

	return bins_make(edges, of->figures + first, learners >= BINNED ? count : 0);
}

static void write_score(const struct open_figures *of, struct msg_writer *writer)
{
	int64_t n = total(of, OPEN_SCORED);
	struct bins bins = bins_of(of, OPEN_SCORE, open_scores, n);

	msg_str(writer, "score");
	msg_map_begin(writer);
	msg_key_int(writer, "n", n);
	if (bins.sum) {
		write_hundredths(writer, "mean", bins_mean(&bins));
		write_hundredths(writer, "median", bins_quantile(&bins, 50));
		msg_str(writer, "histogram");
		msg_array(writer, bins.n_bins);
		for (uint32_t i = 0; i < bins.n_bins; i++)
			msg_int(writer, bins.n[i]);
	}
	msg_map_end(writer);
}

static void write_took(const struct open_figures *of, struct msg_writer *writer)
{
	int64_t n = total(of, OPEN_COMPLETED);
	struct bins bins = bins_of(of, OPEN_TOOK, open_days, n);

	msg_str(writer, "days_to_complete");
	msg_map_begin(writer);
	msg_key_int(writer, "n", n);
	if (bins.sum) {
		msg_key_int(writer, "median", bins_quantile(&bins, 50));
		msg_key_int(writer, "p90", bins_quantile(&bins, 90));
	}
	msg_map_end(writer);
}

static void write_gain(const struct open_figures *of, struct msg_writer *writer)
{
	int64_t n = total(of, OPEN_GAINED);
	struct bins bins = bins_of(of, OPEN_GAIN, open_gains, n);

	msg_str(writer, "gain");
	msg_map_begin(writer);
	msg_key_int(writer, "n", n);
	if (bins.sum)
		write_hundredths(writer, "mean", bins_mean(&bins));
	msg_map_end(writer);
}

/* Modules. */

static void encode_module(const struct open_figures *of, struct msg_writer *writer)
{
	static const struct broken broken[] = {
		{ "started", OPEN_BASE, OPEN_BY_BASE },
		{ "completed", OPEN_COMPLETED, OPEN_BY_COMPLETED },
		{ "passed", OPEN_PASSED, OPEN_BY_PASSED },
	};

	msg_key_int(writer, "started", total(of, OPEN_BASE));
	msg_key_int(writer, "completed", total(of, OPEN_COMPLETED));
	if (!is_detailed(of))
		return;
	msg_key_int(writer, "withdrawn", total(of, OPEN_WITHDRAWN));
	msg_key_int(writer, "assessed", total(of, OPEN_ASSESSED));
	msg_key_int(writer, "passed", total(of, OPEN_PASSED));
	write_share(of, writer, "completion_rate", OPEN_COMPLETED, OPEN_BASE);
	write_share(of, writer, "pass_rate", OPEN_PASSED, OPEN_ASSESSED);
	write_score(of, writer);
	write_took(of, writer);
	write_gain(of, writer);
	write_by(of, writer, broken, 3);
}

/* Programmes, and people. */

static void write_target(const struct open_figures *of, struct msg_writer *writer,
			 const struct programme *programme, uint32_t i)
{
	const struct target *target = &programme->targets[i];
	int64_t n = part(of, OPEN_TARGET, open_target(programme, i));

	msg_map_begin(writer);
	msg_key_str(writer, "measure", measure_name(target->measure));
	msg_str(writer, "where");
	where_encode(writer, of->catalogue, &target->where);
	msg_key_int(writer, "n", n);
	msg_key_int(writer, "of", target->value);
	write_quotient(writer, n, target->value, target->value > 0);
	msg_map_end(writer);
}

static void write_targets(const struct open_figures *of, struct msg_writer *writer,
			  const struct programme *programme)
{
	msg_str(writer, "targets");
	msg_array_begin(writer);
	for (uint32_t i = 0; i < programme->n_targets; i++)
		if (open_has_target(&programme->targets[i]))
			write_target(of, writer, programme, i);
	msg_array_end(writer);
}

static void encode_programme(const struct open_figures *of, struct msg_writer *writer)
{
	static const struct broken broken[] = {
		{ "participants", OPEN_BASE, OPEN_BY_BASE },
		{ "completed", OPEN_COMPLETED, OPEN_BY_COMPLETED },
	};

	msg_key_int(writer, "participants", total(of, OPEN_BASE));
	msg_key_int(writer, "completed", total(of, OPEN_COMPLETED));
	if (is_detailed(of)) {
		msg_key_int(writer, "withdrawn", total(of, OPEN_WITHDRAWN));
		write_share(of, writer, "completion_rate", OPEN_COMPLETED, OPEN_BASE);
	}
	write_reached(of, writer);
	if (is_detailed(of))
		write_by(of, writer, broken, 2);
	if (of->region == REGION_ALL)
		write_targets(of, writer, &of->catalogue->programmes[subject_index(of->subject)]);
}

static void encode_people(const struct open_figures *of, struct msg_writer *writer)
{
	static const struct broken broken[] = { { "learners", OPEN_BASE, OPEN_BY_BASE } };

	msg_key_int(writer, "learners", total(of, OPEN_BASE));
	write_reached(of, writer);
	if (is_detailed(of))
		write_by(of, writer, broken, 1);
}

/* Competences. */

uint32_t open_levels(const struct catalogue *catalogue, uint32_t subject)
{
	uint32_t levels = 0;

	if (subject_kind(subject) != KIND_COMPETENCE)
		return 0;
	for (uint32_t m = 0; m < catalogue->n_modules; m++)
		for (uint32_t g = 0; g < catalogue->modules[m].n_grants; g++)
			if (catalogue->modules[m].grants[g].competence == subject_index(subject))
				levels |= 1u << catalogue->modules[m].grants[g].level;
	return levels;
}

static void write_levels(const struct open_figures *of, struct msg_writer *writer)
{
	if (total(of, OPEN_BASE) < PART * __builtin_popcount(of->levels))
		return;
	msg_str(writer, "levels");
	msg_map_begin(writer);
	for (uint32_t level = 1; level <= CATALOGUE_LEVELS; level++) {
		char key[4];

		snprintf(key, sizeof(key), "%u", level);
		if (part(of, OPEN_LEVEL, level))
			msg_key_int(writer, key, part(of, OPEN_LEVEL, level));
	}
	msg_map_end(writer);
}

static void write_coverage(const struct open_figures *of, struct msg_writer *writer)
{
	static const struct where everyone;
	int64_t staff;

	if (catalogue_headcount(of->catalogue, of->region, &everyone, &staff)) {
		write_rate(writer, "coverage", total(of, OPEN_BASE), staff);
		return;
	}
	msg_str(writer, "coverage");
	msg_nil(writer);
}

static void write_known(struct msg_writer *writer, const char *key, bool known, int64_t n)
{
	msg_str(writer, key);
	if (known)
		msg_int(writer, n);
	else
		msg_nil(writer);
}

/* The need that is still to be trained; nil where the headcount is not known. */
static void write_requirement(const struct open_figures *of, struct msg_writer *writer,
			      const struct competence *competence, uint32_t i)
{
	const struct requirement *requirement = &competence->requirements[i];
	int64_t n = part(of, OPEN_REQUIREMENT, open_requirement(competence, i)), need = 0;
	bool known = catalogue_headcount(of->catalogue, of->region, &requirement->where, &need);

	msg_map_begin(writer);
	msg_key_int(writer, "level", requirement->level);
	msg_str(writer, "where");
	where_encode(writer, of->catalogue, &requirement->where);
	msg_key_int(writer, "n", n);
	write_known(writer, "of", known, need);
	write_known(writer, "gap", known, need > n ? need - n : 0);
	msg_map_end(writer);
}

static void encode_competence(const struct open_figures *of, struct msg_writer *writer)
{
	static const struct broken broken[] = { { "holders", OPEN_BASE, OPEN_BY_BASE } };
	const struct competence *competence =
		&of->catalogue->competences[subject_index(of->subject)];

	msg_key_int(writer, "holders", total(of, OPEN_BASE));
	if (is_detailed(of)) {
		msg_key_int(writer, "lapsed", total(of, OPEN_LAPSED));
		write_levels(of, writer);
		write_by(of, writer, broken, 1);
	}
	write_coverage(of, writer);
	if (!is_detailed(of))
		return;
	msg_str(writer, "requirements");
	msg_array_begin(writer);
	for (uint32_t i = 0; i < competence->n_requirements; i++)
		if (open_has_requirement(&competence->requirements[i]))
			write_requirement(of, writer, competence, i);
	msg_array_end(writer);
}

/* All. */

void open_encode(const struct open_figures *figures, struct msg_writer *writer)
{
	static void (*const encode[KINDS])(const struct open_figures *of,
					   struct msg_writer *writer) = {
		[KIND_MODULE] = encode_module,
		[KIND_PROGRAMME] = encode_programme,
		[KIND_COMPETENCE] = encode_competence,
		[KIND_PEOPLE] = encode_people,
	};

	msg_map_begin(writer);
	encode[subject_kind(figures->subject)](figures, writer);
	msg_map_end(writer);
}

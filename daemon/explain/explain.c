/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/explain/explain.h"

#include <stdlib.h>

#include "daemon/catalogue/subject.h"
#include "daemon/explain/sources.h"
#include "daemon/figures/metrics.h"
#include "daemon/journal/profile_key.h"

/* Who and what counts. */

struct sum {
	int64_t learners;	   /* that count for a subject (figures_any) */
	int64_t facts;		   /* standing; of a competence: that have earned a grant */
	int64_t reported, nominal; /* minutes */
	int64_t completed, enrolled;
};

static void add_time(struct sum *sum, const struct tally_key *key, int64_t n)
{
	if (key->facet == FACET_MONTH_MINUTES)
		sum->reported += n;
	if (key->facet == FACET_NOMINAL)
		sum->nominal += n;
	if (key->facet == FACET_COMPLETED)
		sum->completed += n;
	if (key->facet == FACET_ENROLLED)
		sum->enrolled += n;
}

/* Which figures the metric has of those that are not there where they would be zeros. Of a module
 * each completion has its minutes; of a programme they are counted. */
static struct definition_has has_of(const struct definition_of *of, const struct sum *sum)
{
	bool nominal = sum->nominal > 0;

	if (subject_kind(of->subject) == KIND_MODULE)
		nominal = sum->completed > 0 &&
			  of->catalogue->modules[subject_index(of->subject)].minutes > 0;
	return (struct definition_has){ .minutes = nominal || sum->reported > 0,
					.reported = sum->reported > 0,
					.enrolled = sum->enrolled > 0 };
}

static void add_tally(void *context, const struct tally_key *key, int64_t n)
{
	struct sum *sum = context;

	if (key->facet == FACET_LAST || (key->facet == FACET_STRETCH && key->part == STRETCH_FIRST))
		sum->learners += n;
	if (key->facet == FACET_HOURS || key->facet == FACET_EARNED)
		sum->facts += n;
	add_time(sum, key, n);
}

static int sum_homes(const struct definition_of *of, const struct tallies *tallies,
		     uint32_t subject, struct sum *sum)
{
	const struct region *region = &of->catalogue->regions[of->region];
	int err = 0;

	for (uint32_t i = 0; i < region->n_homes && !err; i++)
		err = tallies->range(tallies->source, region->homes[i], subject, add_tally, sum);
	return err;
}

/* The facts of people are those of all modules. */
static int sum_all(const struct definition_of *of, const struct tallies *tallies, struct sum *sum)
{
	struct sum modules = { 0 };
	int err = sum_homes(of, tallies, of->subject, sum);

	if (subject_kind(of->subject) != KIND_PEOPLE)
		return err;
	for (uint32_t i = 0; i < of->catalogue->n_modules && !err; i++)
		err = sum_homes(of, tallies, subject_of(KIND_MODULE, i), &modules);
	sum->facts = modules.facts;
	return err;
}

/* What the catalogue does not know. */

static int sum_unassigned(const struct tallies *tallies, uint32_t subject, int64_t *ret_learners)
{
	struct sum sum = { 0 };
	int err = tallies->range(tallies->source, REGION_UNASSIGNED, subject, add_tally, &sum);

	*ret_learners = sum.learners;
	return err;
}

/*
 * Learners of unknown regions, who may belong to this one. A programme that is for some regions
 * only does not count them at all: those of whichever of its modules has most of them may belong to
 * it.
 */
static int count_unassigned(const struct definition_of *of, const struct tallies *tallies,
			    int64_t *ret_learners)
{
	const struct catalogue *catalogue = of->catalogue;
	const struct programme *programme =
		subject_kind(of->subject) == KIND_PROGRAMME
			? &catalogue->programmes[subject_index(of->subject)]
			: NULL;
	int64_t n;
	int err = 0;

	*ret_learners = 0;
	if (!programme || catalogue_inside_any(catalogue, REGION_UNASSIGNED, programme->regions,
					       programme->n_regions))
		return catalogue_inside(catalogue, REGION_UNASSIGNED, of->region)
			       ? 0
			       : sum_unassigned(tallies, of->subject, ret_learners);
	for (uint32_t i = 0; i < programme->n_modules && !err; i++) {
		err = sum_unassigned(tallies, subject_of(KIND_MODULE, programme->modules[i]), &n);
		if (!err && n > *ret_learners)
			*ret_learners = n;
	}
	return err;
}

static bool is_unknown_module(const struct catalogue *catalogue, struct text text)
{
	return catalogue_module(catalogue, text) == CATALOGUE_NONE;
}

static bool is_unknown_region(const struct catalogue *catalogue, struct text text)
{
	return catalogue_home(catalogue, text) == REGION_UNASSIGNED;
}

/* Texts of events that the catalogue does not know: how many, and the latest ones. */
static void write_texts(struct msg_writer *writer, const struct catalogue *catalogue,
			struct journal_view *journal, enum name_kind kind,
			bool (*is_unknown)(const struct catalogue *catalogue, struct text text))
{
	struct text some[EXPLAIN_TEXTS_MAX], text;
	uint64_t n = 0;

	for (uint32_t id = 0; journal_view_name(journal, kind, id, &text); id++)
		if (is_unknown(catalogue, text))
			some[n++ % EXPLAIN_TEXTS_MAX] = text;
	msg_map_begin(writer);
	msg_key_int(writer, "n", (int64_t)n);
	msg_str(writer, "latest");
	msg_array_begin(writer);
	for (uint64_t i = n; i > 0 && n - i < EXPLAIN_TEXTS_MAX; i--)
		msg_text(writer, some[(i - 1) % EXPLAIN_TEXTS_MAX]);
	msg_array_end(writer);
	msg_map_end(writer);
}

/* Of each dimension of the catalogue: texts of events that are none of its values. */
struct unknown_values {
	uint8_t *seen; /* of value names, a row for each dimension: bits */
	size_t row;    /* bytes of a row */
	struct {
		uint64_t n;
		uint32_t latest[EXPLAIN_TEXTS_MAX]; /* names, by n modulo that */
	} of[CATALOGUE_DIMENSIONS_MAX];
};

/* An attribute of a profile: is it the first time that its text is met there, and unknown? */
static void note_value(struct unknown_values *values, const struct catalogue *catalogue,
		       struct journal_view *journal, struct profile_attr attr)
{
	struct text name, text;
	uint32_t dimension;
	uint8_t *byte;

	if (!journal_view_name(journal, NAME_DIMENSION, attr.dimension, &name) ||
	    !journal_view_name(journal, NAME_VALUE, attr.value, &text) || text.size == 0)
		return;
	dimension = catalogue_dimension(catalogue, name);
	if (dimension == CATALOGUE_NONE || attr.value / 8 >= values->row)
		return;
	byte = values->seen + dimension * values->row + attr.value / 8;
	if (*byte & 1u << attr.value % 8)
		return;
	*byte |= (uint8_t)(1u << attr.value % 8);
	if (catalogue_value(catalogue, dimension, text) !=
	    catalogue->dimensions[dimension].n_values)
		return;
	values->of[dimension].latest[values->of[dimension].n++ % EXPLAIN_TEXTS_MAX] = attr.value;
}

/* Profiles may be many: as with learners, each is a step. */
static int find_values(struct unknown_values *values, const struct catalogue *catalogue,
		       const struct explain_from *from)
{
	const struct ledger_view *ledger = from->ledger;
	struct journal_view *journal = from->journal;
	struct profile_key key;
	struct text text;
	uint32_t n = 0;
	int err = 0;

	while (journal_view_name(journal, NAME_VALUE, n, &text))
		n++;
	values->row = n / 8 + 1;
	values->seen = calloc(catalogue->n_dimensions + 1, values->row);
	if (!values->seen)
		return LIFT_E_MEMORY;
	for (uint32_t id = 0; journal_view_name(journal, NAME_PROFILE, id, &text) && !err; id++) {
		err = profile_key_decode(text, &key);
		if (!err && ledger->step && ledger->step(ledger->context))
			err = LIFT_E_STOPPED;
		for (uint32_t i = 0; !err && i < key.n; i++)
			note_value(values, catalogue, journal, key.attrs[i]);
	}
	free(values->seen);
	return err;
}

static int write_values(struct msg_writer *writer, const struct catalogue *catalogue,
			const struct explain_from *from)
{
	struct unknown_values values = { 0 };
	int err = find_values(&values, catalogue, from);

	msg_str(writer, "values");
	msg_map_begin(writer);
	for (uint32_t d = 0; d < catalogue->n_dimensions && !err; d++) {
		uint64_t n = values.of[d].n;
		struct text text;

		msg_str(writer, catalogue->dimensions[d].name);
		msg_map_begin(writer);
		msg_key_int(writer, "n", (int64_t)n);
		msg_str(writer, "latest");
		msg_array_begin(writer);
		for (uint64_t i = n; i > 0 && n - i < EXPLAIN_TEXTS_MAX; i--)
			if (journal_view_name(from->journal, NAME_VALUE,
					      values.of[d].latest[(i - 1) % EXPLAIN_TEXTS_MAX],
					      &text))
				msg_text(writer, text);
		msg_array_end(writer);
		msg_map_end(writer);
	}
	msg_map_end(writer);
	return err;
}

static int write_unknown(struct msg_writer *writer, const struct catalogue *catalogue,
			 const struct explain_from *from, int64_t learners)
{
	int err;

	msg_str(writer, "unknown");
	msg_map_begin(writer);
	msg_key_int(writer, "learners", learners);
	msg_str(writer, "modules");
	write_texts(writer, catalogue, from->journal, NAME_MODULE, is_unknown_module);
	msg_str(writer, "regions");
	write_texts(writer, catalogue, from->journal, NAME_REGION, is_unknown_region);
	err = write_values(writer, catalogue, from);
	msg_map_end(writer);
	return err;
}

/* The answer. */

static void write_names(struct msg_writer *writer, const struct definition_of *of)
{
	msg_str(writer, "names");
	msg_map_begin(writer);
	msg_key_str(writer, "region", of->catalogue->regions[of->region].name);
	msg_key_str(writer, "id", subject_name(of->catalogue, of->subject));
	msg_map_end(writer);
}

static void write_head(struct msg_writer *writer, const struct definition_of *of)
{
	char as_of[DAY_TEXT];

	day_print(of->today, as_of);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", true);
	msg_key_str(writer, "as_of", as_of);
	msg_key_str(writer, "region", of->catalogue->regions[of->region].code);
	msg_key_str(writer, "kind", kind_name(subject_kind(of->subject)));
	msg_key_str(writer, "id", subject_id(of->catalogue, of->subject));
	write_names(writer, of);
}

static bool is_seen(const struct catalogue_sight *sight, uint32_t subject)
{
	const bool *of_kind[KINDS] = { 0 };
	enum kind kind = subject_kind(subject);

	if (!sight || kind == KIND_PEOPLE)
		return true;
	of_kind[KIND_MODULE] = sight->modules;
	of_kind[KIND_PROGRAMME] = sight->programmes;
	of_kind[KIND_COMPETENCE] = sight->competences;
	return of_kind[kind][subject_index(subject)];
}

int explain_encode(struct msg_writer *writer, const struct definition_of *of,
		   const struct explain_from *from)
{
	struct definition_of defined = *of;
	struct sum sum = { 0 };
	int64_t unassigned = 0;
	int err = sum_all(of, from->tallies, &sum);

	if (!err && !is_seen(of->sight, of->subject) && sum.learners == 0 && sum.enrolled == 0)
		err = LIFT_E_UNKNOWN_ID;
	if (!err && !of->sight)
		err = count_unassigned(of, from->tallies, &unassigned);
	if (err)
		return err;
	msg_writer_clear(writer);
	msg_map_begin(writer);
	write_head(writer, of);
	msg_key_int(writer, "learners", sum.learners);
	msg_key_int(writer, "facts", sum.facts);
	msg_str(writer, "counted");
	defined.has = has_of(of, &sum);
	err = counted_encode(writer, &defined);
	if (err)
		return err;
	msg_str(writer, "definition");
	err = definitions_encode(writer, &defined);
	if (!err)
		err = explain_sources_encode(writer, of, from);
	if (err)
		return err;
	if (!of->sight)
		err = write_unknown(writer, of->catalogue, from, unassigned);
	msg_map_end(writer);
	return err ? err : journal_view_err(from->journal);
}

/* Of the subjects of a kind, or (KINDS) of the regions: the name of one; NULL: it is not seen. */
static const char *known_name(const struct catalogue *catalogue,
			      const struct catalogue_sight *sight, enum kind kind, uint32_t i)
{
	bool seen =
		kind == KINDS ? !sight || sight->regions[i] : is_seen(sight, subject_of(kind, i));

	if (!seen)
		return NULL;
	return kind == KINDS ? catalogue->regions[i].code
			     : subject_id(catalogue, subject_of(kind, i));
}

static void write_known(struct msg_writer *writer, const struct catalogue *catalogue,
			const struct catalogue_sight *sight, enum kind kind)
{
	uint32_t all = kind == KINDS ? catalogue->n_regions : kind_subjects(catalogue, kind), n = 0;

	msg_str(writer, "known");
	msg_array_begin(writer);
	for (uint32_t i = 0; i < all; i++) {
		const char *name = known_name(catalogue, sight, kind, i);

		if (name && n++ < EXPLAIN_KNOWN_MAX)
			msg_str(writer, name);
	}
	msg_array_end(writer);
	msg_key_int(writer, "n_known", n);
}

void explain_refusal_encode(struct msg_writer *writer, const struct catalogue *catalogue,
			    const struct catalogue_sight *sight, int err, enum kind kind)
{
	msg_writer_clear(writer);
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", false);
	msg_key_str(writer, "code", lift_err_code(err));
	msg_key_str(writer, "text", lift_err_text(err));
	write_known(writer, catalogue, sight, err == LIFT_E_UNKNOWN_REGION ? KINDS : kind);
	msg_map_end(writer);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/explain/sources.h"

#include <stdlib.h>

#include "daemon/catalogue/subject.h"
#include "daemon/journal/refusals.h"
#include "daemon/journal/sources.h"
#include "daemon/tally/tally.h"

struct row {
	const struct source_row *source;
	const struct refusals_row *refused; /* that the quarantine has */
	bool seen;			    /* it has sent an event from a region that is seen */
	bool stands;			    /* the metric stands on it */
	bool here; /* by events of the region itself, and not only of who has moved in */
};

struct gathered {
	const struct definition_of *of;
	struct journal_view *journal;
	const struct config *config;
	int64_t now_ms;
	struct source_rows sources;
	struct refusals refusals;
	struct row *rows; /* by source */
	size_t n;
	bool *from;	     /* by region: learners who are inside now have facts from there */
	struct row **listed; /* that the metric stands on, by name */
	size_t n_listed;
};

static int gather_sources(struct gathered *all)
{
	int err = source_rows_read(&all->sources, all->journal);

	if (!err)
		err = refusals_read(&all->refusals, all->journal, all->sources.n);
	if (err)
		return err;
	all->rows = calloc(all->sources.n + 1, sizeof(*all->rows));
	if (!all->rows)
		return LIFT_E_MEMORY;
	all->n = all->sources.n;
	for (size_t i = 0; i < all->n; i++)
		all->rows[i] = (struct row){ .source = &all->sources.rows[i],
					     .refused = &all->refusals.rows[i] };
	return 0;
}

static bool grants(const struct module *module, uint32_t competence)
{
	for (uint32_t i = 0; i < module->n_grants; i++)
		if (module->grants[i].competence == competence)
			return true;
	return false;
}

static bool belongs(const struct module *module, uint32_t programme)
{
	for (uint32_t i = 0; i < module->n_programmes; i++)
		if (module->programmes[i] == programme)
			return true;
	return false;
}

/* Which modules a metric stands on: as topics_see has it, for the `sources` that are published. */
static bool stands_on(const struct catalogue *catalogue, uint32_t subject, uint32_t module)
{
	uint32_t index = subject_index(subject);

	switch (subject_kind(subject)) {
	case KIND_MODULE:
		return module == index;
	case KIND_PROGRAMME:
		return belongs(&catalogue->modules[module], index);
	case KIND_COMPETENCE:
		return grants(&catalogue->modules[module], index);
	default:
		return true;
	}
}

static bool is_seen(const struct gathered *all, uint32_t region)
{
	return !all->of->sight || all->of->sight->regions[region];
}

static void gather_from(void *context, const struct tally_key *key, int64_t n)
{
	struct gathered *all = context;

	(void)n;
	if (key->facet == FACET_FROM && key->bucket < all->of->catalogue->n_regions &&
	    is_seen(all, key->bucket))
		all->from[key->bucket] = true;
}

/* Where the facts of learners who have moved in came from, as far as that is seen. */
static int gather_moved(struct gathered *all, const struct tallies *tallies)
{
	const struct catalogue *catalogue = all->of->catalogue;
	const struct region *region = &catalogue->regions[all->of->region];
	int err = 0;

	all->from = calloc(catalogue->n_regions, sizeof(*all->from));
	if (!all->from)
		return LIFT_E_MEMORY;
	for (uint32_t i = 0; i < region->n_homes && !err; i++)
		err = tallies->range(tallies->source, region->homes[i], all->of->subject,
				     gather_from, all);
	return err;
}

/* Do the region's figures stand on events of a home: is it inside, or has somebody moved in from
 * there, or from a region above it? As topics_sources has it. */
static bool counts_here(const struct gathered *all, uint32_t home)
{
	const struct region *region = &all->of->catalogue->regions[home];

	if (catalogue_inside(all->of->catalogue, home, all->of->region))
		return true;
	for (uint32_t i = 0; i < region->n_above; i++)
		if (all->from[region->above[i]])
			return true;
	return false;
}

static void gather_seen(void *context, uint32_t source, uint32_t module, uint32_t home)
{
	struct gathered *all = context;
	const struct catalogue *catalogue = all->of->catalogue;

	if (source >= all->n)
		return;
	all->rows[source].seen |= is_seen(all, home);
	if (!stands_on(catalogue, all->of->subject, module))
		return;
	all->rows[source].stands |= counts_here(all, home);
	all->rows[source].here |= catalogue_inside(catalogue, home, all->of->region);
}

static int compare_rows(const void *a, const void *b)
{
	return text_compare((*(struct row *const *)a)->source->name,
			    (*(struct row *const *)b)->source->name);
}

static int list(struct gathered *all)
{
	all->listed = malloc((all->n + 1) * sizeof(*all->listed));
	if (!all->listed)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < all->n; i++)
		if (all->rows[i].stands)
			all->listed[all->n_listed++] = &all->rows[i];
	qsort(all->listed, all->n_listed, sizeof(*all->listed), compare_rows);
	return 0;
}

static int gather(struct gathered *all, const struct explain_from *from)
{
	int err = gather_sources(all);

	if (!err)
		err = gather_moved(all, from->tallies);
	if (!err)
		err = ledger_view_seen(from->ledger, gather_seen, all);
	return err ? err : list(all);
}

/* Writing. */

static void write_refused(struct msg_writer *writer, const struct row *row)
{
	msg_str(writer, "refused");
	msg_array_begin(writer);
	for (int code = 0; row->refused->of && code < REFUSALS_CODES; code++) {
		if (!row->refused->of[code])
			continue;
		msg_map_begin(writer);
		msg_key_str(writer, "code", lift_err_code(-code));
		msg_key_str(writer, "text", lift_err_text(-code));
		msg_key_int(writer, "n", row->refused->of[code]);
		msg_map_end(writer);
	}
	msg_array_end(writer);
}

/* Of figures as they are now. */
static void write_late(struct msg_writer *writer, const struct gathered *all, const struct row *row)
{
	struct lateness late = { 0 };

	if (all->config && all->of->live)
		late = source_rows_late(&all->sources, row->source, all->config, all->now_ms);
	if (late.since_ms == 0)
		return;
	msg_key_int(writer, "expected_ms", late.expected_ms);
	msg_key_moment(writer, "late_since", late.since_ms);
}

/* What a source has sent in all is not for those who see a part of the regions only. */
static void write_source(struct msg_writer *writer, const struct gathered *all,
			 const struct row *row, bool whole)
{
	msg_map_begin(writer);
	msg_key_text(writer, "source", row->source->name);
	msg_key_bool(writer, "here", row->here);
	msg_key_moment(writer, "last_event", row->source->record.last_event);
	msg_key_moment(writer, "last_received", row->source->record.last_received);
	msg_key_int(writer, "missing", row->source->record.missing);
	msg_key_moment(writer, "since", row->source->record.since);
	write_late(writer, all, row);
	if (whole) {
		msg_key_int(writer, "accepted", row->source->record.accepted);
		msg_key_int(writer, "rejected", row->source->record.rejected);
		msg_key_int(writer, "quarantined", row->refused->n);
		write_refused(writer, row);
	}
	msg_map_end(writer);
}

static void write_others(struct msg_writer *writer, const struct gathered *all)
{
	uint64_t n = 0, missing = 0, rejected = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct row *row = &all->rows[i];

		if (row->stands || row->source->name.size == 0 || (all->of->sight && !row->seen))
			continue;
		n++;
		missing = missing_sum(missing, row->source->record.missing);
		rejected += row->source->record.rejected;
	}
	msg_str(writer, "other_sources");
	msg_map_begin(writer);
	msg_key_int(writer, "n", n);
	msg_key_int(writer, "missing", missing);
	if (!all->of->sight)
		msg_key_int(writer, "rejected", rejected);
	msg_map_end(writer);
}

static void write_all(struct msg_writer *writer, const struct gathered *all)
{
	size_t n = all->n_listed < EXPLAIN_SOURCES_MAX ? all->n_listed : EXPLAIN_SOURCES_MAX;

	msg_str(writer, "sources");
	msg_array(writer, n);
	for (size_t i = 0; i < n; i++)
		write_source(writer, all, all->listed[i], !all->of->sight);
	msg_key_int(writer, "sources_left_out", all->n_listed - n);
	write_others(writer, all);
}

int explain_sources_encode(struct msg_writer *writer, const struct definition_of *of,
			   const struct explain_from *from)
{
	struct gathered all = {
		.of = of, .journal = from->journal, .config = from->config, .now_ms = from->now_ms
	};
	int err = gather(&all, from);

	if (!err)
		write_all(writer, &all);
	refusals_free(&all.refusals);
	free(all.rows);
	source_rows_free(&all.sources);
	free(all.listed);
	free(all.from);
	return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/counting.h"

/* A learner at one home in one subject. */
struct adding {
	const struct counting *counting;
	uint64_t record_key;
	uint32_t subject, home;
	bool holds, begun; /* a stretch that does today, that has */
	bool has_gain;
	int64_t gain; /* 1/10000 */
	int err;      /* the first one */
};

static void count(struct adding *adding, enum open_measure measure, uint32_t part)
{
	struct cells *cells = adding->counting->cells;
	int err = cells_add(cells, adding->subject, adding->home,
			    cells_columns(cells)->at[measure] + part, adding->record_key);

	if (err)
		adding->err = err;
}

static int64_t whole_percent(int64_t share)
{
	return share >= 0 ? share / 100 : -((99 - share) / 100); /* down */
}

/* What a facet's count of a learner adds. */
struct open_facet {
	void (*add)(struct adding *adding, enum open_measure measure, const struct tally *tally);
	enum open_measure measure;
};

static void add_one(struct adding *adding, enum open_measure measure, const struct tally *tally)
{
	(void)tally;
	count(adding, measure, 0);
}

/* Of people; modules and programmes have it, too, and another base. */
static void add_last(struct adding *adding, enum open_measure measure, const struct tally *tally)
{
	if (subject_kind(adding->subject) == KIND_PEOPLE)
		add_one(adding, measure, tally);
}

static void add_score(struct adding *adding, enum open_measure measure, const struct tally *tally)
{
	count(adding, OPEN_SCORED, 0);
	count(adding, measure, bins_find(open_scores, OPEN_SCORES, (int64_t)tally->key.bucket));
}

static void add_took(struct adding *adding, enum open_measure measure, const struct tally *tally)
{
	count(adding, measure, bins_find(open_days, OPEN_DAYS, (int64_t)tally->key.bucket));
}

static void add_gained(struct adding *adding, enum open_measure measure, const struct tally *tally)
{
	add_one(adding, measure, tally);
	adding->has_gain = true;
}

/* A gain of nothing is not there. */
static void note_gain(struct adding *adding, enum open_measure measure, const struct tally *tally)
{
	(void)measure;
	adding->gain = tally->n;
}

static void add_target(struct adding *adding, enum open_measure measure, const struct tally *tally)
{
	const struct programme *programme =
		&adding->counting->catalogue->programmes[subject_index(adding->subject)];

	if (open_has_target(&programme->targets[tally->key.part]) &&
	    open_target(programme, tally->key.part) == tally->key.part)
		count(adding, measure, tally->key.part);
}

static void add_by(struct adding *adding, enum open_measure measure, const struct tally *tally)
{
	count(adding, measure,
	      cells_columns(adding->counting->cells)->value[tally->key.part >> 8] +
		      (tally->key.part & 0xff));
}

static bool holds(const struct adding *adding, const struct tally *tally)
{
	return span_begin(tally->key.bucket) <= adding->counting->today &&
	       adding->counting->today < span_end(tally->key.bucket);
}

/* Stretches of one learner do not touch: one holds at most, and so does one level. */
static void add_stretch(struct adding *adding, enum open_measure measure, const struct tally *tally)
{
	adding->begun |= span_begin(tally->key.bucket) <= adding->counting->today;
	adding->holds |= holds(adding, tally);
	if (holds(adding, tally))
		add_one(adding, measure, tally);
}

static void add_level(struct adding *adding, enum open_measure measure, const struct tally *tally)
{
	if (holds(adding, tally))
		count(adding, measure, tally->key.part);
}

static void add_requirement(struct adding *adding, enum open_measure measure,
			    const struct tally *tally)
{
	const struct competence *competence =
		&adding->counting->catalogue->competences[subject_index(adding->subject)];

	if (holds(adding, tally) &&
	    open_has_requirement(&competence->requirements[tally->key.part]) &&
	    open_requirement(competence, tally->key.part) == tally->key.part)
		count(adding, measure, tally->key.part);
}

static void add_by_holders(struct adding *adding, enum open_measure measure,
			   const struct tally *tally)
{
	if (holds(adding, tally))
		add_by(adding, measure, tally);
}

static const struct open_facet facets[FACETS] = {
	[FACET_STARTED] = { add_one, OPEN_BASE },
	[FACET_COMPLETED] = { add_one, OPEN_COMPLETED },
	[FACET_PASSED] = { add_one, OPEN_PASSED },
	[FACET_WITHDRAWN] = { add_one, OPEN_WITHDRAWN },
	[FACET_ASSESSED] = { add_one, OPEN_ASSESSED },
	[FACET_SCORE] = { add_score, OPEN_SCORE },
	[FACET_TOOK] = { add_took, OPEN_TOOK },
	[FACET_GAIN] = { add_gained, OPEN_GAINED },
	[FACET_GAIN_SUM] = { note_gain, OPEN_GAIN },
	[FACET_LAST] = { add_last, OPEN_BASE },
	[FACET_TARGET] = { add_target, OPEN_TARGET },
	[FACET_BY_STARTED] = { add_by, OPEN_BY_BASE },
	[FACET_BY_COMPLETED] = { add_by, OPEN_BY_COMPLETED },
	[FACET_BY_PASSED] = { add_by, OPEN_BY_PASSED },
	[FACET_BY_LEARNERS] = { add_by, OPEN_BY_BASE },
	[FACET_STRETCH] = { add_stretch, OPEN_BASE },
	[FACET_LEVEL] = { add_level, OPEN_LEVEL },
	[FACET_REQUIREMENT] = { add_requirement, OPEN_REQUIREMENT },
	[FACET_BY_HOLDERS] = { add_by_holders, OPEN_BY_BASE },
	/* no other is on the open plane */
};

/* What all of a subject's facets say together. */
static void end_subject(struct adding *adding)
{
	if (adding->begun && !adding->holds)
		count(adding, OPEN_LAPSED, 0);
	if (adding->has_gain)
		count(adding, OPEN_GAIN,
		      bins_find(open_gains, OPEN_GAINS, whole_percent(adding->gain)));
}

int counting_add(const struct counting *counting, const struct contribution *contribution,
		 uint64_t record_key)
{
	const struct tally *tally = contribution->items, *end = tally + contribution->n;
	int err = 0;

	while (tally < end && !err) {
		uint32_t home = tally->key.home, subject = tally->key.subject;
		struct adding adding = { .counting = counting,
					 .record_key = record_key,
					 .subject = subject,
					 .home = home };

		for (; tally < end && tally->key.home == home && tally->key.subject == subject;
		     tally++)
			if (facets[tally->key.facet].add)
				facets[tally->key.facet].add(
					&adding, facets[tally->key.facet].measure, tally);
		end_subject(&adding);
		err = adding.err;
	}
	return err;
}

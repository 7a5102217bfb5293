/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/stays_programme.h"

#include <string.h>

#include "daemon/change/tallied.h"
#include "proto/event.h"

/* One that is in both catalogues, and a home that has somebody in it. */
struct rules {
	struct stays *s;
	const struct programme *before, *after;
	struct pair *pair;
	const struct pair *modules, *end; /* pairs of the home: those of modules come first */
};

static int64_t count(const struct rules *rules, enum facet facet, int part)
{
	return tallied_count(rules->s->ledger, rules->pair, facet, part, &rules->s->err);
}

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Days. */

enum { DAY_FIRST = 10956 /* 1999-12-31: no event is of an earlier day, wherever days begin */ };

/* The days of a row, open where no event lies beyond. */
struct span {
	int32_t from, to;
};

static struct span span_of(const struct stays *s, const struct membership *row)
{
	return (struct span){ row->from <= DAY_FIRST ? DAY_MIN : row->from,
			      row->to >= s->moves->last ? DAY_MAX : row->to };
}

/* Events of days that may be others by the other catalogue. */
static bool covers(const struct stays *s, struct span outer, struct span inner)
{
	int32_t slack = s->moves->slack;
	bool from = outer.from == DAY_MIN ||
		    (inner.from != DAY_MIN && outer.from <= inner.from - slack);
	bool to = outer.to == DAY_MAX || (inner.to != DAY_MAX && outer.to >= inner.to + slack);

	return from && to;
}

/* Does a row of the other one hold all of the home, or any of it? */
static bool holds_all(const struct rules *rules, const struct membership *after)
{
	return moves_lead_into(rules->s->moves, rules->pair->home, &after->region, 1);
}

static bool holds_any(const struct rules *rules, const struct membership *after)
{
	return moves_may_lead_into(rules->s->moves, rules->pair->home, after->region);
}

static bool held(const struct rules *rules, const struct membership *before)
{
	return catalogue_inside(rules->s->before, rules->pair->home, before->region);
}

/* Is there a row that has all days of another, and all of the home? */
static bool row_stays(const struct rules *rules, const struct membership *row)
{
	for (uint32_t i = 0; i < rules->after->n_memberships; i++) {
		const struct membership *after = &rules->after->memberships[i];

		if (holds_all(rules, after) &&
		    covers(rules->s, span_of(rules->s, after), span_of(rules->s, row)))
			return true;
	}
	return false;
}

static bool row_was_there(const struct rules *rules, const struct membership *row)
{
	for (uint32_t i = 0; i < rules->before->n_memberships; i++) {
		const struct membership *before = &rules->before->memberships[i];

		if (held(rules, before) &&
		    covers(rules->s, span_of(rules->s, before), span_of(rules->s, row)))
			return true;
	}
	return false;
}

static bool days_stay(const struct rules *rules)
{
	for (uint32_t i = 0; i < rules->before->n_memberships; i++) {
		const struct membership *row = &rules->before->memberships[i];

		if (row->from <= row->to && held(rules, row) && !row_stays(rules, row))
			return false;
	}
	return true;
}

static bool no_days_come(const struct rules *rules)
{
	for (uint32_t i = 0; i < rules->after->n_memberships; i++) {
		const struct membership *row = &rules->after->memberships[i];

		if (row->from <= row->to && holds_any(rules, row) && !row_was_there(rules, row))
			return false;
	}
	return true;
}

/* The last of the days up to which admission counts: of rows on none of whose days anything else
 * does, too. DAY_MIN where there is no row. */
static int32_t last_day(const struct rules *rules, const struct programme *programme,
			bool (*holds)(const struct rules *rules, const struct membership *row))
{
	int32_t last = DAY_MIN;

	for (uint32_t i = 0; i < programme->n_memberships; i++) {
		struct span span = span_of(rules->s, &programme->memberships[i]);

		if (holds(rules, &programme->memberships[i]) && span.to > last)
			last = span.to;
	}
	return last;
}

static bool last_day_same(const struct rules *rules)
{
	int32_t was = last_day(rules, rules->before, held);

	return was == last_day(rules, rules->after, holds_all) &&
	       was == last_day(rules, rules->after, holds_any) &&
	       (was == DAY_MAX || rules->s->moves->slack == 0);
}

/* Modules. */

/* Nothing that has made anybody take part is taken from it. */
static bool modules_stay(const struct rules *rules)
{
	for (uint32_t i = 0; i < rules->before->n_modules; i++) {
		uint32_t module = rules->before->modules[i];

		if (!moves_met_module(rules->s->moves, module))
			continue;
		module = moves_module(rules->s->moves, module);
		if (module == CATALOGUE_NONE || !programme_has_module(rules->after, module))
			return false;
	}
	return true;
}

/* And nothing else is told of them. */
static bool modules_kept(const struct rules *rules)
{
	for (uint32_t i = 0; i < rules->before->n_modules; i++) {
		uint32_t module = rules->before->modules[i];

		if (moves_met_module(rules->s->moves, module) &&
		    !moves_keep_module(rules->s->moves, module))
			return false;
	}
	return modules_stay(rules);
}

/* By the same module, of which the same is told. */
static bool admission_kept(const struct rules *rules)
{
	const struct moves *moves = rules->s->moves;
	uint32_t was = rules->before->admission, is = rules->after->admission;

	if (was == CATALOGUE_NONE || is == CATALOGUE_NONE)
		return was == is;
	if (!moves_met_module(moves, was))
		return !moves_feed_module(moves, is);
	return moves_module(moves, was) == is && moves_keep_module(moves, was);
}

/* Who has completed it stays enrolled whatever else there is. */
static bool completing_same(const struct rules *rules)
{
	const struct programme *a = rules->before, *b = rules->after;
	bool is_same = a->by_pass == b->by_pass && a->complete == b->complete &&
		       a->n_modules == b->n_modules && modules_kept(rules);

	for (uint32_t i = 0; i < a->n_modules && is_same && a->by_pass; i++) {
		uint32_t is = moves_module(rules->s->moves, a->modules[i]);

		is_same = is == CATALOGUE_NONE ||
			  rules->s->before->modules[a->modules[i]].pass_mark ==
				  rules->s->moves->after->modules[is].pass_mark;
	}
	return is_same;
}

/* Who is enrolled. */

/* All that says in which state somebody is, or was until they withdrew, counts, and nothing comes
 * to it but modules. */
static bool enrolments_kept(const struct rules *rules)
{
	if (!admission_kept(rules))
		return false;
	if (rules->after->admission != CATALOGUE_NONE)
		return last_day_same(rules);
	return modules_kept(rules) && days_stay(rules) && no_days_come(rules);
}

/* With them, and where all that has counted counts: who is admitted takes part, or has not begun;
 * in another state they may have completed it, and withdrawn. */
static bool enrolled_stay(const struct rules *rules)
{
	return !rules->after->enrolled_only ||
	       (rules->before->enrolled_only && count(rules, FACET_LAST, -1) > 0) ||
	       count(rules, FACET_ENROLLED, STATE_ADMITTED) > 0 ||
	       (count(rules, FACET_ENROLLED, -1) > 0 && completing_same(rules));
}

/* A row with all days on which anything has been told, or all up to the last one. */
static bool all_days_count(const struct rules *rules, bool ahead)
{
	for (uint32_t i = 0; i < rules->after->n_memberships; i++) {
		const struct membership *row = &rules->after->memberships[i];
		struct span span = span_of(rules->s, row);

		if (span.to == DAY_MAX && (ahead || span.from == DAY_MIN) && holds_all(rules, row))
			return true;
	}
	return false;
}

/* Somebody who is enrolled in a module, all of whose days count: in one that admits, without having
 * begun it, for what is done in it is not looked at. */
static bool any_enrolled(const struct rules *rules)
{
	const struct stays *s = rules->s;
	uint32_t admission = rules->after->admission;
	bool ahead = admission != CATALOGUE_NONE;

	if (!all_days_count(rules, ahead))
		return false;
	for (const struct pair *pair = rules->modules;
	     pair < rules->end && subject_kind(pair->subject) == KIND_MODULE; pair++) {
		uint32_t was = subject_index(pair->subject), is = moves_module(s->moves, was);
		int64_t begun = 0;

		if (!moves_keep_module(s->moves, was) ||
		    (ahead ? is != admission : !programme_has_module(rules->after, is)))
			continue;
		if (ahead)
			begun = tallied_count(s->ledger, pair, FACET_STARTED, -1, &rules->s->err);
		if (tallied_count(s->ledger, pair, FACET_ENROLLED, -1, &rules->s->err) > begun)
			return true;
	}
	return false;
}

/* Who takes part. */

/* Somebody who has started one of its modules on a day that still counts. */
static bool any_begun(const struct rules *rules, const struct pair *pair)
{
	struct stays *s = rules->s;
	int32_t slack = s->moves->slack;

	for (uint32_t i = 0; i < rules->after->n_memberships; i++) {
		const struct membership *row = &rules->after->memberships[i];
		struct span span = span_of(s, row);
		struct looking looking = { TALLIED_STARTED,
					   span.from == DAY_MIN ? DAY_MIN : span.from + slack,
					   span.to == DAY_MAX ? DAY_MAX : span.to - slack, false };

		if (row->from <= row->to && holds_all(rules, row) &&
		    tallied_day(s->ledger, pair, looking, &s->err))
			return true;
	}
	return false;
}

static bool any_day_stays(const struct rules *rules)
{
	const struct stays *s = rules->s;

	for (const struct pair *pair = rules->modules;
	     pair < rules->end && subject_kind(pair->subject) == KIND_MODULE; pair++) {
		uint32_t module = moves_module(s->moves, subject_index(pair->subject));

		if (module != CATALOGUE_NONE && programme_has_module(rules->after, module) &&
		    any_begun(rules, pair))
			return true;
	}
	return false;
}

/* Somebody who is admitted and has not begun: nothing but that need be looked at. */
static bool any_admitted(const struct rules *rules)
{
	return rules->after->admission != CATALOGUE_NONE && enrolments_kept(rules) &&
	       count(rules, FACET_NOT_STARTED, -1) > 0;
}

/* Nobody of the home has moved. */
static bool settled_stay(const struct rules *rules)
{
	bool all_stays = modules_stay(rules) && days_stay(rules);

	if (any_enrolled(rules) || any_admitted(rules))
		return true;
	if (rules->after->enrolled_only)
		return all_stays && enrolments_kept(rules) && enrolled_stay(rules);
	return any_day_stays(rules) ||
	       (all_stays && (count(rules, FACET_LAST, -1) > 0 || enrolments_kept(rules)));
}

/* Movers, where one of the two counts them where they were at home when they came. */

static bool rows_same(const struct rules *rules)
{
	const struct programme *a = rules->before, *b = rules->after;

	if (a->n_memberships != b->n_memberships || rules->s->moves->slack != 0)
		return false;
	for (uint32_t i = 0; i < a->n_memberships; i++) {
		const struct membership *x = &a->memberships[i], *y = &b->memberships[i];
		struct span was = span_of(rules->s, x), is = span_of(rules->s, y);

		if (was.from != is.from || was.to != is.to ||
		    !same(rules->s->before->regions[x->region].code,
			  rules->s->moves->after->regions[y->region].code))
			return false;
	}
	return true;
}

/* To the letter, with all texts and regions: then nothing of it changes. */
static bool rules_same(const struct rules *rules)
{
	const struct programme *a = rules->before, *b = rules->after;

	return rules->s->moves->same && rules->s->regions_same && a->n_modules == b->n_modules &&
	       modules_kept(rules) && rows_same(rules) && admission_kept(rules) &&
	       a->enrolled_only == b->enrolled_only && a->profile == b->profile;
}

/* Nothing is told of its modules that was not told of those before. */
static bool no_modules_come(const struct rules *rules)
{
	for (uint32_t i = 0; i < rules->after->n_modules; i++) {
		uint32_t is = rules->after->modules[i], was;

		if (!moves_feed_module(rules->s->moves, is))
			continue;
		was = moves_module_before(rules->s->moves, is);
		if (was == CATALOGUE_NONE || !programme_has_module(rules->before, was))
			return false;
	}
	return true;
}

/* Somebody takes part all of whose facts in it are from there: more do than have any from
 * elsewhere. Where they are at home now, if they are counted where they came, is not known. */
static bool any_settled(const struct rules *rules)
{
	if ((rules->before->profile == PROFILE_ENTRY && rules->after->profile != PROFILE_ENTRY) ||
	    count(rules, FACET_LAST, -1) <= count(rules, FACET_FROM, -1) || !modules_stay(rules) ||
	    !no_modules_come(rules) || !days_stay(rules))
		return false;
	return !rules->after->enrolled_only ||
	       (rules->before->enrolled_only && enrolments_kept(rules));
}

/* What was told of modules that were not known may be from anywhere. */
static bool strangers_come(const struct rules *rules)
{
	const struct moves *moves = rules->s->moves;
	uint32_t admission = rules->after->admission;

	for (uint32_t i = 0; i < rules->after->n_modules; i++)
		if (moves_feed_module(moves, rules->after->modules[i]) &&
		    moves_module_before(moves, rules->after->modules[i]) == CATALOGUE_NONE)
			return true;
	return admission != CATALOGUE_NONE && moves_feed_module(moves, admission) &&
	       moves_module_before(moves, admission) == CATALOGUE_NONE;
}

/* In which home those are who have moved is known only where nothing changes at all. That they take
 * part somewhere is known where nothing is taken away: that they are enrolled is not, since what
 * says so may be from anywhere. */
static void movers_stay(const struct rules *rules)
{
	bool as_they_came =
		rules->before->profile == PROFILE_ENTRY && rules->after->profile == PROFILE_ENTRY;
	bool everywhere = rules->after->n_regions == 0;

	rules->pair->roams = !any_settled(rules) && !rules_same(rules);
	if (!rules->pair->roams)
		rules->pair->stays = any_settled(rules) || enrolled_stay(rules);
	else
		rules->pair->stays =
			(everywhere && any_enrolled(rules)) ||
			(!rules->after->enrolled_only && count(rules, FACET_LAST, -1) > 0 &&
			 modules_stay(rules) && days_stay(rules) && (as_they_came || everywhere));
}

void stays_programme(struct stays *s, struct pair *pair, const struct pair *modules,
		     const struct pair *end)
{
	struct rules rules = { .s = s,
			       .before = &s->before->programmes[subject_index(pair->subject)],
			       .pair = pair,
			       .modules = modules,
			       .end = end };
	const struct catalogue *after = s->moves->after;
	uint32_t subject = subject_find(after, KIND_PROGRAMME, text_of(rules.before->id));

	if (subject == CATALOGUE_NONE)
		return;
	rules.after = &after->programmes[subject_index(subject)];
	if (!moves_lead_into(s->moves, pair->home, rules.after->regions, rules.after->n_regions))
		return;
	if ((rules.before->profile == PROFILE_ENTRY || rules.after->profile == PROFILE_ENTRY) &&
	    (s->moved[pair->home] || strangers_come(&rules)))
		movers_stay(&rules);
	else
		pair->stays = settled_stay(&rules);
}

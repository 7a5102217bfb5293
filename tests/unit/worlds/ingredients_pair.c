/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is hard in two events of one learner, among them a voiding and a fact.
 */
#include "tests/unit/worlds/ingredient_parts.h"

static bool is_one_module(const struct anyworld *world, const struct event *a,
			  const struct event *b)
{
	return ingredient_counts(world, a) &&
	       ingredient_module(world, a) == ingredient_module(world, b);
}

static bool is_one_fact(const struct anyworld *world, const struct event *a, const struct event *b)
{
	return is_one_module(world, a, b) && a->type == b->type && a->time == b->time &&
	       a->result.score == b->result.score && a->result.passed == b->result.passed &&
	       a->result.phase == b->result.phase && a->result.minutes == b->result.minutes &&
	       a->result.state == b->result.state && a->voids == b->voids &&
	       a->voids_time == b->voids_time;
}

static bool has_same_attrs(const struct event *a, const struct event *b)
{
	bool same = a->n_attrs == b->n_attrs;

	for (size_t i = 0; same && i < a->n_attrs; i++)
		same = text_equal(a->attrs[i].name, b->attrs[i].name) &&
		       text_equal(a->attrs[i].value, b->attrs[i].value);
	return same;
}

static bool is_delivered_twice(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_one_fact(world, a, b) && text_equal(a->module, b->module) &&
	       text_equal(a->region, b->region) && has_same_attrs(a, b) &&
	       a->valid_until == b->valid_until;
}

static bool is_voiding_twice(const struct anyworld *world, const struct event *a,
			     const struct event *b)
{
	return a->type == EVENT_VOIDED && is_delivered_twice(world, a, b);
}

static bool has_two_module_names(const struct anyworld *world, const struct event *a,
				 const struct event *b)
{
	return is_one_fact(world, a, b) && !text_equal(a->module, b->module);
}

static bool has_two_homes(const struct anyworld *world, const struct event *a,
			  const struct event *b)
{
	return is_one_fact(world, a, b) && ingredient_home(world, a) != ingredient_home(world, b);
}

static bool has_two_attrs(const struct anyworld *world, const struct event *a,
			  const struct event *b)
{
	return is_one_fact(world, a, b) && world->catalogue->n_dimensions > 0 &&
	       !has_same_attrs(a, b);
}

static bool is_move(const struct anyworld *world, const struct event *a, const struct event *b)
{
	return ingredient_counts(world, a) && ingredient_counts(world, b) && a->time != b->time &&
	       ingredient_home(world, a) != ingredient_home(world, b);
}

/* What counts nowhere says where somebody works all the same. */
static bool is_move_by_unknown_module(const struct anyworld *world, const struct event *a,
				      const struct event *b)
{
	return ingredient_counts(world, a) && !ingredient_counts(world, b) && a->time < b->time &&
	       ingredient_home(world, a) != ingredient_home(world, b);
}

static bool is_tie_of_homes(const struct anyworld *world, const struct event *a,
			    const struct event *b)
{
	return ingredient_counts(world, a) && ingredient_counts(world, b) && a->time == b->time &&
	       ingredient_home(world, a) != ingredient_home(world, b);
}

static bool is_tie_of(const struct anyworld *world, const struct event *a, const struct event *b,
		      enum event_type type_a, enum event_type type_b)
{
	return is_one_module(world, a, b) && a->time == b->time && a->type == type_a &&
	       b->type == type_b && !is_one_fact(world, a, b);
}

static bool is_tie_of_assessments(const struct anyworld *world, const struct event *a,
				  const struct event *b)
{
	return is_tie_of(world, a, b, EVENT_ASSESSED, EVENT_ASSESSED);
}

static bool is_tie_of_withdrawal(const struct anyworld *world, const struct event *a,
				 const struct event *b)
{
	return is_tie_of(world, a, b, EVENT_WITHDRAWN, EVENT_STARTED) ||
	       is_tie_of(world, a, b, EVENT_WITHDRAWN, EVENT_ASSESSED);
}

static bool is_return(const struct anyworld *world, const struct event *a, const struct event *b)
{
	return is_one_module(world, a, b) && a->type == EVENT_WITHDRAWN &&
	       b->type == EVENT_STARTED && a->time < b->time;
}

static bool is_retry(const struct anyworld *world, const struct event *a, const struct event *b)
{
	return is_one_module(world, a, b) && a->type == EVENT_ASSESSED &&
	       b->type == EVENT_ASSESSED && a->time < b->time && a->result.score >= 0 &&
	       b->result.score > a->result.score;
}

/* Two presences of one month that make a whole hour only together. */
static bool is_hour_together(const struct anyworld *world, const struct event *a,
			     const struct event *b)
{
	char month_a[DAY_TEXT], month_b[DAY_TEXT];

	if (!is_one_module(world, a, b) || a->type != EVENT_ATTENDED || b->type != EVENT_ATTENDED ||
	    is_one_fact(world, a, b))
		return false;
	day_print(ingredient_day(world, a), month_a);
	day_print(ingredient_day(world, b), month_b);
	return memcmp(month_a, month_b, strlen("2024-01")) == 0 &&
	       a->result.minutes % 60 + b->result.minutes % 60 >= 60;
}

static bool is_then(const struct anyworld *world, const struct event *a, const struct event *b,
		    enum event_type first, enum event_type second)
{
	return is_one_module(world, a, b) && a->type == first && b->type == second &&
	       a->time < b->time;
}

static bool is_enrolled_then_withdrawn(const struct anyworld *world, const struct event *a,
				       const struct event *b)
{
	return is_then(world, a, b, EVENT_ENROLLED, EVENT_WITHDRAWN);
}

static bool is_withdrawn_then_enrolled(const struct anyworld *world, const struct event *a,
				       const struct event *b)
{
	return is_then(world, a, b, EVENT_WITHDRAWN, EVENT_ENROLLED);
}

static bool is_tie_of_enrolment(const struct anyworld *world, const struct event *a,
				const struct event *b)
{
	return is_tie_of(world, a, b, EVENT_WITHDRAWN, EVENT_ENROLLED);
}

static bool is_tie_of_states(const struct anyworld *world, const struct event *a,
			     const struct event *b)
{
	return is_tie_of(world, a, b, EVENT_ENROLLED, EVENT_ENROLLED);
}

static bool is_state_that_falls(const struct anyworld *world, const struct event *a,
				const struct event *b)
{
	return is_then(world, a, b, EVENT_ENROLLED, EVENT_ENROLLED) &&
	       a->result.state > b->result.state;
}

static bool has_two_last_days(const struct anyworld *world, const struct event *a,
			      const struct event *b)
{
	return is_one_fact(world, a, b) && a->valid_until && a->valid_until < b->valid_until;
}

static bool has_a_last_day_or_none(const struct anyworld *world, const struct event *a,
				   const struct event *b)
{
	return is_one_fact(world, a, b) && !a->valid_until && b->valid_until;
}

/* Scored assessments of these phases, in this order. */
static bool is_phased(const struct anyworld *world, const struct event *a, const struct event *b,
		      enum event_phase first, enum event_phase second)
{
	return is_one_module(world, a, b) && a->type == EVENT_ASSESSED &&
	       b->type == EVENT_ASSESSED && a->time < b->time && a->result.score >= 0 &&
	       b->result.score >= 0 && a->result.phase == first && b->result.phase == second;
}

static bool is_post_behind_pre(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_phased(world, a, b, PHASE_PRE, PHASE_POST);
}

static bool is_pre_behind_post(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_phased(world, a, b, PHASE_POST, PHASE_PRE);
}

static bool is_none_behind_pre(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_phased(world, a, b, PHASE_PRE, PHASE_NONE);
}

/* Voidings. */

enum { UP_TO_OWN_TIME = 64 /* of one that names none */ };

unsigned ingredient_form(const struct event *voiding)
{
	return (voiding->voids_time != EVENT_NO_TIME ? NAMES_TIME : 0) |
	       (voiding->result.score >= 0 ? NAMES_SCORE : 0) |
	       (voiding->result.passed >= 0 ? NAMES_PASSED : 0) |
	       (voiding->result.phase != PHASE_NONE ? NAMES_PHASE : 0) |
	       (voiding->result.minutes ? NAMES_MINUTES : 0) |
	       (voiding->result.state != STATE_NONE ? NAMES_STATE : 0);
}

/* By what a fact of the type that is named is spared; 0: it is taken back. */
static unsigned spared_by(const struct event *voiding, const struct event *fact)
{
	unsigned differs = (voiding->voids_time != fact->time ? NAMES_TIME : 0) |
			   (voiding->result.score != fact->result.score ? NAMES_SCORE : 0) |
			   (voiding->result.passed != fact->result.passed ? NAMES_PASSED : 0) |
			   (voiding->result.phase != fact->result.phase ? NAMES_PHASE : 0) |
			   (voiding->result.minutes != fact->result.minutes ? NAMES_MINUTES : 0) |
			   (voiding->result.state != fact->result.state ? NAMES_STATE : 0);
	bool later = voiding->voids_time == EVENT_NO_TIME && fact->time > voiding->time;

	return (differs & ingredient_form(voiding)) | (later ? UP_TO_OWN_TIME : 0);
}

static bool is_spared_by(const struct anyworld *world, const struct event *a, const struct event *b,
			 unsigned by)
{
	return is_one_module(world, a, b) && a->type == EVENT_VOIDED && a->voids == b->type &&
	       spared_by(a, b) == by;
}

static bool is_spared_by_own_time(const struct anyworld *world, const struct event *a,
				  const struct event *b)
{
	return is_spared_by(world, a, b, UP_TO_OWN_TIME);
}

static bool is_spared_by_time(const struct anyworld *world, const struct event *a,
			      const struct event *b)
{
	return is_spared_by(world, a, b, NAMES_TIME);
}

static bool is_spared_by_score(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_spared_by(world, a, b, NAMES_SCORE);
}

static bool is_spared_by_passed(const struct anyworld *world, const struct event *a,
				const struct event *b)
{
	return is_spared_by(world, a, b, NAMES_PASSED);
}

static bool is_spared_by_phase(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_spared_by(world, a, b, NAMES_PHASE);
}

static bool is_spared_by_minutes(const struct anyworld *world, const struct event *a,
				 const struct event *b)
{
	return is_spared_by(world, a, b, NAMES_MINUTES) && b->type == EVENT_ATTENDED;
}

static bool is_spared_by_state(const struct anyworld *world, const struct event *a,
			       const struct event *b)
{
	return is_spared_by(world, a, b, NAMES_STATE) && b->type == EVENT_ENROLLED;
}

bool ingredient_taken_back(const struct anyworld *world, const struct event *a,
			   const struct event *b)
{
	return is_spared_by(world, a, b, 0);
}

static bool is_taken_back_ahead(const struct anyworld *world, const struct event *a,
				const struct event *b)
{
	return ingredient_taken_back(world, a, b) && a->time < b->time;
}

/* In the order in which the world was made. */
static bool is_taken_back_first(const struct anyworld *world, const struct event *a,
				const struct event *b)
{
	return ingredient_taken_back(world, a, b) && a < b;
}

/* All. */

const struct pair_ingredient ingredients_of_pairs[] = {
	{ "presences that make an hour together", is_hour_together },
	{ "a withdrawal after an enrolment", is_enrolled_then_withdrawn },
	{ "an enrolment after a withdrawal", is_withdrawn_then_enrolled },
	{ "a withdrawal and an enrolment at one time", is_tie_of_enrolment },
	{ "two states at one time", is_tie_of_states },
	{ "a state that falls", is_state_that_falls },
	{ "a fact with two last days", has_two_last_days },
	{ "a fact with a last day and with none", has_a_last_day_or_none },
	{ "a delivery that comes twice", is_delivered_twice },
	{ "a voiding that comes twice", is_voiding_twice },
	{ "a fact by two names of its module", has_two_module_names },
	{ "a fact with two homes", has_two_homes },
	{ "a fact with two claims of attributes", has_two_attrs },
	{ "a move", is_move },
	{ "a move that an unknown module tells of", is_move_by_unknown_module },
	{ "homes at one time", is_tie_of_homes },
	{ "assessments at one time", is_tie_of_assessments },
	{ "a withdrawal and something else at one time", is_tie_of_withdrawal },
	{ "a return after a withdrawal", is_return },
	{ "a better score later", is_retry },
	{ "post behind pre", is_post_behind_pre },
	{ "pre behind post", is_pre_behind_post },
	{ "no phase behind pre", is_none_behind_pre },
	{ "a fact that is later than a voiding of those up to it", is_spared_by_own_time },
	{ "a voiding of another time", is_spared_by_time },
	{ "a voiding of another score", is_spared_by_score },
	{ "a voiding of another passed", is_spared_by_passed },
	{ "a voiding of another phase", is_spared_by_phase },
	{ "a voiding of other minutes", is_spared_by_minutes },
	{ "a voiding of another state", is_spared_by_state },
	{ "a voiding of what is later", is_taken_back_ahead },
	{ "a voiding that comes before its fact", is_taken_back_first },
};
const size_t n_ingredients_of_pairs =
	sizeof(ingredients_of_pairs) / sizeof(ingredients_of_pairs[0]);

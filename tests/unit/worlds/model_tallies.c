/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tallies that all learners make together, and those of kind people.
 */
#include "daemon/catalogue/subject.h"
#include "tests/unit/worlds/model_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

void model_count(struct model_counts *to, enum facet facet, uint32_t part, uint64_t bucket,
		 int64_t amount)
{
	if (to->n == to->room) {
		to->room = 2 * to->room + 256;
		to->items = realloc(to->items, to->room * sizeof(*to->items));
		assert_non_null(to->items);
	}
	to->items[to->n++] = (struct tally){ { .home = to->home,
					       .subject = to->subject,
					       .facet = facet,
					       .part = part,
					       .bucket = bucket },
					     amount };
}

void model_count_values(struct model_counts *to, const struct catalogue *c,
			const struct model_profile *profile, enum facet facet, uint64_t bucket,
			int64_t amount)
{
	for (uint32_t d = 0; d < c->n_dimensions; d++)
		model_count(to, facet, tally_by(d, profile->values[d]), bucket, amount);
}

static bool belongs(const struct catalogue *c, uint32_t m, uint32_t subject)
{
	const struct module *module = &c->modules[m];
	uint32_t index = subject_index(subject);
	const struct programme *p = &c->programmes[index];
	bool is = false;

	switch (subject_kind(subject)) {
	case KIND_MODULE:
		return m == index;
	case KIND_PROGRAMME:
		for (uint32_t i = 0; i < p->n_modules; i++)
			is |= p->modules[i] == m;
		return is || p->admission == m;
	case KIND_COMPETENCE:
		for (uint32_t i = 0; i < module->n_grants; i++)
			is |= module->grants[i].competence == index;
		return is;
	default:
		return true;
	}
}

/* The regions other than the home that came with events of the subject's modules, where any fact of
 * such a module stands. */
static void count_from(struct model_counts *to, const struct catalogue *c,
		       const struct model_learner *learner)
{
	for (uint32_t r = 0; r < c->n_regions; r++) {
		bool any = false;

		for (uint32_t m = 0; m < c->n_modules; m++)
			any |= belongs(c, m, to->subject) && learner->stands[m] &&
			       learner->from[(size_t)m * c->n_regions + r];
		if (any && r != to->home)
			model_count(to, FACET_FROM, 0, r, 1);
	}
}

static void count_people(struct model_counts *to, const struct catalogue *c,
			 const struct model_learner *learner)
{
	model_count(to, FACET_LAST, 0, (uint32_t)calendar_day(c->calendar, learner->last_at), 1);
	model_count_values(to, c, &learner->now, FACET_BY_LEARNERS, 0, 1);
}

static void count_learner(struct model_counts *to, const struct catalogue *c,
			  const struct model_learner *learner)
{
	to->home = learner->now.home;
	for (uint32_t m = 0; m < c->n_modules; m++) {
		to->subject = subject_of(KIND_MODULE, m);
		if (learner->modules[m].counts || learner->modules[m].enrolment) {
			model_count_module(to, c, learner, m);
			count_from(to, c, learner);
		}
	}
	for (uint32_t p = 0; p < c->n_programmes; p++) {
		to->subject = subject_of(KIND_PROGRAMME, p);
		if (learner->programmes[p].counts || learner->programmes[p].enrolment) {
			to->home = learner->programmes[p].profile.home;
			model_count_programme(to, c, learner, p);
			count_from(to, c, learner);
		}
	}
	to->home = learner->now.home;
	for (uint32_t k = 0; k < c->n_competences; k++) {
		to->subject = subject_of(KIND_COMPETENCE, k);
		if (learner->competences[k].n > 0) {
			model_count_competence(to, c, learner, k);
			count_from(to, c, learner);
		}
	}
	to->subject = subject_of(KIND_PEOPLE, 0);
	if (learner->counts) {
		count_people(to, c, learner);
		count_from(to, c, learner);
	}
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_tallies(const void *a, const void *b)
{
	const struct tally_key *x = &((const struct tally *)a)->key;
	const struct tally_key *y = &((const struct tally *)b)->key;
	int by = compare_numbers(x->home, y->home);

	by = by ? by : compare_numbers(x->subject, y->subject);
	by = by ? by : compare_numbers(x->facet, y->facet);
	by = by ? by : compare_numbers(x->part, y->part);
	return by ? by : compare_numbers(x->bucket, y->bucket);
}

struct tally *model_tallies(const struct model *model, size_t *ret_n)
{
	struct model_counts to = { 0 };
	size_t n = 0;

	for (size_t l = 0; l < model->n; l++)
		count_learner(&to, model->catalogue, &model->learners[l]);
	if (to.n)
		qsort(to.items, to.n, sizeof(*to.items), compare_tallies);
	/* The same key's together; what comes to nothing is none. */
	for (size_t i = 0, next; i < to.n; i = next) {
		struct tally sum = to.items[i];

		for (next = i + 1;
		     next < to.n && compare_tallies(&to.items[i], &to.items[next]) == 0; next++)
			sum.n += to.items[next].n;
		if (sum.n != 0)
			to.items[n++] = sum;
	}
	*ret_n = n;
	return to.items;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sync/compare.h"

#include <stdlib.h>

#include "clients/cli/sync/profile.h"
#include "proto/grow.h"

enum { MOMENTS = 60000 }; /* of a minute */

struct comparing {
	const struct facts *list;
	struct facts *next;   /* those that were known, then those that are new */
	size_t n_known;	      /* of `next` */
	struct fact **sent;   /* those that were known, in the order of what was sent */
	struct fact **listed; /* those of them that stood, in the order of the list */
	size_t n_listed;
	struct fact **stays; /* of each of the list the one that stands for it, or NULL */
	struct compare_counts *counts;
};

/* Looking up. */

static int order_sent(const void *a, const void *b)
{
	return fact_compare_sent(*(struct fact *const *)a, *(struct fact *const *)b);
}

static int order_listed(const void *a, const void *b)
{
	return fact_compare_listed(*(struct fact *const *)a, *(struct fact *const *)b);
}

/* The least there can be of what an akin fact of this time may say. */
static struct fact least_like(const struct fact *fact, int64_t time)
{
	struct fact least = *fact;

	least.time = least.listed = time;
	least.result = (struct event_result){ .score = INT16_MIN, .passed = INT8_MIN };
	return least;
}

/* The first of those that were sent which is not before this one. */
static size_t find_sent(const struct comparing *comparing, const struct fact *fact)
{
	size_t low = 0, high = comparing->n_known;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (fact_compare_sent(comparing->sent[middle], fact) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The same in the list. */
static size_t find_listed(const struct facts *list, const struct fact *fact)
{
	size_t low = 0, high = list->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (fact_compare_listed(&list->items[middle], fact) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Would a fact like this, sent with this time, be one that has been taken back, or that is there
 * for another one? `stands`: ask that, too. */
static bool is_sent(const struct comparing *comparing, const struct fact *fact, int64_t time,
		    bool stands)
{
	const struct fact least = least_like(fact, time);

	for (size_t i = find_sent(comparing, &least); i < comparing->n_known; i++) {
		const struct fact *other = comparing->sent[i];

		if (!fact_is_akin(other, fact) || other->time != time)
			return false;
		if (other->kind == FACT_GONE
			    ? result_covers(&other->result, &fact->result)
			    : stands && result_compare(&other->result, &fact->result) == 0)
			return true;
	}
	return false;
}

/* Is it the list's own for another one? */
static bool is_listed(const struct comparing *comparing, const struct fact *fact, int64_t time)
{
	struct fact wanted = *fact;
	size_t at;

	wanted.listed = time;
	at = find_listed(comparing->list, &wanted);
	return time != fact->listed && at < comparing->list->n &&
	       fact_compare_listed(&comparing->list->items[at], &wanted) == 0;
}

/* Has one that is new been given it? They are put there in the list's order: akin ones are last. */
static bool is_given(const struct comparing *comparing, const struct fact *fact, int64_t time)
{
	for (size_t i = comparing->next->n; i-- > comparing->n_known;) {
		const struct fact *other = &comparing->next->items[i];

		if (!fact_is_akin(other, fact))
			return false;
		if (other->time == time && result_compare(&other->result, &fact->result) == 0)
			return true;
	}
	return false;
}

/* What stays, and what goes. */

static bool has_kin(const struct facts *list, const struct fact *fact)
{
	const struct fact least = least_like(fact, INT64_MIN);
	size_t at = find_listed(list, &least);

	return at < list->n && fact_is_akin(&list->items[at], fact);
}

static void take_back(struct comparing *comparing, struct fact *fact)
{
	fact->kind = FACT_GONE;
	fact->pending = true;
	fact->resent = false;
	if (has_kin(comparing->list, fact))
		comparing->counts->changed++;
	else
		comparing->counts->vanished++;
}

/* Of several ends the earliest counts: an earlier one is claimed beside, for a later one the fact
 * must go and come back. Does it stay? */
static bool keep_end(struct comparing *comparing, struct fact *fact, int32_t valid_until)
{
	if (fact->valid_until == valid_until)
		return true;
	if (valid_until == 0 || (fact->valid_until != 0 && valid_until > fact->valid_until)) {
		take_back(comparing, fact);
		return false;
	}
	fact->valid_until = valid_until;
	fact->pending = fact->resent = true;
	comparing->counts->extended++;
	return true;
}

static void merge(struct comparing *comparing)
{
	const struct facts *list = comparing->list;
	size_t at = 0;

	for (size_t i = 0; i < comparing->n_listed; i++) {
		struct fact *fact = comparing->listed[i];

		while (at < list->n && fact_compare_listed(&list->items[at], fact) < 0)
			at++;
		if (at == list->n || fact_compare_listed(&list->items[at], fact) != 0) {
			take_back(comparing, fact);
		} else if (keep_end(comparing, fact, list->items[at].valid_until)) {
			fact->place = list->items[at].place;
			comparing->stays[at] = fact;
		}
	}
}

/* Put what is new into a place where nothing has been taken back. */
static int add_new(struct comparing *comparing, size_t i)
{
	struct fact fact = comparing->list->items[i];
	int n = 0;

	while (is_sent(comparing, &fact, fact.time, true) ||
	       is_listed(comparing, &fact, fact.time) || is_given(comparing, &fact, fact.time)) {
		if (++n == MOMENTS)
			return LIFT_E_TOO_MANY;
		fact.time = fact_next_time(fact.time);
	}
	fact.pending = true;
	comparing->next->items[comparing->next->n++] = fact;
	return 0;
}

static int add_all_new(struct comparing *comparing)
{
	int err = 0;

	for (size_t i = 0; !err && i < comparing->list->n; i++) {
		struct fact *fact = comparing->stays[i];

		/* What takes back another one may take back this one, too: "passed" goes, and with
		 * it "passed, with a score of 0.8" of the same moment. */
		if (fact && is_sent(comparing, fact, fact->time, false)) {
			fact->kind = FACT_GONE;
			fact->pending = true;
			fact->resent = false;
			fact = NULL;
		} else if (!fact) {
			comparing->counts->fresh++;
		}
		if (!fact)
			err = add_new(comparing, i);
	}
	return err;
}

/* Profiles. */

struct profiles {
	struct comparing *comparing;
	struct profile_claims held, wanted;
	size_t known, fresh; /* the next ones to be looked at */
	size_t n_fresh;
	int64_t now_ms;
};

/* What the daemon has of a learner. */
static int add_held(struct profiles *profiles, struct text learner)
{
	struct comparing *comparing = profiles->comparing;
	int err = 0, order;

	profile_clear(&profiles->held);
	for (; !err && profiles->known < comparing->n_known; profiles->known++) {
		const struct fact *fact = comparing->sent[profiles->known];

		order = text_compare(fact->learner, learner);
		if (order > 0)
			break;
		if (order == 0)
			err = profile_add(&profiles->held, fact, fact->time);
	}
	for (; !err && profiles->fresh < profiles->n_fresh; profiles->fresh++) {
		const struct fact *fact = &comparing->next->items[profiles->fresh];

		if (!text_equal(fact->learner, learner))
			break;
		err = profile_add(&profiles->held, fact, fact->time);
	}
	return err;
}

static int add_move(struct profiles *profiles, const struct fact *first)
{
	struct facts *next = profiles->comparing->next;
	struct event_attr attrs[ATTRS_MAX];
	struct fact move = { .kind = FACT_MOVE,
			     .pending = true,
			     .type = EVENT_VOIDED,
			     .result = { .score = -1, .passed = -1 },
			     .learner = first->learner,
			     .module = first->module,
			     .place = first->place };

	if (!profile_differs(&profiles->held, &profiles->wanted, &move.region, attrs,
			     &move.n_attrs))
		return 0;
	move.time =
		profiles->held.last < profiles->now_ms ? profiles->now_ms : profiles->held.last + 1;
	move.listed = move.time;
	move.attrs = arena_take(&next->arena, move.n_attrs, sizeof(*move.attrs));
	if (!move.attrs)
		return LIFT_E_MEMORY;
	memcpy(move.attrs, attrs, move.n_attrs * sizeof(*attrs));
	next->items[next->n++] = move;
	profiles->comparing->counts->moved++;
	return 0;
}

static int add_moves(struct comparing *comparing, int64_t now_ms)
{
	struct profiles profiles = { .comparing = comparing,
				     .fresh = comparing->n_known,
				     .n_fresh = comparing->next->n,
				     .now_ms = now_ms };
	const struct facts *list = comparing->list;
	size_t i = 0;
	int err = 0;

	while (!err && i < list->n) {
		const struct fact *first = &list->items[i];

		profile_clear(&profiles.wanted);
		for (; !err && i < list->n && text_equal(list->items[i].learner, first->learner);
		     i++)
			err = profile_add(&profiles.wanted, &list->items[i], list->items[i].listed);
		err = err ? err : add_held(&profiles, first->learner);
		err = err ? err : add_move(&profiles, first);
	}
	free(profiles.held.claims);
	free(profiles.wanted.claims);
	return err;
}

/* All of it. */

static int begin(struct comparing *comparing, const struct facts *known, bool all)
{
	struct facts *next = comparing->next;
	size_t n = known->n, room = 0;
	int err = grow(&next->items, &next->room, n + 2 * comparing->list->n, sizeof(*next->items));

	err = err ? err : grow(&comparing->sent, &room, n, sizeof(*comparing->sent));
	room = 0;
	err = err ? err : grow(&comparing->listed, &room, n, sizeof(*comparing->listed));
	comparing->stays = calloc(comparing->list->n + 1, sizeof(*comparing->stays));
	if (err || !comparing->stays)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < n; i++) {
		struct fact *fact = &next->items[next->n++];

		*fact = known->items[i];
		fact->pending = fact->resent = all || fact->again;
		fact->again = false;
		fact->place = 0;
		comparing->sent[i] = fact;
		if (fact->kind == FACT_STANDS)
			comparing->listed[comparing->n_listed++] = fact;
	}
	comparing->n_known = n;
	comparing->counts->known = comparing->n_listed;
	comparing->counts->listed = comparing->list->n;
	if (n > 0)
		qsort(comparing->sent, n, sizeof(*comparing->sent), order_sent);
	if (comparing->n_listed > 0)
		qsort(comparing->listed, comparing->n_listed, sizeof(*comparing->listed),
		      order_listed);
	return 0;
}

int compare_list(const struct facts *known, const struct facts *list, int64_t now_ms, bool all,
		 struct facts *ret_next, struct compare_counts *ret_counts)
{
	struct comparing comparing = { .list = list, .next = ret_next, .counts = ret_counts };
	int err;

	*ret_counts = (struct compare_counts){ 0 };
	err = begin(&comparing, known, all);
	if (!err) {
		merge(&comparing);
		err = add_all_new(&comparing);
	}
	err = err ? err : add_moves(&comparing, now_ms);
	free(comparing.sent);
	free(comparing.listed);
	free(comparing.stays);
	return err;
}

void compare_settle(struct facts *facts)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->n; i++) {
		struct fact fact = facts->items[i];
		bool was = fact.resent || fact.kind == FACT_GONE;

		if (fact.pending && fact.refused) {
			if (!was)
				continue;
			if (fact.resent)
				fact.again = true;
			else
				fact.kind = FACT_STANDS; /* what takes it back comes next time */
		}
		fact.pending = fact.resent = fact.refused = false;
		facts->items[n++] = fact;
	}
	facts->n = n;
}

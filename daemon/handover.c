/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/handover.h"

#include <pthread.h>
#include <stdlib.h>

/* Results in order. */
struct results {
	struct reload_result *first, **end; /* where the next one goes */
};

struct handover {
	atomic_bool ledger_wanted;
	pthread_mutex_t lock; /* of all below */
	struct catalogue *newest;
	struct meant *meant; /* by it */
	struct {
		struct catalogue *catalogue;
		struct results results; /* of the reloads that it came by */
	} renamed;
	struct {
		struct ledger *ledger;
		struct catalogue *catalogue; /* NULL: nothing lies here */
	} checked;
	struct reload_wish wishes[HANDOVER_WISHES_MAX];
	size_t n_wishes;
	uint64_t last_wish;
	struct results results, signalled;
	struct {
		bool is_left;
		struct files_state state;
	} files;
};

static void results_init(struct results *results)
{
	*results = (struct results){ NULL, &results->first };
}

static void results_add(struct results *results, struct reload_result *result)
{
	result->next = NULL;
	*results->end = result;
	results->end = &result->next;
}

static struct reload_result *results_take(struct results *results)
{
	struct reload_result *first = results->first;

	if (!first)
		return NULL;
	results->first = first->next;
	if (!results->first)
		results->end = &results->first;
	return first;
}

static void results_free(struct results *results)
{
	struct reload_result *result;

	while ((result = results_take(results)))
		reload_result_free(result);
}

void reload_result_free(struct reload_result *result)
{
	if (!result)
		return;
	free((char *)result->answer.data);
	free(result);
}

/* For want of memory there is none. */
static struct meant *index_of(const struct catalogue *catalogue)
{
	struct meant *meant = NULL;

	if (catalogue && meant_new(catalogue, &meant) != 0)
		return NULL;
	return meant;
}

int handover_open(struct catalogue *newest, struct handover **ret_handover)
{
	struct handover *handover = calloc(1, sizeof(*handover));

	if (!handover)
		return LIFT_E_MEMORY;
	pthread_mutex_init(&handover->lock, NULL);
	handover->newest = catalogue_keep(newest);
	handover->meant = index_of(newest);
	results_init(&handover->renamed.results);
	results_init(&handover->results);
	results_init(&handover->signalled);
	*ret_handover = handover;
	return 0;
}

void handover_close(struct handover *handover)
{
	if (!handover)
		return;
	meant_free(handover->meant);
	catalogue_free(handover->newest);
	catalogue_free(handover->renamed.catalogue);
	catalogue_free(handover->checked.catalogue);
	ledger_close(handover->checked.ledger);
	results_free(&handover->renamed.results);
	results_free(&handover->results);
	results_free(&handover->signalled);
	files_state_clear(&handover->files.state);
	pthread_mutex_destroy(&handover->lock);
	free(handover);
}

static struct catalogue *keep(struct catalogue *catalogue)
{
	return catalogue ? catalogue_keep(catalogue) : NULL;
}

void handover_set_newest(struct handover *handover, struct catalogue *catalogue)
{
	struct meant *meant = index_of(catalogue), *meant_before;
	struct catalogue *before;

	pthread_mutex_lock(&handover->lock);
	before = handover->newest;
	handover->newest = keep(catalogue);
	meant_before = handover->meant;
	handover->meant = meant;
	pthread_mutex_unlock(&handover->lock);
	meant_free(meant_before);
	catalogue_free(before);
}

struct catalogue *handover_newest(struct handover *handover)
{
	struct catalogue *newest;

	pthread_mutex_lock(&handover->lock);
	newest = keep(handover->newest);
	pthread_mutex_unlock(&handover->lock);
	return newest;
}

struct catalogue *handover_newest_of_gate(struct handover *handover, struct meant **ret_meant)
{
	struct catalogue *newest;

	pthread_mutex_lock(&handover->lock);
	newest = keep(handover->newest);
	*ret_meant = handover->meant;
	handover->meant = NULL;
	pthread_mutex_unlock(&handover->lock);
	return newest;
}

/* The lock is held. */
static void leave(struct handover *handover, struct reload_result *result)
{
	results_add(result->number ? &handover->results : &handover->signalled, result);
}

/* The lock is held. What the reloads came by does not lie there any more; an error is new to
 * them. */
static void leave_renamed_results(struct handover *handover, int err)
{
	struct reload_result *result;

	while ((result = results_take(&handover->renamed.results))) {
		if (err) {
			free((char *)result->answer.data);
			result->answer = (struct text){ NULL, 0 };
			result->err = err;
		}
		leave(handover, result);
	}
}

void handover_leave_renamed(struct handover *handover, struct catalogue *catalogue,
			    struct reload_result *result)
{
	struct catalogue *before;

	pthread_mutex_lock(&handover->lock);
	before = handover->renamed.catalogue;
	handover->renamed.catalogue = keep(catalogue);
	leave_renamed_results(handover, 0);
	if (result)
		results_add(&handover->renamed.results, result);
	pthread_mutex_unlock(&handover->lock);
	catalogue_free(before);
}

bool handover_join_renamed(struct handover *handover, struct reload_result *result)
{
	bool is_there;

	pthread_mutex_lock(&handover->lock);
	is_there = handover->renamed.catalogue;
	if (is_there && result)
		results_add(&handover->renamed.results, result);
	pthread_mutex_unlock(&handover->lock);
	return is_there;
}

struct catalogue *handover_renamed(struct handover *handover)
{
	struct catalogue *renamed;

	pthread_mutex_lock(&handover->lock);
	renamed = keep(handover->renamed.catalogue);
	pthread_mutex_unlock(&handover->lock);
	return renamed;
}

void handover_renamed_done(struct handover *handover, const struct catalogue *catalogue, int err)
{
	struct catalogue *done = NULL;

	pthread_mutex_lock(&handover->lock);
	if (handover->renamed.catalogue == catalogue) { /* else another one has come meanwhile */
		done = handover->renamed.catalogue;
		handover->renamed.catalogue = NULL;
		leave_renamed_results(handover, err);
	}
	pthread_mutex_unlock(&handover->lock);
	catalogue_free(done);
}

void handover_leave_checked(struct handover *handover, struct ledger *ledger,
			    struct catalogue *catalogue)
{
	pthread_mutex_lock(&handover->lock);
	handover->checked.ledger = ledger;
	handover->checked.catalogue = catalogue;
	pthread_mutex_unlock(&handover->lock);
}

bool handover_take_checked(struct handover *handover, struct ledger **ret_ledger,
			   struct catalogue **ret_catalogue)
{
	pthread_mutex_lock(&handover->lock);
	*ret_ledger = handover->checked.ledger;
	*ret_catalogue = handover->checked.catalogue;
	handover->checked.ledger = NULL;
	handover->checked.catalogue = NULL;
	pthread_mutex_unlock(&handover->lock);
	return *ret_catalogue;
}

void handover_want_ledger(struct handover *handover)
{
	atomic_store(&handover->ledger_wanted, true);
}

bool handover_ledger_wanted(struct handover *handover)
{
	return atomic_exchange(&handover->ledger_wanted, false);
}

uint64_t handover_ask_reload(struct handover *handover, bool dry_run, bool yes)
{
	uint64_t number = 0;

	pthread_mutex_lock(&handover->lock);
	if (handover->n_wishes < HANDOVER_WISHES_MAX) {
		number = ++handover->last_wish;
		handover->wishes[handover->n_wishes++] =
			(struct reload_wish){ number, dry_run, yes };
	}
	pthread_mutex_unlock(&handover->lock);
	return number;
}

bool handover_take_wish(struct handover *handover, struct reload_wish *ret_wish)
{
	bool is_there;

	pthread_mutex_lock(&handover->lock);
	is_there = handover->n_wishes > 0;
	if (is_there) {
		*ret_wish = handover->wishes[0];
		memmove(&handover->wishes[0], &handover->wishes[1],
			--handover->n_wishes * sizeof(handover->wishes[0]));
	}
	pthread_mutex_unlock(&handover->lock);
	return is_there;
}

void handover_leave_result(struct handover *handover, struct reload_result *result)
{
	pthread_mutex_lock(&handover->lock);
	leave(handover, result);
	pthread_mutex_unlock(&handover->lock);
}

struct reload_result *handover_take_result(struct handover *handover, bool by_signal)
{
	struct reload_result *result;

	pthread_mutex_lock(&handover->lock);
	result = results_take(by_signal ? &handover->signalled : &handover->results);
	pthread_mutex_unlock(&handover->lock);
	return result;
}

void handover_leave_files(struct handover *handover, const struct files_state *files)
{
	pthread_mutex_lock(&handover->lock);
	files_state_clear(&handover->files.state);
	handover->files.state = *files;
	handover->files.is_left = true;
	pthread_mutex_unlock(&handover->lock);
}

bool handover_take_files(struct handover *handover, struct files_state *ret_files)
{
	bool is_left;

	pthread_mutex_lock(&handover->lock);
	is_left = handover->files.is_left;
	if (is_left)
		*ret_files = handover->files.state;
	handover->files.state = (struct files_state){ 0 };
	handover->files.is_left = false;
	pthread_mutex_unlock(&handover->lock);
	return is_left;
}

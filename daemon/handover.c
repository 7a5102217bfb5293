/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/handover.h"

#include <pthread.h>
#include <stdlib.h>

struct handover {
	atomic_bool ledger_wanted;
	_Atomic uint64_t reloads_asked;
	pthread_mutex_t lock; /* of all below */
	struct catalogue *newest;
	struct {
		struct catalogue *catalogue;
		uint64_t reload;
	} renamed;
	struct {
		struct ledger *ledger;
		struct catalogue *catalogue; /* NULL: nothing lies here */
	} checked;
	struct {
		uint64_t number;
		int err;
		char *errors;
	} reloaded;
	struct {
		bool is_left;
		char *why;
	} wrong;
};

int handover_open(struct catalogue *newest, struct handover **ret_handover)
{
	struct handover *handover = calloc(1, sizeof(*handover));

	if (!handover)
		return LIFT_E_MEMORY;
	pthread_mutex_init(&handover->lock, NULL);
	handover->newest = catalogue_keep(newest);
	*ret_handover = handover;
	return 0;
}

void handover_close(struct handover *handover)
{
	if (!handover)
		return;
	catalogue_free(handover->newest);
	catalogue_free(handover->renamed.catalogue);
	catalogue_free(handover->checked.catalogue);
	ledger_close(handover->checked.ledger);
	free(handover->reloaded.errors);
	free(handover->wrong.why);
	pthread_mutex_destroy(&handover->lock);
	free(handover);
}

static struct catalogue *keep(struct catalogue *catalogue)
{
	return catalogue ? catalogue_keep(catalogue) : NULL;
}

void handover_set_newest(struct handover *handover, struct catalogue *catalogue)
{
	struct catalogue *before;

	pthread_mutex_lock(&handover->lock);
	before = handover->newest;
	handover->newest = keep(catalogue);
	pthread_mutex_unlock(&handover->lock);
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

/* The lock is held. Numbers rise: what is done already stays as it is. */
static void reload_done(struct handover *handover, uint64_t number, int err, char *errors)
{
	if (number <= handover->reloaded.number) {
		free(errors);
		return;
	}
	free(handover->reloaded.errors);
	handover->reloaded.number = number;
	handover->reloaded.err = err;
	handover->reloaded.errors = errors;
}

/* The lock is held. Numbers rise here, too, but for the 0 of those that nobody asked for. */
static void join_renamed(struct handover *handover, uint64_t reload)
{
	if (reload > handover->renamed.reload)
		handover->renamed.reload = reload;
}

void handover_leave_renamed(struct handover *handover, struct catalogue *catalogue, uint64_t reload)
{
	struct catalogue *before;

	pthread_mutex_lock(&handover->lock);
	before = handover->renamed.catalogue;
	handover->renamed.catalogue = keep(catalogue);
	if (catalogue)
		join_renamed(handover, reload);
	else if (before)
		reload_done(handover, handover->renamed.reload, 0, NULL);
	pthread_mutex_unlock(&handover->lock);
	catalogue_free(before);
}

bool handover_join_renamed(struct handover *handover, uint64_t reload)
{
	bool is_there;

	pthread_mutex_lock(&handover->lock);
	is_there = handover->renamed.catalogue;
	if (is_there)
		join_renamed(handover, reload);
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
		reload_done(handover, handover->renamed.reload, err, NULL);
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

uint64_t handover_ask_reload(struct handover *handover)
{
	return atomic_fetch_add(&handover->reloads_asked, 1) + 1;
}

uint64_t handover_reload_asked(struct handover *handover)
{
	return atomic_load(&handover->reloads_asked);
}

void handover_reload_done(struct handover *handover, uint64_t number, int err, char *errors)
{
	pthread_mutex_lock(&handover->lock);
	reload_done(handover, number, err, errors);
	pthread_mutex_unlock(&handover->lock);
}

void handover_reloaded(struct handover *handover,
		       void (*fn)(void *context, uint64_t number, int err, const char *errors),
		       void *context)
{
	pthread_mutex_lock(&handover->lock);
	fn(context, handover->reloaded.number, handover->reloaded.err, handover->reloaded.errors);
	pthread_mutex_unlock(&handover->lock);
}

void handover_leave_wrong(struct handover *handover, char *why)
{
	pthread_mutex_lock(&handover->lock);
	free(handover->wrong.why);
	handover->wrong.why = why;
	handover->wrong.is_left = true;
	pthread_mutex_unlock(&handover->lock);
}

bool handover_take_wrong(struct handover *handover, char **ret_why)
{
	bool is_left;

	pthread_mutex_lock(&handover->lock);
	is_left = handover->wrong.is_left;
	if (is_left)
		*ret_why = handover->wrong.why;
	handover->wrong.why = NULL;
	handover->wrong.is_left = false;
	pthread_mutex_unlock(&handover->lock);
	return is_left;
}

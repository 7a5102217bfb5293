/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/generation/generation.h"

#include <pthread.h>
#include <stdlib.h>

struct generations {
	pthread_mutex_t lock;
	struct generation *serving;
};

struct generations *generations_new(void)
{
	struct generations *generations = calloc(1, sizeof(*generations));

	if (generations)
		pthread_mutex_init(&generations->lock, NULL);
	return generations;
}

void generations_free(struct generations *generations)
{
	if (!generations)
		return;
	generation_put(generations, generations->serving);
	pthread_mutex_destroy(&generations->lock);
	free(generations);
}

struct generation *generation_get(struct generations *generations)
{
	struct generation *generation;

	pthread_mutex_lock(&generations->lock);
	generation = generations->serving;
	generation->keepers++;
	pthread_mutex_unlock(&generations->lock);
	return generation;
}

void generation_put(struct generations *generations, struct generation *generation)
{
	bool gone;

	if (!generation)
		return;
	pthread_mutex_lock(&generations->lock);
	gone = --generation->keepers == 0;
	pthread_mutex_unlock(&generations->lock);
	if (!gone)
		return;
	ledger_close(generation->ledger);
	catalogue_free(generation->catalogue);
	free(generation);
}

struct generation *generation_new(struct catalogue *catalogue, struct ledger *ledger)
{
	struct generation *generation = calloc(1, sizeof(*generation));

	if (generation)
		*generation = (struct generation){ catalogue_keep(catalogue), ledger, 1 };
	return generation;
}

void generations_set(struct generations *generations, struct generation *generation)
{
	struct generation *before;

	pthread_mutex_lock(&generations->lock);
	before = generations->serving;
	generations->serving = generation;
	pthread_mutex_unlock(&generations->lock);
	generation_put(generations, before);
}

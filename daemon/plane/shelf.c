/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/shelf.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/state.h"
#include "daemon/plane/file.h"

struct shelf {
	const char *state;
	pthread_mutex_t looking; /* one at a time */
	pthread_mutex_t lock;	 /* of these: */
	struct release *newest;
	struct release_info *infos; /* as they were when they were looked at */
	size_t n;
};

/* What was whole stays so: it is not read again. The head of one that is damaged behind it still
 * says what it is. */
static void read_whole(const struct shelf *shelf, struct release_info *info)
{
	struct release *release = NULL;

	for (size_t i = 0; i < shelf->n; i++)
		if (shelf->infos[i].number == info->number && !shelf->infos[i].err && !info->err)
			return;
	if (!info->err)
		info->err = release_open(shelf->state, info->number, &release);
	release_put(release);
}

static void take(struct shelf *shelf, struct release *newest, struct release_info *infos, size_t n)
{
	struct release *before;

	pthread_mutex_lock(&shelf->lock);
	before = shelf->newest;
	free(shelf->infos);
	shelf->newest = newest;
	shelf->infos = infos;
	shelf->n = n;
	pthread_mutex_unlock(&shelf->lock);
	release_put(before);
}

int shelf_look(struct shelf *shelf)
{
	struct release *newest = NULL;
	struct release_info *infos = NULL;
	size_t n = 0;
	int err;

	pthread_mutex_lock(&shelf->looking);
	err = releases_list(shelf->state, &infos, &n);
	for (size_t i = 0; !err && i < n; i++)
		read_whole(shelf, &infos[i]);
	for (size_t i = n; !err && i > 0 && !newest; i--)
		if (!infos[i - 1].err)
			infos[i - 1].err = release_open(shelf->state, infos[i - 1].number, &newest);
	if (!err)
		take(shelf, newest, infos, n);
	pthread_mutex_unlock(&shelf->looking);
	return err;
}

int shelf_fill(const char *state, struct shelf **ret_shelf)
{
	struct shelf *shelf = calloc(1, sizeof(*shelf));
	int err;

	if (!shelf)
		return LIFT_E_MEMORY;
	shelf->state = state;
	pthread_mutex_init(&shelf->looking, NULL);
	pthread_mutex_init(&shelf->lock, NULL);
	release_sweep(state);
	err = shelf_look(shelf);
	if (err)
		shelf_clear(shelf);
	else
		*ret_shelf = shelf;
	return err;
}

void shelf_clear(struct shelf *shelf)
{
	if (!shelf)
		return;
	release_put(shelf->newest);
	free(shelf->infos);
	pthread_mutex_destroy(&shelf->looking);
	pthread_mutex_destroy(&shelf->lock);
	free(shelf);
}

struct release *shelf_newest(struct shelf *shelf)
{
	struct release *newest;

	pthread_mutex_lock(&shelf->lock);
	newest = shelf->newest ? release_keep(shelf->newest) : NULL;
	pthread_mutex_unlock(&shelf->lock);
	return newest;
}

int shelf_get(struct shelf *shelf, uint32_t number, struct release **ret_release)
{
	struct release *newest = shelf_newest(shelf);
	int err;

	if (newest && (number == 0 || number == release_info(newest)->number)) {
		*ret_release = newest;
		return 0;
	}
	release_put(newest);
	if (number == 0)
		return LIFT_E_RELEASE;
	err = release_open(shelf->state, number, ret_release);
	return err == LIFT_E_NOT_FOUND ? LIFT_E_RELEASE : err;
}

int shelf_list(struct shelf *shelf, struct release_info **ret_infos, size_t *ret_n)
{
	struct release_info *infos;

	pthread_mutex_lock(&shelf->lock);
	infos = calloc(shelf->n + 1, sizeof(*infos));
	if (infos && shelf->n)
		memcpy(infos, shelf->infos, shelf->n * sizeof(*infos));
	*ret_n = shelf->n;
	pthread_mutex_unlock(&shelf->lock);
	*ret_infos = infos;
	return infos ? 0 : LIFT_E_MEMORY;
}

void release_sweep(const char *state)
{
	char aside[PATH_MAX];

	state_path_beside(aside, state, STATE_RELEASES, RELEASE_ASIDE);
	unlink(aside);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/release.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/plane/file.h"
#include "proto/grow.h"

struct release {
	_Atomic int keepers;
	struct release_info info;
	uint8_t *bytes;
	size_t size;
	size_t *rows; /* where each begins */
};

/* Opening. */

static int read_all(int fd, uint8_t *to, size_t size)
{
	while (size > 0) {
		ssize_t n = read(fd, to, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return LIFT_E_IO;
		if (n == 0)
			return LIFT_E_CORRUPT; /* shorter than it was a moment ago */
		to += n;
		size -= (size_t)n;
	}
	return 0;
}

/* Open a file, and read its head: a descriptor to be closed, at the first byte behind the head. */
static int open_head(const char *state, uint32_t number, int *ret_fd, size_t *ret_size,
		     uint8_t head[static RELEASE_HEAD], struct release_info *ret_info)
{
	char path[PATH_MAX];
	struct stat stat;
	int fd, err;

	release_path(path, state, number);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? LIFT_E_NOT_FOUND : LIFT_E_IO;
	err = fstat(fd, &stat) == 0 ? 0 : LIFT_E_IO;
	if (!err && stat.st_size < RELEASE_HEAD + RELEASE_DIGEST)
		err = LIFT_E_CORRUPT;
	if (!err)
		err = read_all(fd, head, RELEASE_HEAD);
	if (!err)
		err = release_head_decode(head, (uint64_t)stat.st_size, ret_info);
	if (!err && ret_info->number != number)
		err = LIFT_E_CORRUPT; /* a copy under another name */
	if (err) {
		close(fd);
		return err;
	}
	*ret_fd = fd;
	*ret_size = (size_t)stat.st_size;
	return 0;
}

static int find_rows(struct release *release)
{
	size_t at = RELEASE_HEAD, end = release->size - RELEASE_DIGEST;
	struct release_row row;
	int err = 0;

	if (release->info.n_rows > release->size / RELEASE_HEAD_ROW)
		return LIFT_E_CORRUPT;
	release->rows = malloc((release->info.n_rows + 1) * sizeof(*release->rows));
	if (!release->rows)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < release->info.n_rows && !err; i++) {
		release->rows[i] = at;
		err = release_row_decode(release->bytes, at, end, &row, &at);
	}
	return err ? err : at == end ? 0 : LIFT_E_CORRUPT;
}

int release_open(const char *state, uint32_t number, struct release **ret_release)
{
	struct release *release = calloc(1, sizeof(*release));
	uint8_t head[RELEASE_HEAD];
	int fd = -1, err;

	if (!release)
		return LIFT_E_MEMORY;
	release->keepers = 1;
	err = open_head(state, number, &fd, &release->size, head, &release->info);
	if (!err) {
		release->bytes = malloc(release->size);
		err = release->bytes ? 0 : LIFT_E_MEMORY;
	}
	if (!err) {
		memcpy(release->bytes, head, RELEASE_HEAD);
		err = read_all(fd, release->bytes + RELEASE_HEAD, release->size - RELEASE_HEAD);
	}
	if (fd >= 0)
		close(fd);
	if (!err)
		err = release_is_whole(release->bytes, release->size) ? find_rows(release)
								      : LIFT_E_CORRUPT;
	if (err)
		release_put(release);
	else
		*ret_release = release;
	return err;
}

struct release *release_keep(struct release *release)
{
	atomic_fetch_add(&release->keepers, 1);
	return release;
}

void release_put(struct release *release)
{
	if (!release || atomic_fetch_sub(&release->keepers, 1) > 1)
		return;
	free(release->bytes);
	free(release->rows);
	free(release);
}

/* Reading. */

const struct release_info *release_info(const struct release *release)
{
	return &release->info;
}

void release_row(const struct release *release, size_t i, struct release_row *ret_row)
{
	size_t next;

	release_row_decode(release->bytes, release->rows[i], release->size, ret_row, &next);
}

/* All of them. */

/* The number that a file's name is, before this ending; 0 where it is none, as of what a start that
 * was broken off has left. */
static uint32_t number_of(const char *name, const char *ending)
{
	char again[32];
	unsigned long number = strtoul(name, NULL, 10);

	snprintf(again, sizeof(again), "%06u%s", (uint32_t)number, ending);
	return number <= UINT32_MAX && strcmp(name, again) == 0 ? (uint32_t)number : 0;
}

static int compare_infos(const void *a, const void *b)
{
	uint32_t x = ((const struct release_info *)a)->number;
	uint32_t y = ((const struct release_info *)b)->number;

	return (x > y) - (x < y);
}

static void read_info(const char *state, uint32_t number, struct release_info *ret_info)
{
	uint8_t head[RELEASE_HEAD];
	size_t size;
	int fd;
	int err = open_head(state, number, &fd, &size, head, ret_info);

	if (err)
		*ret_info = (struct release_info){ .number = number, .err = err };
	else
		close(fd);
}

static int each_name(const char *state, int (*take)(void *context, const char *name), void *context)
{
	char path[PATH_MAX];

	state_path(path, state, STATE_RELEASES);
	return dir_names(path, take, context);
}

struct listing {
	const char *state;
	struct release_info *infos;
	size_t n, room;
};

static int list_one(void *context, const char *name)
{
	struct listing *listing = context;
	uint32_t number = number_of(name, "");
	int err = number ? grow(&listing->infos, &listing->room, listing->n + 1,
				sizeof(*listing->infos))
			 : 0;

	if (number && !err)
		read_info(listing->state, number, &listing->infos[listing->n++]);
	return err;
}

int releases_list(const char *state, struct release_info **ret_infos, size_t *ret_n)
{
	struct listing listing = { .state = state };
	int err = each_name(state, list_one, &listing);

	if (err) {
		free(listing.infos);
		return err;
	}
	if (listing.n)
		qsort(listing.infos, listing.n, sizeof(*listing.infos), compare_infos);
	*ret_infos = listing.infos;
	*ret_n = listing.n;
	return 0;
}

static int find_last(void *context, const char *name)
{
	uint32_t *last = context, number = number_of(name, "");

	if (!number)
		number = number_of(name, RELEASE_LOST);
	*last = number > *last ? number : *last;
	return 0;
}

int releases_last(const char *state, uint32_t *ret_number)
{
	*ret_number = 0;
	return each_name(state, find_last, ret_number);
}

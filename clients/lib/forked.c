/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/forked.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

enum { TURNS_MAX = 256 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_uint times, opened;
static atomic_bool has_opened;
static atomic_int turns[TURNS_MAX]; /* 0: free */

/* In the child, where this is the only thread. */
static void on_fork(void)
{
	times++;
	if (opened > 0)
		has_opened = true;
	opened = 0;
	for (size_t i = 0; i < TURNS_MAX; i++) {
		int fd = atomic_exchange(&turns[i], 0);

		if (fd > 0)
			close(fd);
	}
}

static void begin(void)
{
	pthread_atfork(NULL, NULL, on_fork);
}

void forked_watch(void)
{
	pthread_once(&once, begin);
}

unsigned forked_times(void)
{
	return times;
}

void forked_opened(void)
{
	opened++;
}

void forked_closed(void)
{
	opened--;
}

bool forked_has_opened(void)
{
	return has_opened;
}

static void replace(int from, int to)
{
	for (size_t i = 0; i < TURNS_MAX; i++) {
		int expected = from;

		if (atomic_compare_exchange_strong(&turns[i], &expected, to))
			return;
	}
}

void forked_keep(int fd)
{
	if (fd > 0)
		replace(0, fd);
}

void forked_drop(int fd)
{
	if (fd > 0)
		replace(fd, 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/moved_clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/e2e/check.h"

static void page_path(const struct daemon *daemon, char to[static PATH_SIZE])
{
	path_make(to, "%s/clock", daemon->dir);
}

void moved_clock_again(struct daemon *daemon)
{
	char library[PATH_SIZE], preload[PATH_SIZE + 16], page[PATH_SIZE], setting[PATH_SIZE + 16];
	const char *const env[] = { preload, setting, "ASAN_OPTIONS=verify_asan_link_order=0",
				    NULL };
	const struct surroundings in = { .env = env };

	program_path(library, "tests/preload/clock.so");
	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", library);
	page_path(daemon, page);
	snprintf(setting, sizeof(setting), "LIFT_CLOCK=%s", page);
	daemon_start_in(daemon, &in);
}

_Atomic int64_t *moved_clock_start(struct daemon *daemon)
{
	char page[PATH_SIZE];
	_Atomic int64_t *by_ms;
	int fd;

	page_path(daemon, page);
	fd = open(page, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(ftruncate(fd, sizeof(*by_ms)), 0);
	by_ms = mmap(NULL, sizeof(*by_ms), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(by_ms, MAP_FAILED);
	close(fd);
	moved_clock_again(daemon);
	return by_ms;
}

void moved_clock_free(_Atomic int64_t *by_ms)
{
	munmap((void *)by_ms, sizeof(*by_ms));
}

void moved_clock_set(struct daemon *daemon, _Atomic int64_t *by_ms, int64_t to_ms)
{
	int64_t jumps = daemon_counter(daemon, "clock_jumps");

	atomic_store(by_ms, to_ms);
	daemon_await_counter(daemon, "clock_jumps", jumps + 1);
}

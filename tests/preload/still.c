/* SPDX-License-Identifier: Apache-2.0 */
/*
 * still.so - a disk that stands still: no fdatasync ends while the file that LIFT_STILL names is
 * there, and one that waits writes into it.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_NS = 3000000 };

/* Say that one waits: false where the file is not there. */
static int say(const char *path)
{
	int fd = path ? open(path, O_WRONLY | O_CLOEXEC) : -1;
	int said = fd >= 0 && write(fd, "waits", 5) == 5;

	if (fd >= 0)
		close(fd);
	return said;
}

int fdatasync(int fd)
{
	const char *path = getenv("LIFT_STILL");

	while (say(path))
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_NS }, NULL);
	return (int)syscall(SYS_fdatasync, fd);
}

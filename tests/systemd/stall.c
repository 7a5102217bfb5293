/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stall TID: one thread of another process hangs, its others go on, as a lock or a disk that never
 * answers would have it. Says "stalled", and ends when that thread has ended, or, by a signal,
 * lets it go.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

static int failed(const char *what)
{
	fprintf(stderr, "stall: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	pid_t tid = argc == 2 ? (pid_t)atoi(argv[1]) : 0;
	int status;

	if (tid <= 0) {
		fprintf(stderr, "Usage: stall TID\n");
		return 2;
	}
	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) != 0 ||
	    ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) != 0)
		return failed("the thread cannot be stopped");
	if (waitpid(tid, &status, __WALL) != tid || !WIFSTOPPED(status))
		return failed("the thread did not stop");
	puts("stalled");
	fflush(stdout);
	/* It is not told to go on: nothing but its end comes. */
	while (waitpid(tid, &status, __WALL) == tid && WIFSTOPPED(status))
		continue;
	return EXIT_SUCCESS;
}

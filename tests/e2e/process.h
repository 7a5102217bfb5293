/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - programs that a test runs: bounded in time, and gone when the test is.
 *
 * What they print goes to files NAME.out and NAME.err of a directory. They die with the test
 * program, and process_kill_all ends those that a failed test has left.
 */
#ifndef LIFT_TESTS_E2E_PROCESS_H
#define LIFT_TESTS_E2E_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	PATH_SIZE = 256,
	LIMIT_MS = 120000, /* for whatever must come: only a failure takes that long */
	FAMILIES_MAX = 16, /* of surroundings */
	LOOK_MS = 3,	   /* between two looks at something that must come */
};

struct process {
	pid_t pid;  /* 0: ended, and waited for */
	int status; /* then: as process_ended tells it */
	char out[PATH_SIZE], err[PATH_SIZE];
};

/* All may be NULL or 0. */
struct surroundings {
	const char *const *env; /* "NAME=VALUE", or "NAME" to take it away; ends with NULL */
	const char *input;	/* a file for standard input; /dev/null */
	uid_t user;		/* to run as; 0: the test's own */
	const char *hidden;	/* a directory that is empty for it; takes root */
	unsigned descriptors;	/* that it may open; 0: as many as the test */
	uint64_t address;    /* bytes of address space that it may have; 0: as many as the test */
	const int *families; /* of sockets that it may open, ended with 0 */
	bool first; /* as process 1 of a PID namespace of its own, as in a container; takes root */
};

/* What a program did: texts are owned, ended with 0. */
struct outcome {
	int status; /* the exit status, or 128 and the signal */
	char *out, *err;
};

/* Start argv[0], an absolute path. */
void process_start(struct process *process, const char *dir, const char *name,
		   const char *const argv[], const struct surroundings *in);
void process_signal(const struct process *process, int signal);

/* Has it ended? Then its status is in *ret_status. */
bool process_ended(struct process *process, int *ret_status);

/* Wait until it ends; the test fails after LIMIT_MS, or after so long. */
struct outcome process_wait(struct process *process);
struct outcome process_wait_long(struct process *process, int64_t limit_ms);
void process_kill_all(void);

void outcome_free(struct outcome *outcome);

/* A whole file, ended with 0; the test fails where it cannot be read. */
char *file_text(const char *path, size_t *ret_size);
void file_write(const char *path, const char *text);

/* A path in a directory. */
__attribute__((format(printf, 2, 3))) void path_make(char to[static PATH_SIZE], const char *format,
						     ...);

int64_t clock_ms(void); /* never goes back */
void look_again(void);	/* rest LOOK_MS between two looks */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault.h - what is wrong with a body that was sent, and where.
 */
#ifndef LIFT_XAPI_READ_FAULT_H
#define LIFT_XAPI_READ_FAULT_H

#include <stdarg.h>
#include <stddef.h>

struct fault {
	int status;	 /* HTTP: 400 unless another fits better */
	char where[160]; /* "statements[3].actor.mbox"; "line 3, column 14" where it is no JSON */
	char text[240];	 /* what was expected, in one sentence; of what was sent only a few bytes,
			  * and nothing of who it is about */
};

/* Say it; what is too long is cut. */
void fault_set(struct fault *fault, int status, const char *where, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void fault_vset(struct fault *fault, int status, const char *where, const char *format,
		va_list args) __attribute__((format(printf, 4, 0)));

/* A name that was sent, to be shown: at most 40 bytes of it, with ? for what could disturb a log or
 * a terminal. */
enum { FAULT_NAME = 48 };
void fault_name(const char *name, size_t size, char to[static FAULT_NAME]);

#endif

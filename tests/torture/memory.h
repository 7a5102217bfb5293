/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.h - memory that runs out at a chosen allocation.
 *
 * malloc, calloc and realloc are those of the program that is linked with this: also those that
 * libraries call. With sanitizers, which have their own, only those of liftd's code (the linker's
 * --wrap).
 */
#ifndef LIFT_TESTS_MEMORY_H
#define LIFT_TESTS_MEMORY_H

#include <stdbool.h>

extern struct memory {
	bool armed, lasting; /* lasting: all behind it fail, too */
	unsigned long calls; /* since it was armed */
	unsigned long at;    /* the one that fails, from 1; 0: none */
	unsigned long hits;
} memory;

/* Count from here on, and let one fail; and no more. */
void memory_arm(unsigned long at, bool lasting);
void memory_disarm(void);

#endif

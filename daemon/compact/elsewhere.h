/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elsewhere.h - backups that were made outside the state: where, and up to which journal number.
 * Nobody can take anything out of them; they can be named.
 */
#ifndef LIFTD_COMPACT_ELSEWHERE_H
#define LIFTD_COMPACT_ELSEWHERE_H

#include <stdint.h>

/* One was made, up to a journal number. One in the state's own place is not noted. LIFT_E_IO
 * (errno). */
int elsewhere_note(const char *state, const char *dir, uint64_t last);

/* Call `fn` for each that was made before a journal number, in order. */
void elsewhere_read(const char *state, uint64_t number, void (*fn)(void *context, const char *dir),
		    void *context);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address.h - address space: a map of a file takes it as a whole, though it takes no memory.
 *
 * A service manager or a shell can limit it (RLIMIT_AS), and small machines have little.
 */
#ifndef LIFTD_STORE_ADDRESS_H
#define LIFTD_STORE_ADDRESS_H

#include <stdint.h>

/* How many bytes could be mapped in one piece at this moment, `most` at most: less by up to
 * ADDRESS_STEP. */
enum { ADDRESS_STEP = 16 << 20 };
uint64_t address_free(uint64_t most);

/* Where in memory so many bytes of a file are mapped; 0 and 0: nowhere, or it is not known. */
void address_of_file(int fd, uint64_t bytes, uintptr_t *ret_begin, uintptr_t *ret_end);

/* What limits it, and how to have more, for a message: "this machine has no more", or the limit and
 * what sets it. */
enum { ADDRESS_LIMIT_TEXT = 128 };
void address_limit(char to[static ADDRESS_LIMIT_TEXT]);

#endif

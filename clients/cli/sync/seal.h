/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal.h - a file that only who has its key can read, and nobody can change without its being seen
 * (libsodium's crypto_secretstream).
 *
 * The key lies beside it, PATH.key, 0600, and is made when there is none. So what is sealed is safe
 * where it is copied without its key: in backups, on a shared disk.
 */
#ifndef LIFT_CLI_SYNC_SEAL_H
#define LIFT_CLI_SYNC_SEAL_H

#include <sodium.h>

#include "proto/bytes.h"

enum {
	SEAL_KEY = crypto_secretstream_xchacha20poly1305_KEYBYTES,
	SEAL_SUFFIX = 8, /* bytes that a path needs beside, for ".next" or ".key" */
};

/* The key of a file, in locked memory (sodium_free), and its descriptor, which is locked for as
 * long as it is open: so one process at a time has it. LIFT_E_BUSY: another one has;
 * LIFT_E_NOT_FOUND: there is none, and `make` is false; LIFT_E_DENIED: others may read it;
 * LIFT_E_CORRUPT: it is none; LIFT_E_MEMORY; LIFT_E_IO, and errno. */
int seal_key_open(const char *path, bool make, unsigned char **ret_key, int *ret_fd);

/* Write a file anew, in one go. LIFT_E_IO, and errno; LIFT_E_MEMORY. */
int seal_write(const char *path, const unsigned char *key, struct text data);

/* Read it: its bytes, which the caller frees. LIFT_E_NOT_FOUND; LIFT_E_CORRUPT: it is cut or
 * changed, or it was sealed by another key; LIFT_E_IO, and errno; LIFT_E_MEMORY. */
int seal_read(const char *path, const unsigned char *key, char **ret_data, size_t *ret_size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret.h - the key that turns learner ids into pseudonyms: raw ids never reach the disk.
 *
 * A file of SECRET_BYTES, mode 0600, made where there is none. Who loses it loses the way from a
 * learner to what is counted of this learner: it belongs into the backup, apart from the journal's.
 */
#ifndef LIFTD_JOURNAL_SECRET_H
#define LIFTD_JOURNAL_SECRET_H

#include "daemon/journal/entry.h"

enum { SECRET_BYTES = 32, SECRET_DIGEST_BYTES = 16 };

struct secret {
	uint8_t key[SECRET_BYTES];
	uint8_t digest[SECRET_DIGEST_BYTES]; /* tells one secret from another, and nothing else */
};

/* Read the secret in a state, or a backup. Where there is none: make it if `may_make`, else
 * LIFT_E_NOT_FOUND. LIFT_E_SECRET for a file of another size or one that others may read;
 * LIFT_E_IO. */
int secret_open(const char *dir, bool may_make, struct secret *ret_secret);

/* Keyed BLAKE2b of a namespace (1..64 bytes) and a learner's id. */
void secret_pseudonym(const struct secret *secret, struct text name_space, struct text learner,
		      uint8_t to[static PSEUDONYM_BYTES]);

/* Keyed BLAKE2b of what was refused, so that the same content is known again. */
void secret_refused_digest(const struct secret *secret, struct text content,
			   uint8_t to[static REFUSED_DIGEST_BYTES]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret.h - the key that turns learner ids into pseudonyms: raw ids never reach the disk.
 *
 * It is a credential of the service (SECRET_CREDENTIAL), else a file of the state; either has one
 * key of SECRET_BYTES, and behind it one more for each time that it was rotated: what the first key
 * gives is hashed with the second one, and so on. So a journal can be given another secret without
 * anybody knowing the ids again. The file has mode 0600, and is made where there is neither. Who
 * loses it loses the way from a learner to what is counted of this learner. In memory it is locked,
 * in no core file, in no child, and wiped at its end (base/credential.h).
 */
#ifndef LIFTD_JOURNAL_SECRET_H
#define LIFTD_JOURNAL_SECRET_H

#include <limits.h>
#include <stdbool.h>

#include "daemon/journal/entry.h"

enum { SECRET_BYTES = 32, SECRET_KEYS_MAX = 16, SECRET_DIGEST_BYTES = 16, OPEN_KEY_BYTES = 32 };
enum { PSEUDONYMS_BYTES = 1 << 20 /* of those that are remembered */ };

#define SECRET_CREDENTIAL "liftd.secret"

struct secret {
	uint8_t *key;  /* SECRET_BYTES of each key, the oldest first; the secret's own */
	uint32_t more; /* keys behind the first one */
	bool is_locked;
	bool is_credential;
	uint8_t digest[SECRET_DIGEST_BYTES]; /* tells one secret from another, and nothing else */
};

/* Read the secret in a state, or a backup. Where there is none: make it if `may_make`, else
 * LIFT_E_NOT_FOUND. LIFT_E_SECRET for a file of another size or one that others may read;
 * LIFT_E_IO; LIFT_E_MEMORY. */
int secret_open(const char *dir, bool may_make, struct secret *ret_secret);

/* That of a daemon: the credential, where there is one, else that of its state. LIFT_E_DIFFERENT
 * where there are both, and they are two secrets; LIFT_E_SECRET for a credential of another size,
 * or one that anybody may read. */
int secret_open_own(const char *state, bool may_make, struct secret *ret_secret);

/* The same with one key more, made at random. LIFT_E_TOO_MANY, LIFT_E_MEMORY. */
int secret_rotate(const struct secret *secret, struct secret *ret_secret);
/* All its bytes, borrowed. */
struct text secret_bytes(const struct secret *secret);

/* What the secret without its newest key has given (a pseudonym, an objection; a digest of what was
 * refused) becomes what this one gives. */
void secret_forward(const struct secret *secret, uint8_t hash[static PSEUDONYM_BYTES]);
void secret_forward_refused(const struct secret *secret,
			    uint8_t digest[static REFUSED_DIGEST_BYTES]);

/* One that was opened, or is zeros. */
void secret_close(struct secret *secret);

/* Where an operator looks for it: the credential's file, or that of the state. */
void secret_path(const struct secret *secret, const char *state, char to[static PATH_MAX]);

/* Keyed BLAKE2b of a namespace (1..64 bytes) and a learner's id. */
void secret_pseudonym(const struct secret *secret, struct text name_space, struct text learner,
		      uint8_t to[static PSEUDONYM_BYTES]);

/*
 * The pseudonyms that were made last, as they are made again soon: one thread's. Learners are told
 * from each other by a hash of 16 bytes, by a key at random that is kept as the secret is: no id is
 * here, and who has this memory alone knows nobody by it.
 */
struct pseudonyms;

struct pseudonyms *pseudonyms_new(const struct secret *secret); /* borrows it; NULL: no memory */
void pseudonyms_free(struct pseudonyms *pseudonyms);		/* wiped */
void pseudonyms_forget(struct pseudonyms *pseudonyms);		/* likewise */
/* What secret_pseudonym gives. */
void pseudonyms_find(struct pseudonyms *pseudonyms, struct text name_space, struct text learner,
		     uint8_t to[static PSEUDONYM_BYTES]);

/* The key of the open plane's draws (METRICS 9), of the newest key: it does not tell the secret. */
void secret_open_key(const struct secret *secret, uint8_t to[static OPEN_KEY_BYTES]);

/* The same of who objects to be taken in again: it says nothing of the pseudonym, and the pseudonym
 * nothing of it. */
void secret_objection(const struct secret *secret, struct text name_space, struct text learner,
		      uint8_t to[static PSEUDONYM_BYTES]);

/* Keyed BLAKE2b of what was refused, so that the same content is known again. */
void secret_refused_digest(const struct secret *secret, struct text content,
			   uint8_t to[static REFUSED_DIGEST_BYTES]);

#endif

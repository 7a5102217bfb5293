/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal.h - events closed with a key, as lift-outbox(5) has it, and opened again.
 *
 * A struct seal has a copy of its key, which is wiped when it is cleared.
 */
#ifndef LIFT_OUTBOX_SEAL_H
#define LIFT_OUTBOX_SEAL_H

#include <sodium.h>

#include "clients/lib/lift.h"
#include "proto/bytes.h"

enum {
	SEAL_PROOF_BYTES = 32,
	SEAL_MORE_BYTES = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES,
};

/* All zeros: nothing is sealed. */
struct seal {
	bool is_set;
	uint8_t key[LIFT_SEAL_BYTES];
};

/* `key` may be NULL. */
void seal_set(struct seal *seal, const uint8_t *key);
void seal_clear(struct seal *seal);

/* By which a wrong key is known. */
void seal_proof(const struct seal *seal, uint8_t to[static SEAL_PROOF_BYTES]);

/* Close an event with a nonce by chance, which is of this event alone: size +
 * SEAL_MORE_BYTES bytes go to `to`. */
typedef uint8_t seal_nonce[crypto_secretbox_NONCEBYTES];
void seal_close(const struct seal *seal, const seal_nonce nonce, struct text event, uint8_t *to);

/* Open one: box.size - SEAL_MORE_BYTES bytes go to `to`. LIFT_E_CORRUPT: it is none, or was closed
 * with another key. */
int seal_open(const struct seal *seal, struct text box, uint8_t *to);

#endif

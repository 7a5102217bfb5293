/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/outbox/seal.h"

#include <assert.h>

static_assert(LIFT_SEAL_BYTES == crypto_secretbox_KEYBYTES, "lift-outbox(5) says 32 bytes");
static_assert(crypto_secretbox_NONCEBYTES == 24, "lift-outbox(5) says 24 bytes");

void seal_set(struct seal *seal, const uint8_t *key)
{
	*seal = (struct seal){ .is_set = key != NULL };
	if (key)
		memcpy(seal->key, key, sizeof(seal->key));
}

void seal_clear(struct seal *seal)
{
	sodium_memzero(seal, sizeof(*seal));
}

void seal_proof(const struct seal *seal, uint8_t to[static SEAL_PROOF_BYTES])
{
	static const char what[] = "lift outbox";

	crypto_generichash(to, SEAL_PROOF_BYTES, (const uint8_t *)what, sizeof(what) - 1, seal->key,
			   sizeof(seal->key));
}

void seal_close(const struct seal *seal, const seal_nonce nonce, struct text event, uint8_t *to)
{
	memcpy(to, nonce, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(to + crypto_secretbox_NONCEBYTES, (const uint8_t *)event.data,
			      event.size, nonce, seal->key);
}

int seal_open(const struct seal *seal, struct text box, uint8_t *to)
{
	const uint8_t *nonce = (const uint8_t *)box.data;

	if (box.size < SEAL_MORE_BYTES ||
	    crypto_secretbox_open_easy(to, nonce + crypto_secretbox_NONCEBYTES,
				       box.size - crypto_secretbox_NONCEBYTES, nonce,
				       seal->key) != 0)
		return LIFT_E_CORRUPT;
	return 0;
}

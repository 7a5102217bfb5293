/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jws.h - a signed text (RFC 7515, compact): read, and its signature verified by a set of keys.
 */
#ifndef LIFT_XAPI_READ_JWS_H
#define LIFT_XAPI_READ_JWS_H

#include <jansson.h>

#include "clients/xapi/read/fault.h"
#include "proto/bytes.h"

struct jws {
	json_t *header; /* an object whose alg is a text */
	char *payload;
	size_t payload_size;
	char *signature;
	size_t signature_size;
	struct text is_signed; /* what the signature is of: borrowed from the text */
};

/* Three parts in base64url with a point between them. LIFT_E_MALFORMED with the fault, at `where`;
 * LIFT_E_MEMORY. */
int jws_read(struct text text, const char *where, struct jws *ret_jws, struct fault *ret_fault);
void jws_clear(struct jws *jws);

const char *jws_algorithm(const struct jws *jws);

/* Was it signed with the key of the set that its kid names (or, where it names none, with the only
 * one)? RS256 and ES256; no other, so that nobody signs with a public key as if it were a secret.
 * LIFT_E_DENIED with the fault (401), LIFT_E_MEMORY. */
int jws_verify(const struct jws *jws, const json_t *jwks, struct fault *ret_fault);

#endif

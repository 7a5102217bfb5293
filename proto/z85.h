/* SPDX-License-Identifier: Apache-2.0 */
/*
 * z85.h - 32 bytes as text: how keys of CURVE are written (rfc.zeromq.org/spec/32).
 */
#ifndef LIFT_PROTO_Z85_H
#define LIFT_PROTO_Z85_H

#include "proto/bytes.h"

enum { Z85_KEY = 40 /* characters of a key */, Z85_KEY_BYTES = 32 };

/* Is this a key in Z85? */
bool z85_is_key(struct text text);

/* A key's bytes; false, and nothing is written, where it is none. */
bool z85_decode(struct text text, uint8_t to[static Z85_KEY_BYTES]);

/* A key as text, with a 0 behind it. */
void z85_encode(const uint8_t from[static Z85_KEY_BYTES], char to[static Z85_KEY + 1]);

#endif

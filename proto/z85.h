/* SPDX-License-Identifier: Apache-2.0 */
/*
 * z85.h - 32 bytes as text: how keys of CURVE are written (rfc.zeromq.org/spec/32).
 */
#ifndef LIFT_PROTO_Z85_H
#define LIFT_PROTO_Z85_H

#include "proto/bytes.h"

enum { Z85_KEY = 40 /* characters of a key */ };

/* Is this a key in Z85? */
bool z85_is_key(struct text text);

#endif

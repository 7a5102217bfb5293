/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha1.h - SHA-1 (FIPS 180-4), by which xAPI writes an address of mail as mbox_sha1sum.
 *
 * Nothing is kept safe by it: it is only what platforms send.
 */
#ifndef LIFT_XAPI_PEOPLE_SHA1_H
#define LIFT_XAPI_PEOPLE_SHA1_H

#include "proto/bytes.h"

enum { SHA1_HEX = 40 /* characters */ };

/* The digest of a text in small hexadecimal digits, without a 0 behind. */
void sha1_hex(struct text text, char to[static SHA1_HEX]);

#endif

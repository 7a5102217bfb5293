/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media.h - what a header Content-Type says, and bodies of several parts (RFC 2046, 5.1).
 *
 * Lines end in CR LF. What stands before the first delimiter and behind the last one means nothing.
 */
#ifndef LIFT_XAPI_READ_MEDIA_H
#define LIFT_XAPI_READ_MEDIA_H

#include "clients/xapi/read/fault.h"
#include "proto/bytes.h"

enum { MEDIA_BOUNDARY_MAX = 70, MEDIA_PARTS_MAX = 1000 };

/* Is it this type, in large or small letters, whatever its parameters? */
bool media_is(const char *content_type, const char *type);

/* A part, borrowed from the body; a header that it does not have has no bytes. */
struct media_part {
	struct text type;     /* Content-Type */
	struct text encoding; /* Content-Transfer-Encoding */
	struct text hash;     /* X-Experience-API-Hash */
	struct text content;
};

/* All parts of a body: *ret_parts is the caller's (free). LIFT_E_MALFORMED with the fault where it
 * has no boundary, no end, none or more than MEDIA_PARTS_MAX parts; LIFT_E_MEMORY. */
int media_parts(struct text body, const char *content_type, struct media_part **ret_parts,
		size_t *ret_n, struct fault *ret_fault);

#endif

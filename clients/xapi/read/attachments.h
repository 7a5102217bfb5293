/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attachments.h - what comes with statements in a body of several parts (xAPI part three, 1.5.2).
 *
 * Attachments are compared with what the statements say of them, and not kept. Of a signature
 * (xAPI part two, 2.6) the form, the algorithm and the statement in it are looked at; whose it is,
 * nobody here knows.
 */
#ifndef LIFT_XAPI_READ_ATTACHMENTS_H
#define LIFT_XAPI_READ_ATTACHMENTS_H

#include <jansson.h>

#include "clients/xapi/read/media.h"

/* The first part: the statements. LIFT_E_MALFORMED with the fault where it is no JSON. */
int attachments_first(const struct media_part *part, struct fault *ret_fault);

/* Right statements and the parts behind the first one: each part is binary and of the hash that it
 * names, and a statement's attachment has that hash; each attachment without fileUrl has come.
 * LIFT_E_MALFORMED with the fault, LIFT_E_MEMORY. */
int attachments_check(const json_t *statements, bool several, const struct media_part *parts,
		      size_t n_parts, struct fault *ret_fault);

#endif

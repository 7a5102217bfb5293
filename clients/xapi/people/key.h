/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key.h - an id of a person, however it is written, as the text by which it is looked for.
 *
 * Addresses of mail (with or without "mailto:", in any letters) become KEY_SUM and the SHA-1 that
 * xAPI has for them; home pages and OpenIDs are written as iri.h has it; other names stay.
 */
#ifndef LIFT_XAPI_PEOPLE_KEY_H
#define LIFT_XAPI_PEOPLE_KEY_H

#include "clients/xapi/people/sha1.h"
#include "proto/event.h"

#define KEY_SUM "mbox_sha1sum:"

enum { KEY_SUM_SIZE = sizeof(KEY_SUM) - 1 + SHA1_HEX, KEY_MAX = LEARNER_MAX + 64 };

/* Without "mailto:", if it begins so. */
struct text key_address(struct text mbox);

/* KEY_SUM and the sum of an address; its size, or 0 where the address is too long. */
size_t key_of_address(struct text address, char to[static KEY_SUM_SIZE]);

/* KEY_SUM and a sum as written; 0 where that is none. */
size_t key_of_sum(struct text sum, char to[static KEY_SUM_SIZE]);

/* The key of an id of 1 to LEARNER_MAX bytes; its size, 0 where it is longer or empty. */
size_t key_of_id(struct text id, char to[static KEY_MAX]);

#endif

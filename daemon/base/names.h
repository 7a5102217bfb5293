/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - texts by number and numbers by text: an index that grows, and is cut at its end.
 *
 * Ids rise from 0 without a gap. Texts are copied in and stay at their addresses as long as the
 * index lives. The hash is keyed at random (SipHash): nobody outside can choose texts that collide.
 */
#ifndef LIFTD_BASE_NAMES_H
#define LIFTD_BASE_NAMES_H

#include "proto/bytes.h"
#include "proto/err.h"

#define NAMES_NONE UINT32_MAX /* no such text; also one more than the last possible id */

struct names;

/* An empty index; NULL where there is no memory. */
struct names *names_new(void);
void names_free(struct names *names);

/* The id of a text, or NAMES_NONE. Any bytes are a text, none too. */
uint32_t names_find(const struct names *names, struct text text);

/* The id of a text, which is a new one where the text was not there yet. LIFT_E_MEMORY changes
 * nothing. */
int names_add(struct names *names, struct text text, uint32_t *ret_id);

/* The text of an id below names_count; there is a 0 behind it. */
struct text names_get(const struct names *names, uint32_t id);
uint32_t names_count(const struct names *names);

/* Forget those from a number on. The memory of their texts stays taken: names_wasted says how much
 * of it there is. */
void names_cut(struct names *names, uint32_t count);
size_t names_wasted(const struct names *names);

/* Memory taken, bytes. */
size_t names_bytes(const struct names *names);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * visible.h - characters that nobody sees, in texts of others: they must not reach a terminal or a
 * log as they are. Controls (C0, DEL, C1); what turns the direction of writing; what has no width.
 */
#ifndef LIFT_PROTO_VISIBLE_H
#define LIFT_PROTO_VISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The character at the beginning of a text, which ends with a 0: how many bytes of UTF-8 it has (0:
 * the text is at its end), its code, and whether it is hidden. Bytes that are no UTF-8 are
 * characters of their own. */
size_t visible_next(const char *text, uint32_t *ret_code, bool *ret_hidden);

/* Each hidden character of a text becomes a '?', in place; but not those of `kept`, such as
 * "\n". */
void visible_only(char *text, const char *kept);

#endif

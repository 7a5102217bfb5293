/* SPDX-License-Identifier: Apache-2.0 */
/*
 * somebody.h - names that look like people, as status tells of them.
 */
#ifndef LIFT_CLI_SOMEBODY_H
#define LIFT_CLI_SOMEBODY_H

#include <jansson.h>
#include <stddef.h>

/* What a source has brought of one kind, by one rule (a row of `persons.sources`), or what the
 * journal has of it (of `persons.held`), in words. */
enum { SOMEBODY_TEXT = 400 };
void somebody_brought(const json_t *row, char to[static SOMEBODY_TEXT]);
void somebody_held(const json_t *row, char to[static SOMEBODY_TEXT]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_file.h - the text of a key's files: NAME.key, with the secret, and NAME.pub, without it.
 *
 * Both are YAML, a map of texts in lines of their own. They are read here letter by letter: a
 * reader of YAML would leave copies of the secret in memory that nobody wipes.
 */
#ifndef LIFT_PROTO_KEY_FILE_H
#define LIFT_PROTO_KEY_FILE_H

#include "proto/keys.h"
#include "proto/z85.h"

enum { KEY_FILE_MAX = 4096 /* bytes of one */ };

/* A pair, as texts with a 0 behind them. Whoever has one wipes it. */
struct key_pair {
	char name[KEY_NAME_MAX + 1];
	char public[Z85_KEY + 1], secret[Z85_KEY + 1];
};

/* Read the text of a NAME.key into the caller's own memory; no copy of it is left anywhere else,
 * and no error quotes a value. LIFT_E_CONFIG with all errors found; the pair is wiped then. */
int key_file_parse(struct text text, struct yaml_errors *errors, struct key_pair *ret_pair);

/* The text of NAME.key or, without the secret, of NAME.pub, with a 0 behind it: its bytes. */
size_t key_file_print(const struct key_pair *pair, bool with_secret, char to[static KEY_FILE_MAX]);

/* A new pair of a name (key_is_name), by random numbers of the system. LIFT_E_IO: it has none. */
int key_pair_make(const char *name, struct key_pair *ret_pair);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input.h - a file of events that is read twice: once for its stream's name and how to read it,
 * once for its rows. What is wrong with a file is complained about here.
 */
#ifndef LIFT_CLI_INPUT_H
#define LIFT_CLI_INPUT_H

#include <sodium.h>
#include <sys/types.h>

#include "clients/cli/rows.h"
#include "clients/cli/sheet/encoding.h"

enum {
	INPUT_PIECE = 128 << 10, /* bytes that are read at once */
	INPUT_STREAM = 33,	 /* a stream's name, with its 0 */
};

struct input {
	const char *name; /* as it was given; "-" is standard input */
	int fd;
	/* By the survey. */
	char stream[INPUT_STREAM];
	uint64_t size;
	enum rows_format format;
	enum encoding encoding;
};

/* A file's descriptor, which the caller closes; of standard input, that of a copy without a name.
 * -1, and complained about. */
int input_open(const char *name);

/* Read a piece; 0 at the end; -1, and complained about. */
ssize_t input_read(const struct input *input, char *piece);

/* Read all of it, and go back to its beginning. False, and complained about. */
bool input_survey(struct input *input, char *piece);

/* The name of a stream, by all bytes of its file. */
void input_hash_begin(crypto_generichash_state *hash);
void input_hash_end(crypto_generichash_state *hash, char stream[static INPUT_STREAM]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz.h - what the fuzz targets share: their entry, and promises that are kept whatever comes in.
 *
 * A target is one file, NAME_fuzz.c; the same object is linked with libFuzzer and with replay.c.
 */
#ifndef LIFT_TESTS_FUZZ_H
#define LIFT_TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "proto/msg.h"
#include "proto/yaml.h"

/* Take one input. libFuzzer names it; always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Like assert, but there in every build. */
#define REQUIRE(promise)                                                                      \
	do {                                                                                  \
		if (!(promise)) {                                                             \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #promise); \
			abort();                                                              \
		}                                                                             \
	} while (0)

static inline struct text fuzz_text(const uint8_t *data, size_t size)
{
	return (struct text){ (const char *)data, size };
}

/* Is it UTF-8, and within the message that it is borrowed from? */
static inline bool fuzz_is_borrowed(struct text text, struct text message)
{
	return text.size == 0 ||
	       (text.data >= message.data && text.data + text.size <= message.data + message.size &&
		msg_is_utf8(text.data, text.size));
}

/* Errors of a file "f": as many lines as there are errors, up to the limit, each with the file's
 * name and in UTF-8. */
static inline void fuzz_check_errors(const struct yaml_errors *errors)
{
	size_t lines = 0;

	for (const char *line = errors->text; line && *line; lines++) {
		const char *newline = strchr(line, '\n');

		REQUIRE(newline && strncmp(line, "f:", 2) == 0);
		line = newline + 1;
	}
	REQUIRE(lines == (errors->count < YAML_ERRORS_MAX ? errors->count : YAML_ERRORS_MAX));
	REQUIRE(msg_is_utf8(errors->text, errors->size));
}

#endif

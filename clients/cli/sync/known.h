/* SPDX-License-Identifier: Apache-2.0 */
/*
 * known.h - facts that are known, as the bytes that are kept of them.
 */
#ifndef LIFT_CLI_SYNC_KNOWN_H
#define LIFT_CLI_SYNC_KNOWN_H

#include "clients/cli/sync/fact.h"

struct known {
	char source[SOURCE_MAX + 1];
	char stream[STREAM_MAX + 1]; /* in which what is pending is sent */
	struct facts facts;
};

/* All of it as bytes, which the caller frees; LIFT_E_MEMORY. */
int known_encode(const struct known *known, char **ret_data, size_t *ret_size);

/* Back into an empty one. LIFT_E_CORRUPT, LIFT_E_NEWER where another version wrote it,
 * LIFT_E_MEMORY: what it has then is to be cleared, too. */
int known_decode(struct text data, struct known *ret_known);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources.h - an outbox for each source, STATE/outbox/SOURCE.db.
 *
 * Those whose file is there are opened with those that are configured: what waits of a platform
 * that is not any more is delivered, too.
 */
#ifndef LIFT_XAPI_SOURCES_H
#define LIFT_XAPI_SOURCES_H

#include "clients/lib/lift.h"
#include "clients/xapi/setup/config.h"

enum { SOURCES_MAX = 2 * XAPI_PLATFORMS_MAX };

struct source {
	char name[SOURCE_MAX + 1];
	struct lift_outbox *outbox;
	int told;	  /* why nothing is delivered, as last logged */
	uint64_t dropped; /* refused events there was no room for, as last logged */
	uint64_t refused; /* by the daemon, since the start */
};

struct sources {
	struct source items[SOURCES_MAX];
	size_t n;
	char dir[XAPI_PATH_MAX + 16];
	char intake[XAPI_PATH_MAX + 16];
	uint8_t seal[LIFT_SEAL_BYTES];
	struct lift_keys *keys; /* NULL: none */
	uint64_t max_bytes;
};

/* The directory, made where it is not there; nothing is open yet. On failure why, in a sentence. */
int sources_begin(struct sources *sources, const struct xapi_config *config,
		  const uint8_t seal[static LIFT_SEAL_BYTES], char ret_why[static 400]);
/* All of the configuration, and, at a start, of the directory. What is open stays open. */
int sources_add(struct sources *sources, const struct xapi_config *config, bool also_old,
		char ret_why[static 400]);
void sources_close(struct sources *sources);

struct source *sources_find(struct sources *sources, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources.h - an outbox for each source, STATE/outbox/SOURCE.db.
 *
 * Those of the configuration are open, and those in which something waits of a platform that is not
 * any more, until it has been delivered.
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
/* All of the configuration, and, at a start, those of the directory in which something waits. What
 * is open stays open. LIFT_E_TOO_MANY. */
int sources_add(struct sources *sources, const struct xapi_config *config, bool also_old,
		char ret_why[static 400]);
/* Those that no platform has any more, and in which nothing waits. */
void sources_close_idle(struct sources *sources, const struct xapi_config *config);
/* One that may be closed, of what is held: until it is idle. */
int sources_open(struct sources *sources, const char *name, struct source **ret_source);
void sources_close(struct sources *sources);

struct source *sources_find(struct sources *sources, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open_plane.h - what status says of the releases of the open plane: the newest one, the next one,
 * and what keeps one from being made.
 */
#ifndef LIFTD_STATUS_OPEN_PLANE_H
#define LIFTD_STATUS_OPEN_PLANE_H

#include "daemon/plane/shelf.h"
#include "proto/config.h"
#include "proto/msg.h"

enum { OPEN_FAILURE = 400, OPEN_TROUBLE = 480 /* bytes of texts */ };

/* What is known of releases, beside those there are. */
struct open_plane {
	struct shelf *shelf;
	bool is_due;	   /* there should be one, and is none yet: */
	int32_t due;	   /* of this day */
	int64_t failed_ms; /* when it could not be made the last time; 0: nothing has failed */
	char failure[OPEN_FAILURE]; /* why */
};

/* The key `open` and what it says: nil where none are asked for, or `open` is NULL. `today` is the
 * day of the figures. */
void open_plane_write(const struct open_plane *open, const struct config *config, int32_t today,
		      struct msg_writer *writer);

/* What is wrong; NULL: nothing (also of NULL). */
const char *open_plane_trouble(const struct open_plane *open, char to[static OPEN_TROUBLE]);

/* One release, as operators are told of it: a map. */
void open_plane_write_release(const struct release_info *info, struct msg_writer *writer);

/* As the configuration has it: "quarter". */
const char *open_every_name(enum open_every every);

#endif

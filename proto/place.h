/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place.h - where a path leads, so that two programs can tell whether they see the same directory:
 * a service may have a /tmp, a /home of its own.
 */
#ifndef LIFT_PROTO_PLACE_H
#define LIFT_PROTO_PLACE_H

enum { PLACE_SIZE = 48 /* bytes of a place with its 0 */ };

/* "DEVICE:INODE" of the nearest directory above a path (with a '/' in front) that is there. -1
 * (errno) where this user cannot tell. */
int place_above(const char *path, char ret_place[static PLACE_SIZE]);

#endif

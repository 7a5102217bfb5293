/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media.h - what a header Content-Type says.
 */
#ifndef LIFT_XAPI_READ_MEDIA_H
#define LIFT_XAPI_READ_MEDIA_H

#include "proto/bytes.h"

/* Is it this type, in large or small letters, whatever its parameters? */
bool media_is(const char *content_type, const char *type);

#endif

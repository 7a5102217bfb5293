/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.h - texts of a certain form, as xAPI's statements have them. Pure; a text may have any
 * bytes.
 */
#ifndef LIFT_XAPI_READ_FORMAT_H
#define LIFT_XAPI_READ_FORMAT_H

#include "proto/bytes.h"

/* A form that a text may have: is it of it, and how to say what was expected. */
struct format {
	bool (*is)(struct text text);
	const char *expected;
};

extern const struct format FORMAT_UUID,	    /* RFC 4122: 8-4-4-4-12, any version */
	FORMAT_IRI,			    /* RFC 3987: a scheme and something behind it */
	FORMAT_MAILTO,			    /* mailto:name@host */
	FORMAT_SHA1,			    /* 40 hexadecimal digits */
	FORMAT_SHA2,			    /* 56, 64, 96 or 128 of them */
	FORMAT_LANGUAGE,		    /* RFC 5646 */
	FORMAT_MEDIA_TYPE,		    /* type/subtype; parameters */
	FORMAT_DURATION,		    /* ISO 8601: P3Y1M29DT4H35M59.14S, P4W */
	FORMAT_TIME,			    /* ISO 8601, as moment_parse takes it */
	FORMAT_TIME_RFC3339,		    /* with an offset that is known: not -00:00 */
	FORMAT_VERSION_1_0, FORMAT_VERSION; /* 1.0, 1.0.3; also 2.0.0 */

#endif

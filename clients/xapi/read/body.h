/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body.h - what a platform may send, made into one form: xAPI statements as JSON.
 *
 * Statements of 1.0.x and 2.0.0 are checked as the specification wants them (IEEE 9274.1.1 and xAPI
 * 1.0.3, part two), and taken as they are. Beyond it, what platforms are known to send is taken: a
 * raw score that is not within min and max (the mapping says what becomes of it), an object of the
 * type GroupActivity, a language with a low line (en_us), an objectType ["Agent"] or ["Group"] of
 * actor, object and instructor, in 1.0 a timestamp without an offset (UTC).
 *
 * Caliper's and Canvas's events become statements of the same form, whose verb is `VERB_CALIPER
 * TYPE#ACTION` or `VERB_CANVAS NAME`: so one table (map.h) says what becomes of all three. Pure: no
 * files, no clock.
 */
#ifndef LIFT_XAPI_READ_BODY_H
#define LIFT_XAPI_READ_BODY_H

#include <jansson.h>

#include "clients/xapi/read/fault.h"
#include "proto/bytes.h"
#include "proto/err.h"

#define VERB_CALIPER "http://purl.imsglobal.org/caliper/"	   /* AssessmentEvent#Submitted */
#define VERB_CANVAS  "https://canvas.instructure.com/live-events/" /* submission_created */

enum {
	BODY_DEPTH_MAX = 64,
	BODY_STATEMENTS_MAX = 1000, /* of one request */
	BODY_VALUES_MAX = 500000,   /* in its JSON: in memory, one of two bytes takes 260 */
};

enum xapi_version { XAPI_1_0, XAPI_2_0 };

/* The version that a header X-Experience-API-Version names: "1.0", "1.0.0" ... "1.0.3", "2.0.0".
 * LIFT_E_VERSION with the fault: any other, or (NULL) none. */
int xapi_version_of(const char *header, enum xapi_version *ret_version, struct fault *ret_fault);

/* All of these: *ret_statements is a new array of objects, each a statement that is right; the
 * caller's (json_decref). On a fault nothing, LIFT_E_MALFORMED and the fault; LIFT_E_MEMORY.
 * `content_type` may be NULL. */

/* A body of POST or PUT statements: one statement or an array, application/json or multipart/mixed,
 * of which the attachments are looked at as the specification wants it (each one's sha2 is one of
 * the statements', and each statement's attachment without fileUrl is there), and dropped. */
int body_xapi(struct text body, const char *content_type, enum xapi_version version,
	      json_t **ret_statements, struct fault *ret_fault);

/* A Caliper envelope, 1.1 or 1.2: {sensor, sendTime, dataVersion, data:[...]}. Entities among the
 * data (describes) give nothing. What becomes of what is in foreign/caliper.h, and of Canvas's
 * events in foreign/canvas_event.h. */
int body_caliper(struct text body, const char *content_type, json_t **ret_statements,
		 struct fault *ret_fault);

/* A Canvas Live Event {metadata, body}, an array of them, or, where `jwks` (a JSON Web Key Set) is
 * not NULL, a JWT of one, signed by one of its keys (RS256, ES256). LIFT_E_DENIED, 401: there are
 * keys, and it is not signed, or by none of them, or not at this time; or it is signed, and there
 * are no keys. An envelope of Caliper's is taken, too. */
int body_canvas(struct text body, const char *content_type, const json_t *jwks, int64_t now_ms,
		json_t **ret_statements, struct fault *ret_fault);

/* One statement: LIFT_E_MALFORMED with the fault, whose `where` begins with `where`. A person's
 * objectType that was a list of one is that one afterwards. */
int statement_check(json_t *statement, enum xapi_version version, const char *where,
		    struct fault *ret_fault);

/* What two statements of one id must have alike to be the same one (xAPI part two, 2.3.1):
 * canonical bytes without id, stored, authority, version, and what else may change; lists of groups
 * and context activities in any order. A timestamp is part of it where it was sent. *ret_text is
 * the caller's (free). LIFT_E_MEMORY. */
int statement_content(const json_t *statement, char **ret_text, size_t *ret_size);

/* `timestamp` (or, where it is absent, false), with any offset and precision, in ms since 1970 UTC;
 * further digits are cut. */
bool statement_time(const json_t *statement, int64_t *ret_time_ms);

#endif

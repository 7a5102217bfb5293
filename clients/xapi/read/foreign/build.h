/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build.h - statements made of what others send: their parts.
 *
 * What has no memory is NULL, as is what there is none of; a builder remembers which it was.
 */
#ifndef LIFT_XAPI_READ_FOREIGN_BUILD_H
#define LIFT_XAPI_READ_FOREIGN_BUILD_H

#include <jansson.h>

#include "clients/xapi/read/body.h"

enum { BUILD_WHERE = 160 };

/* One statement that is being made, and where it comes from. */
struct build {
	const char *where; /* of the event: "data[3]" */
	struct fault *fault;
	bool failed; /* there was no memory */
};

/* Set the fault at a part of the event. LIFT_E_MALFORMED. */
int build_fault(struct build *build, const char *part, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A new value, or NULL, which is then remembered. */
json_t *build_new(struct build *build, json_t *value);

/* Put it in, and give it away; nothing where it is NULL. */
void build_set(struct build *build, json_t *object, const char *key, json_t *value);
void build_append(struct build *build, json_t *array, json_t *value);

/* An agent of an IRI: an account, the name of which is what stands behind the IRI's last / or # or
 * :, and homePage what stands before it; of an address, its mbox; of an IRI without such parts, its
 * openid. */
json_t *build_agent(struct build *build, struct text iri);

/* An activity; no type or name has no bytes. */
json_t *build_activity(struct build *build, struct text iri, struct text type, struct text name);

/* The statement's last word: it is right, or the fault is set. Takes over `statement`. */
int build_finish(struct build *build, json_t *statement, json_t *statements);

/* Is it only letters and digits, and at least one? */
bool build_is_word(struct text text);

#endif

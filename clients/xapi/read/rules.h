/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.h - how an object of a statement must be, as tables, and the walk that holds it to them.
 *
 * A rule says of a value what it must be: a function, and what that function goes by. An object's
 * rule is a table of its properties; what is not in it is refused, and so is null. Nothing is
 * allocated; the walk is as deep as the tables are.
 */
#ifndef LIFT_XAPI_READ_RULES_H
#define LIFT_XAPI_READ_RULES_H

#include <jansson.h>

#include "clients/xapi/read/body.h"

struct place;

/* One walk. */
struct check {
	enum xapi_version version;
	struct fault *fault;
};

/* Is the value as it must be? Else false, and the fault is set. `of` is the rule's. */
typedef bool rule_fn(const struct check *check, const struct place *place, const json_t *value,
		     const void *of);

struct rule {
	rule_fn *fn;
	const void *of;
};

/* Where a value is: a name in the object, an index of the array, at a place; `up` NULL: the root,
 * whose name is what the fault begins with. */
struct place {
	const struct place *up;
	const char *name; /* NULL: an index */
	size_t name_size;
	size_t index;
	bool foreign; /* the name is the sender's own: it is shown in brackets */
};

struct property {
	struct text name;
	struct rule rule;
	bool required, since_2_0;
};

struct object_rule {
	const struct property *properties; /* at most 32 */
	size_t n_properties;
	rule_fn *whole; /* what properties must be to one another; may be NULL */
	const void *of;
};

/* An object, by a struct object_rule. */
rule_fn rule_object;

/* An object whose objectType says by which rule: an array of these, the first of which is that of
 * who has no objectType; type NULL ends it. */
struct object_kind {
	const char *type;
	const struct object_rule *rule;
	bool needs_type; /* only the first may go without */
};
rule_fn rule_kind;

/* An array of at least so many values by a rule; `or_one`: or one such value, without the array. */
struct array_rule {
	struct rule item;
	size_t least;
	bool or_one;
	const char *expected;
};
rule_fn rule_array;

rule_fn rule_format; /* a text, by a struct format */
rule_fn rule_time;   /* a timestamp, as the version has it */
rule_fn rule_version;
rule_fn rule_words; /* one of an array of const char *, which NULL ends */
rule_fn rule_any_text;
rule_fn rule_bool;
rule_fn rule_number;
rule_fn rule_count; /* an integer from 0 */
rule_fn rule_language_map;
rule_fn rule_extensions; /* an object whose keys are IRIs, with anything in it */

/* Set the fault, and be false. */
bool rule_fault(const struct check *check, const struct place *place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The place of a name in an object that is at `up`. */
struct place place_in(const struct place *up, const char *name);

#endif

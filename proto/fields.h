/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields.h - a YAML map read into a struct by a table of its keys.
 *
 * Reading goes on after an error, so that all are found; each says its line and what would be
 * right. What is read is copied into the reader's arena. A key that is absent leaves its member as
 * it is.
 */
#ifndef LIFT_PROTO_FIELDS_H
#define LIFT_PROTO_FIELDS_H

#include "proto/arena.h"
#include "proto/yaml.h"

enum { FIELDS_MAX = 24 /* keys of one table */ };

struct reader {
	struct yaml_errors *errors;
	struct arena *arena;
	bool no_memory;	 /* sticks: checked once, at the end */
	bool by_default; /* what is being read is a default, which has no line */
	void *context;	 /* of the readers of a table */
};

struct field;

/* Reads a node, which is not absent, into a member. */
typedef void field_read(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to);

struct field {
	const char *name;
	field_read *read;
	size_t offset, size; /* of the member in the struct: MEMBER */
	int64_t min, max;    /* of a number, or of a text's bytes */
	bool required;
	bool reloads; /* in liftd.yaml: a reload takes it; else it waits for a restart */
};

#define MEMBER(type, member) offsetof(type, member), sizeof(((type *)0)->member)
#define WHOLE		     0, 0 /* the reader gets the struct itself */

struct fields {
	const char *what; /* "a region" */
	const struct field *fields;
	size_t n;
};
#define FIELDS(what, table)                                   \
	{                                                     \
		what, table, sizeof(table) / sizeof(*(table)) \
	}

/* Read a map, in the order of the table. Keys that `node` does not have are read from `defaults`
 * (may be NULL). False where it is no map. */
bool fields_read(struct reader *reader, const struct yaml_node *node,
		 const struct yaml_node *defaults, const struct fields *fields, void *to);

/* An error at a node's line, or about a value that nobody wrote. */
__attribute__((format(printf, 3, 4))) void reader_error(struct reader *reader,
							const struct yaml_node *node,
							const char *format, ...);

/* Pieces of the arena; NULL marks the reader. */
void *reader_take(struct reader *reader, size_t count, size_t size);

/* A text of min..max bytes, with a 0 behind it; NULL, with the error said, where it is none. */
char *reader_text(struct reader *reader, const struct yaml_node *node, const char *name,
		  int64_t min, int64_t max);

/* Is it a list of at most `max` items? If not, the error is said. */
bool reader_list(struct reader *reader, const struct yaml_node *node, const char *name, size_t max);

/* Readers of members: `char *` or `const char *`; an integer of 1, 2 or 4 bytes; double; int32_t, a
 * day; bool, yes or no. */
field_read field_text, field_integer, field_number, field_day, field_flag;

#endif

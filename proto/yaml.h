/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml.h - a YAML text as a tree in which every scalar is the text as written and knows its line.
 *
 * `NO` stays Norway and `0301` Oslo: whatever YAML would make of a plain scalar, here it is text.
 * Anchors and aliases are refused. The whole tree is freed at once.
 */
#ifndef LIFT_PROTO_YAML_H
#define LIFT_PROTO_YAML_H

#include "proto/bytes.h"
#include "proto/err.h"

enum {
	YAML_SIZE_MAX = 64 << 20, /* bytes of a document */
	YAML_DEPTH_MAX = 16,
	YAML_NODES_MAX =
		4 << 20,      /* scalars, lists and maps of a document: what bounds its memory */
	YAML_ERRORS_MAX = 50, /* lines of errors that are kept; the rest is counted */
};

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_kind kind;
	unsigned line;	  /* from 1 */
	bool plain;	  /* a scalar without quotes */
	struct text text; /* YAML_TEXT */
	struct text key;  /* where its parent is a map */
	unsigned key_line;
	size_t n_children; /* lists: items; maps: values, each with its key, in the order written */
	struct yaml_node *child, *next; /* the first child; the next sibling */
};

/* Errors with their places, one line each: "FILE:LINE: TEXT". */
struct yaml_errors {
	const char *file; /* borrowed; said in each line */
	size_t count;	  /* of all, also those beyond YAML_ERRORS_MAX */
	char *text;	  /* the lines kept, owned; NULL while there are none */
	size_t size;
};

/* Add an error at a line (0: of the whole file). */
__attribute__((format(printf, 3, 4))) void yaml_error(struct yaml_errors *errors, unsigned line,
						      const char *format, ...);
void yaml_errors_clear(struct yaml_errors *errors);

/* For "%.*s": how much of a text is quoted in an error, a whole number of characters. */
int yaml_excerpt_size(struct text text);
#define YAML_EXCERPT(t) yaml_excerpt_size(t), (t).size ? (t).data : ""

struct yaml_doc; /* owns the tree and its texts */

/* Parse one document. One that says nothing is an empty map. LIFT_E_CONFIG, with the reasons added
 * to errors; LIFT_E_MEMORY. */
int yaml_parse(struct text text, struct yaml_errors *errors, struct yaml_doc **ret_doc);
const struct yaml_node *yaml_root(const struct yaml_doc *doc);
void yaml_doc_free(struct yaml_doc *doc); /* libyaml has a yaml_free of its own */

/* The value of a map's key; NULL where there is none, or where the node is NULL or no map. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* Is it absent: NULL, or the plain scalars `null`, `~` or nothing? */
bool yaml_is_absent(const struct yaml_node *node);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - the table as it is after reading, shared by this folder's files.
 *
 * A struct map is made once and never changed; it owns all texts and regular expressions in it.
 */
#ifndef LIFT_XAPI_MAP_INTERNAL_H
#define LIFT_XAPI_MAP_INTERNAL_H

#include <regex.h>

#include "clients/xapi/map/map.h"
#include "clients/xapi/people/iri.h"
#include "proto/fields.h"

enum {
	KINDS_MAX = 64,	      /* kinds of activities: bits of a mask */
	VERBS_MAX = 1000,     /* verbs that rows know */
	IRIS_MAX = 1000,      /* of one verb, kind, or condition */
	ROWS_MAX = 1000,      /* of one file */
	NO_ROW = UINT16_MAX,  /* ends a list of rows */
	PATTERNS_MAX = 20000, /* of modules */
	CAPTURES_MAX = 10,    /* \0 to \9 of a regular expression */
	STEPS_MAX = 4,	      /* events of one row */
	PLACES_MAX = 8,	      /* where a row looks for a module, or a learner */
	CONDITIONS_MAX = 8,   /* of extensions, in one row */
	WORD_MAX = 200,	      /* bytes of a name in a table */
	ID_MAX = 1000,	      /* bytes of an id or pattern in a table */
	MINUTE_MS = 60000,
};

/* Where something is found in a statement. */
enum place_what {
	PLACE_OBJECT = 1, /* the activity */
	PLACE_PARENT,	  /* the first of context.contextActivities.parent */
	PLACE_GROUPING,
	PLACE_CATEGORY,
	PLACE_OTHER,
	PLACE_KIND,	/* the object, or one around it, that is an activity of this kind */
	PLACE_ACTOR,	/* of learners, from here on */
	PLACE_AGENT,	/* the object, where it is a person */
	PLACE_ASSIGNEE, /* object.assignee */
	PLACE_INSTRUCTOR,
	PLACE_EXTENSION, /* of the context */
};

struct place {
	enum place_what what;
	unsigned kind;	   /* PLACE_KIND */
	struct text iri;   /* PLACE_EXTENSION: canonical */
	const char *key;   /* in the extension's map; NULL: it is the extension itself */
	const char *words; /* as written */
};

struct places {
	struct place at[PLACES_MAX];
	size_t n;
};

/* One event of a row. */
struct step {
	enum event_type type;
	bool takes_back;      /* a voiding of all events of this type up to now */
	struct places module; /* none: the row's */
};

enum row_then { THEN_EVENTS, THEN_IGNORED, THEN_VOIDED };

enum result_part {
	RESULT_SCORE = 1 << 0,
	RESULT_SUCCESS = 1 << 1,
	RESULT_COMPLETION = 1 << 2,
	RESULT_DURATION = 1 << 3,
	RESULT_RESPONSE = 1 << 4,
};

struct words {
	const char **at;
	size_t n;
};

struct condition {
	struct text iri; /* canonical */
	struct words is;
};

struct row {
	const char *name;
	uint16_t *verbs;
	size_t n_verbs;
	bool any_verb, any_object, agent; /* the object may be a person */
	uint64_t kinds;			  /* of the object, with any_object false */
	struct words categories, sources;
	struct condition conditions[CONDITIONS_MAX];
	size_t n_conditions;
	unsigned needs;		    /* enum result_part */
	int8_t completion, success; /* 0, 1; -1: either, or not said */
	enum row_then then;
	struct step steps[STEPS_MAX];
	size_t n_steps;
	struct places module, learner; /* none: of the table */
	uint8_t state, phase;
	int8_t passed; /* -1: as result.success has it */
	bool at_begin; /* the timestamp is the begin of a presence */
};

enum pattern_how { PATTERN_EXACT, PATTERN_PREFIX, PATTERN_PARTS, PATTERN_REGEX };

/* From an activity's canonical id to a module. */
struct pattern {
	enum pattern_how how;
	struct text text;  /* of all but regular expressions */
	const char *is;	   /* NULL: no module */
	const char *words; /* as written */
	unsigned line;
	regex_t regex;
};

enum out_of_range { RANGE_CLIP, RANGE_DROP, RANGE_REFUSE };
enum other_modules { OTHERS_KEEP, OTHERS_IGNORE, OTHERS_REFUSE };
enum mbox_form { MBOX_SHA1, MBOX_ADDRESS };
enum whence { FROM_EXTENSIONS = 1, FROM_PEOPLE, FROM_ACCOUNTS, FROM_PLATFORM, FROM_N };

/* Where a region, or attributes, are from: in this order. */
struct order {
	uint8_t at[FROM_N];
	size_t n;
};

enum target_what { TARGET_REGION = 1, TARGET_ATTR, TARGET_PHASE, TARGET_VALID_UNTIL };

/* What an extension says. */
struct target {
	struct text iri; /* canonical */
	enum target_what what;
	const char *attr;
};

struct map {
	struct arena arena;
	struct iri_table verbs, kinds, accounts, exact; /* exact: patterns without captures */
	struct words verb_names, kind_names, account_regions;
	struct iri_prefix {
		struct text iri;
		int verb;
	} * prefixes;
	size_t n_prefixes;
	struct row **rows;
	size_t n_rows;
	uint16_t **rows_of; /* a verb's, up to NO_ROW; the last is of verbs that none knows */
	struct pattern **patterns;
	size_t n_patterns;
	struct target *targets;
	size_t n_targets;
	struct places module, learner;
	struct order region, attrs;
	struct words shifted; /* sources whose scaled scores are from -1 to 1 */
	uint8_t out_of_range, other_modules, mbox;
	int32_t together_s; /* what is told twice within so many seconds is one */
};

/* How it came to it, for people (explain.h). Texts live as long as map, people or arena. */
struct told {
	const char *learner, *form, *module, *pattern, *region, *score, *note;
	struct text module_id;
	unsigned pattern_line;
};

struct statement {
	const struct map *map;
	const struct map_platform *platform;
	const json_t *json;
	int64_t now_ms;
	struct arena *arena;
	struct told *told;
};

/* map_apply, with what explains it. */
int map_apply_told(const struct statement *statement, struct outcome *ret_outcome);

#endif

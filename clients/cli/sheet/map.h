/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - what somebody says of a sheet whose columns are not called as an event's fields:
 * lift-map(5). It is read from YAML, whole, and does not change.
 */
#ifndef LIFT_CLI_SHEET_MAP_H
#define LIFT_CLI_SHEET_MAP_H

#include "clients/cli/sheet/fields.h"
#include "clients/cli/sheet/local_time.h"
#include "proto/arena.h"
#include "proto/yaml.h"

enum {
	MAP_COLUMNS_MAX = 8, /* of one field */
	MAP_FIELDS_MAX = 64,
	MAP_EVENTS_MAX = 200, /* of a row */
	MAP_TEXT_MAX = 1024,  /* bytes of a column's name, of a value */
	MAP_VALUES_MAX = 10000,
	MAP_SKIP_MAX = 100, /* conditions; texts of one */
};

/* How times are written, beside the orders of days. */
enum map_form {
	FORM_TOLD, /* as the column tells */
	FORM_DMY = ORDER_DMY,
	FORM_MDY = ORDER_MDY,
	FORM_YMD = ORDER_YMD,
	FORM_EXCEL,   /* days since 1899-12-30, as spreadsheets count them */
	FORM_SECONDS, /* since 1970 UTC */
};

/* Several texts, as a list of a map. */
struct map_texts {
	const char **texts;
	size_t n;
};

struct map_value {
	struct text from;
	const char *to; /* NULL: nothing */
};

struct map_field {
	unsigned line;	  /* of the map */
	const char *name; /* "attrs.role" */
	const struct sheet_field *field;
	enum sheet_group group;
	const char *key;	  /* in its group's map */
	const char *is;		  /* what it is in each row; NULL: it is in columns */
	struct map_texts columns; /* by their names */
	const char *with;	  /* what stands between them */
	const struct map_value *values;
	size_t n_values;
	enum map_form form;
	double of;    /* the greatest score; 0: 1 */
	double times; /* by which a number of minutes is multiplied; 0: 1 */
	bool fold;    /* a region as people write it */
	bool small;   /* capitals of a text become small letters */
};

struct map_fields {
	const struct map_field *fields;
	size_t n;
};

/* Has the column one of these texts? */
struct map_condition {
	unsigned line;
	const char *column; /* NULL: there is no condition */
	struct map_texts is;
};

struct map_event {
	struct map_condition when;
	struct map_fields fields; /* its own; in the place of those of all that are called so */
};

struct sheet_map {
	const char *timezone; /* NULL: it does not say */
	char separator;	      /* 0: it is told by the header */
	int32_t header;	      /* its line */
	bool fold_places;     /* of all regions */
	const struct map_condition *skip;
	size_t n_skip;
	struct map_fields fields; /* of all events */
	const struct map_event *events;
	size_t n_events;  /* 0: a row is one event */
	const char *file; /* as it is called in errors */
	struct arena *arena;
};

/* Read a map. LIFT_E_CONFIG, with the errors; LIFT_E_MEMORY. `errors->file` is kept. */
int map_read(struct text text, struct yaml_errors *errors, struct sheet_map **ret_map);
void map_free(struct sheet_map *map);

/* Does it want names of places folded, anywhere? */
bool map_folds(const struct sheet_map *map);

/* What stands for a value; the value itself where the field says nothing of it. An empty text is
 * nothing. */
struct text map_value_of(const struct map_field *field, struct text value);

/* Has a text what the condition wants? */
bool map_texts_have(const struct map_texts *texts, struct text text);

#endif

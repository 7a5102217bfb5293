/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalogue.h - what counts, and where: dimensions, regions, modules, programmes, competences
 * (METRICS 2).
 *
 * Immutable once read, so that any thread may use it. Everything is an index into its array;
 * regions 0 and 1 are `all` and `unassigned`, which no catalogue file names.
 */
#ifndef LIFTD_CATALOGUE_CATALOGUE_H
#define LIFTD_CATALOGUE_CATALOGUE_H

#include "daemon/base/calendar.h"
#include "proto/yaml.h"

enum {
	REGION_ALL = 0,
	REGION_UNASSIGNED = 1,
	CATALOGUE_DIMENSIONS_MAX = 16,
	CATALOGUE_VALUES_MAX = 200, /* allowed values of one dimension */
	CATALOGUE_REGIONS_MAX = 200000,
	CATALOGUE_MODULES_MAX = 10000,
	CATALOGUE_PROGRAMMES_MAX = 1000,
	CATALOGUE_COMPETENCES_MAX = 10000,
	CATALOGUE_LEVELS = 8, /* of a grant, of a requirement: 1 to this */
	STALLED_AFTER_DAYS = 30,
	SHARE_ONE = 10000, /* a share of 1 */
};

#define CATALOGUE_NONE UINT32_MAX /* no such module, value, region */
#define DAY_MIN	       INT32_MIN  /* a window that has no beginning */
#define DAY_MAX	       INT32_MAX  /* or no end */

/* Words for people, by language; NULL where not said. */
enum language { LANGUAGE_NB, LANGUAGE_SV, LANGUAGE_DA, LANGUAGE_EN, LANGUAGES };
struct label {
	const char *in[LANGUAGES];
};

struct dimension {
	const char *name;
	const char **values; /* value n_values is "unknown" */
	uint32_t n_values;
	struct label label;
	struct value_words {
		struct label label;
		const char **aliases;
		uint32_t n_aliases;
		bool folds; /* it has `aliases`: capitals of its texts count as small letters */
	} * words;	    /* by value, but for unknown */
};

/* Attributes that are asked for: value[i] of dimension[i], as indices, ascending by dimension. A
 * value outside the dimension's list is an error, but "unknown" is its index n_values. */
struct where {
	uint32_t n;
	struct {
		uint32_t dimension, value;
	} is[CATALOGUE_DIMENSIONS_MAX];
};

/* Are the attributes that are asked for all there, among a learner's values by dimension? */
bool where_holds(const struct where *where, const uint32_t *values);
bool where_equal(const struct where *a, const struct where *b);

struct headcount {
	struct where where;
	uint32_t count;
};

struct region {
	const char *code, *name, *level; /* name is the code, level "" where not said */
	uint32_t *parents, n_parents;	 /* as written */
	uint32_t *above,
		n_above; /* itself, all that it is below, and REGION_ALL; ascending, each once */
	uint32_t *homes, n_homes; /* those whose `above` holds it: what is summed for its figures;
				     ascending */
	bool leaf;		  /* no children; false for all and unassigned */
	bool has_place;
	double lat, lon;
	struct headcount *headcounts;
	uint32_t n_headcounts;
	const char **aliases;
	uint32_t n_aliases;
	struct label label;
};

struct grant {
	uint32_t competence;
	uint8_t level;
	bool by_pass;	       /* earned by `passed`, else by `completed` */
	uint16_t valid_months; /* 0: for ever */
};

struct module {
	const char *id, *name;
	const char **aliases;
	uint32_t n_aliases;
	uint32_t minutes;  /* nominal length; 0: not known */
	int16_t pass_mark; /* 1/10000: floor(mark * 10000 + 0.5) */
	int32_t stalled_after_days;
	struct grant *grants;
	uint32_t n_grants;
	uint32_t *programmes,
		n_programmes; /* that it belongs to, or is the admission of, ascending */
	struct label label;
};

enum measure { MEASURE_PARTICIPANTS, MEASURE_COMPLETED, MEASURE_ADMITTED, MEASURE_HOURS, MEASURES };
const char *measure_name(enum measure measure); /* "participants", ... */

struct target {
	enum measure measure;
	uint32_t value;	 /* 0 where there is a share */
	uint16_t share;	 /* of the place's headcount, 1/10000; 0: there is a value */
	bool each;	 /* of each of the programme's leaf regions */
	uint32_t region; /* whose metric it is in; REGION_ALL with `each` */
	struct where where;
};

/* What is done at home in the region on these days counts. */
struct membership {
	uint32_t region;
	int32_t from, to; /* both inclusive, within the programme's; from > to: on none of them */
	int32_t row_from, row_to; /* as its row says, or DAY_MIN, DAY_MAX: from row_from on the
				     region is a place of it */
};

enum programme_profile { PROFILE_UNSAID, PROFILE_LATEST, PROFILE_ENTRY };

struct programme {
	const char *id, *name;
	uint32_t *modules, n_modules;
	int32_t from, to;	      /* days, both inclusive; DAY_MIN, DAY_MAX where open */
	uint32_t *regions, n_regions; /* of the memberships, each once; none: everywhere */
	struct membership *memberships;
	uint32_t n_memberships;		/* at least one: of REGION_ALL where there are no regions */
	uint32_t complete;		/* how many modules */
	bool by_pass;			/* a module is done by passing, else by completing */
	uint32_t admission;		/* the module that admits; CATALOGUE_NONE */
	bool enrolled_only;		/* participants are only those who are, or were, admitted */
	enum programme_profile profile; /* where it is said, there are moves */
	int32_t stalled_after_days;
	struct target *targets;
	uint32_t n_targets;
	struct label label;
};

struct requirement {
	uint8_t level;
	uint32_t count; /* so many in each leaf region; 0: of the headcount */
	struct where where;
};

struct competence {
	const char *id, *name;
	struct requirement *requirements;
	uint32_t n_requirements;
	struct label label;
	struct label levels[CATALOGUE_LEVELS + 1]; /* words for its levels, from 1 */
};

struct catalogue {
	struct text text; /* that it was read from */
	const char *timezone;
	struct calendar *calendar;
	struct dimension *dimensions;
	uint32_t n_dimensions;
	struct region *regions; /* [0] all, [1] unassigned, then as in the file */
	uint32_t n_regions;
	struct module *modules;
	uint32_t n_modules;
	struct programme *programmes;
	uint32_t n_programmes;
	struct competence *competences;
	uint32_t n_competences;
	struct level_words { /* for the words that regions have as `level` */
		const char *level;
		struct label label;
	} * levels;
	uint32_t n_levels;
	/* Of what shapes contributions: the same whatever names, places, headcounts and targets'
	 * values are. */
	uint8_t digest[16];
	struct catalogue_index *index; /* opaque: codes, ids and aliases */
};

/* Read a catalogue's text. LIFT_E_CONFIG with all errors found (each with its line and what would
 * be right); LIFT_E_MEMORY. */
int catalogue_parse(struct text text, struct yaml_errors *errors, struct catalogue **ret_catalogue);

/* Each who keeps a catalogue frees it once; so does whoever has read it. Then it is gone. Any
 * thread. */
struct catalogue *catalogue_keep(struct catalogue *catalogue);

/* Do two count by the same, so that one ledger serves both? Names, places and headcounts may
 * differ. */
bool catalogue_counts_alike(const struct catalogue *a, const struct catalogue *b);
void catalogue_free(struct catalogue *catalogue);

/* The digest of its text, which every change of it changes, in hexadecimal. */
enum { CATALOGUE_TEXT_DIGEST = 33 /* bytes, with the 0 */ };
void catalogue_text_digest(const struct catalogue *catalogue,
			   char to[static CATALOGUE_TEXT_DIGEST]);

/* How many regions its file names: all but `all` and `unassigned`. */
uint32_t catalogue_regions_named(const struct catalogue *catalogue);

/* The region of a code or alias, REGION_UNASSIGNED where there is none. `all` and `unassigned` are
 * texts like any other unknown one here: no platform reports them. */
uint32_t catalogue_home(const struct catalogue *catalogue, struct text region);

/* The region of a code, also `all` and `unassigned`; CATALOGUE_NONE. */
uint32_t catalogue_region(const struct catalogue *catalogue, struct text code);

/* The module of an id or alias; the dimension of a name; the value that an attribute's text means,
 * as its index in a dimension, n_values for any other text. */
uint32_t catalogue_module(const struct catalogue *catalogue, struct text id);
uint32_t catalogue_dimension(const struct catalogue *catalogue, struct text name);
uint32_t catalogue_value(const struct catalogue *catalogue, uint32_t dimension, struct text value);

/* A label in a language, else in English, else what there is without one. */
const char *label_text(const struct label *label, enum language language, const char *otherwise);

/* The value that a target's place must reach: its value, or its share of the place's headcount,
 * rounded up; false where that is not known. */
bool catalogue_target_value(const struct catalogue *catalogue, const struct target *target,
			    uint32_t region, int64_t *ret_value);

/* Is it one of the programme's modules? The one that admits to it need not be. */
bool programme_has_module(const struct programme *programme, uint32_t module);

/* The leaf regions inside a region that belong to a programme on a day, or have done so: is one of
 * them? */
bool programme_has_place(const struct catalogue *catalogue, const struct programme *programme,
			 uint32_t leaf, int32_t today);

/* Staff with these attributes: the region's own figure, else the sum over its leaves; false where
 * one of them does not say, or there is none. */
bool catalogue_headcount(const struct catalogue *catalogue, uint32_t region,
			 const struct where *where, int64_t *ret_count);

/* The same, and where it comes from. Leaves are not looked at where the region has its own
 * figure. */
struct headcount_found {
	enum { HEADCOUNT_OWN, HEADCOUNT_LEAVES, HEADCOUNT_UNKNOWN } from;
	int64_t count;	   /* nothing of HEADCOUNT_UNKNOWN */
	uint32_t n_leaves; /* inside the region */
	uint32_t n_silent; /* of these, do not say */
	uint32_t silent;   /* the first that does not; CATALOGUE_NONE */
};
void catalogue_find_headcount(const struct catalogue *catalogue, uint32_t region,
			      const struct where *where, struct headcount_found *ret_found);

/* Is region `below` the region `above` or below it? And one of n regions, or anywhere where n is
 * 0? */
bool catalogue_inside(const struct catalogue *catalogue, uint32_t below, uint32_t above);
bool catalogue_inside_any(const struct catalogue *catalogue, uint32_t below, const uint32_t *above,
			  uint32_t n);

#endif

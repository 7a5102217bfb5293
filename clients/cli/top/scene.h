/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scene.h - what is known at one tick: the catalogue's regions and subjects, the figures, what of
 * them has just changed, and how old all that is. It knows no sockets and no terminal.
 *
 * Texts and JSON are borrowed; they live until the next message is taken.
 */
#ifndef LIFT_CLI_TOP_SCENE_H
#define LIFT_CLI_TOP_SCENE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "clients/cli/report/words/words.h"

enum {
	SCENE_CHANGED_MS = 6000, /* so long something has "just" changed */
	SCENE_NEWS = 512,
	SCENE_CODE = 65, /* bytes of a region's code, with a 0 */
};

#define NOWHERE SIZE_MAX

enum kind { KIND_PEOPLE, KIND_PROGRAMME, KIND_MODULE, KIND_COMPETENCE, KINDS };

/* "programme", "programmes". */
const char *kind_singular(enum kind kind);
const char *kind_plural(enum kind kind);

struct subject {
	enum kind kind;
	const char *id, *label;
	const json_t *json; /* as the catalogue has it; NULL of people */
};

struct region {
	const char *code, *label;
	const char *level; /* in words; "" */
	size_t *children;  /* of the scene's regions */
	size_t n_children, n_parents;
	const json_t *json;
	bool is_special; /* no place of the catalogue: all, unassigned */
};

struct scene {
	enum language language;
	json_t *catalogue, *beat; /* NULL: not yet */
	json_t *bodies, *changes; /* by topic: as published; since when it has changed */
	json_t *places;		  /* code to index */
	struct region *regions;
	struct subject *subjects; /* the first is people */
	size_t n_regions, n_subjects, *links;
	size_t told;		  /* the subject whose changes are told in words; 0: all */
	char news[SCENE_NEWS];	  /* what changed last, in words */
	int64_t news_ms, tick_ms; /* by the clock that never goes back */
	bool whole, stale;
};

/* 0, or LIFT_E_MEMORY. */
int scene_open(struct scene *scene, enum language language);
void scene_close(struct scene *scene);

/* A topic's body, NULL: it is empty. With `aloud` a difference is news; `catalogue` is the topic of
 * the catalogue. 0, or LIFT_E_MEMORY; what has another form than it should is as if it were not
 * there. */
int scene_take(struct scene *scene, const char *topic, const json_t *body, int64_t now_ms,
	       bool aloud);
/* The end of a tick, or, with NULL, that there was none for too long. */
void scene_beat(struct scene *scene, const json_t *beat, int64_t now_ms);

/* A region's figures; NULL: nobody counts there. */
const json_t *scene_metrics(const struct scene *scene, size_t region, size_t subject);
/* The platforms that have told of them. */
const json_t *scene_sources(const struct scene *scene, size_t region, size_t subject);
bool scene_has_changed(const struct scene *scene, size_t region, size_t subject, int64_t now_ms);

/* NOWHERE: there is none. */
size_t scene_region(const struct scene *scene, const char *code);
size_t scene_subject(const struct scene *scene, enum kind kind, const char *id);

/* Marks the region and all that is inside it; `marks` has a flag for each region. */
void scene_mark(const struct scene *scene, size_t region, bool *marks);
/* Is there nothing inside it? */
bool scene_is_place(const struct scene *scene, size_t region);

/* The day of the figures; "" before the first beat. */
const char *scene_as_of(const struct scene *scene);
/* Are they of the open plane: of a release, protected, and not all that there are? */
bool scene_is_open(const struct scene *scene);
/* How many sources are late. */
size_t scene_late(const struct scene *scene);

#endif

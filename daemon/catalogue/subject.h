/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subject.h - what a figure is about: a module, a programme, a competence of the catalogue, or
 * people.
 */
#ifndef LIFTD_CATALOGUE_SUBJECT_H
#define LIFTD_CATALOGUE_SUBJECT_H

#include "daemon/catalogue/catalogue.h"

enum kind { KIND_MODULE, KIND_PROGRAMME, KIND_COMPETENCE, KIND_PEOPLE, KINDS };

enum { SUBJECT_SHIFT = 24 };

/* A subject: its kind and its index in the catalogue (people: 0), ascending by kind. */
static inline uint32_t subject_of(enum kind kind, uint32_t index)
{
	return (uint32_t)kind << SUBJECT_SHIFT | index;
}

static inline enum kind subject_kind(uint32_t subject)
{
	return (enum kind)(subject >> SUBJECT_SHIFT);
}

static inline uint32_t subject_index(uint32_t subject)
{
	return subject & ((1u << SUBJECT_SHIFT) - 1);
}

const char *kind_name(enum kind kind); /* "module", "programme", ... */
/* The kind of a name; KINDS where there is none. */
enum kind kind_of(struct text name);

/* The id of a subject, and its name. */
const char *subject_id(const struct catalogue *catalogue, uint32_t subject);
const char *subject_name(const struct catalogue *catalogue, uint32_t subject);

/* The subject of a kind and an id; CATALOGUE_NONE. */
uint32_t subject_find(const struct catalogue *catalogue, enum kind kind, struct text id);

/* How many subjects a kind has. */
uint32_t kind_subjects(const struct catalogue *catalogue, enum kind kind);

#endif

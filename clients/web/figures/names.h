/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - what people call the places and subjects of the catalogue, in their language.
 */
#ifndef LIFT_WEB_FIGURES_NAMES_H
#define LIFT_WEB_FIGURES_NAMES_H

#include <jansson.h>

#include "proto/bytes.h"

struct names {
	json_t *regions, *programmes, *competences, *modules; /* id → row of the catalogue */
	const char *language;
};

/* Of a catalogue's body, which is borrowed; NULL: nothing has a name. */
struct names names_of(const json_t *catalogue, const char *language);
void names_clear(struct names *names);
/* Its label, else its name, else the code itself. */
struct text name_of_region(const struct names *names, struct text code);
struct text name_of_subject(const struct names *names, struct text kind, struct text id);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * modules.h - from an activity's id to a module: the key `modules` of the table.
 *
 *   ID                   this id
 *   ID with {} in it     each {} stands for one or more bytes, but / ? & #, up to what follows; a *
 *                        at the end for whatever comes there, be it nothing
 *   regex EXPRESSION     of POSIX, extended: the whole id
 *
 * A module's text has {} or \1 to \9 where these go. Ids are compared in their canonical
 * form (iri.h); one without {} and * goes before the others, which are tried in their order.
 */
#ifndef LIFT_XAPI_MAP_MODULES_H
#define LIFT_XAPI_MAP_MODULES_H

#include "clients/xapi/map/internal.h"

field_read field_modules;
void modules_free(struct map *map);

enum module_found { MODULE_FOUND, MODULE_IGNORED, MODULE_REFUSED };

/* The module of an activity's id. MODULE_REFUSED with `why` (OUTCOME_WHY_MAX). LIFT_E_MEMORY. */
int module_of(const struct statement *statement, struct text id, enum module_found *ret_found,
	      struct text *ret_module, char *why);

#endif

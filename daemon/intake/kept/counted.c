/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/kept/counted.h"

#include <stdlib.h>

enum { NOT_ASKED, KNOWN, UNKNOWN };

bool counted_module(const struct catalogue *catalogue, struct text module)
{
	return catalogue_module(catalogue, module) != CATALOGUE_NONE;
}

bool counted_region(const struct catalogue *catalogue, struct text region)
{
	return catalogue_home(catalogue, region) != REGION_UNASSIGNED;
}

bool counted_value(const struct catalogue *catalogue, uint32_t dimension, struct text value)
{
	return value.size == 0 || catalogue_value(catalogue, dimension, value) <
					  catalogue->dimensions[dimension].n_values;
}

bool counted_profile(const struct catalogue *catalogue, const struct event *event)
{
	if (!counted_region(catalogue, event->region))
		return false;
	for (size_t i = 0; i < event->n_attrs; i++) {
		uint32_t d = catalogue_dimension(catalogue, event->attrs[i].name);

		if (d != CATALOGUE_NONE && !counted_value(catalogue, d, event->attrs[i].value))
			return false;
	}
	return true;
}

void counted_close(struct counted *counted)
{
	free(counted->modules.of);
	free(counted->profiles.of);
}

void counted_forget(struct counted *counted)
{
	answers_forget(&counted->modules);
	answers_forget(&counted->profiles);
}

/* What is not counted. */

static void note(struct screen *screen, struct unknown *unknown, enum unknown_kind kind,
		 struct text attr, struct text text)
{
	struct unknown_text *row = unknown_add(unknown, kind, attr, text);

	if (!row || row->n > 1)
		return;
	row->meant = screen_meant(screen, kind, attr, text);
	row->is_person = screen_rule(screen, text) != PERSON_NONE;
}

static void note_profile(struct screen *screen, const struct event *event, struct unknown *unknown)
{
	static const struct text no_attr = { NULL, 0 };

	if (!counted_region(screen->catalogue, event->region))
		note(screen, unknown, UNKNOWN_REGION, no_attr, event->region);
	for (size_t i = 0; i < event->n_attrs; i++) {
		const struct event_attr *attr = &event->attrs[i];
		uint32_t d = catalogue_dimension(screen->catalogue, attr->name);

		if (d == CATALOGUE_NONE)
			note(screen, unknown, UNKNOWN_ATTR, no_attr, attr->name);
		else if (!counted_value(screen->catalogue, d, attr->value))
			note(screen, unknown, UNKNOWN_VALUE, attr->name, attr->value);
	}
}

void counted_note(struct counted *counted, struct screen *screen, const struct event *event,
		  const struct entry *entry, bool has_others, struct unknown *unknown)
{
	static const struct text no_attr = { NULL, 0 };
	uint8_t *module = answers_at(&counted->modules, entry->fact.module);
	uint8_t *profile = answers_at(&counted->profiles, entry->fact.profile);

	if (!module || !profile)
		return;
	if (*module == NOT_ASKED)
		*module = counted_module(screen->catalogue, event->module) ? KNOWN : UNKNOWN;
	if (*profile == NOT_ASKED)
		*profile = counted_profile(screen->catalogue, event) ? KNOWN : UNKNOWN;
	if (*module == KNOWN && *profile == KNOWN && !has_others)
		return;
	unknown->events++;
	if (*module == UNKNOWN)
		note(screen, unknown, UNKNOWN_MODULE, no_attr, event->module);
	note_profile(screen, event, unknown);
}

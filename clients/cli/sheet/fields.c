/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/fields.h"

#include <stdio.h>
#include <strings.h>

const char *const sheet_group_names[GROUPS] = { "", "attrs", "voids" };

static const struct sheet_field fields[] = {
	{ "type", FIELD_TEXT, true, true },	    { "time", FIELD_TIME, true, true },
	{ "learner", FIELD_TEXT, true, false },	    { "module", FIELD_TEXT, true, false },
	{ "region", FIELD_TEXT, true, false },	    { "score", FIELD_SCORE, false, true },
	{ "passed", FIELD_FLAG, false, true },	    { "phase", FIELD_TEXT, false, true },
	{ "minutes", FIELD_WHOLE, false, true },    { "state", FIELD_TEXT, false, true },
	{ "valid_until", FIELD_DAY, false, false },
};

static const struct sheet_field attribute = { "NAME", FIELD_TEXT, false, false };

enum { FIELDS_N = sizeof(fields) / sizeof(fields[0]) };

static enum sheet_group group_of(struct text *name)
{
	for (enum sheet_group group = GROUP_ATTRS; group < GROUPS; group++) {
		size_t size = strlen(sheet_group_names[group]);

		if (name->size > size + 1 &&
		    memcmp(name->data, sheet_group_names[group], size) == 0 &&
		    name->data[size] == '.') {
			*name = (struct text){ name->data + size + 1, name->size - size - 1 };
			return group;
		}
	}
	return GROUP_EVENT;
}

const struct sheet_field *sheet_field_find(struct text name, enum sheet_group *ret_group,
					   struct text *ret_key)
{
	enum sheet_group group = group_of(&name);

	*ret_group = group;
	*ret_key = name;
	if (group == GROUP_ATTRS)
		return memchr(name.data, 0, name.size) ? NULL : &attribute;
	for (size_t i = 0; i < FIELDS_N; i++) {
		if (strlen(fields[i].name) != name.size ||
		    strncasecmp(fields[i].name, name.data, name.size) != 0)
			continue;
		*ret_key = text_of(fields[i].name);
		return group == GROUP_EVENT || fields[i].voids ? &fields[i] : NULL;
	}
	return NULL;
}

const struct sheet_field *sheet_field_needed(size_t i)
{
	for (size_t f = 0; f < FIELDS_N; f++)
		if (fields[f].needed && i-- == 0)
			return &fields[f];
	return NULL;
}

void sheet_field_names(char to[static FIELD_NAMES_MAX])
{
	size_t last = FIELDS_N, used = 0;

	while (last > 0 && !fields[last - 1].voids)
		last--;
	for (size_t i = 0; i < FIELDS_N; i++)
		used += (size_t)snprintf(to + used, FIELD_NAMES_MAX - used, "%s, ", fields[i].name);
	used += (size_t)snprintf(to + used, FIELD_NAMES_MAX - used, "attrs.NAME");
	for (size_t i = 0; i < last; i++)
		if (fields[i].voids)
			used += (size_t)snprintf(to + used, FIELD_NAMES_MAX - used, "%svoids.%s",
						 i + 1 < last ? ", " : " and ", fields[i].name);
}

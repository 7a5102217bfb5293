/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/figures/names.h"

static json_t *index_by(const json_t *catalogue, const char *list, const char *key)
{
	json_t *index = json_object(), *row;
	size_t i;

	json_array_foreach(json_object_get(catalogue, list), i, row)
	{
		const char *id = json_string_value(json_object_get(row, key));

		if (id)
			json_object_set(index, id, row);
	}
	return index;
}

struct names names_of(const json_t *catalogue, const char *language)
{
	return (struct names){
		.regions = index_by(catalogue, "regions", "code"),
		.programmes = index_by(catalogue, "programmes", "id"),
		.competences = index_by(catalogue, "competences", "id"),
		.modules = index_by(catalogue, "modules", "id"),
		.language = language,
	};
}

void names_clear(struct names *names)
{
	json_decref(names->regions);
	json_decref(names->programmes);
	json_decref(names->competences);
	json_decref(names->modules);
	*names = (struct names){ 0 };
}

static struct text find(const json_t *index, const char *language, struct text id)
{
	const json_t *row = json_object_getn(index, id.data, id.size);
	const json_t *label = json_object_get(row, "label");
	const json_t *name = language ? json_object_get(label, language) : NULL;

	if (!name)
		name = json_object_get(label, "en");
	if (!name)
		name = json_object_get(row, "name");
	return json_is_string(name)
		       ? (struct text){ json_string_value(name), json_string_length(name) }
		       : id;
}

struct text name_of_region(const struct names *names, struct text code)
{
	return find(names->regions, names->language, code);
}

struct text name_of_subject(const struct names *names, struct text kind, struct text id)
{
	const struct {
		const char *kind;
		const json_t *index;
	} indices[] = {
		{ "programme", names->programmes },
		{ "competence", names->competences },
		{ "module", names->modules },
	};

	for (size_t i = 0; i < sizeof(indices) / sizeof(indices[0]); i++)
		if (text_equal(kind, text_of(indices[i].kind)))
			return find(indices[i].index, names->language, id);
	return id;
}

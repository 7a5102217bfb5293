/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/subject.h"

static const char *const kind_names[KINDS] = {
	[KIND_MODULE] = "module",
	[KIND_PROGRAMME] = "programme",
	[KIND_COMPETENCE] = "competence",
	[KIND_PEOPLE] = "people",
};

const char *kind_name(enum kind kind)
{
	return kind_names[kind];
}

enum kind kind_of(struct text name)
{
	enum kind kind = 0;

	while (kind < KINDS && !text_equal(name, text_of(kind_names[kind])))
		kind++;
	return kind;
}

const char *subject_id(const struct catalogue *catalogue, uint32_t subject)
{
	uint32_t index = subject_index(subject);

	switch (subject_kind(subject)) {
	case KIND_MODULE:
		return catalogue->modules[index].id;
	case KIND_PROGRAMME:
		return catalogue->programmes[index].id;
	case KIND_COMPETENCE:
		return catalogue->competences[index].id;
	default:
		return "all";
	}
}

const char *subject_name(const struct catalogue *catalogue, uint32_t subject)
{
	uint32_t index = subject_index(subject);

	switch (subject_kind(subject)) {
	case KIND_MODULE:
		return catalogue->modules[index].name;
	case KIND_PROGRAMME:
		return catalogue->programmes[index].name;
	case KIND_COMPETENCE:
		return catalogue->competences[index].name;
	default:
		return "all";
	}
}

uint32_t kind_subjects(const struct catalogue *catalogue, enum kind kind)
{
	const uint32_t n[KINDS] = {
		[KIND_MODULE] = catalogue->n_modules,
		[KIND_PROGRAMME] = catalogue->n_programmes,
		[KIND_COMPETENCE] = catalogue->n_competences,
		[KIND_PEOPLE] = 1,
	};

	return n[kind];
}

uint32_t subject_find(const struct catalogue *catalogue, enum kind kind, struct text id)
{
	for (uint32_t i = 0; i < kind_subjects(catalogue, kind); i++)
		if (text_equal(id, text_of(subject_id(catalogue, subject_of(kind, i)))))
			return subject_of(kind, i);
	return CATALOGUE_NONE;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/parts.h"

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
	uint32_t index = tally_index(subject);

	switch (tally_kind(subject)) {
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
	uint32_t index = tally_index(subject);

	switch (tally_kind(subject)) {
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
		if (text_equal(id, text_of(subject_id(catalogue, tally_subject(kind, i)))))
			return tally_subject(kind, i);
	return CATALOGUE_NONE;
}

static void (*const encoders[KINDS])(const struct figures *, struct msg_writer *, int32_t) = {
	[KIND_MODULE] = encode_module,
	[KIND_PROGRAMME] = encode_programme,
	[KIND_COMPETENCE] = encode_competence,
	[KIND_PEOPLE] = encode_people,
};

void figures_encode(const struct figures *figures, struct msg_writer *writer, int32_t daily_from)
{
	encoders[tally_kind(figures->subject)](figures, writer, daily_from);
}

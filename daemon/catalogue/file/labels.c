/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words for people, by language.
 */
#include "daemon/catalogue/file/parts.h"

enum { LEVEL_WORDS_MAX = 1000 };

#define LANGUAGE(code, language)                                                                \
	{                                                                                       \
		.name = code, .read = field_text, MEMBER(struct label, in[language]), .min = 1, \
		.max = ID_MAX                                                                   \
	}

static const struct field label_fields[] = {
	LANGUAGE("nb", LANGUAGE_NB),
	LANGUAGE("sv", LANGUAGE_SV),
	LANGUAGE("da", LANGUAGE_DA),
	LANGUAGE("en", LANGUAGE_EN),
};
static const struct fields label_map = FIELDS("a label", label_fields);

void read_label(struct reader *reader, const struct yaml_node *node, const struct field *field,
		void *to)
{
	(void)field;
	if (node->kind != YAML_MAP)
		reader_error(reader, node, "a label must be a map, `{nb: ..., sv: ..., en: ...}`");
	else
		fields_read(reader, node, NULL, &label_map, to);
}

/* The words that regions have as `level`. */
void read_levels(struct reader *reader, const struct yaml_node *node, const struct field *field,
		 void *to)
{
	struct catalogue *catalogue = to;

	if (node->kind != YAML_MAP || node->n_children > LEVEL_WORDS_MAX) {
		reader_error(reader, node,
			     "%s must be a map of at most %d, `municipality: {nb: kommune, ...}`",
			     field->name, LEVEL_WORDS_MAX);
		return;
	}
	catalogue->levels = reader_take(reader, node->n_children, sizeof(*catalogue->levels));
	if (!catalogue->levels)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		struct level_words *words = &catalogue->levels[catalogue->n_levels++];

		words->level = arena_text(reader->arena, item->key);
		if (!words->level)
			reader->no_memory = true;
		read_label(reader, item, field, &words->label);
	}
}

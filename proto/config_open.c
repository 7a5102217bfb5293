/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often the open plane is released.
 */
#include "proto/config_parts.h"

static void read_every(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	static const char *const words[] = {
		[OPEN_MONTH] = "month", [OPEN_QUARTER] = "quarter", [OPEN_YEAR] = "year"
	};

	for (size_t i = OPEN_MONTH; i < sizeof(words) / sizeof(*words); i++)
		if (node->kind == YAML_TEXT && text_equal(node->text, text_of(words[i]))) {
			*(enum open_every *)to = (enum open_every)i;
			return;
		}
	reader_error(reader, node, "%s must be `month`, `quarter` or `year`", field->name);
}

void read_open(struct reader *reader, const struct yaml_node *node, const struct field *field,
	       void *to)
{
	static const struct field open_fields[] = {
		{ .name = "every",
		  .read = read_every,
		  MEMBER(struct config, open_every),
		  .required = true },
	};
	static const struct fields open = FIELDS("open", open_fields);

	(void)field;
	fields_read(reader, node, NULL, &open, to);
}

void read_plane(struct reader *reader, const struct yaml_node *node, const struct field *field,
		void *to)
{
	const struct config_reading *reading = reader->context;
	bool is_open = node->kind == YAML_TEXT && text_equal(node->text, text_of("open"));

	if (!is_open && (node->kind != YAML_TEXT || !text_equal(node->text, text_of("exact"))))
		reader_error(reader, node, "%s must be `exact` or `open`", field->name);
	else if (is_open && reading->config->open_every == OPEN_NEVER)
		reader_error(reader, node,
			     "the plane `open` is of releases, and there are none: say how often, "
			     "open: {every: quarter}");
	else
		field_text(reader, node, field, to);
}

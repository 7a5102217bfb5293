/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/encode.h"

void day_encode(struct msg_writer *writer, const char *key, int32_t day)
{
	char text[DAY_TEXT];

	msg_str(writer, key);
	if (day == DAY_MIN || day == DAY_MAX) {
		msg_nil(writer);
		return;
	}
	day_print(day, text);
	msg_str(writer, text);
}

void where_encode(struct msg_writer *writer, const struct catalogue *catalogue,
		  const struct where *where)
{
	msg_map(writer, where->n);
	for (uint32_t i = 0; i < where->n; i++) {
		const struct dimension *dimension = &catalogue->dimensions[where->is[i].dimension];
		uint32_t value = where->is[i].value;

		msg_key_str(writer, dimension->name,
			    value < dimension->n_values ? dimension->values[value] : "unknown");
	}
}

bool label_is_said(const struct label *label)
{
	for (int i = 0; i < LANGUAGES; i++)
		if (label->in[i])
			return true;
	return false;
}

void label_encode(struct msg_writer *writer, const char *key, const struct label *label)
{
	static const char *const languages[LANGUAGES] = { "nb", "sv", "da", "en" };

	if (!label_is_said(label))
		return;
	msg_str(writer, key);
	msg_map_begin(writer);
	for (int i = 0; i < LANGUAGES; i++)
		if (label->in[i])
			msg_key_str(writer, languages[i], label->in[i]);
	msg_map_end(writer);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/attributes.h"

#include "daemon/base/names.h"

bool attribute_is_known(const struct catalogue *catalogue, struct text dimension, struct text value)
{
	uint32_t d = catalogue_dimension(catalogue, dimension);

	return d != CATALOGUE_NONE &&
	       catalogue_value(catalogue, d, value) < catalogue->dimensions[d].n_values;
}

/* Its own text, an alias, or one of them in other capitals. */
static bool value_may_be_new(const struct catalogue *before, struct text name, const char *value,
			     const struct value_words *words)
{
	uint32_t d = catalogue_dimension(before, name), was;

	if (!attribute_is_known(before, name, text_of(value)))
		return true;
	was = catalogue_value(before, d, text_of(value));
	if (words->folds && !before->dimensions[d].words[was].folds)
		return true;
	for (uint32_t i = 0; i < words->n_aliases; i++)
		if (!attribute_is_known(before, name, text_of(words->aliases[i])))
			return true;
	return false;
}

bool attributes_may_be_new(const struct catalogue *before, const struct catalogue *after)
{
	for (uint32_t d = 0; d < after->n_dimensions; d++) {
		const struct dimension *dimension = &after->dimensions[d];

		for (uint32_t v = 0; v < dimension->n_values; v++)
			if (value_may_be_new(before, text_of(dimension->name), dimension->values[v],
					     &dimension->words[v]))
				return true;
	}
	return false;
}

bool attribute_parts(const struct catalogue *before, const struct catalogue *after,
		     struct text dimension, struct text value)
{
	uint32_t was = catalogue_dimension(before, dimension), v;
	uint32_t is = catalogue_dimension(after, dimension), to;

	if (was == CATALOGUE_NONE || is == CATALOGUE_NONE)
		return false;
	v = catalogue_value(before, was, value);
	to = catalogue_value(after, is, value);
	return v < before->dimensions[was].n_values &&
	       (to == after->dimensions[is].n_values ||
		to != catalogue_value(after, is, text_of(before->dimensions[was].values[v])));
}

/* One of the texts that a catalogue has: whatever only differs from it in capitals means the same
 * where both fold. */
static bool any_parts(const struct catalogue *before, const struct catalogue *after,
		      const struct catalogue *texts)
{
	for (uint32_t d = 0; d < texts->n_dimensions; d++) {
		const struct dimension *dimension = &texts->dimensions[d];
		struct text name = text_of(dimension->name);

		for (uint32_t v = 0; v < dimension->n_values; v++) {
			const struct value_words *words = &dimension->words[v];

			if (attribute_parts(before, after, name, text_of(dimension->values[v])))
				return true;
			for (uint32_t i = 0; i < words->n_aliases; i++)
				if (attribute_parts(before, after, name,
						    text_of(words->aliases[i])))
					return true;
		}
	}
	return false;
}

bool attributes_may_part(const struct catalogue *before, const struct catalogue *after)
{
	return attributes_may_be_new(after, before) || any_parts(before, after, before) ||
	       any_parts(before, after, after);
}

struct meeting {
	struct journal_view *view;
	struct names *met; /* as profiles have them: many have the same */
	void (*fn)(void *context, struct text dimension, struct text value);
	void *context;
};

static int meet(struct meeting *meeting, const struct profile_attr *attr)
{
	uint32_t id, n = names_count(meeting->met);
	struct text name, text;
	uint8_t key[8];
	int err;

	put_be(key, attr->dimension, 4);
	put_be(key + 4, attr->value, 4);
	err = names_add(meeting->met, (struct text){ (char *)key, sizeof(key) }, &id);
	if (err || id < n)
		return err;
	if (!journal_view_name(meeting->view, NAME_DIMENSION, attr->dimension, &name) ||
	    !journal_view_name(meeting->view, NAME_VALUE, attr->value, &text))
		return LIFT_E_CORRUPT;
	meeting->fn(meeting->context, name, text);
	return 0;
}

int attributes_each(struct journal_view *view,
		    void (*fn)(void *context, struct text dimension, struct text value),
		    void *context)
{
	struct meeting meeting = { view, names_new(), fn, context };
	struct profile_key key;
	struct text profile;
	int err = meeting.met ? 0 : LIFT_E_MEMORY;

	for (uint32_t id = 0; !err && journal_view_name(view, NAME_PROFILE, id, &profile); id++) {
		err = profile_key_decode(profile, &key);
		for (uint32_t i = 0; !err && i < key.n; i++)
			err = meet(&meeting, &key.attrs[i]);
	}
	names_free(meeting.met);
	return err ? err : journal_view_err(view);
}

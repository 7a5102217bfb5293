/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/differing.h"

#include <stdio.h>

const char change_comes[] = "comes", change_goes_away[] = "goes", change_changes[] = "changes";

void row_add(const struct differing *d, const char *what, const char *id)
{
	changes_add(d->changes,
		    &(struct change_row){ .what = what, .how = d->how, .id = id, .learners = -1 },
		    "%s %s %s", what, id, d->how);
}

void row_add_of(const struct differing *d, const char *what, const char *id, const char *of_what,
		const char *of)
{
	changes_add(d->changes,
		    &(struct change_row){
			    .what = what, .how = d->how, .id = id, .of = of, .learners = -1 },
		    "%s %s of %s %s %s", what, id, of_what, of, d->how);
}

void key_differs(struct keys *keys, const char *key, bool differs)
{
	if (differs)
		keys->size +=
			(size_t)snprintf(keys->text + keys->size, sizeof(keys->text) - keys->size,
					 "%s%s", keys->size ? ", " : "", key);
}

void row_add_changed(const struct differing *d, const char *what, const char *id,
		     const struct keys *keys)
{
	if (keys->size)
		changes_add(d->changes,
			    &(struct change_row){
				    .what = what, .how = change_changes, .id = id, .learners = -1 },
			    "%s %s changes: %s", what, id, keys->text);
}

bool texts_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool has_text(const char *const *texts, uint32_t n, const char *text)
{
	for (uint32_t i = 0; i < n; i++)
		if (texts_same(texts[i], text))
			return true;
	return false;
}

void differ_aliases(const struct differing *d, const char *of_what, const char *of,
		    const char *const *aliases, uint32_t n, const char *const *others,
		    uint32_t n_others)
{
	for (uint32_t i = 0; i < n; i++)
		if (!has_text(others, n_others, aliases[i]))
			row_add_of(d, "alias", aliases[i], of_what, of);
}

bool where_same(const struct differing *d, const struct where *a, const struct where *b)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < a->n; i++)
		for (uint32_t j = 0; j < b->n; j++) {
			const struct dimension *x = &d->from->dimensions[a->is[i].dimension];
			const struct dimension *y = &d->to->dimensions[b->is[j].dimension];
			uint32_t v = a->is[i].value, w = b->is[j].value;

			found += texts_same(x->name, y->name) &&
				 texts_same(v < x->n_values ? x->values[v] : "",
					    w < y->n_values ? y->values[w] : "");
		}
	return a->n == b->n && found == a->n;
}

/* In every language. */
bool labels_same(const struct label *a, const struct label *b)
{
	for (int i = 0; i < LANGUAGES; i++)
		if (!texts_same(a->in[i] ? a->in[i] : "", b->in[i] ? b->in[i] : ""))
			return false;
	return true;
}

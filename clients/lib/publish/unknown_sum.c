/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/publish/unknown_sum.h"

#include <stdlib.h>
#include <string.h>

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void free_text(struct lift_unknown_text *text)
{
	free((char *)text->text);
	free((char *)text->meant);
	free((char *)text->attr);
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static void add_text(struct unknown_sum *added, const struct lift_unknown_text *from)
{
	struct lift_unknown_text *to = added->texts, *end = to + added->n_texts;

	while (to < end && (to->kind != from->kind || !is_same(to->text, from->text) ||
			    !is_same(to->attr, from->attr)))
		to++;
	if (to == end) {
		if (added->n_texts == LIFT_OUTBOX_UNKNOWN_MAX)
			return;
		*to = (struct lift_unknown_text){ .kind = from->kind,
						  .text = copy(from->text),
						  .meant = copy(from->meant),
						  .attr = copy(from->attr) };
		if (!to->text || !to->meant != !from->meant || !to->attr != !from->attr) {
			free_text(to);
			return;
		}
		added->n_texts++;
	}
	to->n += from->n;
}

void unknown_sum_add(struct unknown_sum *added, const struct lift_unknown *unknown)
{
	added->sum.events += unknown->events;
	for (int kind = 0; kind < LIFT_UNKNOWN_KINDS; kind++)
		added->sum.n[kind] += unknown->n[kind];
	for (size_t i = 0; i < unknown->n_texts; i++)
		add_text(added, &unknown->texts[i]);
}

struct lift_unknown unknown_sum_read(const struct unknown_sum *added)
{
	struct lift_unknown sum = added->sum;

	sum.texts = added->texts;
	sum.n_texts = added->n_texts;
	return sum;
}

void unknown_sum_clear(struct unknown_sum *added)
{
	for (size_t i = 0; i < added->n_texts; i++)
		free_text(&added->texts[i]);
	*added = (struct unknown_sum){ 0 };
}

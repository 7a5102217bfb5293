/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/open_topics.h"

#include <stdlib.h>
#include <string.h>

#include "proto/metric.h"

static int compare(const void *a, const void *b)
{
	return text_compare(((const struct open_topic *)a)->name,
			    ((const struct open_topic *)b)->name);
}

/* The parts of a topic are read in its name, which outlives the release. */
static void point_into(struct open_topic *topic, size_t region_size, size_t id_size)
{
	const char *slash = memchr(topic->name.data, '/', topic->name.size);

	topic->region_code = (struct text){ slash + 1, region_size };
	topic->id = (struct text){ topic->name.data + topic->name.size - id_size, id_size };
}

static int make(struct open_topic *topic, const struct release_row *row)
{
	char name[TOPIC_MAX], *copy;
	size_t size = metric_topic(name, row->region, text_of(kind_name(row->kind)), row->id);

	copy = malloc(size);
	if (!copy)
		return LIFT_E_MEMORY;
	memcpy(copy, name, size);
	*topic = (struct open_topic){ .name = { copy, size }, .kind = row->kind };
	point_into(topic, row->region.size, row->id.size);
	return 0;
}

static void items_free(struct open_topic *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free((char *)items[i].name.data);
	free(items);
}

/* The topics of a release alone, in order. */
static int make_all(const struct release *release, uint64_t seq, struct open_topic *items,
		    size_t *ret_n)
{
	size_t n = release_info(release)->n_rows;

	for (*ret_n = 0; *ret_n < n; ++*ret_n) {
		struct open_topic *topic = &items[*ret_n];
		struct release_row row;
		int err;

		release_row(release, *ret_n, &row);
		err = make(topic, &row);
		if (err)
			return err;
		topic->row = (uint32_t)*ret_n;
		topic->n = 1;
		topic->seq = seq;
	}
	if (n > 0)
		qsort(items, n, sizeof(*items), compare);
	return 0;
}

/* What there was is numbered on; what is not there now is gone. Both are in order; items has room
 * for the two. */
static size_t go_on_from(struct open_topics *before, uint64_t seq, struct open_topic *items,
			 size_t n)
{
	size_t all = n;

	for (size_t i = 0, at = 0; i < before->n; i++) {
		struct open_topic *old = &before->items[i];

		while (at < n && compare(&items[at], old) < 0)
			at++;
		if (at < n && compare(&items[at], old) == 0) {
			items[at].n = old->n + 1;
			continue;
		}
		if (old->row != OPEN_GONE) {
			old->row = OPEN_GONE;
			old->n++;
			old->seq = seq;
		}
		items[all++] = *old;
		old->name.data = NULL; /* it has moved */
	}
	if (all > n)
		qsort(items, all, sizeof(*items), compare);
	return all;
}

int open_topics_take(struct open_topics *topics, struct release *release, uint64_t seq,
		     const struct catalogue *catalogue)
{
	size_t n = 0, room = release_info(release)->n_rows + topics->n + 1;
	struct open_topic *items = calloc(room, sizeof(*items));
	int err = items ? make_all(release, seq, items, &n) : LIFT_E_MEMORY;

	if (err) {
		items_free(items, n);
		return err;
	}
	n = go_on_from(topics, seq, items, n);
	items_free(topics->items, topics->n);
	release_put(topics->release);
	*topics = (struct open_topics){ release_keep(release), items, n };
	open_topics_see(topics, catalogue);
	return 0;
}

void open_topics_see(struct open_topics *topics, const struct catalogue *catalogue)
{
	for (size_t i = 0; i < topics->n; i++)
		topics->items[i].region = catalogue_region(catalogue, topics->items[i].region_code);
}

void open_topics_clear(struct open_topics *topics)
{
	items_free(topics->items, topics->n);
	release_put(topics->release);
	*topics = (struct open_topics){ 0 };
}

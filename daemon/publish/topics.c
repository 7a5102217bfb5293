/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/topics.h"

#include <stdlib.h>

#include "daemon/base/names.h"
#include "daemon/catalogue/subject.h"
#include "daemon/publish/topic_order.h"
#include "proto/metric.h"

struct topics {
	const struct catalogue *catalogue;
	struct names *index;  /* region 4, subject 4 -> the topic's number */
	struct topic **items; /* by number: they stay where they are */
	uint32_t *queue;      /* numbers of changed topics, a ring */
	size_t room, head, waiting;
	struct topic_order order;
	struct names *sources;
};

int topics_new(const struct catalogue *catalogue, struct topics **ret_topics)
{
	struct topics *topics = calloc(1, sizeof(*topics));

	if (!topics)
		return LIFT_E_MEMORY;
	topics->catalogue = catalogue;
	topics->index = names_new();
	topics->sources = names_new();
	if (!topics->index || !topics->sources) {
		topics_free(topics);
		return LIFT_E_MEMORY;
	}
	*ret_topics = topics;
	return 0;
}

static void topic_free(struct topic *topic)
{
	if (!topic)
		return;
	free((char *)topic->name.data);
	free(topic->sources);
	free(topic->others);
	free(topic->leaners);
	free(topic);
}

void topics_free(struct topics *topics)
{
	if (!topics)
		return;
	for (uint32_t i = 0; topics->index && i < names_count(topics->index); i++) {
		topic_free(topics->items[i]);
	}
	names_free(topics->index);
	names_free(topics->sources);
	free(topics->items);
	free(topics->queue);
	topic_order_clear(&topics->order);
	free(topics);
}

/* Room for one more topic, in the queue, too: each is in it once at most. */
static int make_room(struct topics *topics)
{
	size_t room = topics->room ? 2 * topics->room : 1024;
	struct topic **items;
	uint32_t *queue;

	if (names_count(topics->index) < topics->room)
		return 0;
	items = realloc(topics->items, room * sizeof(struct topic *));
	if (!items)
		return LIFT_E_MEMORY;
	topics->items = items;
	queue = malloc(room * sizeof(*queue));
	if (!queue)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < topics->waiting; i++)
		queue[i] = topics->queue[(topics->head + i) % topics->room];
	free(topics->queue);
	topics->queue = queue;
	topics->head = 0;
	topics->room = room;
	return 0;
}

static struct topic *topic_new(const struct catalogue *catalogue, uint32_t region, uint32_t subject)
{
	struct topic *topic = calloc(1, sizeof(*topic));
	char name[TOPIC_MAX], *copy;
	size_t size;

	if (!topic)
		return NULL;
	size = metric_topic(name, text_of(catalogue->regions[region].code),
			    text_of(kind_name(subject_kind(subject))),
			    text_of(subject_id(catalogue, subject)));
	copy = malloc(size);
	if (!copy) {
		free(topic);
		return NULL;
	}
	memcpy(copy, name, size);
	topic->name = (struct text){ copy, size };
	topic->region = region;
	topic->subject = subject;
	return topic;
}

static int find_topic(struct topics *topics, uint32_t region, uint32_t subject, uint32_t *ret_id)
{
	uint8_t bytes[8];
	struct text key = { (char *)bytes, sizeof(bytes) };
	struct topic *topic;
	int err;

	put_be(bytes, region, 4);
	put_be(bytes + 4, subject, 4);
	*ret_id = names_find(topics->index, key);
	if (*ret_id != NAMES_NONE)
		return 0;
	err = make_room(topics);
	if (err)
		return err;
	topic = topic_new(topics->catalogue, region, subject);
	if (!topic)
		return LIFT_E_MEMORY;
	err = names_add(topics->index, key, ret_id);
	if (err) {
		topic_free(topic);
		return err;
	}
	topic->id = *ret_id;
	topics->items[topic->id] = topic;
	return 0;
}

static void mark(struct topics *topics, uint32_t id)
{
	if (topics->items[id]->changed)
		return;
	topics->items[id]->changed = true;
	topics->queue[(topics->head + topics->waiting++) % topics->room] = id;
}

int topics_change(struct topics *topics, uint32_t home, uint32_t subject)
{
	const struct region *region = &topics->catalogue->regions[home];
	uint32_t id;
	int err = 0;

	for (uint32_t i = 0; i < region->n_above && !err; i++) {
		err = find_topic(topics, region->above[i], subject, &id);
		if (!err)
			mark(topics, id);
	}
	return err;
}

int topics_change_all(struct topics *topics)
{
	for (uint32_t i = 0; i < names_count(topics->index); i++)
		if (topics->items[i]->alive)
			mark(topics, i);
	return 0;
}

/* In order of names, which a new one has to find. */
static int add_source(struct topics *topics, struct topic *topic, uint32_t source, bool *ret_added)
{
	uint32_t *sources, at;

	*ret_added = false;
	for (at = 0; at < topic->n_sources; at++)
		if (topic->sources[at] == source)
			return 0;
	sources = realloc(topic->sources, (topic->n_sources + 1) * sizeof(*sources));
	if (!sources)
		return LIFT_E_MEMORY;
	topic->sources = sources;
	for (at = topic->n_sources;
	     at > 0 && text_compare(names_get(topics->sources, sources[at - 1]),
				    names_get(topics->sources, source)) > 0;
	     at--)
		sources[at] = sources[at - 1];
	sources[at] = source;
	topic->n_sources++;
	*ret_added = true;
	return 0;
}

static uint32_t topic_id(const struct topics *topics, uint32_t region, uint32_t subject)
{
	uint8_t bytes[8];

	put_be(bytes, region, 4);
	put_be(bytes + 4, subject, 4);
	return names_find(topics->index, (struct text){ (char *)bytes, sizeof(bytes) });
}

static bool has_id(const uint32_t *ids, uint32_t n, uint32_t id)
{
	for (uint32_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static int add_id(uint32_t **ids, uint32_t *n, uint32_t *room, uint32_t id)
{
	if (*n == *room) {
		uint32_t more = *room ? 2 * *room : 8;
		uint32_t *longer = realloc(*ids, more * sizeof(*longer));

		if (!longer)
			return LIFT_E_MEMORY;
		*ids = longer;
		*room = more;
	}
	(*ids)[(*n)++] = id;
	return 0;
}

int topics_lean(struct topics *topics, struct topic *topic, const struct series *from)
{
	int err = 0;

	topic->n_others = 0;
	for (size_t i = 0; i < from->n && !err; i++) {
		uint32_t id = topic_id(topics, from->rows[i].bucket, topic->subject);
		struct topic *other;

		/* What is inside is among its own. */
		if (id == NAMES_NONE ||
		    catalogue_inside(topics->catalogue, from->rows[i].bucket, topic->region))
			continue;
		other = topics->items[id];
		err = add_id(&topic->others, &topic->n_others, &topic->room_others, id);
		if (!err && !has_id(other->leaners, other->n_leaners, topic->id))
			err = add_id(&other->leaners, &other->n_leaners, &other->room_leaners,
				     topic->id);
	}
	return err;
}

/* A topic has one more source, and with it those that stand on it from elsewhere. */
static void mark_leaning(struct topics *topics, uint32_t id)
{
	const struct topic *topic = topics->items[id];

	mark(topics, id);
	for (uint32_t i = 0; i < topic->n_leaners; i++)
		mark(topics, topic->leaners[i]);
}

static int see_subject(struct topics *topics, uint32_t source, uint32_t subject, uint32_t home)
{
	const struct region *region = &topics->catalogue->regions[home];
	bool added;
	uint32_t id;
	int err = 0;

	for (uint32_t i = 0; i < region->n_above && !err; i++) {
		err = find_topic(topics, region->above[i], subject, &id);
		if (!err)
			err = add_source(topics, topics->items[id], source, &added);
		if (!err && added)
			mark_leaning(topics, id);
	}
	return err;
}

int topics_see(struct topics *topics, struct text source, uint32_t module, uint32_t home)
{
	const struct module *m = &topics->catalogue->modules[module];
	uint32_t id;
	int err = names_add(topics->sources, source, &id);

	if (!err)
		err = see_subject(topics, id, subject_of(KIND_MODULE, module), home);
	for (uint32_t i = 0; i < m->n_programmes && !err; i++)
		err = see_subject(topics, id, subject_of(KIND_PROGRAMME, m->programmes[i]), home);
	for (uint32_t i = 0; i < m->n_grants && !err; i++)
		err = see_subject(topics, id, subject_of(KIND_COMPETENCE, m->grants[i].competence),
				  home);
	if (!err)
		err = see_subject(topics, id, subject_of(KIND_PEOPLE, 0), home);
	return err;
}

struct topic *topics_next(struct topics *topics)
{
	struct topic *topic;

	if (topics->waiting == 0)
		return NULL;
	topic = topics->items[topics->queue[topics->head]];
	topics->head = (topics->head + 1) % topics->room;
	topics->waiting--;
	topic->changed = false;
	return topic;
}

void topics_again(struct topics *topics, struct topic *topic)
{
	mark(topics, topic->id);
}

size_t topics_waiting(const struct topics *topics)
{
	return topics->waiting;
}

struct topic *const *topics_sorted(struct topics *topics, size_t *ret_n)
{
	*ret_n = names_count(topics->index);
	return topic_order_take(&topics->order, topics->items, *ret_n) == 0 ? topics->order.sorted
									    : NULL;
}

/* Put a name into an order that holds `most`; what is there, or behind the last, is left. */
static size_t insert_name(struct text *names, size_t n, size_t most, struct text name)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int by = text_compare(names[middle], name);

		if (by == 0)
			return n;
		if (by < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == most)
		return n;
	n = n < most ? n + 1 : most;
	memmove(names + low + 1, names + low, (n - low - 1) * sizeof(*names));
	names[low] = name;
	return n;
}

static bool is_seen(const struct topic *other, const struct catalogue_sight *sight)
{
	return !sight || sight->regions[other->region];
}

bool topics_has_hidden(const struct topics *topics, const struct topic *topic,
		       const struct catalogue_sight *sight)
{
	for (uint32_t o = 0; o < topic->n_others; o++)
		if (!is_seen(topics->items[topic->others[o]], sight))
			return true;
	return false;
}

size_t topics_sources(const struct topics *topics, const struct topic *topic,
		      const struct catalogue_sight *sight, struct text *ret_names, size_t most)
{
	size_t n = topic->n_sources < most ? topic->n_sources : most;

	for (size_t i = 0; i < n; i++)
		ret_names[i] = names_get(topics->sources, topic->sources[i]);
	for (uint32_t o = 0; o < topic->n_others; o++) {
		const struct topic *other = topics->items[topic->others[o]];

		for (uint32_t i = 0; is_seen(other, sight) && i < other->n_sources; i++)
			n = insert_name(ret_names, n, most,
					names_get(topics->sources, other->sources[i]));
	}
	return n;
}

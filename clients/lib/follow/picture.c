/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/follow/picture.h"

#include <stdlib.h>

#include "proto/arena.h"

enum { FIRST_ROOM = 1024 };

struct entry {
	struct text topic; /* NULL: free */
	struct picture_mark mark;
	bool in_snapshot; /* the one that is coming in, or came last, has it */
	bool gone;	  /* to be handed out by picture_next_gone */
};

struct picture {
	struct arena arena;    /* of names */
	struct entry *entries; /* a hash table, linear probing, at most half full */
	size_t room, n;	       /* room: a power of two */
	int64_t epoch;	       /* -1: none yet */
	uint64_t seq, beat;    /* in it: the greatest seen; of the last beat, 0: none yet */
	int64_t past[PICTURE_EPOCHS_MAX];
	size_t n_past; /* ever; the ring has the last of them */
	bool holds;    /* since `since` of this epoch all is known, but for what was missed */
	uint64_t since;
	size_t next_gone;
};

struct picture *picture_new(void)
{
	struct picture *picture = calloc(1, sizeof(*picture));

	if (!picture)
		return NULL;
	picture->entries = calloc(FIRST_ROOM, sizeof(*picture->entries));
	if (!picture->entries) {
		free(picture);
		return NULL;
	}
	picture->room = picture->next_gone = FIRST_ROOM;
	picture->epoch = -1;
	return picture;
}

void picture_free(struct picture *picture)
{
	if (!picture)
		return;
	arena_free(&picture->arena);
	free(picture->entries);
	free(picture);
}

/* The table. */

/* FNV-1a, 64 bits. */
static uint64_t hash_of(struct text topic)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < topic.size; i++)
		hash = (hash ^ (unsigned char)topic.data[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

/* The topic's entry, or the free one where it would be. */
static struct entry *entry_at(struct entry *entries, size_t room, struct text topic)
{
	size_t i = hash_of(topic) & (room - 1);

	while (entries[i].topic.data && !text_equal(entries[i].topic, topic))
		i = (i + 1) & (room - 1);
	return &entries[i];
}

static int grow(struct picture *picture)
{
	size_t room = picture->room * 2;
	struct entry *entries = calloc(room, sizeof(*entries));

	if (!entries)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < picture->room; i++)
		if (picture->entries[i].topic.data)
			*entry_at(entries, room, picture->entries[i].topic) = picture->entries[i];
	free(picture->entries);
	picture->entries = entries;
	picture->room = room;
	picture->next_gone = 0;
	return 0;
}

/* The topic's entry, a new one where there is none: its mark's seq is 0 then. */
static int entry_find(struct picture *picture, struct text topic, struct entry **ret_entry)
{
	struct entry *entry = entry_at(picture->entries, picture->room, topic);
	const char *name;

	if (!entry->topic.data) {
		if (picture->n == PICTURE_TOPICS_MAX)
			return LIFT_E_TOO_MANY;
		if (2 * (picture->n + 1) > picture->room) {
			if (grow(picture) != 0)
				return LIFT_E_MEMORY;
			entry = entry_at(picture->entries, picture->room, topic);
		}
		name = arena_text(&picture->arena, topic);
		if (!name)
			return LIFT_E_MEMORY;
		*entry = (struct entry){ .topic = { name, topic.size },
					 .mark = { .epoch = -1, .empty = true } };
		picture->n++;
	}
	*ret_entry = entry;
	return 0;
}

/* Epochs. */

enum which { EPOCH_PAST, EPOCH_THIS, EPOCH_NEXT };

static enum which enter(struct picture *picture, int64_t epoch, uint64_t seq)
{
	size_t n = picture->n_past < PICTURE_EPOCHS_MAX ? picture->n_past : PICTURE_EPOCHS_MAX;
	enum which which = EPOCH_THIS;

	for (size_t i = 0; i < n; i++)
		if (picture->past[i] == epoch)
			return EPOCH_PAST;
	if (epoch != picture->epoch) {
		if (picture->epoch >= 0)
			picture->past[picture->n_past++ % PICTURE_EPOCHS_MAX] = picture->epoch;
		picture->epoch = epoch;
		picture->seq = picture->beat = 0;
		picture->holds = false;
		which = EPOCH_NEXT;
	}
	if (seq > picture->seq)
		picture->seq = seq;
	return which;
}

/* Messages. */

static bool is_newer(const struct entry *entry, const struct picture_mark *mark)
{
	if (entry->mark.epoch != mark->epoch)
		return true; /* enter has told the past from what comes */
	return mark->n ? mark->n > entry->mark.n : mark->seq > entry->mark.seq;
}

/* Replace what is known, and say whether there is something to show. */
static bool replace(struct entry *entry, const struct picture_mark *mark)
{
	bool news = !mark->empty || !entry->mark.empty;

	entry->mark = *mark;
	entry->gone = false;
	return news;
}

int picture_take(struct picture *picture, struct text topic, const struct picture_mark *mark,
		 struct picture_verdict *ret_verdict)
{
	struct picture_verdict verdict = { false, false };
	enum which which = enter(picture, mark->epoch, mark->seq);
	struct entry *entry;
	uint64_t known;
	int err;

	if (which != EPOCH_PAST) {
		err = entry_find(picture, topic, &entry);
		if (err)
			return err;
		known = entry->mark.epoch == mark->epoch ? entry->mark.n : 0;
		/* Before a snapshot is complete nobody knows what came before. */
		verdict.missed = which == EPOCH_NEXT || (picture->holds && mark->n > known + 1);
		if (is_newer(entry, mark))
			verdict.news = replace(entry, mark);
	}
	*ret_verdict = verdict;
	return 0;
}

struct picture_verdict picture_beat(struct picture *picture, int64_t epoch, uint64_t seq)
{
	enum which which = enter(picture, epoch, seq);
	struct picture_verdict verdict = { which != EPOCH_PAST, which == EPOCH_NEXT };

	if (which == EPOCH_PAST)
		return verdict;
	if (picture->beat && seq > picture->beat + 1)
		verdict.missed = true;
	picture->beat = seq;
	return verdict;
}

/* Snapshots. */

bool picture_since(const struct picture *picture, int64_t *ret_epoch, uint64_t *ret_since)
{
	if (picture->holds) {
		*ret_epoch = picture->epoch;
		*ret_since = picture->since;
	}
	return picture->holds;
}

void picture_begin(struct picture *picture)
{
	for (size_t i = 0; i < picture->room; i++)
		picture->entries[i].in_snapshot = false;
}

int picture_add(struct picture *picture, struct text topic, const struct picture_mark *mark,
		bool *ret_news)
{
	struct entry *entry;
	int err;

	*ret_news = false;
	if (enter(picture, mark->epoch, mark->seq) == EPOCH_PAST)
		return 0;
	err = entry_find(picture, topic, &entry);
	if (err)
		return err;
	entry->in_snapshot = true;
	if (is_newer(entry, mark))
		*ret_news = replace(entry, mark);
	return 0;
}

/* What is there, though the snapshot did not have it, and was not published after it. */
static bool is_gone(const struct picture *picture, const struct entry *entry, uint64_t seq)
{
	return entry->topic.data && entry->mark.n && !entry->mark.empty && !entry->in_snapshot &&
	       (entry->mark.epoch != picture->epoch || entry->mark.seq <= seq);
}

bool picture_end(struct picture *picture, int64_t epoch, uint64_t seq, bool whole, bool complete)
{
	if (enter(picture, epoch, seq) == EPOCH_PAST)
		return false;
	if (whole ? !complete : !picture->holds)
		return false;
	for (size_t i = 0; whole && i < picture->room; i++)
		picture->entries[i].gone = is_gone(picture, &picture->entries[i], seq);
	picture->next_gone = whole ? 0 : picture->room;
	picture->holds = true;
	picture->since = seq;
	return true;
}

bool picture_next_gone(struct picture *picture, struct text *ret_topic)
{
	while (picture->next_gone < picture->room) {
		struct entry *entry = &picture->entries[picture->next_gone++];

		if (!entry->gone)
			continue;
		entry->gone = false;
		entry->mark.empty = true;
		*ret_topic = entry->topic;
		return true;
	}
	return false;
}

/* Looking. */

int64_t picture_epoch(const struct picture *picture)
{
	return picture->epoch;
}

uint64_t picture_seq(const struct picture *picture)
{
	return picture->seq;
}

bool picture_find(const struct picture *picture, struct text topic, struct picture_mark *ret_mark)
{
	const struct entry *entry = entry_at(picture->entries, picture->room, topic);

	if (entry->topic.data)
		*ret_mark = entry->mark;
	return entry->topic.data;
}

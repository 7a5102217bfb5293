/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/turns.h"

#include <assert.h>
#include <stdlib.h>

enum { BUCKETS = 2 * TURNS_MAX, NONE = -1 };

struct slot {
	struct waiting message;
	int next; /* of the same sender; or free */
};

struct sender {
	char name[SENDER_MAX];
	size_t size;
	int first, last; /* its messages; NONE: it is free */
	struct turns_count count;
	size_t credit;
	uint64_t group;	      /* in which it was served last, */
	uint32_t served;      /* and how many of its messages then */
	int in_bucket, after; /* the next one of its bucket, and in the round; or free */
};

struct turns {
	struct slot slots[TURNS_MAX];
	struct sender senders[TURNS_MAX];
	int free_slot, free_sender;   /* that were in use; NONE: none */
	int fresh_slot, fresh_sender; /* that never were, from here on: no memory is touched */
	int buckets[BUCKETS];
	int head, tail; /* of the round */
	uint32_t n_senders, n;
	size_t bytes;
	uint64_t group;
	uint32_t served;			 /* of this group */
	uint32_t visits;			 /* of this round that are left */
	bool is_visited;			 /* the head has had its credit of this round */
	bool is_full;				 /* a large one was the last of this group */
	char last[SENDER_MAX], held[SENDER_MAX]; /* who was served last; who has no turn, */
	size_t last_size, held_size;		 /* 0: nobody */
};

struct turns *turns_new(void)
{
	struct turns *turns = calloc(1, sizeof(*turns));

	if (!turns)
		return NULL;
	for (int i = 0; i < BUCKETS; i++)
		turns->buckets[i] = NONE;
	turns->free_slot = turns->free_sender = turns->head = turns->tail = NONE;
	return turns;
}

void turns_free(struct turns *turns)
{
	struct waiting message;

	if (!turns)
		return;
	turns_let_go(turns);
	while (!turns_is_empty(turns)) {
		turns_begin(turns);
		while (turns_next(turns, true, &message)) {
			zmq_msg_close(&message.client);
			zmq_msg_close(&message.body);
		}
	}
	free(turns);
}

bool turns_has_room(const struct turns *turns)
{
	return turns->n < TURNS_MAX && turns->bytes < TURNS_BYTES_MAX;
}

bool turns_is_empty(const struct turns *turns)
{
	return turns->n == 0;
}

/* FNV-1a, 32 bits. */
static uint32_t bucket_of(struct text name)
{
	uint32_t hash = 0x811c9dc5;

	for (size_t i = 0; i < name.size; i++)
		hash = (hash ^ (unsigned char)name.data[i]) * 0x01000193;
	return (hash ^ hash >> 16) % BUCKETS;
}

static struct text name_of(const struct sender *sender)
{
	return (struct text){ sender->name, sender->size };
}

static int find(const struct turns *turns, struct text name)
{
	int i = turns->buckets[bucket_of(name)];

	while (i != NONE && !text_equal(name_of(&turns->senders[i]), name))
		i = turns->senders[i].in_bucket;
	return i;
}

struct turns_count turns_count(const struct turns *turns, struct text sender)
{
	int i = find(turns, sender);

	return i == NONE ? (struct turns_count){ 0, 0, 0 } : turns->senders[i].count;
}

bool turns_may_wait(const struct turns *turns, const struct turns_count *count)
{
	return turns_has_room(turns) && count->messages < TURNS_MAX - turns->n &&
	       count->bytes < TURNS_BYTES_MAX - turns->bytes;
}

/* The last of the round. */
static void append(struct turns *turns, int i)
{
	turns->senders[i].after = NONE;
	if (turns->tail == NONE)
		turns->head = i;
	else
		turns->senders[turns->tail].after = i;
	turns->tail = i;
}

static void remove_head(struct turns *turns)
{
	turns->head = turns->senders[turns->head].after;
	if (turns->head == NONE)
		turns->tail = NONE;
	turns->is_visited = false;
}

static int new_sender(struct turns *turns)
{
	int i = turns->free_sender;

	if (i == NONE)
		return turns->fresh_sender++;
	turns->free_sender = turns->senders[i].after;
	return i;
}

static int new_slot(struct turns *turns)
{
	int at = turns->free_slot;

	if (at == NONE)
		return turns->fresh_slot++;
	turns->free_slot = turns->slots[at].next;
	return at;
}

static int begin_sender(struct turns *turns, struct text name)
{
	int i = new_sender(turns), *bucket = &turns->buckets[bucket_of(name)];
	struct sender *sender = &turns->senders[i];

	*sender = (struct sender){
		.size = name.size, .first = NONE, .last = NONE, .in_bucket = *bucket
	};
	memcpy(sender->name, name.data, name.size);
	*bucket = i;
	append(turns, i);
	turns->n_senders++;
	return i;
}

/* The head has no message any more. */
static void end_sender(struct turns *turns)
{
	int i = turns->head, *at = &turns->buckets[bucket_of(name_of(&turns->senders[i]))];

	while (*at != i)
		at = &turns->senders[*at].in_bucket;
	*at = turns->senders[i].in_bucket;
	remove_head(turns);
	turns->senders[i].after = turns->free_sender;
	turns->free_sender = i;
	turns->n_senders--;
}

void turns_add(struct turns *turns, struct text sender, struct waiting *message)
{
	int i = find(turns, sender), at = new_slot(turns);
	struct slot *slot = &turns->slots[at];
	struct sender *to;

	assert(turns->n < TURNS_MAX && sender.size <= SENDER_MAX);
	if (i == NONE)
		i = begin_sender(turns, sender);
	to = &turns->senders[i];
	slot->message = *message;
	slot->next = NONE;
	zmq_msg_init(&slot->message.client);
	zmq_msg_init(&slot->message.body);
	zmq_msg_move(&slot->message.client, &message->client);
	zmq_msg_move(&slot->message.body, &message->body);
	if (to->first == NONE)
		to->first = at;
	else
		turns->slots[to->last].next = at;
	to->last = at;
	to->count.messages++;
	to->count.batches += message->is_batch && !message->err;
	to->count.bytes += zmq_msg_size(&slot->message.body);
	turns->bytes += zmq_msg_size(&slot->message.body);
	turns->n++;
}

static void take(struct turns *turns, struct waiting *ret_message)
{
	struct sender *sender = &turns->senders[turns->head];
	int at = sender->first;
	struct slot *slot = &turns->slots[at];

	*ret_message = slot->message;
	zmq_msg_init(&ret_message->client);
	zmq_msg_init(&ret_message->body);
	zmq_msg_move(&ret_message->client, &slot->message.client);
	zmq_msg_move(&ret_message->body, &slot->message.body);
	sender->first = slot->next;
	sender->count.messages--;
	sender->count.batches -= slot->message.is_batch && !slot->message.err;
	sender->credit -= slot->message.cost;
	sender->served = 1 + (sender->group == turns->group ? sender->served : 0);
	sender->group = turns->group;
	slot->next = turns->free_slot;
	turns->free_slot = at;
	sender->count.bytes -= zmq_msg_size(&ret_message->body);
	turns->bytes -= zmq_msg_size(&ret_message->body);
	turns->n--;
	turns->served++;
	turns->is_full = slot->message.cost > TURN_BYTES;
	turns->last_size = sender->size;
	memcpy(turns->last, sender->name, sender->size);
	if (sender->first == NONE)
		end_sender(turns);
}

void turns_begin(struct turns *turns)
{
	turns->group++;
	turns->served = 0;
	turns->is_full = false;
	turns->visits = turns->n_senders;
}

/* Has anybody else been served in this group? */
static bool has_others(const struct turns *turns, const struct sender *sender)
{
	return turns->served > (sender->group == turns->group ? sender->served : 0);
}

/* May the head have another turn in this group? Who is alone may, and who has come since it began
 * has its first one. */
static bool may_return(const struct turns *turns, const struct sender *sender)
{
	if (sender->group != turns->group && turns->slots[sender->first].message.cost <= TURN_BYTES)
		return true;
	return turns->served == 0 || (turns->n_senders == 1 && !has_others(turns, sender));
}

/* The head's turn. False: all have had theirs in this group, and some were served. */
static bool visit(struct turns *turns)
{
	struct sender *sender = &turns->senders[turns->head];

	if (turns->visits == 0) {
		if (!may_return(turns, sender))
			return false;
		turns->visits = turns->served > 0 ? 1 : turns->n_senders;
	}
	turns->visits--;
	sender->credit += TURN_BYTES;
	turns->is_visited = true;
	return true;
}

bool turns_is_of_one(const struct turns *turns)
{
	return turns->n_senders == 0 ||
	       (turns->n_senders == 1 && !has_others(turns, &turns->senders[turns->head]));
}

void turns_hold(struct turns *turns)
{
	turns->held_size = turns->last_size;
	memcpy(turns->held, turns->last, turns->last_size);
}

void turns_let_go(struct turns *turns)
{
	turns->held_size = 0;
}

/* The head has to wait, whatever its credit. */
static bool is_barred(const struct turns *turns, bool may_be_large)
{
	const struct sender *sender = &turns->senders[turns->head];
	struct text held = { turns->held, turns->held_size };

	return text_equal(name_of(sender), held) ||
	       (!may_be_large && turns->slots[sender->first].message.cost > TURN_BYTES);
}

static void pass(struct turns *turns)
{
	int i = turns->head;

	remove_head(turns);
	append(turns, i);
}

bool turns_next(struct turns *turns, bool may_be_large, struct waiting *ret_message)
{
	uint32_t barred = 0; /* in a row */

	while (turns->head != NONE && !turns->is_full && barred < turns->n_senders) {
		struct sender *sender = &turns->senders[turns->head];
		size_t cost = turns->slots[sender->first].message.cost;

		if (is_barred(turns, may_be_large)) {
			turns->visits -= !turns->is_visited && turns->visits > 0;
			barred++;
			pass(turns);
			continue;
		}
		barred = 0;
		if (!turns->is_visited && !visit(turns))
			return false;
		if (sender->credit >= cost) {
			if (cost > TURN_BYTES && has_others(turns, sender))
				return false;
			take(turns, ret_message);
			return true;
		}
		pass(turns);
	}
	return false;
}

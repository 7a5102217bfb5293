/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/walk/internal.h"
#include "proto/grow.h"

/* The numbers in order. */

/* A number comes next: what should have come before it and did not is damaged. */
static void come_to(struct journal_walk *walk, uint64_t number)
{
	if (walk->broken > 0 && number > walk->broken)
		walk_tell(walk, walk->broken, number - 1,
			  "entries: a chunk is not what it was: numbers=%llu..%llu",
			  (unsigned long long)walk->broken, (unsigned long long)number - 1);
	else if (walk->next > 0 && number > walk->next)
		walk_tell(walk, walk->next, number - 1,
			  "entries: chunks are missing: numbers=%llu..%llu",
			  (unsigned long long)walk->next, (unsigned long long)number - 1);
	else if (walk->next > number)
		walk_tell(walk, number, walk->next - 1,
			  "entries: numbers are used twice: numbers=%llu..%llu",
			  (unsigned long long)number, (unsigned long long)walk->next - 1);
	walk->broken = 0;
}

void walk_part_end(struct journal_walk *walk, uint64_t next)
{
	come_to(walk, next);
}

void walk_open_end(struct journal_walk *walk)
{
	if (walk->broken > 0)
		walk_tell(walk, walk->broken, UINT64_MAX,
			  "entries: a chunk is not what it was: numbers=%llu..",
			  (unsigned long long)walk->broken);
	walk->broken = 0;
}

/* A chunk. */

static bool count_entries(struct journal_walk *walk, const struct chunk *chunk,
			  struct walked_source *source)
{
	struct source_record *found = &source->found;
	struct chunk rest = *chunk;
	struct entry entry;

	if (chunk->receipt > found->last_received)
		found->last_received = chunk->receipt;
	for (uint16_t i = 0; i < chunk->count; i++) {
		if (!chunk_next(&rest, &entry) ||
		    (entry.what != ENTRY_EVENT && entry.what != ENTRY_GONE))
			return false;
		source->has_gone |= entry.what == ENTRY_GONE;
		if (entry.refused) {
			found->rejected++;
			continue;
		}
		if (entry.what == ENTRY_GONE) {
			found->accepted++;
			continue;
		}
		if (entry.fact.module >= walk->n_names[NAME_MODULE] ||
		    entry.fact.profile >= walk->n_names[NAME_PROFILE])
			return false;
		found->accepted++;
		if (entry.fact.time > found->last_event)
			found->last_event = entry.fact.time;
	}
	return rest.entries.size == 0;
}

/* Those of no stream. */
static bool count_orders(struct journal_walk *walk, const struct chunk *chunk)
{
	struct chunk rest = *chunk;
	struct entry entry;

	for (uint16_t i = 0; i < chunk->count; i++)
		if (!chunk_next(&rest, &entry) || entry.what == ENTRY_EVENT)
			return false;
	walk->found_orders += chunk->count;
	return rest.entries.size == 0;
}

/* A batch that will join a range takes one range more in passing, and may be several chunks. */
static bool has_room(const struct stream *stream, uint64_t first, uint64_t last)
{
	return stream->n_ranges <= STREAM_RANGES_MAX || stream_has_room(stream, first, last);
}

/* Its numbers come to its stream. */
static void receive(struct journal_walk *walk, const struct walked_head *head)
{
	uint64_t last = head->seq + head->count - 1;
	struct stream stream;

	walk_stream_get(walk, head->stream, &stream);
	if (head->seq == 0 || last > EVENT_SEQ_MAX || stream_has(&stream, head->seq) ||
	    stream_has(&stream, last) || !has_room(&stream, head->seq, last)) {
		walk->streams[head->stream].has_record = false; /* it cannot be right */
		return;
	}
	stream_add(&stream, head->seq, last, head->receipt);
	walk_stream_set(walk, &stream);
}

static void place_chunk(struct journal_walk *walk, uint64_t number, const struct chunk *chunk)
{
	struct walked_head head = { chunk->stream, chunk->count, chunk->seq, chunk->receipt };
	uint8_t key[INDEX_KEY], value[NUMBER_KEY];

	sum_add(&walk->streams[chunk->stream].chunks, DB_INDEX,
		index_key_encode(chunk->stream, chunk->seq, key), number_encode(number, value));
	if (!walk->is_newest)
		receive(walk, &head);
	else if (grow(&walk->heads, &walk->room_heads, walk->n_heads + 1, sizeof(head)) != 0)
		walk->err = LIFT_E_MEMORY;
	else
		walk->heads[walk->n_heads++] = head;
}

void walk_chunk(struct journal_walk *walk, struct text key, struct text value)
{
	struct chunk chunk;
	uint64_t number;

	if (number_decode(key, &number) != 0) {
		walk_tell(walk, 1, UINT64_MAX, "entries: a key cannot be");
		return;
	}
	come_to(walk, number);
	if (walk->is_newest && walk->newest_first == 0)
		walk->newest_first = number;
	walk->next = 0;
	if (chunk_open(value, &chunk) != 0) {
		walk->broken = number;
		return;
	}
	walk->next = number + chunk.count;
	if (chunk.stream == CHUNK_OF_ORDERS) {
		if (!count_orders(walk, &chunk))
			walk_tell(walk, number, walk->next - 1,
				  "entries: orders cannot be read: numbers=%llu..%llu",
				  (unsigned long long)number, (unsigned long long)walk->next - 1);
	} else if (chunk.stream >= walk->n_names[NAME_STREAM] ||
		   walk->streams[chunk.stream].source >= walk->n_names[NAME_SOURCE] ||
		   !count_entries(walk, &chunk, &walk->sources[walk->streams[chunk.stream].source]))
		walk_tell(walk, number, walk->next - 1,
			  "entries: a chunk has names that are not there: numbers=%llu..%llu",
			  (unsigned long long)number, (unsigned long long)walk->next - 1);
	else
		place_chunk(walk, number, &chunk);
}

/* What they add up to. */

static void tell_stream(struct journal_walk *walk, uint32_t id, const char *why)
{
	struct text name = names_get(walk->stream_names, id);
	uint32_t source = walk->streams[id].source;
	struct text of = source < names_count(walk->source_names)
				 ? names_get(walk->source_names, source)
				 : text_of("");

	walk_tell(walk, 1, UINT64_MAX, "streams: %s: source=%.*s stream=%.*s", why, (int)of.size,
		  of.data, name.size > 4 ? (int)name.size - 4 : 0, name.data + 4);
}

static void compare_stream(struct journal_walk *walk, uint32_t id)
{
	struct walked_stream *stream = &walk->streams[id];
	struct stream found;
	struct sum sum;

	walk_stream_get(walk, id, &found);
	walk_stream_sum(&found, &sum);
	if (!stream->has_record || !sum_equal(&sum, &stream->record))
		tell_stream(walk, id, "what it has received is not in the entries");
	if (!sum_equal(&stream->index, &stream->chunks))
		tell_stream(walk, id, "the index has other chunks than the entries");
}

/* What there was not before. */
static bool same_shares(const struct journal_walk *walk, const struct source_record *kept,
			const struct source_record *found)
{
	if (walk->format >= JOURNAL_FORMAT_OF_RHYTHMS && kept->closed != found->closed)
		return false;
	return walk->format < JOURNAL_FORMAT_OF_GAPS ||
	       (kept->streams == found->streams && kept->gaps == found->gaps &&
		kept->missing == found->missing && kept->rows == found->rows);
}

static void compare_source(struct journal_walk *walk, uint32_t id)
{
	const struct source_record *kept = &walk->sources[id].record;
	const struct source_record *found = &walk->sources[id].found;
	struct text name = names_get(walk->source_names, id);

	if (kept->accepted != found->accepted || kept->rejected != found->rejected ||
	    kept->last_event < found->last_event ||
	    (kept->last_event > found->last_event && !walk->sources[id].has_gone) ||
	    /* A clock that was ahead has been put right since. */
	    kept->last_received > found->last_received || !same_shares(walk, kept, found))
		walk_tell(walk, 1, UINT64_MAX,
			  "sources: what it has sent is not in the entries: source=%.*s",
			  (int)name.size, name.data);
}

/* Where something is damaged already, it explains what does not add up. */
void walk_compare(struct journal_walk *walk)
{
	for (size_t i = 0; i < walk->n_heads; i++)
		receive(walk, &walk->heads[i]);
	if (walk->damage.found)
		return;
	for (uint32_t i = 0; i < walk->n_names[NAME_STREAM]; i++)
		compare_stream(walk, i);
	for (uint32_t i = 0; i < walk->n_names[NAME_SOURCE]; i++)
		compare_source(walk, i);
	if (walk->orders != walk->found_orders)
		walk_tell(walk, 1, UINT64_MAX,
			  "entries: there are more or fewer orders than "
			  "there were");
	if (!pages_pieces_are_whole(walk->pages))
		walk_tell(walk, 1, UINT64_MAX, "entries: there are more or fewer than there were");
}

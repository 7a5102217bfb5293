/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "daemon/journal/walk/internal.h"

void walk_stream_get(const struct journal_walk *walk, uint32_t id, struct stream *ret_stream)
{
	const struct walked_stream *stream = &walk->streams[id];

	if (stream->ranges) {
		*ret_stream = *stream->ranges;
		return;
	}
	ret_stream->id = id;
	ret_stream->source = stream->source;
	ret_stream->next = stream->next;
	ret_stream->since = 0;
	ret_stream->announced = 0;
	ret_stream->closed = false;
	ret_stream->n_ranges = 0;
}

void walk_stream_set(struct journal_walk *walk, const struct stream *stream)
{
	struct walked_stream *kept = &walk->streams[stream->id];

	kept->next = stream->next;
	if (stream->n_ranges == 0) {
		free(kept->ranges);
		kept->ranges = NULL;
		return;
	}
	if (!kept->ranges)
		kept->ranges = malloc(sizeof(*kept->ranges));
	if (kept->ranges)
		*kept->ranges = *stream;
	else
		walk->err = LIFT_E_MEMORY;
}

void walk_stream_sum(const struct stream *stream, struct sum *ret_sum)
{
	uint8_t row[STREAM_ROW_MAX], key[ID_KEY];
	struct stream plain = *stream;

	plain.since = 0;
	plain.announced = 0;
	plain.closed = false;
	*ret_sum = (struct sum){ 0 };
	sum_add(ret_sum, DB_STREAMS, id_encode(plain.id, key), stream_row_encode(&plain, row));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/peers/peer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

enum { DAYS = 400, MODULES_MAX = 64, REGIONS_MAX = 64 };

void peer_die(const char *who, const char *what)
{
	fprintf(stderr, "%s: %s\n", who, what);
	exit(EXIT_FAILURE);
}

struct feed feed_make(const char *events, const char *learners)
{
	struct world_size size = { strtoull(events, NULL, 10), strtoull(learners, NULL, 10) };
	struct feed feed = { .world = world_find("plain"), .n = size.events };

	if (size.events < PEER_AGAIN || size.learners == 0)
		peer_die("feed", "too few events or learners");
	feed.events = malloc(size.events * sizeof(*feed.events));
	if (!feed.events)
		peer_die("feed", "no memory");
	for (uint64_t i = 0; i < size.events; i++)
		feed.events[i] = world_make(feed.world, &size, i);
	return feed;
}

void cells_begin(struct cells *cells, const struct feed *feed)
{
	size_t n = (size_t)DAYS * MODULES_MAX * REGIONS_MAX;

	*cells = (struct cells){ .sums = calloc(n, sizeof(uint32_t)),
				 .changed = calloc(n, sizeof(uint32_t)),
				 .first_day = peer_day(&feed->events[0]) };
	if (!cells->sums || !cells->changed || feed->world->modules > MODULES_MAX ||
	    feed->world->regions > REGIONS_MAX)
		peer_die("cells", "no room");
}

void cells_add(struct cells *cells, const struct world_event *event)
{
	uint32_t day = (uint32_t)(peer_day(event) - cells->first_day);
	uint32_t cell = (day * MODULES_MAX + event->module) * REGIONS_MAX + event->region;

	if (cells->sums[cell]++ == 0)
		cells->changed[cells->n++] = cell;
}

uint32_t cells_take(struct cells *cells, size_t i, struct cell *ret_cell)
{
	uint32_t cell = cells->changed[i], sum = cells->sums[cell];

	*ret_cell =
		(struct cell){ .module = cell / REGIONS_MAX % MODULES_MAX,
			       .region = cell % REGIONS_MAX,
			       .day = cells->first_day + (int)(cell / REGIONS_MAX / MODULES_MAX) };
	cells->sums[cell] = 0;
	return sum;
}

double peer_now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int peer_day(const struct world_event *event)
{
	return (int)(event->time / PEER_DAY_MS);
}

void peer_report(const struct feed *feed, double seconds, uint64_t stored, uint64_t counted)
{
	printf("%.0f\t%" PRIu64 "\t%" PRIu64 "\n", (double)feed->n / seconds, stored, counted);
	if (stored != counted || stored > feed->n)
		peer_die("peer", "what is stored and what is counted are not the same");
}

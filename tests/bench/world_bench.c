/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_bench.c - what is in a world, for programs that read it: its catalogue, or its events as
 * CSV (type, time in ms, learner, module, region, score, and the dimensions' values).
 *
 *   world_bench catalogue WORLD
 *   world_bench events WORLD EVENTS LEARNERS
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/world.h"

static void print_events(const struct world *world, const struct world_size *size)
{
	for (uint64_t i = 0; i < size->events; i++) {
		struct world_event event = world_make(world, size, i);

		printf("%s,%" PRId64 ",learner-%08" PRIu64 ",c%u,r%u,", event_type_name(event.type),
		       event.time, event.learner, event.module, event.region);
		if (event.score >= 0)
			printf("%.4f", event.score / (double)SCORE_ONE);
		for (uint32_t k = 0; k < world->dimensions; k++)
			printf(",%s", world_value(k, event.values[k]));
		printf("\n");
	}
}

int main(int argc, char **argv)
{
	const struct world *world = argc > 2 ? world_find(argv[2]) : NULL;

	if (world && argc == 3 && strcmp(argv[1], "catalogue") == 0) {
		world_catalogue(world, stdout);
	} else if (world && argc == 5 && strcmp(argv[1], "events") == 0) {
		struct world_size size = { strtoull(argv[3], NULL, 10),
					   strtoull(argv[4], NULL, 10) };

		print_events(world, &size);
	} else {
		fprintf(stderr, "usage: world_bench catalogue WORLD\n"
				"       world_bench events WORLD EVENTS LEARNERS\n");
		return 2;
	}
	return 0;
}

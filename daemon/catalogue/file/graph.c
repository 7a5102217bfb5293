/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regions overlap: they are no tree but a graph without circles. Parents come before children here,
 * so that what a region is below is its parents and what they are below.
 */
#include "daemon/catalogue/file/parts.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	ABOVE_MAX = 5000000, /* of all regions together: bounds memory and time */
	CIRCLE_MAX = 300,    /* bytes of a circle's text in an error */
};

struct graph {
	struct reader *reader;
	struct region *regions;
	uint32_t n;
	uint32_t *first, *children; /* children of i: from first[i] up to first[i + 1] */
	uint32_t *waits;	    /* parents that have not been reached */
	uint32_t *order, n_order;   /* regions in order, parents first */
	uint32_t *seen;		    /* by whom each region was last seen */
	uint32_t *found;	    /* room for what one region is below */
	size_t n_above;
};

static void region_error(struct graph *g, uint32_t i, const char *what, const char *more)
{
	const struct catalogue *catalogue = g->reader->context;
	struct text code = text_of(g->regions[i].code);

	yaml_error(g->reader->errors, lookup_line(&catalogue->index->codes, code),
		   "region `%.*s`%s%s", YAML_EXCERPT(code), what, more);
}

static bool graph_new(struct graph *g, struct reader *reader, struct catalogue *catalogue)
{
	size_t n = catalogue->n_regions, n_links = 0;

	*g = (struct graph){ .reader = reader, .regions = catalogue->regions, .n = (uint32_t)n };
	for (size_t i = 0; i < n; i++)
		n_links += g->regions[i].n_parents;
	g->first = calloc(n + 2, sizeof(*g->first));
	g->children = calloc(n_links + 1, sizeof(*g->children));
	g->waits = calloc(n, sizeof(*g->waits));
	g->order = calloc(n, sizeof(*g->order));
	g->seen = calloc(n, sizeof(*g->seen));
	g->found = calloc(n, sizeof(*g->found));
	return g->first && g->children && g->waits && g->order && g->seen && g->found;
}

static void graph_free(struct graph *g)
{
	free(g->first);
	free(g->children);
	free(g->waits);
	free(g->order);
	free(g->seen);
	free(g->found);
}

/* Turn the lists of parents into lists of children. While they are filled, i's list begins at
 * first[i + 1], which moves on to where it ends. */
static void graph_turn(struct graph *g)
{
	for (uint32_t i = 0; i < g->n; i++) {
		g->waits[i] = g->regions[i].n_parents;
		for (uint32_t p = 0; p < g->regions[i].n_parents; p++)
			g->first[g->regions[i].parents[p] + 2]++;
	}
	for (size_t i = 2; i < (size_t)g->n + 2; i++)
		g->first[i] += g->first[i - 1];
	for (uint32_t i = 0; i < g->n; i++)
		for (uint32_t p = 0; p < g->regions[i].n_parents; p++)
			g->children[g->first[g->regions[i].parents[p] + 1]++] = i;
	for (uint32_t i = REGION_UNASSIGNED + 1; i < g->n; i++)
		g->regions[i].leaf = g->first[i] == g->first[i + 1];
}

/* Regions whose parents all have been reached, one after the other. */
static void graph_sort(struct graph *g)
{
	for (uint32_t i = 0; i < g->n; i++)
		if (!g->waits[i])
			g->order[g->n_order++] = i;
	for (uint32_t at = 0; at < g->n_order; at++) {
		uint32_t i = g->order[at];

		for (uint32_t c = g->first[i]; c < g->first[i + 1]; c++)
			if (--g->waits[g->children[c]] == 0)
				g->order[g->n_order++] = g->children[c];
	}
}

/* A parent that was never reached: whoever waits for ever has one. */
static uint32_t waiting_parent(const struct graph *g, uint32_t i)
{
	const uint32_t *parent = g->regions[i].parents;

	while (!g->waits[*parent])
		parent++;
	return *parent;
}

/* Name one circle: up from any region that waits, the walk must come back to where it has been. */
static void say_circle(struct graph *g)
{
	char text[CIRCLE_MAX] = "";
	uint32_t i = 0, start;
	size_t used = 0;

	while (!g->waits[i])
		i++;
	for (; !g->seen[i]; i = waiting_parent(g, i))
		g->seen[i] = 1;
	start = i;
	do {
		struct text code = text_of(g->regions[i].code);

		i = waiting_parent(g, i);
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%.*s -> ",
					 YAML_EXCERPT(code));
	} while (i != start && used < sizeof(text) - 2 * CIRCLE_MAX / 3);
	snprintf(text + used, sizeof(text) - used, "%s%.*s", i == start ? "" : "... -> ",
		 YAML_EXCERPT(text_of(g->regions[start].code)));
	region_error(g, start, " is below itself: ", text);
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* What a region is below: its parents, and what they are below. False where that is too much. */
static bool above_make(struct graph *g, uint32_t i)
{
	struct region *region = &g->regions[i];
	uint32_t n = 0;

	g->found[n++] = REGION_ALL;
	if (i != REGION_ALL)
		g->found[n++] = i;
	for (uint32_t p = 0; p < region->n_parents; p++) {
		const struct region *parent = &g->regions[region->parents[p]];

		g->n_above += parent->n_above;
		if (g->n_above > ABOVE_MAX)
			return false;
		for (uint32_t a = 0; a < parent->n_above; a++) {
			uint32_t above = parent->above[a];

			if (above != REGION_ALL && g->seen[above] != i)
				g->found[n++] = above;
			g->seen[above] = i;
		}
	}
	qsort(g->found, n, sizeof(*g->found), compare_numbers);
	region->above = reader_take(g->reader, n, sizeof(*region->above));
	if (!region->above)
		return true;
	memcpy(region->above, g->found, n * sizeof(*region->above));
	region->n_above = n;
	return true;
}

static bool above_make_all(struct graph *g)
{
	memset(g->seen, 0, g->n * sizeof(*g->seen)); /* nobody looks for REGION_ALL by it */
	for (uint32_t at = 0; at < g->n_order; at++)
		if (!above_make(g, g->order[at])) {
			region_error(g, g->order[at],
				     " has too many regions above it, by too many ways: ",
				     "a region is usually below ten others or fewer");
			return false;
		}
	return true;
}

/* The other way round. Nobody's home is `all`. */
static void homes_make(struct graph *g)
{
	for (uint32_t i = 1; i < g->n; i++)
		for (uint32_t a = 0; a < g->regions[i].n_above; a++)
			g->regions[g->regions[i].above[a]].n_homes++;
	for (uint32_t i = 0; i < g->n; i++) {
		struct region *region = &g->regions[i];

		region->homes = reader_take(g->reader, region->n_homes, sizeof(*region->homes));
		if (!region->homes)
			return;
		region->n_homes = 0;
	}
	for (uint32_t i = 1; i < g->n; i++)
		for (uint32_t a = 0; a < g->regions[i].n_above; a++) {
			struct region *region = &g->regions[g->regions[i].above[a]];

			region->homes[region->n_homes++] = i;
		}
}

void regions_connect(struct reader *reader, struct catalogue *catalogue)
{
	struct graph g;

	if (!graph_new(&g, reader, catalogue)) {
		reader->no_memory = true;
	} else {
		graph_turn(&g);
		graph_sort(&g);
		if (g.n_order < g.n)
			say_circle(&g);
		else if (above_make_all(&g) && !reader->no_memory)
			homes_make(&g);
	}
	graph_free(&g);
}

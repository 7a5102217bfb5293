/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_page.h - what a file would send, in numbers: events by type, days, modules, regions and
 * attributes, so that one who knows the sheet sees whether it was understood.
 */
#ifndef LIFT_CLI_CHECK_PAGE_H
#define LIFT_CLI_CHECK_PAGE_H

#include "proto/event.h"
#include "proto/zone.h"

enum {
	CHECK_TEXTS_MAX = 64, /* of a kind that are told apart */
	CHECK_KINDS_MAX = 3 + ATTRS_MAX,
};

/* A kind of text, such as modules, and how often each has come. */
struct check_kind {
	char *name;
	size_t n;
	uint64_t others; /* of texts beyond those told apart */
	struct {
		char *text;
		uint64_t n;
	} texts[CHECK_TEXTS_MAX];
};

/* Zeros to begin with. */
struct check_page {
	uint64_t events;
	int64_t first_ms, last_ms;
	size_t n_kinds;
	struct check_kind kinds[CHECK_KINDS_MAX];
};

/* Count an event. LIFT_E_MEMORY. */
int check_page_add(struct check_page *page, const struct event *event);

/* Print it, for people; times in a zone that is called so, or, where it is NULL, in UTC. */
void check_page_print(const struct check_page *page, const char *name, uint64_t refused,
		      const struct zone *zone, const char *zone_name);
void check_page_clear(struct check_page *page);

#endif

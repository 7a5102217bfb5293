/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/check_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/cli/text/print.h"
#include "proto/err.h"
#include "proto/iso8601.h"

static struct check_kind *kind_of(struct check_page *page, struct text name)
{
	struct check_kind *kind;

	for (size_t i = 0; i < page->n_kinds; i++)
		if (text_equal(text_of(page->kinds[i].name), name))
			return &page->kinds[i];
	if (page->n_kinds == CHECK_KINDS_MAX)
		return NULL;
	kind = &page->kinds[page->n_kinds];
	kind->name = strndup(name.data, name.size);
	page->n_kinds += kind->name != NULL;
	return kind->name ? kind : NULL;
}

static int count(struct check_page *page, struct text name, struct text text)
{
	struct check_kind *kind = kind_of(page, name);

	if (!kind)
		return page->n_kinds == CHECK_KINDS_MAX ? 0 : LIFT_E_MEMORY;
	for (size_t i = 0; i < kind->n; i++) {
		if (!text_equal(text_of(kind->texts[i].text), text))
			continue;
		kind->texts[i].n++;
		return 0;
	}
	if (kind->n == CHECK_TEXTS_MAX) {
		kind->others++;
		return 0;
	}
	kind->texts[kind->n].text = strndup(text.size ? text.data : "", text.size);
	if (!kind->texts[kind->n].text)
		return LIFT_E_MEMORY;
	kind->texts[kind->n++].n = 1;
	return 0;
}

int check_page_add(struct check_page *page, const struct event *event)
{
	int err;

	if (page->events == 0 || event->time < page->first_ms)
		page->first_ms = event->time;
	if (page->events == 0 || event->time > page->last_ms)
		page->last_ms = event->time;
	page->events++;
	err = count(page, text_of("type"), text_of(event_type_name(event->type)));
	if (!err)
		err = count(page, text_of("module"), event->module);
	if (!err)
		err = count(page, text_of("region"), event->region);
	for (size_t i = 0; !err && i < event->n_attrs; i++)
		err = count(page, event->attrs[i].name, event->attrs[i].value);
	return err;
}

static void print_kind(const struct check_kind *kind)
{
	fputs("  ", stdout);
	print_text(stdout, kind->name, 0);
	putchar(':');
	for (size_t i = 0; i < kind->n; i++) {
		printf("%s ", i ? "," : "");
		print_text(stdout, kind->texts[i].text, 0);
		printf(" %" PRIu64, kind->texts[i].n);
	}
	if (kind->others > 0)
		printf(", others %" PRIu64, kind->others);
	putchar('\n');
}

/* "2025-12-31 14:05:00" */
static void print_local(int64_t ms, const struct zone *zone)
{
	char text[ISO8601_TEXT];

	if (zone)
		ms += zone_change_at(zone, ms / 1000)->offset * INT64_C(1000);
	iso8601_print(ms, text);
	text[strcspn(text, "T")] = ' ';
	text[strcspn(text, "Z")] = 0;
	fputs(text, stdout);
}

void check_page_print(const struct check_page *page, const char *name, uint64_t refused,
		      const struct zone *zone, const char *zone_name)
{
	print_text(stdout, name, 0);
	printf(": %" PRIu64 " event%s would be sent, %" PRIu64 " row%s not\n", page->events,
	       page->events == 1 ? "" : "s", refused, refused == 1 ? "" : "s");
	if (page->events == 0)
		return;
	fputs("  time: from ", stdout);
	print_local(page->first_ms, zone);
	fputs(" to ", stdout);
	print_local(page->last_ms, zone);
	printf(", %s\n", zone ? zone_name : "UTC");
	for (size_t i = 0; i < page->n_kinds; i++)
		print_kind(&page->kinds[i]);
}

void check_page_clear(struct check_page *page)
{
	for (size_t i = 0; i < page->n_kinds; i++) {
		for (size_t t = 0; t < page->kinds[i].n; t++)
			free(page->kinds[i].texts[t].text);
		free(page->kinds[i].name);
	}
	*page = (struct check_page){ 0 };
}

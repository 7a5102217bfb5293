/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/outbox_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/cli/text/ago.h"
#include "clients/cli/text/print.h"
#include "proto/iso8601.h"
#include "proto/json.h"

bool outbox_page_is_wrong(const struct lift_outbox_state *state)
{
	return (state->waiting > 0 && state->err) || state->refused > 0;
}

static void print_waiting(const struct lift_outbox_state *state, int64_t now_ms)
{
	char since[ISO8601_TEXT], ago[AGO_TEXT];

	if (state->waiting == 0) {
		puts("  nothing waits");
		return;
	}
	iso8601_print(state->oldest_ms, since);
	ago_print(now_ms - state->oldest_ms, ago);
	printf("  %" PRIu64 " event%s, the oldest since %s (%s)\n", state->waiting,
	       state->waiting == 1 ? " waits" : "s wait", since, ago);
}

static void print_delivery(const struct lift_outbox_state *state)
{
	char last[ISO8601_TEXT];

	if (state->deliverer)
		printf("  process %" PRId64 " delivers\n", state->deliverer);
	if (state->why[0])
		printf("  not delivered: %s\n", state->why);
	if (state->delivered > 0) {
		iso8601_print(state->delivered_ms, last);
		printf("  %" PRIu64 " event%s delivered since it was made, the last one %s\n",
		       state->delivered, state->delivered == 1 ? " was" : "s were", last);
	}
}

static void print_refused(const char *path, const struct lift_outbox_state *state)
{
	if (state->refused > 0)
		printf("  %" PRIu64 " event%s refused: 'lift outbox --refused %s' prints them\n",
		       state->refused, state->refused == 1 ? " was" : "s were", path);
	if (state->refused_dropped > 0)
		printf("  %" PRIu64 " that were refused before are not kept any more\n",
		       state->refused_dropped);
}

void outbox_page_print(const char *path, const struct lift_outbox_state *state, int64_t now_ms)
{
	print_text(stdout, path, 0);
	printf(": of the source %s%s\n", state->source, state->sealed ? ", sealed" : "");
	print_waiting(state, now_ms);
	print_delivery(state);
	print_refused(path, state);
	printf("  %" PRIu64 " bytes of the file are in use\n", state->bytes);
}

bool outbox_page_json(const char *path, const struct lift_outbox_state *state)
{
	json_t *page = json_pack(
		"{s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "file", path, "source",
		state->source, "stream", state->stream, "sealed", state->sealed, "waiting",
		(json_int_t)state->waiting, "bytes", (json_int_t)state->bytes, "refused",
		(json_int_t)state->refused, "refused_dropped", (json_int_t)state->refused_dropped,
		"delivered", (json_int_t)state->delivered, "deliverer",
		(json_int_t)state->deliverer, "oldest", (json_int_t)state->oldest_ms);
	char *line;

	if (page && state->waiting == 0)
		json_object_set_new(page, "oldest", json_null());
	if (page && state->deliverer == 0)
		json_object_set_new(page, "deliverer", json_null());
	json_object_set_new(page, "last_delivered",
			    state->delivered_ms ? json_integer(state->delivered_ms) : json_null());
	json_object_set_new(page, "code",
			    state->err ? json_string(lift_err_code(state->err)) : json_null());
	json_object_set_new(page, "text", state->err ? json_string(state->why) : json_null());
	line = page ? json_line(page) : NULL;
	if (line)
		print_json_line(stdout, line);
	free(line);
	json_decref(page);
	return line != NULL;
}

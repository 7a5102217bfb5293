/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/quarantine_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "proto/json.h"

enum { CHANGE_TIMEOUT_MS = 30000 /* for as many rows as one answer has */ };

/* Of all answers. */
struct changed {
	json_int_t gone;
	json_t *stay;
	uint64_t next; /* of the last one */
};

uint64_t row_number(const char *text)
{
	size_t size = strlen(text);

	return size > 0 && size <= ROW_NUMBER_DIGITS && strspn(text, "0123456789") == size
		       ? strtoull(text, NULL, 10)
		       : 0;
}

static int take_answer(void *context, const json_t *answer)
{
	struct changed *changed = context;
	uint64_t next = (uint64_t)json_number(answer, "next");

	/* The next rows are behind these, or there would be no end of them. */
	if (next > 0 && next <= changed->next)
		return LIFT_E_MALFORMED;
	changed->gone += json_number(answer, "gone");
	changed->next = next;
	return json_array_extend(changed->stay, json_object_get(answer, "stay")) ? LIFT_E_MEMORY
										 : 0;
}

/* All rows that one request is about, in as many answers as that takes. */
static int ask(const struct quarantine_change *change, uint64_t number, struct changed *changed)
{
	struct request request = change->request;
	const struct question question = { .endpoint = change->endpoint,
					   .keys = change->keys,
					   .request = &request,
					   .timeout_ms = CHANGE_TIMEOUT_MS,
					   .shape = &shape_of_quarantine_changed,
					   .take = take_answer,
					   .context = changed };
	int status;

	request.op = text_of(change->op);
	if (number > 0) {
		request.after = number - 1;
		request.to = number;
	}
	changed->next = 0;
	do {
		status = question_ask(&question);
		request.after = changed->next;
	} while (status == STATUS_WELL && changed->next > 0);
	return status;
}

static int ask_each(const struct quarantine_change *change, struct changed *changed)
{
	int status = STATUS_WELL, worst = STATUS_WELL;

	for (int i = 0; i < change->n; i++) {
		size_t before = (size_t)changed->gone + json_array_size(changed->stay);

		status = ask(change, row_number(change->numbers[i]), changed);
		if (status != STATUS_WELL)
			return status;
		if ((size_t)changed->gone + json_array_size(changed->stay) > before)
			continue;
		complain("the quarantine has no such row: %s", change->numbers[i]);
		worst = STATUS_REFUSED;
	}
	return worst;
}

static void print_staying(const json_t *row)
{
	printf("%10lld  ", (long long)json_number(row, "number"));
	print_text(stdout, json_text(row, "code"), 0);
	fputs(": ", stdout);
	if (json_is_true(json_object_get(row, "retry")))
		print_text(stdout, json_text(row, "text"), 0);
	else
		fputs("not enough of it is kept: its platform sends it, under a new number",
		      stdout);
	putchar('\n');
}

static void print_changed(const struct quarantine_change *change, const struct changed *changed)
{
	bool is_drop = strcmp(change->op, "drop") == 0;
	size_t n_stay = json_array_size(changed->stay), i;
	const json_t *row;

	printf("%lld %s%s %s", (long long)changed->gone, is_drop ? "row" : "event",
	       changed->gone == 1 ? "" : "s", is_drop ? "dropped" : "taken in");
	if (n_stay > 0)
		printf(", %zu stay%s:", n_stay, n_stay == 1 ? "s" : "");
	putchar('\n');
	json_array_foreach(changed->stay, i, row) print_staying(row);
}

static void print_json(const struct changed *changed)
{
	json_t *all = json_pack("{s:I, s:O}", "gone", changed->gone, "stay", changed->stay);
	char *line = all ? json_line(all) : NULL;

	if (line)
		print_json_line(stdout, line);
	free(line);
	json_decref(all);
}

int quarantine_change(const struct quarantine_change *change)
{
	struct changed changed = { .stay = json_array() };
	int status = change->n > 0 ? ask_each(change, &changed) : ask(change, 0, &changed);

	/* What has been done is said, also where an error came behind it. */
	if (status == STATUS_WELL || status == STATUS_REFUSED || changed.gone > 0) {
		if (change->json)
			print_json(&changed);
		else
			print_changed(change, &changed);
	}
	if (status == STATUS_WELL && json_array_size(changed.stay) > 0)
		status = STATUS_REFUSED;
	json_decref(changed.stay);
	return status;
}

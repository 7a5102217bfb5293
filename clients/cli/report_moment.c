/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report_moment.h"

#include <string.h>
#include <unistd.h>

#include "clients/cli/answer.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"

enum { TIMEOUT_MS = 600000 /* as of an export */, BUSY_SECONDS = 600 };

struct taking {
	json_t *rows, *head;
	const char *key, *whole;
	bool is_busy; /* it was refused for that */
};

/* Rows as a report keeps them: of other regions than its own without the hours of the week. */
static int take_row(const struct taking *taking, const json_t *text)
{
	json_t *row = json_loads(json_string_value(text), 0, NULL);

	if (!json_is_object(row) || !*json_text(row, taking->key)) {
		json_decref(row);
		return LIFT_E_MALFORMED;
	}
	if (strcmp(json_text(row, "region"), taking->whole) != 0)
		json_object_del(row, "hours");
	return json_object_set_new(taking->rows, json_text(row, taking->key), row) == 0
		       ? 0
		       : LIFT_E_MEMORY;
}

static int take_answer(void *context, const json_t *answer)
{
	static const char *const of_head[] = { "applied", "catalogue" };
	const json_t *rows = json_object_get(answer, "rows"), *text;
	struct taking *taking = context;
	int err = 0;
	size_t i;

	if (!rows)
		return 0; /* it says how far it is */
	for (i = 0; i < sizeof(of_head) / sizeof(of_head[0]); i++)
		if (json_object_get(answer, of_head[i]))
			json_object_set(taking->head, of_head[i],
					json_object_get(answer, of_head[i]));
	json_array_foreach(rows, i, text)
	{
		err = take_row(taking, text);
		if (err)
			break;
	}
	return err;
}

/* Another ledger of then is being built, for somebody else: wait for it. */
static void take_refusal(void *context, const json_t *answer)
{
	struct taking *taking = context;

	taking->is_busy = strcmp(json_text(answer, "code"), lift_err_code(LIFT_E_BUSY)) == 0;
	if (!taking->is_busy)
		refusal_complain(answer);
}

static int ask_patiently(const struct question *question)
{
	struct taking *taking = question->context;
	int status;

	for (int i = 0; i < BUSY_SECONDS; i++) {
		taking->is_busy = false;
		status = question_ask(question);
		if (!taking->is_busy)
			return status;
		sleep(1);
	}
	complain("the daemon has been busy with other ledgers of then for %d minutes: ask again",
		 BUSY_SECONDS / 60);
	return STATUS_SYSTEM;
}

static struct text text_in(const json_t *map, const char *key)
{
	return text_of(json_text(map, key));
}

json_t *moment_ask(const struct asked *asked, const json_t *export, const char *region,
		   const struct moment *moment, json_t **ret_head, int *ret_status)
{
	struct request request = { .op = text_of("export"),
				   .as_of = text_of(moment->as_of),
				   .kind = text_in(export, "kind"),
				   .id = text_in(export, "id"),
				   .region = text_in(export, "region"),
				   .known_at = (uint64_t)moment->known_at,
				   .later = text_of(moment->later ? moment->later : ""),
				   .to = (uint64_t)moment->to };
	struct taking taking = { .rows = json_object(),
				 .head = json_object(),
				 .key = request.id.size > 0 ? "region" : "id",
				 .whole = region };

	*ret_status = ask_patiently(&(struct question){ .endpoint = asked->endpoint,
							.keys = asked->keys,
							.timeout_ms = TIMEOUT_MS,
							.request = &request,
							.shape = &shape_of_export,
							.take = take_answer,
							.refused = take_refusal,
							.context = &taking });
	if (*ret_status == STATUS_WELL) {
		*ret_head = taking.head;
		return taking.rows;
	}
	json_decref(taking.head);
	json_decref(taking.rows);
	return NULL;
}

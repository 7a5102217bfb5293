/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/roster/answers.h"

#include <stdint.h>
#include <stdlib.h>

#include "clients/cli/sheet/values.h"
#include "proto/err.h"
#include "proto/event.h"
#include "proto/msg.h"

static bool is_askable(struct text id)
{
	return id.size <= LEARNER_MAX && msg_is_utf8(id.data, id.size);
}

static int compare_ids(const void *a, const void *b)
{
	const struct answer_id *x = a, *y = b;
	int by;

	if (x->askable != y->askable)
		return x->askable ? -1 : 1;
	by = text_compare(x->id, y->id);
	return by ? by : (x->first > y->first) - (x->first < y->first);
}

/* Each id once, with how often it is there; rows know which one is theirs. */
static void join_same(struct answers *answers)
{
	size_t n = 0;

	for (size_t i = 0; i < answers->n; i++) {
		const struct answer_id *id = &answers->ids[i];

		if (n > 0 && text_equal(answers->ids[n - 1].id, id->id))
			answers->ids[n - 1].n++;
		else
			answers->ids[n++] = *id;
		answers->of_row[id->first] = n - 1;
	}
	answers->n = n;
	while (answers->n_askable < n && answers->ids[answers->n_askable].askable)
		answers->n_askable++;
}

int answers_begin(struct answers *answers, const struct list *list, int column)
{
	*answers = (struct answers){ .ids = calloc(list->n_rows + 1, sizeof(*answers->ids)),
				     .of_row = calloc(list->n_rows + 1, sizeof(size_t)) };
	if (!answers->ids || !answers->of_row)
		return LIFT_E_MEMORY;
	for (size_t row = 0; row < list->n_rows; row++) {
		/* As lift publish reads them: spaces around an id are none of it. */
		struct text id = value_trim(text_of(list_cell(list, row, (size_t)column)));

		answers->of_row[row] = SIZE_MAX;
		if (id.size > 0)
			answers->ids[answers->n++] =
				(struct answer_id){ id, row, 1, is_askable(id), NULL };
	}
	if (answers->n > 0)
		qsort(answers->ids, answers->n, sizeof(*answers->ids), compare_ids);
	join_same(answers);
	answers->pages = json_array();
	return answers->pages ? 0 : LIFT_E_MEMORY;
}

void answers_free(struct answers *answers)
{
	free(answers->ids);
	free(answers->of_row);
	json_decref(answers->pages);
	*answers = (struct answers){ 0 };
}

void answers_clear(struct answers *answers)
{
	for (size_t i = 0; i < answers->n; i++)
		answers->ids[i].said = NULL;
	json_array_clear(answers->pages);
}

int answers_take(struct answers *answers, size_t from, json_t *rows)
{
	json_t *row;
	size_t i;

	if (json_array_append(answers->pages, rows) != 0)
		return LIFT_E_MEMORY;
	json_array_foreach(rows, i, row)
	{
		if (from + i < answers->n_askable && json_is_object(row))
			answers->ids[from + i].said = row;
	}
	return 0;
}

const json_t *answers_of_row(const struct answers *answers, size_t row)
{
	size_t id = answers->of_row[row];

	return id == SIZE_MAX ? NULL : answers->ids[id].said;
}

struct answer_counts answers_count(const struct answers *answers)
{
	struct answer_counts counts = { 0 };
	uint64_t listed = 0;

	for (size_t i = 0; i < answers->n; i++) {
		const json_t *said = answers->ids[i].said;

		counts.never_seen += !said;
		counts.twice += answers->ids[i].n > 1;
		listed += said &&
			  (json_object_get(said, "first") || json_object_get(said, "enrolment"));
	}
	counts.not_listed = answers->there > listed ? answers->there - listed : 0;
	return counts;
}

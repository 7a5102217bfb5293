/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report_ask.h"

#include <string.h>

#include "clients/cli/answer.h"
#include "clients/cli/as_of.h"
#include "clients/cli/report_choose.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"

enum { REPORT_TIMEOUT_MS = 600000 /* as of an export */ };

/* What is being asked, and what has been answered so far. */
struct asking {
	const struct asked *asked;
	struct report_input input; /* what was chosen */
	json_t *answers;
	int status;
};

static struct question question_of(const struct asking *asking, const struct request *request,
				   const struct answer_shape *shape)
{
	return (struct question){ .endpoint = asking->asked->endpoint,
				  .keys = asking->asked->keys,
				  .timeout_ms = REPORT_TIMEOUT_MS,
				  .request = request,
				  .shape = shape };
}

/* False: it has failed, now or before. */
static bool keep(struct asking *asking, const char *name, json_t *answer)
{
	if (answer && json_object_set_new(asking->answers, name, answer) != 0) {
		complain("out of memory");
		asking->status = STATUS_SYSTEM;
	}
	return asking->status == STATUS_WELL;
}

static bool ask_whole(struct asking *asking, const char *name, const struct request *request,
		      const struct answer_shape *shape)
{
	struct question question = question_of(asking, request, shape);

	if (asking->status != STATUS_WELL)
		return false;
	return keep(asking, name, question_ask_whole(&question, &asking->status));
}

/* An export's rows, put together. */
struct rows {
	json_t *all, *head;
	const char *key;   /* that they are found by */
	const char *whole; /* the region whose row has all of its figures; of others, the hours of
			    * the week are not kept */
	const struct shape *shape;
};

static int take_rows(void *context, const json_t *answer)
{
	static const char *const of_head[] = { "as_of", "applied", "catalogue", "now" };
	const json_t *rows = json_object_get(answer, "rows"), *text;
	char problem[SHAPE_PROBLEM_MAX];
	struct rows *taken = context;
	size_t i;

	if (!rows && !json_object_get(answer, "done"))
		return LIFT_E_MALFORMED;
	for (i = 0; i < sizeof(of_head) / sizeof(of_head[0]); i++)
		if (json_object_get(answer, of_head[i]))
			json_object_set(taken->head, of_head[i],
					json_object_get(answer, of_head[i]));
	json_array_foreach(rows, i, text)
	{
		json_t *row = json_loads(json_string_value(text), 0, NULL);

		if (!row || !shape_fits(row, taken->shape, problem)) {
			json_decref(row);
			return LIFT_E_MALFORMED;
		}
		if (strcmp(json_text(row, "region"), taken->whole) != 0)
			json_object_del(row, "hours");
		if (json_object_set_new(taken->all, json_text(row, taken->key), row) != 0)
			return LIFT_E_MEMORY;
	}
	return 0;
}

/* What was asked for these, and what they stand on: who asks the same again can compare. */
static void keep_export(struct asking *asking, const char *name, const struct request *request,
			const json_t *head)
{
	json_t *exports = json_object_get(asking->answers, "exports");
	json_t *export = json_pack(
		"{s:s%,s:s%,s:s%,s:s%}", "as_of", request->as_of.data, request->as_of.size, "kind",
		request->kind.data, request->kind.size, "id", request->id.data, request->id.size,
		"region", request->region.data ? request->region.data : "", request->region.size);

	if (!exports)
		keep(asking, "exports", json_object());
	exports = json_object_get(asking->answers, "exports");
	if (!export || json_object_update_missing(export, (json_t *)head) != 0 ||
	    json_object_set_new(exports, name, export) != 0) {
		complain("out of memory");
		asking->status = STATUS_SYSTEM;
	}
}

/* The figures of a kind: of one subject in all regions, or of all subjects in the report's. */
static bool ask_figures(struct asking *asking, const char *name, const char *kind, const char *id,
			const char *day)
{
	struct request request = { .op = text_of("export"),
				   .plane = text_of("exact"),
				   .as_of = text_of(day),
				   .kind = text_of(kind),
				   .id = text_of(id) };
	struct rows rows = { .all = json_object(),
			     .head = json_object(),
			     .key = *id ? "region" : "id",
			     .whole = asking->input.region,
			     .shape = strcmp(kind, "programme") == 0 ? shape_of_programme_row
				      : strcmp(kind, "module") == 0  ? shape_of_module_row
								     : shape_of_competence_row };
	struct question question = question_of(asking, &request, &shape_of_export);
	bool well = asking->status == STATUS_WELL;

	if (!*id)
		request.region = text_of(asking->input.figures_of);
	question.take = take_rows;
	question.context = &rows;
	if (well)
		asking->status = question_ask(&question);
	if (asking->status == STATUS_WELL)
		keep_export(asking, name, &request, rows.head);
	if (asking->status == STATUS_WELL && strcmp(name, "end") == 0)
		keep(asking, "head", json_incref(rows.head));
	if (asking->status == STATUS_WELL)
		keep(asking, name, json_incref(rows.all));
	json_decref(rows.head);
	json_decref(rows.all);
	return asking->status == STATUS_WELL;
}

/* Who has sent nothing from the region is of where people have moved in from, and not told. */
static void leave_out_elsewhere(json_t *sources)
{
	for (size_t i = json_array_size(sources); i > 0; i--)
		if (json_is_false(json_object_get(json_array_get(sources, i - 1), "here")))
			json_array_remove(sources, i - 1);
}

/* What the programme's figures in the region stand on. */
static void ask_explained(struct asking *asking)
{
	ask_whole(asking, "explained",
		  &(struct request){ .op = text_of("explain"),
				     .region = text_of(asking->input.region),
				     .kind = text_of("programme"),
				     .id = text_of(asking->input.programme) },
		  asking->asked->audience ? &shape_of_asked_explain : &shape_of_explain);
	if (strcmp(asking->input.region, "all") != 0 || asking->asked->audience)
		leave_out_elsewhere(
			json_object_get(json_object_get(asking->answers, "explained"), "sources"));
}

static void ask_all_figures(struct asking *asking, const json_t *programme)
{
	const struct report_input *input = &asking->input;
	char before[DAY_TEXT], first[DAY_TEXT];

	ask_figures(asking, "end", "programme", input->programme, input->to);
	if (report_day_before(input->from, programme, before))
		ask_figures(asking, "before", "programme", input->programme, before);
	/* Before the programme there is nothing. */
	snprintf(first, sizeof(first), "%s", json_text(programme, "from"));
	if (*input->pace_from && strcmp(input->pace_from, first) >= 0)
		ask_figures(asking, "pace", "programme", input->programme, input->pace_from);
	ask_figures(asking, "modules", "module", "", input->to);
	ask_figures(asking, "competences", "competence", "", input->to);
	ask_figures(asking, "ahead", "competence", "", input->ahead_to);
	ask_explained(asking);
}

/* What was chosen, so that it can be taken again. */
static void keep_choice(struct asking *asking)
{
	const struct report_input *input = &asking->input;

	keep(asking, "asked",
	     json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:b}", "programme", input->programme,
		       "figures_of", input->figures_of, "region", input->region, "from",
		       input->from, "to", input->to, "pace_from", input->pace_from, "ahead_to",
		       input->ahead_to, "period_is", (int)input->period_is, "whole",
		       (int)input->whole));
}

static void ask_chosen(struct asking *asking, const struct report_question *question)
{
	const json_t *status = json_object_get(asking->answers, "status");
	const json_t *catalogue = json_object_get(asking->answers, "catalogue");
	const json_t *programme = report_programme(catalogue, question->programme);
	struct report_input *input = &asking->input;

	input->programme = question->programme;
	input->whole = !asking->asked->audience;
	asking->status = programme ? report_choose_region(question, programme,
							  json_object_get(catalogue, "regions"),
							  &input->region)
				   : STATUS_REFUSED;
	if (asking->status == STATUS_WELL)
		asking->status = report_choose_days(question, programme, status, input);
	if (asking->status != STATUS_WELL)
		return;
	input->figures_of = report_figures_of(programme, input->region);
	keep_choice(asking);
	ask_all_figures(asking, programme);
}

json_t *report_ask(const struct asked *asked, const struct report_question *question,
		   int *ret_status)
{
	struct asking asking = { .asked = asked, .answers = json_object() };

	keep(&asking, "status", asked_status(asked, &asking.status));
	if (ask_whole(&asking, "catalogue", &(struct request){ .op = text_of("catalogue") },
		      &shape_of_catalogue))
		ask_chosen(&asking, question);
	if (asking.status == STATUS_WELL)
		return asking.answers;
	*ret_status = asking.status;
	json_decref(asking.answers);
	return NULL;
}

void report_take(const json_t *answers, struct report_input *ret_input)
{
	const json_t *asked = json_object_get(answers, "asked");
	struct report_input input = {
		.catalogue = json_object_get(answers, "catalogue"),
		.status = json_object_get(answers, "status"),
		.explained = json_object_get(answers, "explained"),
		.end = json_object_get(answers, "end"),
		.before = json_object_get(answers, "before"),
		.pace = json_object_get(answers, "pace"),
		.modules = json_object_get(answers, "modules"),
		.competences = json_object_get(answers, "competences"),
		.ahead = json_object_get(answers, "ahead"),
		.head = json_object_get(answers, "head"),
		.programme = json_text(asked, "programme"),
		.region = json_text(asked, "region"),
		.figures_of = json_text(asked, "figures_of"),
		.period_is = (enum word)json_number(asked, "period_is"),
		.whole = json_is_true(json_object_get(asked, "whole")),
	};

	snprintf(input.from, DAY_TEXT, "%s", json_text(asked, "from"));
	snprintf(input.to, DAY_TEXT, "%s", json_text(asked, "to"));
	as_of_known(input.status, input.to, input.known_to);
	snprintf(input.pace_from, DAY_TEXT, "%s", json_text(asked, "pace_from"));
	snprintf(input.ahead_to, DAY_TEXT, "%s", json_text(asked, "ahead_to"));
	*ret_input = input;
}

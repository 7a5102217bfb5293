/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the lift command makes of answers, whatever stands in them: an answer that has its shape is
 * read to its end. The input is the answer as JSON; for a report, an object with all that it is
 * built from.
 */
#include "clients/cli/message.h"
#include "clients/cli/report/build.h"
#include "clients/cli/report/print/csv.h"
#include "clients/cli/report/print/html.h"
#include "clients/cli/report/print/text.h"
#include "clients/cli/shapes.h"
#include "clients/cli/text/print.h"
#include "clients/cli/troubles/troubles.h"
#include "proto/day.h"
#include "tests/fuzz/fuzz.h"

static bool fits(const json_t *json, const struct shape *shape)
{
	char problem[SHAPE_PROBLEM_MAX] = "";
	bool fit = shape_fits(json, shape, problem);

	REQUIRE(fit || problem[0]);
	REQUIRE(memchr(problem, 0, sizeof(problem)));
	return fit;
}

/* Has every shape an opinion, and no more than that? */
static void try_shapes(const json_t *json)
{
	const struct answer_shape *const shapes[] = {
		&shape_of_status,  &shape_of_reload,	 &shape_of_work,       &shape_of_export,
		&shape_of_explain, &shape_of_quarantine, &shape_of_rejections, &shape_of_catalogue,
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		fits(json, shapes[i]->parts);
		if (shapes[i]->more)
			fits(json, shapes[i]->more);
	}
}

static void try_status(const json_t *json, FILE *out)
{
	const struct troubles_wish all = { .silent_days = 7 };
	const struct troubles_wish none = { .ignored = "gaps,silent,limits" };
	unsigned wrong;

	if (!fits(json, shape_of_status.parts))
		return;
	wrong = troubles_write(out, json, &all);
	REQUIRE(troubles_write(out, json, &none) <= wrong);
	REQUIRE(wrong > 0 || json_is_true(json_object_get(json, "healthy")));
}

static void try_messages(const json_t *json)
{
	static const struct {
		const char *topic;
		const struct shape *shape;
	} messages[] = {
		{ "metric/a/module/b", shape_of_metric },
		{ "beat", shape_of_beat },
		{ "catalogue", shape_of_catalogue_message },
	};
	struct printing printing = { .colour = true };

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (fits(json, messages[i].shape))
			REQUIRE(message_print(&printing, text_of(messages[i].topic), json) == 0);
}

/* What there is of an export has the shape; what is not there was not asked for. */
static bool are_rows(const json_t *rows, const struct shape *shape)
{
	const char *key;
	json_t *row;

	if (rows && !json_is_object(rows))
		return false;
	json_object_foreach((json_t *)rows, key, row) if (!fits(row, shape)) return false;
	return true;
}

static bool copy_day(const json_t *json, const char *key, char to[static DAY_TEXT])
{
	int32_t day;

	snprintf(to, DAY_TEXT, "%s", json_text(json, key));
	return day_parse(text_of(to), &day) == 0;
}

static bool are_answers(const struct report_input *input)
{
	return fits(input->catalogue, shape_of_catalogue.parts) &&
	       fits(input->status, shape_of_status.parts) && json_is_object(input->end) &&
	       are_rows(input->end, shape_of_programme_row) &&
	       are_rows(input->before, shape_of_programme_row) &&
	       are_rows(input->pace, shape_of_programme_row) &&
	       are_rows(input->modules, shape_of_module_row) &&
	       are_rows(input->competences, shape_of_competence_row) &&
	       are_rows(input->ahead, shape_of_competence_row) &&
	       (!input->explained || fits(input->explained, shape_of_explain.parts));
}

static void try_report(const json_t *json, FILE *out)
{
	const struct csv_form form = { ';', ',', true, true, true };
	struct report_input input = {
		.catalogue = json_object_get(json, "catalogue"),
		.status = json_object_get(json, "status"),
		.explained = json_object_get(json, "explained"),
		.end = json_object_get(json, "end"),
		.before = json_object_get(json, "before"),
		.pace = json_object_get(json, "pace"),
		.modules = json_object_get(json, "modules"),
		.competences = json_object_get(json, "competences"),
		.ahead = json_object_get(json, "ahead"),
		.period_is = WORDS,
		.language = LANGUAGE_NB,
		.whole = true,
	};
	struct document document;
	int err;

	if (!are_answers(&input) || !copy_day(json, "from", input.from) ||
	    !copy_day(json, "to", input.to))
		return;
	if (!copy_day(json, "known_to", input.known_to))
		memcpy(input.known_to, input.to, DAY_TEXT);
	if (!copy_day(json, "pace_from", input.pace_from))
		input.pace_from[0] = 0;
	input.programme =
		json_text(json_array_get(json_object_get(input.catalogue, "programmes"), 0), "id");
	input.region =
		json_text(json_array_get(json_object_get(input.catalogue, "regions"), 0), "code");
	input.figures_of = input.region;
	err = report_build(&input, &document);
	REQUIRE(err == 0 || err == LIFT_E_NOT_FOUND);
	if (err)
		return;
	print_as_text(&document, out);
	print_as_html(&document, out);
	print_as_csv(&document, &form, out);
	document_clear(&document);
}

static void try_all(const json_t *json, FILE *out)
{
	if (!json)
		return;
	try_shapes(json);
	try_status(json, out);
	try_messages(json);
	try_report(json, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *json = json_loadb((const char *)data, size, 0, NULL);
	FILE *out = fopen("/dev/null", "w");

	REQUIRE(out && freopen("/dev/null", "w", stdout));
	try_all(json, out);
	try_all(json_object_get(json, "message"), out); /* as the protocol's vectors have it */
	json_decref(json);
	fclose(out);
	return 0;
}

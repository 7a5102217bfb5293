/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map, and a sheet that is read by it, with a NUL between them: a map is whole or has errors, and
 * each event of a sheet is well-formed, whether its days were surveyed or not.
 */
#include "clients/cli/rows.h"
#include "tests/fuzz/fuzz.h"

static int take_event(void *context, struct text event, uint64_t place)
{
	size_t *n = context;

	(void)place;
	(*n)++;
	REQUIRE(msg_check(event.data, event.size, 2) == 0);
	return 0;
}

static void take_refused(void *context, uint64_t place, const char *reason)
{
	(void)context;
	REQUIRE(row_line(place) > 0 && *reason);
}

/* Read it all; how many events there were, and whether the header was one. */
static bool read_sheet(const struct sheet *sheet, struct text text, size_t *ret_n)
{
	const struct rows_sink sink = { ret_n, take_event, take_refused };
	struct rows *rows;
	int err;

	*ret_n = 0;
	REQUIRE(rows_open(ROWS_CSV, ENCODING_UTF8, sheet, &sink, &rows) == 0);
	err = rows_feed(rows, text.data, text.size);
	if (!err)
		err = rows_finish(rows);
	REQUIRE(err == 0 || (err == LIFT_E_MALFORMED && *rows_problem(rows)));
	rows_free(rows);
	return err == 0;
}

static void read_both(const struct sheet_map *map, const struct zone *zone, struct text text)
{
	char problem[ROWS_PROBLEM_MAX] = "";
	struct survey *survey = survey_new();
	struct places *places = places_new();
	struct sheet sheet = { .map = map, .zone = zone, .places = places, .fold_all = true };
	size_t alone, surveyed, n;
	bool right;

	REQUIRE(survey && places && places_add_text(places, "1833", "Rana", "1833") == 0 &&
		places_add_name(places, "1833", "Rana") == 0);
	right = read_sheet(&sheet, text, &alone);
	sheet.survey = survey;
	sheet.surveying = true;
	REQUIRE(read_sheet(&sheet, text, &n) == right && n == 0);
	sheet.surveying = false;
	/* What a whole column tells, one day may not. */
	if (survey_conclude(survey, problem)) {
		REQUIRE(read_sheet(&sheet, text, &surveyed) == right && surveyed >= alone);
	} else {
		REQUIRE(*problem);
	}
	survey_free(survey);
	places_free(places);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	struct yaml_errors errors = { .file = "map" };
	struct sheet_map *map = NULL;
	struct zone zone;
	struct text text;
	int err;

	if (!end)
		return 0;
	text = fuzz_text(end + 1, size - (size_t)(end + 1 - data));
	REQUIRE(zone_read("Europe/Oslo", &zone) == 0);
	err = end == data ? 0 : map_read(fuzz_text(data, (size_t)(end - data)), &errors, &map);
	REQUIRE(err == 0 || (err == LIFT_E_CONFIG && errors.count > 0 && errors.text));
	if (!err)
		read_both(map, &zone, text);
	map_free(map);
	zone_free(&zone);
	yaml_errors_clear(&errors);
	return 0;
}

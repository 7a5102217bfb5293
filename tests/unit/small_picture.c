/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/small_picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *json_of(const char *text)
{
	char *copy = strdup(text);
	json_error_t error;
	json_t *json;

	assert_non_null(copy);
	for (char *at = copy; *at; at++)
		if (*at == '\'')
			*at = '"';
	json = json_loads(copy, 0, &error);
	if (!json)
		fail_msg("%s: %s", error.text, copy);
	free(copy);
	return json;
}

void small_take(struct scene *scene, const char *topic, const char *body)
{
	json_t *json = body ? json_of(body) : NULL;

	assert_int_equal(scene_take(scene, topic, json, 0, false), 0);
	json_decref(json);
}

void small_picture(struct scene *scene)
{
	assert_int_equal(scene_open(scene, LANGUAGE_NB), 0);
	small_take(
		scene, "catalogue",
		"{'regions': ["
		"{'code': 'all', 'name': 'all', 'level': '', 'parents': []},"
		"{'code': 'unassigned', 'name': 'unassigned', 'level': '', 'parents': []},"
		"{'code': 'nord', 'name': 'Nordland', 'level': 'county', 'parents': []},"
		"{'code': 'trust', 'name': 'The trust', 'level': 'trust', 'parents': []},"
		"{'code': 'sor', 'name': 'Sør-Helgeland', 'level': 'council', 'parents': ['nord']},"
		"{'code': 'hald', 'name': 'HALD', 'level': 'council', 'parents': ['nord']},"
		"{'code': '1815', 'name': 'Vega', 'level': 'municipality',"
		" 'parents': ['sor', 'trust']},"
		"{'code': '1811', 'name': 'Bindal', 'level': 'municipality', 'parents': ['sor']},"
		"{'code': '1827', 'name': 'Dønna', 'level': 'municipality',"
		" 'label': {'sv': 'Dønna', 'en': 'Donna island', 'nb': 'Dønna'},"
		" 'parents': ['hald', 'trust']}],"
		"'modules': [{'id': 'alarm', 'name': 'Alarms', 'grants': []}],"
		"'programmes': [{'id': 'autumn', 'name': 'Autumn', 'modules': ['alarm'],"
		" 'from': '2025-09-01', 'to': '2025-10-30', 'regions': ['nord'],"
		" 'complete': 1, 'targets': []}],"
		"'competences': [{'id': 'watch', 'name': 'Watching', 'requirements': []}],"
		"'dimensions': [{'name': 'role', 'values': ['nurse', 'carer'],"
		" 'labels': {'nurse': {'nb': 'sykepleier', 'en': 'nurse'}}}],"
		"'levels': [{'level': 'county', 'label': {'nb': 'fylke'}}]}");
}

void small_figures(struct scene *scene, const char *region, int learners, int participants,
		   int completed)
{
	char topic[128], body[512];

	snprintf(topic, sizeof(topic), "metric/%s/people/all", region);
	snprintf(body, sizeof(body),
		 "{'region': '%s', 'kind': 'people', 'id': 'all', 'metrics': {'learners': %d,"
		 " 'active_7d': 1, 'reached': {'n': 1, 'of': 1, 'value': 1}}}",
		 region, learners);
	small_take(scene, topic, body);
	snprintf(topic, sizeof(topic), "metric/%s/programme/autumn", region);
	snprintf(body, sizeof(body),
		 "{'region': '%s', 'kind': 'programme', 'id': 'autumn', 'metrics': {"
		 "'participants': %d, 'completed': %d,"
		 " 'completion_rate': {'n': %d, 'of': %d, 'value': %f},"
		 " 'daily': [['2025-10-01', %d, %d]]}}",
		 region, participants, completed, completed, participants,
		 participants ? (double)completed / participants : 0, participants, completed);
	small_take(scene, topic, body);
}

void small_all_figures(struct scene *scene)
{
	small_take(scene, "metric/all/programme/autumn",
		   "{'region': 'all', 'kind': 'programme', 'id': 'autumn', 'sources': ['lms', "
		   "'moodle'], 'metrics': {'participants': 12, 'withdrawn': 1, 'completed': 9,"
		   "'completion_rate': {'n': 9, 'of': 12, 'value': 0.75}, 'active_7d': 5,"
		   "'active_30d': 10, 'stalled': 1, 'not_started': 2,"
		   "'reached': {'n': 2, 'of': 3, 'value': 0.666667},"
		   "'by': {'role': {'nurse': {'participants': 8, 'completed': 7},"
		   "'unknown': {'participants': 4, 'completed': 2}}},"
		   "'daily': [['2025-09-30', 5, 2], ['2025-10-01', 7, 7]],"
		   "'targets': [{'measure': 'participants', 'where': {}, 'n': 12, 'of': 40},"
		   "{'measure': 'completed', 'where': {'role': 'nurse'}, 'n': 7, 'of': 7},"
		   "{'measure': 'hours', 'where': {}, 'each': 'leaf',"
		   " 'places': {'n': 1, 'of': 3}}]}}");
	small_take(scene, "metric/all/module/alarm",
		   "{'region': 'all', 'kind': 'module', 'id': 'alarm', 'sources': ['lms'],"
		   "'metrics': {'started': 12, 'withdrawn': 1, 'completed': 9, 'assessed': 8,"
		   "'passed': 7, 'passed_first': 5, 'attempts': 11,"
		   "'completion_rate': {'n': 9, 'of': 12}, 'pass_rate': {'n': 7, 'of': 8},"
		   "'score': {'n': 8, 'mean': 0.71, 'median': 0.7,"
		   " 'histogram': [0, 0, 1, 0, 0, 0, 2, 3, 1, 1]},"
		   "'days_to_complete': {'n': 9, 'median': 14, 'p90': 31},"
		   "'gain': {'n': 4, 'mean': 0.25},"
		   "'by': {'role': {'nurse': {'started': 8, 'completed': 7, 'passed': 6}}},"
		   "'daily': [['2025-10-01', 12, 9, 7]]}}");
	small_take(scene, "metric/all/competence/watch",
		   "{'region': 'all', 'kind': 'competence', 'id': 'watch', 'sources': ['lms'],"
		   "'metrics': {'holders': 9, 'lapsed': 2, 'levels': {'1': 6, '3': 3},"
		   "'expiring_30d': 0, 'expiring_60d': 1, 'expiring_90d': 4,"
		   "'by': {'role': {'nurse': {'holders': 7}}}, 'daily': [['2025-10-01', 9, 2]],"
		   "'coverage': {'n': 9, 'of': 30}, 'requirements': ["
		   "{'level': 2, 'where': {'role': 'nurse'}, 'n': 3, 'of': 10, 'gap': 7},"
		   "{'level': 1, 'where': {}, 'n': 9, 'of': null, 'gap': null}]}}");
}

void small_beat(struct scene *scene)
{
	json_t *beat = json_of("{'seq': 1, 'time': 1759320000000, 'as_of': '2025-10-01',"
			       " 'sources': [{'source': 'lms', 'last_event': 1759320000000,"
			       " 'missing': 0}, {'source': 'moodle', 'last_event': 1759310000000,"
			       " 'missing': 7, 'since': 1759311000000, 'expected_ms': 3600000,"
			       " 'late_since': 1759313600000}]}");

	scene_beat(scene, beat, 0);
	json_decref(beat);
}

void small_beat_open(struct scene *scene, int release)
{
	json_t *beat = json_of("{'seq': 2, 'time': 1759320000000, 'as_of': null,"
			       " 'plane': 'open', 'release': null, 'protected': true}");

	if (release > 0) {
		json_object_set_new(beat, "as_of", json_string("2025-09-30"));
		json_object_set_new(beat, "release", json_integer(release));
	}
	scene_beat(scene, beat, 0);
	json_decref(beat);
}

int small_find(const struct page *page, const char *text)
{
	char *printed = NULL, *line;
	size_t size = 0;
	FILE *out = open_memstream(&printed, &size);
	int row = 0, found = -1;

	assert_non_null(out);
	page_print(page, out);
	fclose(out);
	for (char *at = printed; found < 0 && (line = strsep(&at, "\n")); row++)
		if (strstr(line, text))
			found = row;
	free(printed);
	return found;
}

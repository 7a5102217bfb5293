/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clients/cli/refusal.h"
#include "proto/json.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* With ' for ". */
static struct text packed(struct msg_writer *writer, const char *event)
{
	char text[256];
	json_t *json;

	snprintf(text, sizeof(text), "%s", event);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	msg_writer_clear(writer);
	json_to_msg(json, writer);
	json_decref(json);
	return msg_written(writer);
}

static void what_a_row_has_is_said_where_it_is_nobodys_id(void **state)
{
#define OFFSET                                                                       \
	"; in a file also 1.9.2025 08:00 and the like, or ISO 8601 with an offset, " \
	"such as 2025-09-01T08:00:00+02:00"
	static const struct {
		const char *code, *event, *said;
	} cases[] = {
		{ "score", "{'score':85}", "; it is 85: per cent are divided by 100" },
		{ "score", "{'score':1.5}", "; it is 1.5: per cent are divided by 100" },
		{ "score", "{'score':-0.5}", "; it is -0.5" },
		{ "score", "{'score':'85 %'}", "; it is '85 %'" },
		{ "score", "{'score':'17/20'}", "; it is '17/20'" },
		{ "score", "{'score':'01018012345'}", "" },
		{ "score", "{'score':1018012345}", "" },
		{ "score", "{'score':'anna'}", "" },
		{ "score", "{'score':null}", "" },
		{ "score", "{'learner':'anna'}", "" },
		{ "time", "{'time':1756706400}",
		  OFFSET "; these are seconds, and are multiplied by 1000; of CSV a map says it, "
			 "'form: seconds'" },
		{ "time", "{'time':1018012345000}", OFFSET },
		{ "time", "{'time':45901.3333}",
		  OFFSET "; these are days, as a spreadsheet counts them; of CSV a map says it, "
			 "'form: excel'" },
		{ "time", "{'time':'45901,3333'}",
		  OFFSET "; these are days, as a spreadsheet counts them; of CSV a map says it, "
			 "'form: excel'" },
		{ "time", "{'time':'1756706400,0'}",
		  OFFSET "; these are seconds, and are multiplied by 1000; of CSV a map says it, "
			 "'form: seconds'" },
		{ "time", "{'time':'1,75671E+12'}",
		  OFFSET "; a spreadsheet has cut its last digits off: format its cells as whole "
			 "numbers" },
		{ "time", "{'time':'01018012345'}", OFFSET },
		{ "time", "{'time':'2025-09-01 08:00'}", OFFSET "; it is '2025-09-01 08:00'" },
		{ "time", "{'time':'01.09.2025'}", OFFSET "; it is '01.09.2025'" },
		{ "time", "{'time':'9/1/2025 8:00 AM'}", OFFSET "; it is '9/1/2025 8:00 AM'" },
		{ "time", "{'time':'19800101-1234'}", OFFSET },
		{ "time", "{'time':'anna'}", OFFSET },
		{ "passed", "{'passed':'Ja'}", "; it is 'Ja'" },
		{ "passed", "{'passed':'ada'}", "" },
		{ "type", "{'type':'Completed'}", "; it is 'Completed'" },
		{ "type", "{'type':'starter'}", "; it is 'starter'" },
		{ "type", "{'type':'anna'}", "" },
		{ "type", "{'type':'started\\u001b[2J'}", "" },
		{ "type", "{'type':'started\\u202e'}", "" },
		{ "phase", "{'phase':'Pretest'}", "; it is 'Pretest'" },
		{ "phase", "{'phase':'17'}", "" },
		{ "minutes", "{'minutes':1.5}", "; it is 1.5: hours are multiplied by 60" },
		{ "minutes", "{'minutes':0}", "; it is 0" },
		{ "minutes", "{'minutes':1018012345}", "" },
		{ "minutes", "{'minutes':'1,5 '}", "; it is '1,5 '" },
		{ "minutes", "{'minutes':'anna'}", "" },
		{ "state", "{'state':'Admis'}", "; it is 'Admis'" },
		{ "state", "{'state':'anna'}", "" },
		{ "valid-until", "{'valid_until':'31.12.2026'}", "; it is '31.12.2026'" },
		{ "valid-until", "{'valid_until':'01018012345'}", "" },
		{ "type", "{'type':'Enrolment'}", "; it is 'Enrolment'" },
		{ "learner", "{'learner':'anna'}", "" },
		{ "reused", "{'reused':'anna'}", "" },
	};
	struct msg_writer *writer = msg_writer_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text event = packed(writer, cases[i].event);
		struct lift_rejection rejection = { .code = cases[i].code,
						    .text = "why",
						    .event = { event.data, event.size } };
		char text[REFUSAL_MAX];
		int size = refusal_text(&rejection, text);

		assert_int_equal(size, strlen(text));
		if (strncmp(text, "why", 3) != 0 || strcmp(text + 3, cases[i].said) != 0)
			fail_msg("%s: %s", cases[i].event, text);
	}
	msg_writer_free(writer);
}

static void what_cannot_be_read_says_nothing(void **state)
{
	struct lift_rejection rejection = { .code = "score",
					    .text = "why",
					    .event = { "\xc1", 1 } };
	char text[REFUSAL_MAX];

	(void)state;
	refusal_text(&rejection, text);
	assert_string_equal(text, "why");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_row_has_is_said_where_it_is_nobodys_id),
		cmocka_unit_test(what_cannot_be_read_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

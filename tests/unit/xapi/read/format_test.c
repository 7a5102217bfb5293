/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "clients/xapi/read/moment.h"

static void check(const struct format *format, const char *const texts[], bool right)
{
	for (; *texts; texts++)
		if (format->is(text_of(*texts)) != right)
			fail_msg("\"%s\" is %s%s", *texts, right ? "not " : "", format->expected);
}

static void language_tags_are_those_of_rfc_5646(void **state)
{
	static const char *const right[] = { "nb",
					     "nn-NO",
					     "en-US",
					     "tlh",
					     "ase",
					     "zh-Hans-CN",
					     "sr-Cyrl",
					     "sr-Latn-RS",
					     "es-419",
					     "de-CH-1901",
					     "sl-rozaj-biske-1994",
					     "zh-yue-HK",
					     "hy-Latn-IT-arevela",
					     "en-a-myext-b-another",
					     "x-whatever",
					     "de-Latn-DE-u-co-phonebk-x-a",
					     "i-klingon",
					     "en-GB-oed",
					     "en-p-abc-0-abc",
					     "en_US",
					     "NB-no",
					     NULL };
	static const char *const wrong[] = { "",
					     "a",
					     "a12345",
					     "ar-a-aaa-b-bbb-A-ccc",
					     "something",
					     "norwegian",

					     "en-",
					     "-en",
					     "de-419-DE",
					     "zh-something-ccc",
					     "s-something",
					     "en-something-AU",
					     "a-DE",
					     "en-a",
					     "en-x",
					     "en US",
					     "x",
					     "12",
					     NULL };

	(void)state;
	check(&FORMAT_LANGUAGE, right, true);
	check(&FORMAT_LANGUAGE, wrong, false);
}

static void durations_are_those_of_iso_8601(void **state)
{
	static const char *const right[] = {
		"PT1H0M0S", "PT1H0M0.1S", "PT16559.14S", "P3Y1M29DT4H35M59.14S",
		"P3Y",	    "P4W",	  "PT0S",	 "P1DT12H",
		"PT1,5H",   "P0.5W",	  NULL
	};
	static const char *const wrong[] = { "",	 "P",	   "PT",     "1H",
					     "PA1H0M0S", "PT1H2",  "PT1M1H", "P1.5DT1H",
					     "PT1.H",	 "P1S",	   "-PT1H",  "P1W1D",
					     "pt1h",	 "PT1H1H", "PT.5S",  NULL };

	(void)state;
	check(&FORMAT_DURATION, right, true);
	check(&FORMAT_DURATION, wrong, false);
}

static void iris_have_a_scheme(void **state)
{
	static const char *const right[] = { "https://lms.test/course/view.php?id=7&a={b}|c",
					     "urn:uuid:x",
					     "course-v1:FUN+1+2",
					     "uuid://b172",
					     "https://lms.test/kurs/\u00e6\u00f8\u00e5",
					     "mailto:a@b.c",
					     NULL };
	static const char *const wrong[] = {
		"",	   "abc",	  ":x",		 "https:",   "1a:b",
		"a=b://x", "https://a b", "https://a\n", "\u00e6:x", "https://<script>",
		NULL
	};

	(void)state;
	check(&FORMAT_IRI, right, true);
	check(&FORMAT_IRI, wrong, false);
}

static void media_types_have_a_type_and_a_subtype(void **state)
{
	static const char *const right[] = { "text/plain",
					     "text/plain; charset=ascii",
					     "application/vnd.ms-excel",
					     "image/svg+xml",
					     "text/plain ;x",
					     NULL };
	static const char *const wrong[] = { "",      "text",	     "/plain",
					     "text/", "text/ plain", "should fail",
					     "; a/b", "a/b c",	     NULL };

	(void)state;
	check(&FORMAT_MEDIA_TYPE, right, true);
	check(&FORMAT_MEDIA_TYPE, wrong, false);
}

static void hashes_are_as_long_as_hashes_are(void **state)
{
	static const char *const sha2[] = {
		"4cfa124a9ccabfe32794bb0ddcc690e7a8a4052a3e506315403c11ed389f52c6",
		"4CFA124A9CCABFE32794BB0DDCC690E7A8A4052A3E506315403C11ED389F52C6",
		"4cfa124a9ccabfe32794bb0ddcc690e7a8a4052a3e506315403c11ed", NULL
	};
	static const char *const not_sha2[] = {
		"4cfa124a9ccabfe32794bb0ddcc690e7a8a4052a3e506315403c11ed389f52c", "",
		"zcfa124a9ccabfe32794bb0ddcc690e7a8a4052a3e506315403c11ed389f52c6", NULL
	};

	(void)state;
	check(&FORMAT_SHA2, sha2, true);
	check(&FORMAT_SHA2, not_sha2, false);
}

static void moments_of_2_0_have_an_offset_that_is_known(void **state)
{
	static const char *const right[] = {
		"2026-08-17T09:30:00Z",		"2026-08-17 09:30:00.601+00:00",
		"2026-08-17t09:30:00.1234567z", "2026-08-17T09:30:00+02:00",
		"2016-12-31T23:59:60Z",		NULL
	};
	static const char *const wrong[] = { "2026-08-17T09:30:00-00:00",
					     "2026-08-17T09:30:00-0000",
					     "2026-08-17T09:30:00-00",
					     "2026-08-17T09:30:00",
					     "2026-08-17T09:30Z",
					     "20260817T093000Z",
					     "2026-08-17T09:30:00,5Z",
					     "2026-02-30T09:30:00Z",
					     "01/011/2015",
					     "2026-08-17",
					     "",
					     NULL };

	(void)state;
	check(&FORMAT_TIME_RFC3339, right, true);
	check(&FORMAT_TIME_RFC3339, wrong, false);
}

static void an_offset_of_minus_zero_is_none(void **state)
{
	static const char *const right[] = { "2026-08-17T09:30:00.601Z", "2026-08-17T09:30:00+00",
					     "2026-08-17T09:30-01:00",	 "20260817T093000Z",
					     "2026-08-17T09:30:00",	 NULL };
	static const char *const wrong[] = { "2026-08-17T09:30:00.601-00",
					     "2026-08-17T09:30:00.601-0000",
					     "2026-08-17T09:30-00:00", "20260817T0930-00", NULL };

	(void)state;
	check(&FORMAT_TIME, right, true);
	check(&FORMAT_TIME, wrong, false);
}

static void moments_are_read_with_any_offset_and_precision(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: it is none */
	} cases[] = {
		{ "1970-01-01T00:00:01Z", 1000 },
		{ "1970-01-01T02:00:01+02:00", 1000 },
		{ "1970-01-01T00:00:01.1239999z", 1123 },
		{ "1970-01-01T00:00:01.123456+00:00", 1123 },
		{ "1970-01-01T00:00:01-00:00", 1000 },
		{ "1970-01-01T00:00:01", 1000 },
		{ "1970-01-01T00:00:01.5", 1500 },
		{ "19700101T000001Z", 1000 },
		{ "1970-01-01T00:00Z", 0 },
		{ "1970-01-01T00:00:60Z", 60000 },
		{ "1970-01-01T00:00:60.250Z", 60250 },
		{ "2021-11-29T23:09:00.867219+00:00", INT64_C(1638227340867) },
		{ "1970-01-01T00:00:61Z", -1 },
		{ "1970-01-01T24:00:00Z", -1 },
		{ "1970-13-01T00:00:00Z", -1 },
		{ "1970-01-01", -1 },
		{ "1700000000000", -1 },
		{ "yesterday at noon", -1 },
		{ "", -1 },
		{ "1970-01-01T00:00:01Z and more of it, so that it is longer than a time is", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = -1;
		bool is = moment_parse(text_of(cases[i].text), &ms);

		if (is != (cases[i].ms >= 0) || (is && ms != cases[i].ms))
			fail_msg("\"%s\" is %d, %lld", cases[i].text, is, (long long)ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(language_tags_are_those_of_rfc_5646),
		cmocka_unit_test(durations_are_those_of_iso_8601),
		cmocka_unit_test(iris_have_a_scheme),
		cmocka_unit_test(media_types_have_a_type_and_a_subtype),
		cmocka_unit_test(hashes_are_as_long_as_hashes_are),
		cmocka_unit_test(moments_of_2_0_have_an_offset_that_is_known),
		cmocka_unit_test(an_offset_of_minus_zero_is_none),
		cmocka_unit_test(moments_are_read_with_any_offset_and_precision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/key_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The pairs of ZeroMQ's own tests. */
#define PUBLIC "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define SECRET "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
#define OTHER  "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

#define NAME_LINE   "name: moodle-rana\n"
#define PUBLIC_LINE "public: \"" PUBLIC "\"\n"
#define SECRET_LINE "secret: \"" SECRET "\"\n"

static void what_is_printed_can_be_read(void **state)
{
	struct yaml_errors errors = { .file = "f" };
	char text[KEY_FILE_MAX];
	struct key_pair pair, again;
	size_t size;

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(key_pair_make("moodle-rana", &pair), 0);
		size = key_file_print(&pair, true, text);
		assert_int_equal(size, strlen(text));
		assert_int_equal(key_file_parse((struct text){ text, size }, &errors, &again), 0);
		assert_memory_equal(&pair, &again, sizeof(pair));
		key_file_print(&pair, false, text);
		assert_non_null(strstr(text, pair.public));
		assert_null(strstr(text, pair.secret));
	}
}

static void two_pairs_are_never_the_same(void **state)
{
	struct key_pair a, b;

	(void)state;
	assert_int_equal(key_pair_make("a", &a), 0);
	assert_int_equal(key_pair_make("a", &b), 0);
	assert_string_not_equal(a.secret, b.secret);
	assert_string_not_equal(a.public, b.public);
}

static void a_file_may_be_written_by_hand(void **state)
{
	static const char *const files[] = {
		NAME_LINE PUBLIC_LINE SECRET_LINE,
		SECRET_LINE NAME_LINE PUBLIC_LINE,
		"# a comment: \"of mine\"\n\n  name : 'moodle-rana' # who\r\n\tpublic:'" PUBLIC
		"'\r\nsecret:   \"" SECRET "\"   # hush",
		"name: \"moodle-rana\"\n" PUBLIC_LINE "secret: \"" SECRET "\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct key_pair pair;

		if (key_file_parse(text_of(files[i]), &errors, &pair) != 0)
			fail_msg("%zu: %s", i, errors.text);
		assert_string_equal(pair.name, "moodle-rana");
		assert_string_equal(pair.public, PUBLIC);
		assert_string_equal(pair.secret, SECRET);
	}
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
	static const struct {
		const char *text, *error, *why;
	} cases[] = {
		{ "", "f: there is no `name`", "an empty file" },
		{ NAME_LINE PUBLIC_LINE, "f: there is no `secret`: it is the public half",
		  "NAME.pub" },
		{ NAME_LINE NAME_LINE PUBLIC_LINE SECRET_LINE,
		  "f:2: `name` is there twice: line 1 has it", "a name twice" },
		{ "name: Moodle\n" PUBLIC_LINE SECRET_LINE, "f:1: name must be", "a large letter" },
		{ "name:\n" PUBLIC_LINE SECRET_LINE, "f:1: name must be", "no name" },
		{ "name: a b\n" PUBLIC_LINE SECRET_LINE, "f:1: name must be", "two names" },
		{ NAME_LINE PUBLIC_LINE "secret: " SECRET "\n", "f:3: secret must be 40",
		  "a plain text, of which YAML would make something else" },
		{ NAME_LINE PUBLIC_LINE "secret: \"" SECRET "\n", "f:3: secret must be 40",
		  "quotes that do not end" },
		{ NAME_LINE PUBLIC_LINE "secret: \"" SECRET "\" more\n", "f:3: secret must be 40",
		  "text behind the quotes" },
		{ NAME_LINE "public: \"Yne@$w\"\n" SECRET_LINE, "f:2: public must be 40", "short" },
		{ NAME_LINE "public: \"" PUBLIC "0\"\n" SECRET_LINE, "f:2: public must be 40",
		  "long" },
		{ NAME_LINE "public: \"~ne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"\n" SECRET_LINE,
		  "f:2: public must be 40", "a letter that Z85 does not have" },
		{ NAME_LINE "public: \"#####-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI#\"\n" SECRET_LINE,
		  "f:2: public must be 40", "a number above 2^32" },
		{ NAME_LINE "public: \"" OTHER "\"\n" SECRET_LINE,
		  "f:2: public is not the public half of secret", "of another pair" },
		{ NAME_LINE PUBLIC_LINE SECRET_LINE "metadata:\n", "f:4: a key file has the lines",
		  "a key that there is not" },
		{ NAME_LINE PUBLIC_LINE SECRET "\n", "f:3: a key file has the lines",
		  "a line without a key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct key_pair pair;

		if (key_file_parse(text_of(cases[i].text), &errors, &pair) != LIFT_E_CONFIG ||
		    !strstr(errors.text, cases[i].error))
			fail_msg("%s: %s", cases[i].why, errors.text ? errors.text : "taken");
		if (strstr(errors.text, "ahhC2ac"))
			fail_msg("%s: the secret is in %s", cases[i].why, errors.text);
		for (size_t byte = 0; byte < sizeof(pair); byte++)
			assert_int_equal(((const char *)&pair)[byte], 0);
		yaml_errors_clear(&errors);
	}
}

static void bytes_that_are_no_text_are_refused(void **state)
{
	static const char zeros[] = "name: a\0b\npublic: \"\0\"\nsecret: \"\0\"\n";
	static const char large[KEY_FILE_MAX + 1] = "#";
	const struct text files[] = { { zeros, sizeof(zeros) - 1 }, { large, sizeof(large) } };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct key_pair pair;

		assert_int_equal(key_file_parse(files[i], &errors, &pair), LIFT_E_CONFIG);
		yaml_errors_clear(&errors);
	}
}

static void z85_is_that_of_the_specification(void **state)
{
	/* rfc.zeromq.org/spec/32: "HelloWorld" is the example's text */
	static const uint8_t bytes[Z85_KEY_BYTES] = {
		0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B
	};
	static const char text[] = "HelloWorld000000000000000000000000000000";
	char printed[Z85_KEY + 1];
	uint8_t back[Z85_KEY_BYTES];

	(void)state;
	z85_encode(bytes, printed);
	assert_string_equal(printed, text);
	assert_true(z85_decode(text_of(text), back));
	assert_memory_equal(back, bytes, sizeof(bytes));
	assert_false(z85_decode(text_of("HelloWorld"), back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_can_be_read),
		cmocka_unit_test(two_pairs_are_never_the_same),
		cmocka_unit_test(a_file_may_be_written_by_hand),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(bytes_that_are_no_text_are_refused),
		cmocka_unit_test(z85_is_that_of_the_specification),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

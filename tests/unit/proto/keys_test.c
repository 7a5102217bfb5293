/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The two of the specification's own example of CURVE, in Z85, and a third. */
#define A "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define B "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define C "0000000000000000000000000000000000000000"

static char *no_env(const char *name)
{
	(void)name;
	return NULL;
}

static struct config *config_of(const char *text)
{
	struct yaml_errors errors = { .file = "c" };
	struct config *config;

	if (config_parse(text_of(text), &errors, no_env, true, &config) != 0)
		fail_msg("%s", errors.text);
	return config;
}

static const char two_audiences[] = "namespaces: {moodle: joined}\n"
				    "audiences:\n"
				    "- {name: rana, publish: [], snapshot: []}\n"
				    "- {name: vefsn, publish: [], snapshot: []}\n";

static struct keys *parsed(const char *text)
{
	struct yaml_errors errors = { .file = "f" };
	struct config *config = config_of(two_audiences);
	struct keys *keys = NULL;

	if (keys_parse(text_of(text), config, &errors, &keys) != 0)
		fail_msg("%s", errors.text ? errors.text : "no memory");
	config_free(config);
	return keys;
}

static void no_file_knows_nobody(void **state)
{
	struct keys *keys = parsed("");
	size_t n;

	(void)state;
	keys_all(keys, &n);
	assert_int_equal(n, 0);
	assert_null(keys_of_public(keys, text_of(A)));
	assert_null(keys_of_source(keys, text_of("moodle")));
	keys_free(keys);
}

static void a_key_has_the_rights_that_are_written(void **state)
{
	struct keys *keys = parsed("keys:\n"
				   "- name: rana\n"
				   "  public: ['" A "', '" B "']\n"
				   "  publish: {sources: [moodle, canvas], regions: ['1833']}\n"
				   "  limits: {events: 100, names: 7}\n"
				   "- {name: board, public: '" C "', audiences: [vefsn],\n"
				   "   roster: {sources: [moodle, lms], regions: ['1824']},\n"
				   "   forget: {sources: [lms]}}\n");
	const struct key *rana = keys_of_public(keys, text_of(A));
	const struct key *board = keys_of_public(keys, text_of(C));

	(void)state;
	assert_string_equal(rana->name, "rana");
	assert_ptr_equal(keys_of_public(keys, text_of(B)), rana);
	assert_ptr_equal(keys_of_source(keys, text_of("moodle")), rana);
	assert_ptr_equal(keys_of_source(keys, text_of("canvas")), rana);
	assert_null(keys_of_source(keys, text_of("other")));
	assert_true(rana->publishes && !rana->control && !key_has_audience(rana, "vefsn"));
	assert_int_equal(rana->regions.n, 1);
	assert_string_equal(rana->regions.items[0], "1833");
	assert_int_equal(rana->regions.lines[0], 4);
	assert_int_equal(rana->limits.events, 100);
	assert_int_equal(rana->limits.names, 7);
	assert_int_equal(rana->limits.batches, 64);
	assert_true(!board->publishes && key_has_audience(board, "vefsn"));
	assert_false(key_has_audience(board, "rana"));
	/* Lists may be of a source that another key speaks for, or nobody yet. */
	assert_true(board->asks_rosters && !rana->asks_rosters && !board->control);
	assert_int_equal(board->roster_sources.n, 2);
	assert_string_equal(board->roster_sources.items[0], "moodle");
	assert_int_equal(board->roster_regions.n, 1);
	assert_string_equal(board->roster_regions.items[0], "1824");
	assert_true(board->forgets && !rana->forgets);
	assert_int_equal(board->forget_sources.n, 1);
	assert_string_equal(board->forget_sources.items[0], "lms");
	assert_null(keys_of_source(keys, text_of("lms")));
	keys_free(keys);
}

static void who_keeps_keys_has_them_when_others_are_done(void **state)
{
	struct keys *keys = parsed("keys: [{name: a, public: '" A "', control: yes}]\n");
	struct keys *kept = keys_keep(keys);

	(void)state;
	keys_free(keys);
	assert_true(keys_of_public(kept, text_of(A))->control);
	keys_free(kept);
	keys_free(NULL);
	assert_null(keys_keep(NULL));
}

static const struct {
	const char *text, *error, *why;
} bad[] = {
	{ "[]\n", "f:1: keys.yaml must be a map", "a list" },
	{ "keys: {}\n", "f:1: keys must be a list", "a map of keys" },
	{ "key: []\n", "f:1: `key` is no key of keys.yaml, did you mean `keys`?", "a slip" },
	{ "keys: [{public: '" A "'}]\n", "f:1: a key needs `name`", "no name" },
	{ "keys: [{name: a}]\n", "f:1: a key needs `public`", "no key" },
	{ "keys: [{name: A b, public: '" A "'}]\n", "f:1: a key's name must be 1 to 64",
	  "a blank in a name" },
	{ "keys:\n- name: a\n  public: abc\n",
	  "f:3: public must be the 40 characters that `lift keygen` prints", "a short one" },
	{ "keys: [{name: a, public: '" A "x'}]\n", "f:1: public must be the 40", "a long one" },
	{ "keys: [{name: a, public: '\"q:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'}]\n",
	  "f:1: public must be the 40", "a letter of another alphabet" },
	{ "keys: [{name: a, public: '#####M>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf'}]\n",
	  "f:1: public must be the 40", "five letters that are no number" },
	{ "keys: [{name: a, public: []}]\n", "f:1: public must name one at least",
	  "an empty list" },
	{ "keys:\n- {name: a, public: '" A "'}\n- {name: b, public: '" A "'}\n",
	  "f:3: public key `"
	  "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
	  "` is there twice: key `a` has it in line 2",
	  "a key twice" },
	{ "keys:\n- {name: a, public: '" A "'}\n- {name: a, public: '" B "'}\n",
	  "f:3: there is a key `a` already, in line 2", "a name twice" },
	{ "keys:\n- {name: a, public: '" A "', publish: {sources: [s]}}\n"
	  "- {name: b, public: '" B "', publish: {sources: [t, s]}}\n",
	  "f:3: source `s` is there twice: key `a` has it in line 2", "a source of two" },
	{ "keys: [{name: a, public: '" A "', roster: {}}]\n",
	  "f:1: what a key may ask lists about needs `sources`", "lists of nobody" },
	{ "keys: [{name: a, public: '" A "', forget: {}}]\n",
	  "f:1: whose people a key may have forgotten needs `sources`", "of nobody" },
	{ "keys: [{name: a, public: '" A "', roster: yes}]\n",
	  "f:1: what a key may ask lists about must be a map", "lists of all" },
	{ "keys: [{name: a, public: '" A "', publish: {}}]\n",
	  "f:1: what a key may publish needs `sources`", "as nobody" },
	{ "keys: [{name: a, public: '" A "', publish: {sources: [S]}}]\n",
	  "f:1: a source must be 1 to 64 of", "no source" },
	{ "keys: [{name: a, public: '" A "', publish: {sources: [joined]}}]\n",
	  "f:1: the source `joined` has the name of a namespace that it is not in",
	  "a source that can never speak" },
	{ "keys: [{name: a, public: '" A "', publish: {sources: [s], regions: []}}]\n",
	  "f:1: regions must name one at least", "nowhere" },
	{ "keys:\n- name: a\n  public: '" A "'\n  audiences:\n  - rana\n  - ran\n",
	  "f:6: liftd.yaml has no audience `ran`", "an audience that is not there" },
	{ "keys: [{name: a, public: '" A "', control: maybe}]\n", "f:1: control must be yes or no",
	  "no flag" },
	{ "keys: [{name: a, public: '" A "', limits: {events: 0}}]\n",
	  "f:1: events must be a whole number from 1 to 10000000, not `0`", "no event" },
	{ "keys: [{name: a, public: '" A "', limits: {event: 1}}]\n",
	  "f:1: `event` is no key of a key's limits, did you mean `events`?", "a slip in limits" },
};

static void a_bad_file_is_refused_with_its_line_and_what_would_be_right(void **state)
{
	struct config *config = config_of(two_audiences);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct yaml_errors errors = { .file = "f" };
		struct keys *keys = (struct keys *)&errors;
		int err = keys_parse(text_of(bad[i].text), config, &errors, &keys);

		if (err != LIFT_E_CONFIG || keys || errors.count != 1 ||
		    !strstr(errors.text, bad[i].error))
			fail_msg("%s: %d, %zu errors, %s", bad[i].why, err, errors.count,
				 errors.text ? errors.text : "");
		yaml_errors_clear(&errors);
	}
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_file_knows_nobody),
		cmocka_unit_test(a_key_has_the_rights_that_are_written),
		cmocka_unit_test(who_keeps_keys_has_them_when_others_are_done),
		cmocka_unit_test(a_bad_file_is_refused_with_its_line_and_what_would_be_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

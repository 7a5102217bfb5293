/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/sources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

struct place {
	char dir[64];
	struct sources *sources;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	const char *tmp = getenv("TMPDIR");

	snprintf(place->dir, sizeof(place->dir), "%s/sources-XXXXXX", tmp ? tmp : "/tmp");
	place->sources = calloc(1, sizeof(*place->sources));
	*state = place;
	return mkdtemp(place->dir) ? 0 : -1;
}

static int teardown(void **state)
{
	struct place *place = *state;
	char command[160];

	sources_close(place->sources);
	snprintf(command, sizeof(command), "rm -r %s", place->dir);
	free(place->sources);
	free(place);
	return system(command);
}

/* With platforms of these sources, up to NULL; nobody takes what is put in. */
static struct xapi_config *config_of(const struct place *place, const char *const *names)
{
	struct yaml_errors errors = { .file = "test" };
	struct xapi_config *config = NULL;
	char text[1000];
	int n = snprintf(text, sizeof(text),
			 "state: %s\nintake: ipc://%s/nobody\nplatforms:\n  - {name: p, source: a, "
			 "jwks: x}\n",
			 place->dir, place->dir);

	for (int i = 0; names[i]; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			      "  - {name: p%d, source: %s, jwks: x}\n", i, names[i]);
	assert_int_equal(xapi_config_parse(text_of(text), "test", &errors, &config), 0);
	return config;
}

static void begin(struct place *place, const struct xapi_config *config, bool also_old)
{
	const uint8_t seal[LIFT_SEAL_BYTES] = { 7 };
	char why[400];

	assert_int_equal(sources_begin(place->sources, config, seal, why), 0);
	assert_int_equal(sources_add(place->sources, config, also_old, why), 0);
}

static void put(struct source *source)
{
	const struct lift_event event = { .type = LIFT_COMPLETED,
					  .time_ms = INT64_C(1700000000000),
					  .learner = "anna",
					  .module = "m",
					  .region = "1813" };

	assert_int_equal(lift_publish(source->outbox, &event), 0);
}

static void who_is_gone_is_closed_unless_something_waits(void **state)
{
	struct place *place = *state;
	struct sources *sources = place->sources;
	struct xapi_config *all = config_of(place, (const char *const[]){ "b", "c", NULL }),
			   *one = config_of(place, (const char *const[]){ NULL });

	begin(place, all, false);
	assert_int_equal(sources->n, 3);
	put(sources_find(sources, "c"));
	sources_close_idle(sources, all);
	assert_int_equal(sources->n, 3);
	sources_close_idle(sources, one);
	assert_int_equal(sources->n, 2);
	assert_non_null(sources_find(sources, "a"));
	assert_null(sources_find(sources, "b"));
	put(sources_find(sources, "c"));

	/* At a start, too. */
	sources_close(sources);
	begin(place, one, true);
	assert_int_equal(sources->n, 2);
	assert_null(sources_find(sources, "b"));
	put(sources_find(sources, "c"));
	xapi_config_free(all);
	xapi_config_free(one);
}

static void one_that_is_closed_is_opened_for_what_is_held(void **state)
{
	struct place *place = *state;
	struct sources *sources = place->sources;
	struct xapi_config *all = config_of(place, (const char *const[]){ "b", NULL }),
			   *one = config_of(place, (const char *const[]){ NULL });
	struct source *source = NULL, *again = NULL;

	begin(place, all, false);
	sources_close_idle(sources, one);
	assert_null(sources_find(sources, "b"));
	assert_int_equal(sources_open(sources, "b", &source), 0);
	assert_ptr_equal(source, sources_find(sources, "b"));
	assert_int_equal(sources_open(sources, "b", &again), 0);
	assert_ptr_equal(again, source);
	put(source);
	sources_close_idle(sources, one);
	assert_non_null(sources_find(sources, "b"));
	assert_int_not_equal(sources_open(sources, "not/a source", &again), 0);
	assert_int_equal(sources->n, 2);
	xapi_config_free(all);
	xapi_config_free(one);
}

static void there_are_so_many_and_no_more(void **state)
{
	struct place *place = *state;
	struct sources *sources = place->sources;
	struct xapi_config *config = config_of(place, (const char *const[]){ "b", NULL });
	struct source *source;
	size_t n;

	begin(place, config, false);
	n = sources->n;
	sources->n = SOURCES_MAX;
	assert_int_equal(sources_open(sources, "c", &source), LIFT_E_TOO_MANY);
	sources->n = n;
	xapi_config_free(config);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(who_is_gone_is_closed_unless_something_waits),
		TEST(one_that_is_closed_is_opened_for_what_is_held),
		TEST(there_are_so_many_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

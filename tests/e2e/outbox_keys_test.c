/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outbox that delivers over TCP to a real daemon with keys: whatever is wrong with a key, what
 * waits stays, it is said why, and it is delivered once that is mended.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clients/lib/lift.h"
#include "tests/e2e/check.h"
#include "tests/e2e/doors.h"

enum { LOOK_US = 5000, WAIT_MS = 60000 };

#define KEY "keys:\n- {name: ours, public: \"%s\", publish: {sources: [moodle]}%s}\n"

struct scene {
	struct doors doors;
	struct key_pair ours, theirs;
	char path[PATH_SIZE];
};

static void print_keys(char to[512], const struct key_pair *pair, const char *more)
{
	snprintf(to, 512, KEY, pair->public, more);
}

/* A daemon that knows our key. */
static void begin(struct scene *scene, void **state, const char *more)
{
	struct daemon *daemon = *state;
	char keys[512];

	assert_int_equal(key_pair_make("ours", &scene->ours), 0);
	assert_int_equal(key_pair_make("theirs", &scene->theirs), 0);
	path_make(scene->path, "%s/outbox", daemon->dir);
	print_keys(keys, &scene->ours, more);
	doors_open(&scene->doors, daemon, "", keys);
}

static void end(struct scene *scene, struct lift_outbox *outbox)
{
	lift_outbox_close(outbox);
	daemon_stop(scene->doors.daemon, SIGTERM);
	doors_close(&scene->doors);
}

static struct lift_outbox *open_outbox(const struct scene *scene, const struct key_pair *pair,
				       const char *server)
{
	struct lift_outbox *outbox = NULL;
	struct lift_keys keys;
	const struct lift_outbox_options options = { .path = scene->path,
						     .source = "moodle",
						     .endpoint = scene->doors.endpoints[AT_INTAKE],
						     .keys = &keys };

	snprintf(keys.server_key, sizeof(keys.server_key), "%s", server);
	snprintf(keys.public_key, sizeof(keys.public_key), "%s", pair->public);
	snprintf(keys.secret_key, sizeof(keys.secret_key), "%s", pair->secret);
	if (lift_outbox_open(&options, &outbox) != 0)
		fail_msg("%s", lift_error_text());
	return outbox;
}

/* Learners first..first + n - 1. */
static void put(struct lift_outbox *outbox, unsigned first, unsigned n)
{
	for (unsigned i = first; i < first + n; i++) {
		char learner[32];

		snprintf(learner, sizeof(learner), "u-%u", i);
		assert_int_equal(lift_publish(outbox, &(struct lift_event){ .type = LIFT_COMPLETED,
									    .time_ms = INT64_C(
										    1730000000000),
									    .learner = learner,
									    .module = "medication",
									    .region = "rana" }),
				 0);
	}
}

static struct lift_outbox_state look(struct lift_outbox *outbox)
{
	struct lift_outbox_state state;

	assert_int_equal(lift_outbox_look(outbox, &state), 0);
	return state;
}

static void await_err(struct lift_outbox *outbox, int err)
{
	struct lift_outbox_state state = look(outbox);

	for (int ms = 0; state.err != err && ms < WAIT_MS; ms += LOOK_US / 1000) {
		usleep(LOOK_US);
		state = look(outbox);
	}
	print_message("%s\n", state.why);
	assert_int_equal(state.err, err);
	assert_int_equal(state.refused, 0);
}

/* Each once: the daemon has taken as many as the outbox says. */
static void assert_delivered(const struct scene *scene, struct lift_outbox *outbox, unsigned n)
{
	if (lift_outbox_wait(outbox, WAIT_MS) != 0)
		fail_msg("%s", lift_error_text());
	assert_int_equal(look(outbox).delivered, n);
	assert_int_equal(look(outbox).refused, 0);
	assert_int_equal(daemon_counter(scene->doors.daemon, "events_accepted"), n);
}

static void with_the_key_of_another_server_all_waits(void **state)
{
	struct scene scene;
	struct lift_outbox *outbox;

	begin(&scene, state, "");
	outbox = open_outbox(&scene, &scene.ours, scene.theirs.public);
	put(outbox, 1, 20);
	await_err(outbox, LIFT_E_SERVER_KEY);
	assert_int_equal(look(outbox).waiting, 20);
	assert_int_equal(lift_outbox_wait(outbox, 0), LIFT_E_NOT_FOUND);
	assert_non_null(strstr(lift_error_text(), "server key"));
	lift_outbox_close(outbox);
	outbox = open_outbox(&scene, &scene.ours, scene.doors.server.public);
	assert_delivered(&scene, outbox, 20);
	await_err(outbox, 0);
	end(&scene, outbox);
}

static void a_key_that_becomes_known_delivers_what_waits(void **state)
{
	struct scene scene;
	struct lift_outbox *outbox;
	char keys[512];

	begin(&scene, state, "");
	outbox = open_outbox(&scene, &scene.theirs, scene.doors.server.public);
	put(outbox, 1, 20);
	await_err(outbox, LIFT_E_KEY_REFUSED);
	assert_int_equal(look(outbox).waiting, 20);
	print_keys(keys, &scene.theirs, "");
	doors_change_keys(&scene.doors, keys);
	assert_delivered(&scene, outbox, 20);
	await_err(outbox, 0);
	end(&scene, outbox);
}

static void of_a_key_that_is_revoked_what_is_put_in_waits(void **state)
{
	struct scene scene;
	struct lift_outbox *outbox;
	char with[512], without[512];

	begin(&scene, state, "");
	print_keys(with, &scene.ours, "");
	print_keys(without, &scene.theirs, "");
	outbox = open_outbox(&scene, &scene.ours, scene.doors.server.public);
	put(outbox, 1, 20);
	assert_delivered(&scene, outbox, 20);
	doors_change_keys(&scene.doors, without);
	put(outbox, 21, 20);
	await_err(outbox, LIFT_E_KEY_REFUSED);
	assert_int_equal(look(outbox).waiting, 20);
	/* Whoever opens it next hears the same. */
	lift_outbox_close(outbox);
	outbox = open_outbox(&scene, &scene.ours, scene.doors.server.public);
	await_err(outbox, LIFT_E_KEY_REFUSED);
	doors_change_keys(&scene.doors, with);
	assert_delivered(&scene, outbox, 40);
	end(&scene, outbox);
}

static int take_back(void *context, const struct lift_refused *refused)
{
	unsigned *n = context;

	assert_string_equal(refused->code, "size");
	assert_non_null(strstr(refused->json, "\"u-31\""));
	++*n;
	return 0;
}

static void an_event_that_is_longer_than_a_keys_message_comes_back(void **state)
{
	static const char value[] =
		"a value of sixty-four bytes, which are as many as one may have..";
	struct scene scene;
	struct lift_outbox *outbox;
	struct lift_attr attrs[16];
	char names[16][8];
	unsigned n = 0;

	begin(&scene, state, ", limits: {message: 1024}");
	for (size_t i = 0; i < 16; i++) {
		snprintf(names[i], sizeof(names[i]), "n-%zu", i);
		attrs[i] = (struct lift_attr){ names[i], value };
	}
	outbox = open_outbox(&scene, &scene.ours, scene.doors.server.public);
	put(outbox, 1, 30);
	assert_int_equal(
		lift_publish(outbox, &(struct lift_event){ .type = LIFT_COMPLETED,
							   .time_ms = INT64_C(1730000000000),
							   .learner = "u-31",
							   .module = "medication",
							   .region = "rana",
							   .attrs = attrs,
							   .n_attrs = 16 }),
		0);
	put(outbox, 32, 30);
	if (lift_outbox_wait(outbox, WAIT_MS) != 0)
		fail_msg("%s", lift_error_text());
	assert_int_equal(look(outbox).delivered, 60);
	assert_int_equal(daemon_counter(scene.doors.daemon, "events_accepted"), 60);
	assert_int_equal(lift_outbox_refused(outbox, take_back, &n), 0);
	assert_int_equal(n, 1);
	end(&scene, outbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(with_the_key_of_another_server_all_waits,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(a_key_that_becomes_known_delivers_what_waits,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(of_a_key_that_is_revoked_what_is_put_in_waits,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(
			an_event_that_is_longer_than_a_keys_message_comes_back, daemon_setup,
			daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

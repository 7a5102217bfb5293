/* SPDX-License-Identifier: Apache-2.0 */
/* What platforms send that speak Caliper, or Canvas's own form. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/xapi/gateway.h"

/* One event, whose `id` Caliper has, and Canvas has not. */
static const char caliper[] =
	"{\"sensor\":\"https://lms.test/sensor/1\",\"sendTime\":\"2025-09-01T10:00:00.000Z\","
	"\"dataVersion\":\"http://purl.imsglobal.org/ctx/caliper/v1p2\",\"data\":[{\"@context\":"
	"\"http://purl.imsglobal.org/ctx/caliper/v1p2\",\"id\":\"urn:uuid:7e10e4f3-a0d8-4430-95bd-"
	"783ffae4d916\",\"type\":\"AssignableEvent\",\"action\":\"Completed\",\"eventTime\":"
	"\"2025-09-01T09:30:00.000Z\",\"actor\":{\"id\":\"https://lms.test/users/554433\",\"type\":"
	"\"Person\"},\"object\":{\"id\":\"https://moodle.example/course/vt-basics\",\"type\":"
	"\"AssignableDigitalResource\"}}]}";
static const char canvas[] =
	"{\"metadata\":{\"event_name\":\"enrollment_created\",\"event_time\":"
	"\"2025-09-01T09:30:00Z\"},\"body\":{\"user_id\":\"18910000000020064\",\"course_id\":"
	"\"18910000000000565\",\"type\":\"StudentEnrollment\",\"workflow_state\":\"active\"}}";

static void post(struct gateway *gateway, const char *path, const char *body, int status)
{
	struct reply reply = web_ask(gateway->server.port, "POST", path, gateway->login, body);

	if (reply.status != status)
		fail_msg("%s: %d: %s", path, reply.status, reply.body);
	reply_free(&reply);
}

static void caliper_and_canvas_become_events_once(void **state)
{
	struct gateway *gateway = *state;
	json_t *status, *events;

	gateway_map(gateway);
	daemon_configure(gateway->daemon, GATEWAY_CATALOGUE);
	daemon_start(gateway->daemon);
	gateway_configure(gateway, GATEWAY_MAPPING);
	gateway_start(gateway);
	for (int i = 0; i < 2; i++) {
		post(gateway, "/caliper", caliper, 200);
		post(gateway, "/canvas", canvas, 200);
	}
	post(gateway, "/caliper", canvas, 400);
	post(gateway, "/canvas", "{}", 400);
	status = gateway_status(gateway);
	events = json_object_get(status, "events");
	assert_int_equal(whole(status, "known_before"), 2);
	assert_int_equal(whole(events, "completed"), 1);
	assert_int_equal(whole(events, "enrolled"), 1);
	json_decref(status);
	gateway_await_accepted(gateway, 2);
	assert_int_equal(gateway_completed(gateway, "2025-10-01"), 1);
	gateway_stop(gateway);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(caliper_and_canvas_become_events_once,
						gateway_setup, gateway_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

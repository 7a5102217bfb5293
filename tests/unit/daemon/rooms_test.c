/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/rooms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "proto/err.h"

static void stop_main(void *context, const struct now *now)
{
	(void)now;
	loop_stop(room_loop(context, ROOM_MAIN));
}

static void stop_ours(void *context, const struct now *now)
{
	(void)now;
	loop_stop(room_loop(context, ROOM_LEDGER));
}

static void note_end(void *context)
{
	*(int *)context += 1;
}

static void rooms_that_are_told_to_stop_end_in_order(void **state)
{
	struct rooms *rooms;
	int ended = 0;

	(void)state;
	assert_int_equal(rooms_open(&clock_machine, &rooms), 0);
	room_on_wake(rooms, ROOM_MAIN, stop_main, rooms);
	room_on_end(rooms, ROOM_LEDGER, note_end, &ended);
	assert_int_equal(rooms_start(rooms), 0);
	wake_send(room_wake(rooms, ROOM_MAIN));
	assert_int_equal(rooms_run(rooms), 0);
	rooms_stop(rooms);
	assert_int_equal(ended, 1);
	rooms_close(rooms);
}

static void note_nice(void *context)
{
	*(int *)context = getpriority(PRIO_PROCESS, 0);
}

static void the_ledger_gives_way_to_all_others(void **state)
{
	int own = getpriority(PRIO_PROCESS, 0), of[ROOMS];
	struct rooms *rooms;

	(void)state;
	assert_int_equal(rooms_open(&clock_machine, &rooms), 0);
	room_on_wake(rooms, ROOM_MAIN, stop_main, rooms);
	for (int i = ROOM_MAIN + 1; i < ROOMS; i++)
		room_on_end(rooms, (enum room)i, note_nice, &of[i]);
	assert_int_equal(rooms_start(rooms), 0);
	wake_send(room_wake(rooms, ROOM_MAIN));
	assert_int_equal(rooms_run(rooms), 0);
	rooms_stop(rooms);
	for (int i = ROOM_MAIN + 1; i < ROOMS; i++)
		assert_int_equal(of[i], i != ROOM_LEDGER ? own : own < 9 ? own + 10 : 19);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), own);
	rooms_close(rooms);
}

static void a_room_that_ends_by_itself_ends_the_others_and_is_an_error(void **state)
{
	struct rooms *rooms;

	(void)state;
	assert_int_equal(rooms_open(&clock_machine, &rooms), 0);
	room_on_wake(rooms, ROOM_LEDGER, stop_ours, rooms);
	assert_int_equal(rooms_start(rooms), 0);
	wake_send(room_wake(rooms, ROOM_LEDGER));
	assert_int_equal(rooms_run(rooms), LIFT_E_FATAL);
	rooms_stop(rooms);
	rooms_close(rooms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rooms_that_are_told_to_stop_end_in_order),
		cmocka_unit_test(the_ledger_gives_way_to_all_others),
		cmocka_unit_test(a_room_that_ends_by_itself_ends_the_others_and_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

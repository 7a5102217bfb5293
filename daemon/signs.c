/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/signs.h"

/* A loop always goes round. */
static bool loop_steps(void *context, uint64_t *ret_steps)
{
	*ret_steps = loop_rounds(context);
	return true;
}

static bool build_steps(void *context, uint64_t *ret_steps)
{
	return rebuild_steps(context, ret_steps);
}

static bool pulse_steps(void *context, uint64_t *ret_steps)
{
	*ret_steps = pulse_count(context);
	return true;
}

/* SIGHUP: what it says goes to the log. */
static void on_hangup(void *context, const struct now *now)
{
	struct signs *signs = context;

	service_reloading();
	reload_signalled(signs->reload, now);
}

static const char *describe(void *context, const struct now *now)
{
	struct signs *signs = context;

	return status_line_next(&signs->line, reload_trouble(signs->reload), now) ? signs->line.text
										  : NULL;
}

int signs_open(struct signs *signs)
{
	const struct service_parts parts = { .loop = room_loop(signs->rooms, ROOM_MAIN),
					     .on_hangup = on_hangup,
					     .describe = describe,
					     .context = signs };
	int err = pulse_open(rooms_zmq(signs->rooms), &signs->pulse);

	if (!err)
		err = service_open(&parts, &signs->service);
	if (err)
		return err;
	for (int i = ROOM_MAIN + 1; i < ROOMS; i++)
		service_watch(signs->service, room_name((enum room)i), loop_steps,
			      room_loop(signs->rooms, (enum room)i));
	service_watch(signs->service, "rebuild", build_steps, signs->rebuild);
	service_watch(signs->service, "libzmq", pulse_steps, signs->pulse);
	return 0;
}

void signs_close(struct signs *signs)
{
	service_close(signs->service);
	pulse_close(signs->pulse);
}

void signs_ready(void *context)
{
	struct signs *signs = context;
	const struct now now = { clock_steady_ms(), clock_utc_ms() };

	status_line_next(&signs->line, reload_trouble(signs->reload), &now);
	service_ready(signs->line.text);
}

bool signs_are_to_end(void *context)
{
	struct signs *signs = context;

	service_still_working(signs->service);
	return service_is_ending();
}

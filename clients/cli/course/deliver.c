/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/deliver.h"

#include "clients/cli/course/time.h"
#include "proto/grow.h"

enum { DAY_S = 86400, HOUR_S = 3600 };

struct course_event course_event_at(const struct course *course, uint32_t learner,
				    enum event_type type, size_t module, int64_t at_s)
{
	uint32_t utc_s = course_utc_of(course, at_s);

	return (struct course_event){ .at_s = utc_s,
				      .sent_s = utc_s,
				      .learner = learner,
				      .module = (uint16_t)module,
				      .score = -1,
				      .passed = -1,
				      .type = (uint8_t)type };
}

static void writing_add(struct writing *writing, struct course_event event)
{
	if (grow(&writing->events, &writing->space, writing->n + 1, sizeof(*writing->events))) {
		writing->no_memory = true;
		return;
	}
	writing->events[writing->n++] = event;
}

void course_deliver(struct delivery *delivery, struct course_event event)
{
	const struct course *course = delivery->course;
	struct luck *chance = &delivery->chance;
	struct course_event copy;

	if (course->late > 0 && luck_hits(chance, course->late))
		event.sent_s += DAY_S + luck_below(chance, 1 + luck_below(chance, 20 * DAY_S));
	writing_add(delivery->writing, event);
	if (course->doubled > 0 && luck_hits(chance, course->doubled)) {
		copy = event;
		copy.sent_s += 1 + luck_below(chance, luck_hits(chance, 0.5) ? 60 : 3 * DAY_S);
		writing_add(delivery->writing, copy);
	}
	if (course->wrong > 0 && luck_hits(chance, course->wrong)) {
		copy = event;
		copy.sent_s += 1 + luck_below(chance, HOUR_S);
		copy.wrong = (uint8_t)(1 + luck_below(chance, COURSE_WRONGS));
		writing_add(delivery->writing, copy);
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The texts that values of an event may be. */
#include "proto/day.h"
#include "proto/event.h"

static const char *const type_names[] = {
	[EVENT_STARTED] = "started",   [EVENT_COMPLETED] = "completed",
	[EVENT_ASSESSED] = "assessed", [EVENT_WITHDRAWN] = "withdrawn",
	[EVENT_VOIDED] = "voided",     [EVENT_ATTENDED] = "attended",
	[EVENT_ENROLLED] = "enrolled",
};
static const char *const phase_names[] = { [PHASE_PRE] = "pre", [PHASE_POST] = "post" };
static const char *const state_names[] = {
	[STATE_APPLIED] = "applied", [STATE_WAITING] = "waiting", [STATE_ADMITTED] = "admitted"
};

/* The number of a name, from 1; 0 where there is none. */
static uint8_t find(const char *const names[], uint8_t last, struct text name)
{
	for (uint8_t i = 1; i <= last; i++)
		if (text_equal(name, text_of(names[i])))
			return i;
	return 0;
}

const char *event_type_name(enum event_type type)
{
	return type_names[type];
}

enum event_type event_type_of(struct text name)
{
	return find(type_names, EVENT_ENROLLED, name);
}

const char *event_phase_name(uint8_t phase)
{
	return phase_names[phase];
}

uint8_t event_phase_of(struct text name)
{
	return find(phase_names, PHASE_POST, name);
}

const char *event_state_name(uint8_t state)
{
	return state_names[state];
}

uint8_t event_state_of(struct text name)
{
	return find(state_names, STATE_ADMITTED, name);
}

int32_t event_valid_until_of(struct text text)
{
	int32_t day;

	if (day_parse(text, &day) != 0 || day < VALID_UNTIL_MIN)
		return 0;
	return day < VALID_FOR_EVER ? day : VALID_FOR_EVER;
}

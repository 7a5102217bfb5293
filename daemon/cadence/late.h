/* SPDX-License-Identifier: Apache-2.0 */
/*
 * late.h - is a source late? Pure: time comes in.
 *
 * A source is late from the moment at which it should have been heard again. When the daemon could
 * not hear it does not count. Who is not expected any more, or has never been heard, is not late.
 */
#ifndef LIFTD_CADENCE_LATE_H
#define LIFTD_CADENCE_LATE_H

#include "daemon/cadence/outages.h"
#include "daemon/cadence/rhythm.h"

/* What is known of a source. */
struct hearing {
	int64_t last_ms; /* when it was heard last; 0: never */
	bool is_over;	 /* all its streams are closed: nothing more is expected */
	const struct rhythm *rhythm;
	const struct outages *outages;
};

struct lateness {
	int64_t expected_ms; /* within so long it is to be heard again; 0: it is not judged */
	int64_t since_ms;    /* it is late since then; 0: it is not */
	bool learnt;	     /* expected_ms is: else it is configured */
};

/* `cadence_ms` as the configuration has it (config_cadence). */
struct lateness late_judge(const struct hearing *hearing, int64_t cadence_ms, int64_t now_ms);

#endif

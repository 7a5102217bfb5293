/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/cli.h"
#include "proto/err.h"

/* Where the class of an error does not say it. */
static const struct {
	int err;
	enum cli_status status;
} exceptions[] = {
	/* a daemon, or a client, of another make */
	{ LIFT_E_MALFORMED, STATUS_SYSTEM },
	{ LIFT_E_VERSION, STATUS_SYSTEM },
	{ LIFT_E_OP, STATUS_SYSTEM },
	{ LIFT_E_FRAMES, STATUS_SYSTEM },
	/* well asked, and the answer is no */
	{ LIFT_E_STREAMS, STATUS_REFUSED },
	{ LIFT_E_NAMESPACE, STATUS_REFUSED },
	{ LIFT_E_CLOSED, STATUS_REFUSED },
	{ LIFT_E_UNKNOWN_STREAM, STATUS_REFUSED },
	{ LIFT_E_UNKNOWN_REGION, STATUS_REFUSED },
	{ LIFT_E_UNKNOWN_ID, STATUS_REFUSED },
	{ LIFT_E_UNKNOWN_SOURCE, STATUS_REFUSED },
	{ LIFT_E_UNKNOWN_LEARNER, STATUS_REFUSED },
	{ LIFT_E_RELEASE, STATUS_REFUSED },
	{ LIFT_E_OPEN, STATUS_REFUSED },
	{ LIFT_E_SOURCE_DENIED, STATUS_REFUSED },
	{ LIFT_E_DENIED, STATUS_REFUSED },
	{ LIFT_E_KEY_REFUSED, STATUS_REFUSED },
	{ LIFT_E_DIR, STATUS_REFUSED },
	{ LIFT_E_LOSES, STATUS_REFUSED },
	/* what was looked for, and found or not */
	{ LIFT_E_CONFIG, STATUS_REFUSED },
	{ LIFT_E_CORRUPT, STATUS_REFUSED },
	{ LIFT_E_NOT_FOUND, STATUS_REFUSED },
	{ LIFT_E_DIFFERENT, STATUS_REFUSED },
	{ LIFT_E_EXISTS, STATUS_REFUSED },
	{ LIFT_E_TOO_MANY, STATUS_REFUSED },
};

int exit_status_of(int err)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
		if (exceptions[i].err == err)
			return exceptions[i].status;
	switch (lift_err_class(err)) {
	case LIFT_CLASS_EVENT:
		return STATUS_REFUSED;
	case LIFT_CLASS_REQUEST:
		return STATUS_USAGE;
	case LIFT_CLASS_PASSING:
	case LIFT_CLASS_STORE:
	case LIFT_CLASS_OWN:
		break;
	}
	return STATUS_SYSTEM;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish.h - the ways in which `lift publish` sends one input. Each returns a status; whatever is
 * not well has been complained about.
 */
#ifndef LIFT_CLI_PUBLISH_H
#define LIFT_CLI_PUBLISH_H

#include "clients/cli/cli.h"
#include "clients/cli/sheet_setup.h"
#include "clients/lib/lift.h"

struct publish_plan {
	const char *source, *endpoint;
	const struct lift_keys *keys; /* NULL: there are none */
	struct sheet_setup *setup;    /* NULL: no files are read */
	const char *stream;	      /* that all inputs go on with; NULL: each file is one */
	uint32_t batch;
	int linger_ms; /* of --pub */
	bool follow;
	bool json;		    /* of --check: print the events */
	struct lift_outbox *outbox; /* of --outbox */
};

/* A file is a stream. *ret_gone becomes true where nothing further would be taken, either. */
int publish_file(const struct publish_plan *plan, const char *name, bool *ret_gone);

/* The same; then what another verdict is possible on is sent again, under streams of its own. */
int publish_again(const struct publish_plan *plan, const char *name, bool *ret_gone);

/* Read it, say what would be sent, and send nothing. */
int publish_check(const struct publish_plan *plan, const char *name, bool *ret_gone);

/* The same without answers. */
int publish_aloud(const struct publish_plan *plan, const char *name, bool *ret_gone);

/* Put it into the plan's outbox, which is opened before, and waited for at the end: until nothing
 * waits in it, or there is a reason why something does, which is said. Statuses. */
int publish_outbox_open(const struct publish_plan *plan, const char *path, const char *seal_file,
			struct lift_outbox **ret_outbox);
int publish_outbox(const struct publish_plan *plan, const char *name, bool *ret_gone);
int publish_outbox_wait(struct lift_outbox *outbox, const char *path);

/* What comes goes on in one stream, as it comes. */
int publish_stream(const struct publish_plan *plan, const char *name, bool *ret_gone);

#endif

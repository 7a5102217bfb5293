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
	bool json; /* of --check: print the events */
};

/* A file is a stream. *ret_gone becomes true where nothing further would be taken, either. */
int publish_file(const struct publish_plan *plan, const char *name, bool *ret_gone);

/* The same; then what another verdict is possible on is sent again, under streams of its own. */
int publish_again(const struct publish_plan *plan, const char *name, bool *ret_gone);

/* Read it, say what would be sent, and send nothing. */
int publish_check(const struct publish_plan *plan, const char *name, bool *ret_gone);

/* The same without answers. */
int publish_aloud(const struct publish_plan *plan, const char *name, bool *ret_gone);

/* What comes goes on in one stream, as it comes. */
int publish_stream(const struct publish_plan *plan, const char *name, bool *ret_gone);

#endif

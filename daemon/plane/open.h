/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open.h - what is given of a subject in a region on the open plane: protected figures, from
 * thresholds on (METRICS 9). Pure.
 */
#ifndef LIFTD_PLANE_OPEN_H
#define LIFTD_PLANE_OPEN_H

#include "daemon/catalogue/subject.h"
#include "daemon/plane/columns.h"
#include "proto/msg.h"

struct open_figures {
	const struct catalogue *catalogue;
	const struct open_columns *columns;
	uint32_t region, subject;
	int64_t *figures; /* by column */
	struct open_reached {
		int64_t n, of; /* places with a base that is not 0; of people and programmes */
	} reached;
	uint32_t levels; /* that the catalogue grants of a competence, a bit for each */
};

/* The levels that a catalogue grants of a subject: none but of a competence. */
uint32_t open_levels(const struct catalogue *catalogue, uint32_t subject);

/* The base: is it published at all? */
int64_t open_base(const struct open_columns *columns, const int64_t *figures);
bool open_is_published(const struct open_figures *figures);

/* Write the map of what is given of one that is published. */
void open_encode(const struct open_figures *figures, struct msg_writer *writer);

#endif

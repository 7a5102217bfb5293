/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shapes.h - what the daemon's answers must have for the commands that read them, as PROTOCOL.md
 * says it: one table each.
 */
#ifndef LIFT_CLI_SHAPES_H
#define LIFT_CLI_SHAPES_H

#include "clients/cli/answer.h"

extern const struct answer_shape shape_of_status, shape_of_reload, shape_of_work, shape_of_export,
	shape_of_closed, shape_of_closed_ok, shape_of_explain, shape_of_quarantine,
	shape_of_quarantine_changed, shape_of_rejections, shape_of_catalogue, shape_of_roster,
	shape_of_roster_counted, shape_of_asked_catalogue, shape_of_asked_explain, shape_of_done,
	shape_of_keys, shape_of_audit, shape_of_access, shape_of_forget, shape_of_releases;

/* Rows of an export, as the report reads them. */
extern const struct shape shape_of_programme_row[], shape_of_module_row[],
	shape_of_competence_row[];

/* The bodies of messages that are printed for people, by their topics. */
extern const struct shape shape_of_metric[], shape_of_beat[], shape_of_catalogue_message[];

#endif

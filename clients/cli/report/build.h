/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build.h - a report out of the daemon's answers.
 *
 * Pure: the same answers give the same report.
 */
#ifndef LIFT_CLI_REPORT_BUILD_H
#define LIFT_CLI_REPORT_BUILD_H

#include "clients/cli/report/document/document.h"
#include "clients/cli/report/input.h"

/* LIFT_E_NOT_FOUND: no leaf region of the programme is inside the region; LIFT_E_MEMORY. */
int report_build(const struct report_input *input, struct document *ret_document);

#endif

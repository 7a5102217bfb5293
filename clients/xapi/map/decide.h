/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide.h - which row of the table decides about a statement: the first that fits.
 */
#ifndef LIFT_XAPI_MAP_DECIDE_H
#define LIFT_XAPI_MAP_DECIDE_H

#include "clients/xapi/map/internal.h"

/* NULL: none does. */
const struct row *decide_row(const struct statement *statement);

#endif

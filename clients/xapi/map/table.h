/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - the keys of the table that are no rows: where a region is from, and so on.
 */
#ifndef LIFT_XAPI_MAP_TABLE_H
#define LIFT_XAPI_MAP_TABLE_H

#include "clients/xapi/map/words.h"

/* Read one document into reading->map. */
void table_read(struct reader *reader, const struct yaml_node *root);

#endif

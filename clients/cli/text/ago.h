/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ago.h - how long something took, or takes, in the one unit that says most.
 */
#ifndef LIFT_CLI_TEXT_AGO_H
#define LIFT_CLI_TEXT_AGO_H

#include <stdint.h>

enum { AGO_TEXT = 32 };

/* "12 s", "40 min", "3 h", "12 days"; less than nothing is "0 s". */
void ago_print(int64_t ms, char to[static AGO_TEXT]);

#endif

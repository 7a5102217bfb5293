/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steady.h - a clock that never goes back, to measure by.
 */
#ifndef LIFT_CLI_STEADY_H
#define LIFT_CLI_STEADY_H

#include <stdint.h>

int64_t steady_ms(void);

#endif

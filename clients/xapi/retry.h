/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retry.h - what could not become events is looked at again, when the mapping or the list of people
 * is another one.
 */
#ifndef LIFT_XAPI_RETRY_H
#define LIFT_XAPI_RETRY_H

#include "clients/xapi/gateway.h"

/* From the first one on. */
void retry_begin(struct gateway *gateway);
/* A slice of it, where there is one left. */
void retry_step(struct gateway *gateway);

#endif

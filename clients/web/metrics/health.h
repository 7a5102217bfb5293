/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health.h - how liftd itself is, which a thread asks it every 15 s: its status, without anything
 * about one platform, which not every audience may see.
 */
#ifndef LIFT_WEB_METRICS_HEALTH_H
#define LIFT_WEB_METRICS_HEALTH_H

#include "clients/lib/lift.h"
#include "clients/web/metrics/exposition.h"

struct health;

/* `control` is copied, the keys are borrowed. NULL: no thread, or out of memory. */
struct health *health_new(const char *control, const struct lift_keys *keys);
void health_free(struct health *health);

/* What it said last, if that was all right; NULL: it does not answer, or has not yet. Valid until
 * the next call. */
const json_t *health_status(struct health *health);

/* As series: `status` NULL: it is down. */
void health_put(struct exposition *exposition, const json_t *status);

#endif

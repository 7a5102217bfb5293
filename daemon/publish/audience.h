/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audience.h - may the audiences of a configuration be those of a catalogue?
 */
#ifndef LIFTD_PUBLISH_AUDIENCE_H
#define LIFTD_PUBLISH_AUDIENCE_H

#include "daemon/catalogue/catalogue.h"
#include "proto/config.h"

/* Does the catalogue have the regions of all audiences? LIFT_E_CONFIG, with the reasons in
 * errors. */
int audience_check(const struct config *config, const struct catalogue *catalogue,
		   struct yaml_errors *errors);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liftd.h - the house: opens the rooms in order, wires them, runs until it is told to stop.
 */
#ifndef LIFTD_LIFTD_H
#define LIFTD_LIFTD_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/config/config.h"

/* Could all endpoints of a configuration be bound? LIFT_E_CONFIG, with the reasons in errors. */
int liftd_check_sockets(const struct config *config, struct yaml_errors *errors);

/* Run until SIGTERM or SIGINT (service_block_signals comes first); at SIGHUP the catalogue is read
 * again from its path. `options`: those that name the configuration, for children, up to NULL. 0
 * after an orderly stop. What goes wrong is logged. */
int liftd_run(const struct config *config, struct catalogue *catalogue, const char *catalogue_path,
	      const char *const options[]);

#endif

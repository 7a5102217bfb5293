/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - a catalogue from a file.
 */
#ifndef LIFTD_CATALOGUE_LOAD_H
#define LIFTD_CATALOGUE_LOAD_H

#include "daemon/catalogue/catalogue.h"

/* The catalogue in a file; where the default one is not there it is empty. As catalogue_parse. */
int catalogue_load(const char *path, struct yaml_errors *errors, struct catalogue **ret_catalogue);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - files of configuration as they are read from disk: whole, at once, with every error
 * said.
 */
#ifndef LIFTD_BASE_LOAD_H
#define LIFTD_BASE_LOAD_H

#include "proto/yaml.h"

/* A whole file, to be freed by the caller; one that is not there is empty where that is
 * `absent_ok`. LIFT_E_CONFIG, with the reason in errors; LIFT_E_MEMORY. */
int load_file(const char *path, bool absent_ok, struct yaml_errors *errors, struct text *ret_text);

/* Is it this, to the letter? It is only read where it has its size. */
bool load_equals(const char *path, struct text text);

#endif

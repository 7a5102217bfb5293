/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - the files of keys: whose key may do what, and the daemon's own pair.
 */
#ifndef LIFTD_CONFIG_KEYS_H
#define LIFTD_CONFIG_KEYS_H

#include "proto/key_file.h"

#define CREDENTIAL_SERVER_KEY "liftd.server-key"

/* Those of the configuration; without the file, none. LIFT_E_CONFIG with all errors found;
 * LIFT_E_MEMORY. */
int keys_load(const struct config *config, struct yaml_errors *errors, struct keys **ret_keys);

/* The daemon's own: a credential, else the configuration's file, which its owner alone may read;
 * NULL where no endpoint needs it. In memory that is locked; credential_forget ends it.
 * LIFT_E_CONFIG, with the error. */
int server_key_load(const struct config *config, struct yaml_errors *errors,
		    struct key_pair **ret_pair);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own_key.h - the pair of keys that a lift.yaml names, from its file.
 */
#ifndef LIFT_CLI_OWN_KEY_H
#define LIFT_CLI_OWN_KEY_H

#include "clients/lib/lift.h"

/* The keys by which a daemon is reached: its own public one, and the pair of a key's file, named
 * relative to the file `config`. In locked memory; NULL where that cannot be, which has been
 * complained about: there is none, others may read it, it is none. */
struct lift_keys *own_key_read(const char *config, const char *file, const char *server);

/* Wipe and free them; NULL is let be. */
void own_key_free(struct lift_keys *keys);

#endif

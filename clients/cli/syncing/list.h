/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list.h - a list of what stands, as a file has it. What is not in it is taken back: so it is read
 * as a whole, or not at all.
 */
#ifndef LIFT_CLI_SYNCING_LIST_H
#define LIFT_CLI_SYNCING_LIST_H

#include "clients/cli/sheet_setup.h"
#include "clients/cli/sync/fact.h"

/* The facts of a file, each once and in their order, into empty ones; a status. What is wrong has
 * been complained about, each row by its line. */
int facts_read_list(const char *name, struct sheet_setup *setup, struct facts *ret_facts);

#endif

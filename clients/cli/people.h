/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people.h - lists of people in files, for the commands that are about them.
 */
#ifndef LIFT_CLI_PEOPLE_H
#define LIFT_CLI_PEOPLE_H

#include "clients/cli/roster/list.h"

/* Read a list ("-": standard input), or one that has a column `learner`, and which. A status: what
 * is wrong has been complained about, and there is no list. */
int people_read(const char *name, struct list *ret_list);
int people_read_learners(const char *name, struct list *ret_list, int *ret_column);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - what the daemon answers.
 */
#ifndef LIFT_CLI_ANSWER_H
#define LIFT_CLI_ANSWER_H

#include <jansson.h>
#include <stdbool.h>

/* Print an answer of ok:false as a complaint; true where it was one. */
bool complain_answer(const json_t *answer);

#endif

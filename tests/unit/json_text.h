/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_text.h - MessagePack in tests, as JSON with ' for ".
 */
#ifndef LIFT_TESTS_JSON_TEXT_H
#define LIFT_TESTS_JSON_TEXT_H

#include "proto/msg.h"

/* The text as MessagePack, valid until the writer's next use. */
struct text packed(struct msg_writer *writer, const char *text);

/* What was written is that. */
void assert_written(const struct msg_writer *writer, const char *expected);

#endif

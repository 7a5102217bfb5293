/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nodes.h - nodes of a catalogue that may be missing, or of another kind: what is wrong there is
 * for liftd to say, here it is passed over.
 */
#ifndef LIFT_CLI_COURSE_NODES_H
#define LIFT_CLI_COURSE_NODES_H

#include "proto/yaml.h"

size_t course_count_of(const struct yaml_node *node);
double course_number_of(const struct yaml_node *node, double otherwise);
struct text course_text_of(const struct yaml_node *node); /* empty where it is no text */

/* A node that is a text, or a map that has it under a key. */
struct text course_text_in(const struct yaml_node *node, const char *key);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * texts.h - a list of texts, as a configuration has them.
 */
#ifndef LIFT_PROTO_TEXTS_H
#define LIFT_PROTO_TEXTS_H

#include <stddef.h>

struct texts {
	char **items;
	size_t count;
};

#endif

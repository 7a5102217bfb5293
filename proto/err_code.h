/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err_code.h - errors by their codes on the wire.
 */
#ifndef LIFT_PROTO_ERR_CODE_H
#define LIFT_PROTO_ERR_CODE_H

#include "proto/bytes.h"
#include "proto/err.h"

/* The error of a code, or 0 where there is none. */
int lift_err_of_code(struct text code);

#endif

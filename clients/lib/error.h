/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error.h - what went wrong, in a sentence, for lift_error_text: of this thread's last call that
 * failed.
 *
 * Whoever finds an error, and knows more of it than its number, says so here at once. A function of
 * lift.h ends with error_told, which sees to it that there is a sentence, and that it is of this
 * error.
 */
#ifndef LIFT_LIB_ERROR_H
#define LIFT_LIB_ERROR_H

#include "clients/lib/lift.h"

enum { ERROR_TEXT_MAX = 512 /* bytes, ended with 0; what is longer is cut */ };

/* The error that it was given. */
__attribute__((format(printf, 2, 3))) int lift_set_error(int err, const char *format, ...);

/* What a function of lift.h returns: the same. Where nobody has said more of it since the last one
 * ended, its sentence is lift_err_text's. 0 leaves the last sentence as it is. */
int error_told(int err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.h - cmocka, and what it needs before it.
 */
#ifndef LIFT_TESTS_E2E_CHECK_H
#define LIFT_TESTS_E2E_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif

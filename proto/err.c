/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/err.h"

#include <stddef.h>

static const struct {
	int err;
	enum lift_err_class class;
	const char *code, *text;
} errors[] = {
#define X(name, number, class, code, text) { -(number), LIFT_CLASS_##class, code, text },
	LIFT_ERRORS(X)
#undef X
};

enum { N_ERRORS = sizeof(errors) / sizeof(errors[0]) };

enum lift_err_class lift_err_class(int err)
{
	for (size_t i = 0; i < N_ERRORS; i++)
		if (errors[i].err == err)
			return errors[i].class;
	return LIFT_CLASS_OWN;
}

const char *lift_err_code(int err)
{
	for (size_t i = 0; i < N_ERRORS; i++)
		if (errors[i].err == err)
			return errors[i].code;
	return err ? "unknown" : "ok";
}

const char *lift_err_text(int err)
{
	for (size_t i = 0; i < N_ERRORS; i++)
		if (errors[i].err == err)
			return errors[i].text;
	return err ? "an error without a name" : "";
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/err_code.h"

int lift_err_of_code(struct text code)
{
	static const struct {
		int err;
		const char *code;
	} errors[] = {
#define X(name, number, class, wire, text) { LIFT_E_##name, wire },
		LIFT_ERRORS(X)
#undef X
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (text_equal(code, text_of(errors[i].code)))
			return errors[i].err;
	return 0;
}

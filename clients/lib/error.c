/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/error.h"

#include <stdarg.h>
#include <stdio.h>

/* Of this thread, as errno is: a call that failed may not have an object to ask. */
static _Thread_local struct {
	char text[ERROR_TEXT_MAX];
	int said; /* the error that it is of, while the call goes on; 0: nothing was said yet */
} last;

int lift_set_error(int err, const char *format, ...)
{
	char text[ERROR_TEXT_MAX]; /* the last sentence may be part of this one */
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	snprintf(last.text, sizeof(last.text), "%s", text);
	last.said = err;
	return err;
}

int error_told(int err)
{
	if (err && last.said != err)
		snprintf(last.text, sizeof(last.text), "%s", lift_err_text(err));
	last.said = 0;
	return err;
}

const char *lift_error_text(void)
{
	return last.text;
}

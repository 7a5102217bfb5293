/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/text/ending.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

const char *ending_of(const char *path)
{
	const char *dot = path ? strrchr(path, '.') : NULL;

	return dot && !strchr(dot, '/') ? dot + 1 : "";
}

bool ending_is_foreign(const char *path)
{
	static const char *const foreign[] = { "pdf", "doc", "docx", "odt", "xls", "ods" };

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strcasecmp(ending_of(path), foreign[i]) == 0)
			return true;
	return false;
}

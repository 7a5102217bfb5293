/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/media.h"

#include <strings.h>

bool media_is(const char *content_type, const char *type)
{
	size_t size = strlen(type);

	content_type += strspn(content_type, " \t");
	if (strncasecmp(content_type, type, size) != 0)
		return false;
	content_type += size;
	content_type += strspn(content_type, " \t");
	return *content_type == 0 || *content_type == ';';
}

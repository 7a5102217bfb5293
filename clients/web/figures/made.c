/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/figures/made.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum {
	PRESS_LEVEL = 5,
	GZIP = 16, /* zlib's: the window's bits with a gzip head */
};

char *made_pressed(const struct made *made, size_t *ret_size)
{
	z_stream stream = { .next_in = (Bytef *)made->body, .avail_in = (uInt)made->size };
	char *pressed;
	uLong most;

	if (deflateInit2(&stream, PRESS_LEVEL, Z_DEFLATED, MAX_WBITS + GZIP, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	most = deflateBound(&stream, (uLong)made->size);
	pressed = malloc(most);
	stream.next_out = (Bytef *)pressed;
	stream.avail_out = (uInt)most;
	if (!pressed || deflate(&stream, Z_FINISH) != Z_STREAM_END ||
	    stream.total_out >= made->size) {
		free(pressed);
		pressed = NULL;
	}
	*ret_size = stream.total_out;
	deflateEnd(&stream);
	return pressed;
}

void made_press(struct made *made)
{
	size_t size;
	char *pressed = made_pressed(made, &size);

	if (!pressed)
		return;
	free(made->body);
	made->body = pressed;
	made->size = size;
	made->encoding = "gzip";
}

/* One coding of a list, up to its comma, as RFC 9110 has it: gzip, and its weight, 1 where it has
 * none. */
static bool is_gzip(const char *coding)
{
	static const char name[] = "gzip";
	size_t size = strcspn(coding, ",;"), whole = strcspn(coding, ",");
	const char *weight = memchr(coding, ';', whole);

	while (size > 0 && strchr(" \t", coding[size - 1]))
		size--;
	if (size != strlen(name) || strncasecmp(coding, name, size) != 0)
		return false;
	weight = weight ? memchr(weight, '=', (size_t)(coding + whole - weight)) : NULL;
	return !weight || strtod(weight + 1, NULL) > 0;
}

bool made_takes_gzip(const char *accepted)
{
	while (accepted && *accepted) {
		accepted += strspn(accepted, " \t,");
		if (is_gzip(accepted))
			return true;
		accepted += strcspn(accepted, ",");
	}
	return false;
}

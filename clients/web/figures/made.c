/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/figures/made.h"

#include <stdlib.h>
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

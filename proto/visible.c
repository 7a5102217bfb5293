/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/visible.h"

#include <string.h>

static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x01, 0x1f },	    { 0x7f, 0x9f },	{ 0xad, 0xad },	      { 0x61c, 0x61c },
	{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e },   { 0x2060, 0x206f },
	{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe007f },
};

/* Of UTF-8 that is well formed; bytes that are not are taken one by one, as themselves. */
static size_t read_code(const unsigned char *at, uint32_t *ret_code)
{
	size_t n = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc2 ? 2 : 1;
	uint32_t code = n == 1 ? at[0] : at[0] & (0x7fu >> n);

	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xc0) != 0x80) {
			*ret_code = at[0];
			return 1;
		}
		code = code << 6 | (at[i] & 0x3f);
	}
	*ret_code = code;
	return n;
}

size_t visible_next(const char *text, uint32_t *ret_code, bool *ret_hidden)
{
	size_t n = *text ? read_code((const unsigned char *)text, ret_code) : 0;

	*ret_hidden = false;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]) && n > 0; i++)
		*ret_hidden |= *ret_code >= hidden[i].first && *ret_code <= hidden[i].last;
	return n;
}

void visible_only(char *text, const char *kept)
{
	char *to = text;
	uint32_t code;
	bool is_hidden;

	for (size_t n; (n = visible_next(text, &code, &is_hidden)) > 0; text += n) {
		if (is_hidden && !(code < 0x80 && strchr(kept, (int)code))) {
			*to++ = '?';
			continue;
		}
		memmove(to, text, n);
		to += n;
	}
	*to = 0;
}

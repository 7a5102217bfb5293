/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/people/key.h"

#include "clients/xapi/people/iri.h"

static const struct text mailto = TEXT("mailto:"), sum_word = TEXT(KEY_SUM);

static bool begins_small(struct text text, struct text with)
{
	char head[sizeof(KEY_SUM)];

	if (text.size < with.size)
		return false;
	memcpy(head, text.data, with.size);
	ascii_small(head, with.size);
	return memcmp(head, with.data, with.size) == 0;
}

struct text key_address(struct text mbox)
{
	size_t skip = begins_small(mbox, mailto) ? mailto.size : 0;

	return (struct text){ mbox.data + skip, mbox.size - skip };
}

size_t key_of_address(struct text address, char to[static KEY_SUM_SIZE])
{
	char room[LEARNER_MAX + 16];

	if (address.size == 0 || address.size + mailto.size > sizeof(room))
		return 0;
	memcpy(room, mailto.data, mailto.size);
	memcpy(room + mailto.size, address.data, address.size);
	ascii_small(room + mailto.size, address.size);
	memcpy(to, sum_word.data, sum_word.size);
	sha1_hex((struct text){ room, mailto.size + address.size }, to + sum_word.size);
	return KEY_SUM_SIZE;
}

size_t key_of_sum(struct text sum, char to[static KEY_SUM_SIZE])
{
	if (sum.size != SHA1_HEX)
		return 0;
	memcpy(to, sum_word.data, sum_word.size);
	memcpy(to + sum_word.size, sum.data, sum.size);
	ascii_small(to + sum_word.size, sum.size);
	return KEY_SUM_SIZE;
}

static bool is_address(struct text text)
{
	const char *at = text.size ? memchr(text.data, '@', text.size) : NULL;

	return at && at != text.data && at + 1 < text.data + text.size &&
	       !memchr(text.data, ' ', text.size) && !memchr(text.data, '/', text.size);
}

size_t key_of_id(struct text id, char to[static KEY_MAX])
{
	const char *space;
	size_t home, used;

	if (id.size == 0 || id.size > LEARNER_MAX)
		return 0;
	if (is_address(key_address(id)))
		return key_of_address(key_address(id), to);
	if (id.size == KEY_SUM_SIZE && begins_small(id, sum_word))
		return key_of_sum((struct text){ id.data + sum_word.size, SHA1_HEX }, to);
	/* "HOMEPAGE NAME", or an OpenID. */
	space = memchr(id.data, ' ', id.size);
	home = space ? (size_t)(space - id.data) : id.size;
	used = iri_write((struct text){ id.data, home }, to);
	memcpy(to + used, id.data + home, id.size - home);
	return used + id.size - home;
}

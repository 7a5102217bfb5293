/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/window.h"

/* FNV-1a, 32 bits. */
static uint32_t hash_of(struct text client)
{
	uint32_t hash = 0x811c9dc5;

	for (size_t i = 0; i < client.size; i++)
		hash = (hash ^ (unsigned char)client.data[i]) * 0x01000193;
	return hash ^ hash >> 16;
}

bool window_take(struct window *window, struct text client, uint32_t most)
{
	uint32_t i = hash_of(client) % (2 * WINDOW_CLIENTS);

	while (window->slots[i].client.data && !text_equal(window->slots[i].client, client))
		i = (i + 1) % (2 * WINDOW_CLIENTS);
	window->slots[i].client = client;
	if (window->slots[i].n >= most)
		return false;
	window->slots[i].n++;
	return true;
}

void window_clear(struct window *window)
{
	memset(window->slots, 0, sizeof(window->slots));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "daemon/control/internal.h"
#include "daemon/net/descriptors.h"

/* Of one key in an answer, at most: each of its texts has 64 bytes. */
enum { KEY_BYTES = 512, TEXT_BYTES = 67 };

static size_t bytes_most(const struct key *key)
{
	return KEY_BYTES +
	       TEXT_BYTES * (key->publics.n + key->sources.n + key->regions.n + key->audiences.n +
			     key->roster_sources.n + key->roster_regions.n);
}

static void write_texts(struct msg_writer *writer, const char *name, const struct key_texts *texts)
{
	msg_str(writer, name);
	msg_array(writer, texts->n);
	for (size_t i = 0; i < texts->n; i++)
		msg_str(writer, texts->items[i]);
}

static void write_deeds(struct msg_writer *writer, const struct deeds *deeds)
{
	int64_t last = deeds ? atomic_load(&deeds->last_ms) : 0;

	msg_key_moment(writer, "last", last);
	msg_str(writer, "last_what");
	if (last)
		msg_str(writer, deed_name((enum deed)atomic_load(&deeds->last)));
	else
		msg_nil(writer);
	msg_key_int(writer, "accepted", deeds ? (int64_t)atomic_load(&deeds->accepted) : 0);
	msg_key_int(writer, "refused", deeds ? (int64_t)atomic_load(&deeds->refused) : 0);
}

static void write_key(struct msg_writer *writer, struct keyring *keyring, const struct key *key)
{
	msg_map_begin(writer);
	msg_key_str(writer, "name", key->name);
	write_texts(writer, "public", &key->publics);
	write_texts(writer, "sources", &key->sources);
	write_texts(writer, "regions", &key->regions);
	write_texts(writer, "audiences", &key->audiences);
	msg_key_bool(writer, "control", key->control);
	write_texts(writer, "roster_sources", &key->roster_sources);
	write_texts(writer, "roster_regions", &key->roster_regions);
	write_deeds(writer, keyring_deeds(keyring, key->name));
	msg_key_int(writer, "connections", descriptors_by_key(key->publics.items, key->publics.n));
	msg_map_end(writer);
}

int control_keys(struct control *control, const struct client *client,
		 const struct request *request)
{
	struct msg_writer *writer = control->writer;
	struct keyview *view = &control->view;
	size_t n, next = 0;
	const struct key *all = keys_all(keyview_keys(view, NULL), &n);
	int err = 0;

	(void)request;
	do {
		size_t room = CONTROL_PAGE_BYTES;

		msg_writer_clear(writer);
		msg_map_begin(writer);
		msg_key_int(writer, "v", 1);
		msg_key_bool(writer, "ok", true);
		msg_str(writer, "keys");
		msg_array_begin(writer);
		for (; next < n && bytes_most(&all[next]) <= room; next++) {
			room -= bytes_most(&all[next]);
			write_key(writer, view->keyring, &all[next]);
		}
		msg_array_end(writer);
		msg_key_bool(writer, "more", next < n);
		msg_map_end(writer);
		err = control_send(control, client, msg_written(writer));
	} while (next < n && !err);
	return err;
}

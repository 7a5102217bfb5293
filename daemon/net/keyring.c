/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/keyring.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/net/descriptors.h"

/* Of a name, for as long as the daemon runs. */
struct row {
	struct row *next;
	char name[KEY_NAME_MAX + 1];
	struct deeds deeds;
};

struct keyring {
	pthread_mutex_t lock;
	struct keys *keys;
	struct row *rows;
	atomic_uint version; /* rises with each change */
};

const char *deed_name(enum deed deed)
{
	static const char *const names[DEEDS] = {
		[DEED_NONE] = "nothing",	[DEED_CONNECTED] = "connected",
		[DEED_PUBLISHED] = "published", [DEED_READ] = "read",
		[DEED_ASKED] = "asked",		[DEED_REFUSED] = "refused",
	};

	return names[deed];
}

struct keyring *keyring_new(void)
{
	struct keyring *keyring = calloc(1, sizeof(*keyring));

	if (!keyring)
		return NULL;
	pthread_mutex_init(&keyring->lock, NULL);
	atomic_init(&keyring->version, 1);
	return keyring;
}

void keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	while (keyring->rows) {
		struct row *next = keyring->rows->next;

		free(keyring->rows);
		keyring->rows = next;
	}
	keys_free(keyring->keys);
	pthread_mutex_destroy(&keyring->lock);
	free(keyring);
}

static struct row *find_row(const struct keyring *keyring, const char *name)
{
	struct row *row = keyring->rows;

	while (row && strcmp(row->name, name) != 0)
		row = row->next;
	return row;
}

static int add_rows(struct keyring *keyring, const struct keys *keys)
{
	size_t n;
	const struct key *all = keys_all(keys, &n);

	for (size_t i = 0; i < n; i++) {
		struct row *row;

		if (find_row(keyring, all[i].name))
			continue;
		row = calloc(1, sizeof(*row));
		if (!row)
			return LIFT_E_MEMORY;
		snprintf(row->name, sizeof(row->name), "%s", all[i].name);
		row->next = keyring->rows;
		keyring->rows = row;
	}
	return 0;
}

int keyring_set(struct keyring *keyring, struct keys *keys)
{
	int err;

	pthread_mutex_lock(&keyring->lock);
	err = add_rows(keyring, keys);
	if (!err) {
		keys_free(keyring->keys);
		keyring->keys = keys_keep(keys);
		atomic_fetch_add(&keyring->version, 1);
	}
	pthread_mutex_unlock(&keyring->lock);
	return err;
}

struct keys *keyring_keys(struct keyring *keyring)
{
	struct keys *keys;

	pthread_mutex_lock(&keyring->lock);
	keys = keys_keep(keyring->keys);
	pthread_mutex_unlock(&keyring->lock);
	return keys;
}

const struct deeds *keyring_deeds(struct keyring *keyring, const char *name)
{
	struct row *row;

	pthread_mutex_lock(&keyring->lock);
	row = find_row(keyring, name);
	pthread_mutex_unlock(&keyring->lock);
	return row ? &row->deeds : NULL;
}

/* Into its place among those that were refused most; of `n` there is room for `most`. */
static void put_refused(struct refused_key *rows, size_t n, size_t most,
			const struct refused_key *key)
{
	size_t at = n < most ? n : most;

	while (at > 0 && rows[at - 1].refused < key->refused) {
		if (at < most)
			rows[at] = rows[at - 1];
		at--;
	}
	if (at < most)
		rows[at] = *key;
}

size_t keyring_refused(struct keyring *keyring, struct refused_key *ret_rows, size_t most)
{
	size_t n = 0;

	pthread_mutex_lock(&keyring->lock);
	for (const struct row *row = keyring->rows; row; row = row->next) {
		struct refused_key key = { .refused = atomic_load(&row->deeds.refused),
					   .last_ms = atomic_load(&row->deeds.last_ms) };

		if (key.refused == 0)
			continue;
		memcpy(key.name, row->name, sizeof(key.name));
		put_refused(ret_rows, n++, most, &key);
	}
	pthread_mutex_unlock(&keyring->lock);
	return n;
}

/* Cutting. */

static bool keeps_rights(const struct key *before, const struct key *after)
{
	for (size_t i = 0; i < before->audiences.n; i++)
		if (!key_has_audience(after, before->audiences.items[i]))
			return false;
	return (after->publishes || !before->publishes) && (after->control || !before->control) &&
	       (after->asks_rosters || !before->asks_rosters) &&
	       (after->forgets || !before->forgets);
}

struct change {
	const struct keys *before, *after;
};

static bool is_cut(void *context, const char *public)
{
	const struct change *change = context;
	const struct key *before = keys_of_public(change->before, text_of(public));
	const struct key *after = keys_of_public(change->after, text_of(public));

	return !after || (before && !keeps_rights(before, after));
}

int keyring_change(struct keyring *keyring, struct keys *keys)
{
	struct keys *before = keyring_keys(keyring);
	struct change change = { before, keys };
	int err = keyring_set(keyring, keys);

	if (!err)
		descriptors_cut(is_cut, &change);
	keys_free(before);
	return err;
}

/* One thread's view. */

void keyview_clear(struct keyview *view)
{
	keys_free(view->keys);
	free(view->deeds);
	*view = (struct keyview){ .keyring = view->keyring };
}

/* Without memory for them, what keys do is not noted. */
static void take_deeds(struct keyview *view)
{
	size_t n;
	const struct key *all = keys_all(view->keys, &n);

	view->deeds = calloc(n + 1, sizeof(struct deeds *));
	for (size_t i = 0; view->deeds && i < n; i++) {
		struct row *row = find_row(view->keyring, all[i].name);

		view->deeds[i] = row ? &row->deeds : NULL;
	}
}

bool keyview_is_old(const struct keyview *view)
{
	return view->keyring && atomic_load(&view->keyring->version) != view->version;
}

const struct keys *keyview_keys(struct keyview *view, bool *ret_changed)
{
	struct keyring *keyring = view->keyring;
	bool changed = keyview_is_old(view);

	if (ret_changed)
		*ret_changed = changed;
	if (!changed)
		return view->keys;
	keyview_clear(view);
	pthread_mutex_lock(&keyring->lock);
	view->version = atomic_load(&keyring->version);
	view->keys = keys_keep(keyring->keys);
	take_deeds(view);
	pthread_mutex_unlock(&keyring->lock);
	return view->keys;
}

/* Peers. */

int peer_find(struct keyview *view, const char *user_id, struct peer *ret_peer)
{
	keyview_keys(view, NULL);
	return peer_of_view(view, user_id, ret_peer);
}

int peer_of_view(const struct keyview *view, const char *user_id, struct peer *ret_peer)
{
	const struct key *all;
	size_t n;

	*ret_peer = (struct peer){ NULL, NULL };
	if (!view->keyring || (user_id && strcmp(user_id, PEER_LOCAL) == 0))
		return 0;
	ret_peer->key = user_id ? keys_of_public(view->keys, text_of(user_id)) : NULL;
	if (!ret_peer->key)
		return LIFT_E_DENIED;
	all = keys_all(view->keys, &n);
	ret_peer->deeds = view->deeds ? view->deeds[ret_peer->key - all] : NULL;
	return 0;
}

void peer_note(const struct peer *peer, enum deed deed, int64_t utc_ms)
{
	if (!peer->deeds)
		return;
	atomic_store(&peer->deeds->last_ms, utc_ms);
	atomic_store(&peer->deeds->last, deed);
	if (deed == DEED_REFUSED)
		atomic_fetch_add(&peer->deeds->refused, 1);
}

void peer_note_events(const struct peer *peer, uint64_t accepted, uint64_t refused)
{
	if (!peer->deeds)
		return;
	atomic_fetch_add(&peer->deeds->accepted, accepted);
	atomic_fetch_add(&peer->deeds->refused, refused);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyring.h - the keys that are in force, and whose message that is.
 *
 * The main thread changes them; each other thread has a view of them, which is of now whenever it
 * is asked: a change counts for the next message. Who somebody is says the User-Id that the answer
 * to libzmq's question (zap.h) has given the connection: a public key, or PEER_LOCAL.
 */
#ifndef LIFTD_NET_KEYRING_H
#define LIFTD_NET_KEYRING_H

#include <stdatomic.h>

#include "proto/keys.h"

#define PEER_LOCAL "-" /* over ipc, or TCP on loopback without keys */

/* What a key has done, which is kept while the daemon runs. */
enum deed { DEED_NONE, DEED_CONNECTED, DEED_PUBLISHED, DEED_READ, DEED_ASKED, DEED_REFUSED, DEEDS };

struct deeds {
	_Atomic int64_t last_ms;   /* 0: nothing yet */
	_Atomic int last;	   /* enum deed */
	_Atomic uint64_t accepted, /* events */
		refused;	   /* events, batches, requests and connections */
};

const char *deed_name(enum deed deed);

struct keyring;

/* No key is known. NULL: out of memory. */
struct keyring *keyring_new(void);
void keyring_free(struct keyring *keyring);

/* Others from now on, which are kept. LIFT_E_MEMORY: the old ones stay. */
int keyring_set(struct keyring *keyring, struct keys *keys);
/* Those of now, kept for the caller. */
struct keys *keyring_keys(struct keyring *keyring);

/* The same, and connections of keys that lose a right by it are cut. */
int keyring_change(struct keyring *keyring, struct keys *keys);

/* Of a key's name; NULL where no key has ever had it. */
const struct deeds *keyring_deeds(struct keyring *keyring, const char *name);

/* Keys that were refused something, those of now and earlier ones: the first so many of them, the
 * one that was refused most first. How many there are. */
struct refused_key {
	char name[KEY_NAME_MAX + 1];
	uint64_t refused;
	int64_t last_ms; /* it did anything */
};
size_t keyring_refused(struct keyring *keyring, struct refused_key *ret_rows, size_t most);

/* One thread's view. { keyring } to begin with, and cleared at the end; without a keyring, all are
 * local. */
struct keyview {
	struct keyring *keyring;
	struct keys *keys;
	struct deeds **deeds; /* by key, in the order of the file */
	unsigned version;
};
void keyview_clear(struct keyview *view);

/* The keys of now; they stay until the view is asked again. *ret_changed (may be NULL): they are
 * others than the last time. */
const struct keys *keyview_keys(struct keyview *view, bool *ret_changed);
/* There are others by now. */
bool keyview_is_old(const struct keyview *view);

/* Who has sent something. */
struct peer {
	const struct key *key; /* NULL: somebody local */
	struct deeds *deeds;   /* of the key */
};

/* By the User-Id of a message's last frame (NULL: it has none). LIFT_E_DENIED: the key is not known
 * any more, or it says not who it is. */
int peer_find(struct keyview *view, const char *user_id, struct peer *ret_peer);
/* The same by the keys that the view has, be they old. */
int peer_of_view(const struct keyview *view, const char *user_id, struct peer *ret_peer);

/* It has done this; nothing of somebody local. */
void peer_note(const struct peer *peer, enum deed deed, int64_t utc_ms);
void peer_note_events(const struct peer *peer, uint64_t accepted, uint64_t refused);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The doors: operators' `control`, and `ask` of each audience, which is answered as far as it sees.
 */
#include <stdlib.h>
#include <zmq.h>

#include "daemon/control/internal.h"
#include "daemon/net/socket.h"
#include "daemon/net/zap.h"

enum {
	ASK_WAITING_MAX = 8, /* requests of an audience that wait */
	ASK_SCANS_MAX = 2,   /* of these, for another day than today: each reads all learners */
};

static_assert((int)ASK_WAITING_MAX <= (int)CONTROL_WAITING_MAX, "a door has places for them");

int door_open(struct control *control, const struct control_parts *parts,
	      const struct config_audience *audience, loop_fn receive)
{
	struct door *door = &control->doors[control->n_doors];
	const struct socket_wish wish = {
		audience ? "ask" : "control",
		ZMQ_ROUTER,
		audience ? &audience->ask : &parts->config->control,
		/* Pages wait in the socket until they are read. */
		{ .receive = 16, .send = CONTROL_PAGES_MAX },
		parts->bindings,
		parts->guards,
		audience ? DOOR_ASK : DOOR_CONTROL,
		audience ? audience->name : NULL,
	};
	int err;

	if (audience && audience->ask.count == 0)
		return 0;
	*door = (struct door){ .control = control, .audience = audience };
	control->n_doors++;
	err = socket_open(parts->zmq, &wish, &door->socket);
	return err ? err : loop_add_socket(parts->loop, door->socket, receive, door);
}

void waiting_clear(struct waiting *waiting)
{
	if (waiting->roster)
		waiting->roster_free(waiting->roster);
	waiting->roster = NULL;
	free(waiting->people);
	waiting->people = NULL;
	if (waiting->going)
		waiting->going->free(waiting->going);
	waiting->going = NULL;
}

void door_close(struct door *door)
{
	if (door->socket)
		loop_remove_socket(door->control->loop, door->socket);
	for (size_t i = 0; i < door->n_waiting; i++)
		waiting_clear(&door->waiting[i]);
	socket_close(door->socket);
	sight_clear(&door->sight);
	if (door->catalogue)
		catalogue_free(door->catalogue);
}

int door_see(struct door *door)
{
	struct catalogue *catalogue = door->control->generation->catalogue;
	struct sight sight;
	const char *region;
	int err;

	if (!door->audience || door->catalogue == catalogue)
		return 0;
	err = sight_make(&door->audience->regions, catalogue, &sight, &region);
	if (err) {
		sight_clear(&sight);
		return err;
	}
	sight_clear(&door->sight);
	if (door->catalogue)
		catalogue_free(door->catalogue);
	door->sight = sight;
	door->catalogue = catalogue_keep(catalogue);
	return 0;
}

bool door_is_open(const struct door *door)
{
	return door->audience && strcmp(door->audience->plane, "open") == 0;
}

const struct catalogue_sight *door_sight(const struct door *door)
{
	return door->audience ? sight_limits(&door->sight) : NULL;
}

int door_may(struct door *door, const char *user_id)
{
	struct control *control = door->control;
	struct peer peer;
	int err = peer_find(&control->view, user_id, &peer);

	if (!err && peer.key)
		err = (door->audience
			       ? key_has_audience(peer.key, door->audience->name)
			       : peer.key->control || peer.key->asks_rosters || peer.key->forgets)
			      ? 0
			      : LIFT_E_DENIED;
	control->asker = err ? NULL : peer.key;
	peer_note(&peer, err ? DEED_REFUSED : DEED_ASKED, control->now.utc_ms);
	return err;
}

static bool is_same(const struct client *a, const struct client *b)
{
	return a->size == b->size && memcmp(a->id, b->id, a->size) == 0;
}

int door_has_place(const struct door *door, const struct client *client, bool scan)
{
	size_t scans = scan;

	if (door->n_waiting == (door->audience ? ASK_WAITING_MAX : CONTROL_WAITING_MAX))
		return LIFT_E_BUSY;
	for (size_t i = 0; door->audience && i < door->n_waiting; i++) {
		if (is_same(&door->waiting[i].client, client))
			return LIFT_E_BUSY;
		scans += door->waiting[i].scan;
	}
	return door->audience && scans > ASK_SCANS_MAX ? LIFT_E_BUSY : 0;
}

bool control_waits(const struct control *control)
{
	for (size_t i = 0; i < control->n_doors; i++)
		if (control->doors[i].n_waiting > 0)
			return true;
	return false;
}

static bool take_ready(struct door *door,
		       bool (*is_ready)(const struct control *control,
					const struct waiting *waiting),
		       struct waiting *ret_waiting)
{
	size_t i = 0;

	while (i < door->n_waiting && !is_ready(door->control, &door->waiting[i]))
		i++;
	if (i == door->n_waiting)
		return false;
	*ret_waiting = door->waiting[i];
	memmove(&door->waiting[i], &door->waiting[i + 1],
		(--door->n_waiting - i) * sizeof(*ret_waiting));
	return true;
}

/* The audiences in turn. */
static bool take_of_audiences(struct control *control,
			      bool (*is_ready)(const struct control *control,
					       const struct waiting *waiting),
			      struct waiting *ret_waiting)
{
	size_t n = control->n_doors - 1;

	for (size_t i = 0; i < n; i++) {
		size_t at = (control->turn + i) % n;

		if (take_ready(&control->doors[1 + at], is_ready, ret_waiting)) {
			control->turn = at + 1;
			return true;
		}
	}
	return false;
}

/* Operators come first, but between two of theirs is one of an audience: nobody waits for all of
 * another's. */
bool doors_take_next(struct control *control,
		     bool (*is_ready)(const struct control *control, const struct waiting *waiting),
		     struct waiting *ret_waiting)
{
	bool audience_first = control->operator_last;

	control->operator_last = false;
	if (audience_first && take_of_audiences(control, is_ready, ret_waiting))
		return true;
	control->operator_last = take_ready(&control->doors[0], is_ready, ret_waiting);
	return control->operator_last ||
	       (!audience_first && take_of_audiences(control, is_ready, ret_waiting));
}

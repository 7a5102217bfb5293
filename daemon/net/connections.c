/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/connections.h"

#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/err.h"
#include "proto/z85.h"

enum { CROWDS = CONNECTIONS_HALF_MAX + 1, NOBODY = -1 };

struct connection {
	enum connection_stage stage;
	bool is_tcp, has_key;
	bool is_ending; /* shut down: libzmq closes it at its next turn */
	uint16_t crowd; /* of its address */
	int listener;	/* NOBODY: not known */
	uint8_t key[CONNECTIONS_KEY_BYTES];
	/* Half open ones of TCP, in the order in which they came. */
	int before, behind;
};

struct connections {
	pthread_mutex_t lock;
	struct connection *of; /* by descriptor */
	int most, highest;     /* none is in use above it */
	int first, last;       /* half open */
	struct stats *stats;
	uint32_t room, own; /* descriptors; of these the daemon itself has some */
	uint32_t n, n_half_open;
	uint32_t n_queued, queued_max, crowd_max;
	/* How many of these each address has; 0: the place is free. */
	struct crowd {
		uint64_t address;
		uint32_t n;
	} crowds[CROWDS];
};

static void tell(struct connections *connections)
{
	stats_set(connections->stats, STAT_connections, connections->n);
	stats_set(connections->stats, STAT_connections_half_open, connections->n_half_open);
	stats_set(connections->stats, STAT_connections_most, connections->room - connections->own);
}

/* What there is now is told before anybody else changes it. */
static void unlock(struct connections *connections)
{
	tell(connections);
	pthread_mutex_unlock(&connections->lock);
}

struct connections *connections_new(int most, int reserved, struct stats *stats)
{
	struct connections *connections = calloc(1, sizeof(*connections));

	if (!connections)
		return NULL;
	connections->of = calloc((size_t)most, sizeof(*connections->of));
	if (!connections->of) {
		free(connections);
		return NULL;
	}
	pthread_mutex_init(&connections->lock, NULL);
	connections->most = most;
	connections->highest = connections->first = connections->last = NOBODY;
	connections->stats = stats;
	connections->room = most > reserved ? (uint32_t)(most - reserved) : 0;
	connections->queued_max = connections->room / CONNECTIONS_HALF_SHARE;
	if (connections->queued_max < CONNECTIONS_HALF_MIN)
		connections->queued_max = CONNECTIONS_HALF_MIN;
	if (connections->queued_max > CONNECTIONS_HALF_MAX)
		connections->queued_max = CONNECTIONS_HALF_MAX;
	connections->crowd_max = connections->queued_max / CONNECTIONS_ADDRESS_SHARE;
	tell(connections);
	return connections;
}

void connections_free(struct connections *connections)
{
	if (!connections)
		return;
	pthread_mutex_destroy(&connections->lock);
	free(connections->of);
	free(connections);
}

static struct connection *find(struct connections *connections, int fd)
{
	struct connection *connection;

	if (fd < 0 || fd >= connections->most)
		return NULL;
	connection = &connections->of[fd];
	return connection->stage == CONNECTION_NONE ? NULL : connection;
}

/* IPv4; of IPv6 the first half, as the other one is a peer's own choice. */
static bool read_address(const struct sockaddr *address, uint64_t *ret_number)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	const uint8_t *bytes = v6->sin6_addr.s6_addr;

	if (address->sa_family == AF_INET)
		*ret_number = get_be((const uint8_t *)&v4->sin_addr, 4);
	else if (address->sa_family == AF_INET6)
		*ret_number = IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) ? get_be(bytes + 12, 4)
								   : get_be(bytes, 8);
	else
		return false;
	return true;
}

/* There is always room for one more: there are no more addresses than half open connections. */
static uint16_t crowd_of(const struct connections *connections, uint64_t address)
{
	size_t room = CROWDS;

	for (size_t i = 0; i < CROWDS; i++) {
		const struct crowd *crowd = &connections->crowds[i];

		if (crowd->n > 0 && crowd->address == address)
			return (uint16_t)i;
		if (crowd->n == 0 && room == CROWDS)
			room = i;
	}
	assert(room < CROWDS);
	return (uint16_t)room;
}

/* The queue of those of TCP that are half open. */

static void queue(struct connections *connections, int fd)
{
	struct connection *connection = &connections->of[fd];

	connection->before = connections->last;
	connection->behind = NOBODY;
	*(connections->last == NOBODY ? &connections->first
				      : &connections->of[connections->last].behind) = fd;
	connections->last = fd;
	connections->n_queued++;
	connections->crowds[connection->crowd].n++;
}

static void unqueue(struct connections *connections, const struct connection *connection)
{
	*(connection->before == NOBODY ? &connections->first
				       : &connections->of[connection->before].behind) =
		connection->behind;
	*(connection->behind == NOBODY ? &connections->last
				       : &connections->of[connection->behind].before) =
		connection->before;
	connections->n_queued--;
	connections->crowds[connection->crowd].n--;
}

static bool is_half_open(const struct connection *connection)
{
	return connection->stage < CONNECTION_OPEN && !connection->is_ending;
}

/* It is half open no more. */
static void leave_half(struct connections *connections, const struct connection *connection)
{
	if (!is_half_open(connection))
		return;
	connections->n_half_open--;
	if (connection->is_tcp)
		unqueue(connections, connection);
}

static void end(struct connections *connections, int fd)
{
	struct connection *connection = &connections->of[fd];

	leave_half(connections, connection);
	connection->is_ending = true;
	shutdown(fd, SHUT_RDWR);
}

/* Is `a` to go rather than `b`, which has come before it? */
static bool goes_first(const struct connections *connections, int a, int b)
{
	const struct connection *one = &connections->of[a], *other = &connections->of[b];
	uint32_t crowd = connections->crowds[one->crowd].n,
		 other_crowd = connections->crowds[other->crowd].n;

	return crowd != other_crowd ? crowd > other_crowd : one->stage < other->stage;
}

/* For one that has come, which does not go itself: those who say hello would keep all out. */
static size_t make_room(struct connections *connections, int newcomer)
{
	uint16_t crowd = connections->of[newcomer].crowd;
	int goes = connections->first;

	if (connections->n_queued <= connections->queued_max &&
	    connections->crowds[crowd].n <= connections->crowd_max)
		return 0;
	for (int fd = goes; fd != NOBODY; fd = connections->of[fd].behind)
		if (fd != newcomer && goes_first(connections, fd, goes))
			goes = fd;
	end(connections, goes);
	return 1;
}

static size_t add(struct connections *connections, int fd, const struct sockaddr *address)
{
	struct connection *connection = &connections->of[fd];
	uint64_t number;

	*connection = (struct connection){ .stage = CONNECTION_SILENT,
					   .listener = NOBODY,
					   .is_tcp = read_address(address, &number) };
	if (connections->n++ == 0 && (uint32_t)fd < connections->room)
		connections->own = (uint32_t)fd; /* the kernel gives the lowest that is free */
	connections->n_half_open++;
	if (fd > connections->highest)
		connections->highest = fd;
	if (!connection->is_tcp)
		return 0;
	connection->crowd = crowd_of(connections, number);
	connections->crowds[connection->crowd].address = number;
	queue(connections, fd);
	return make_room(connections, fd);
}

size_t connections_add(struct connections *connections, int fd, const struct sockaddr *address)
{
	size_t gone = 0;

	pthread_mutex_lock(&connections->lock);
	if (fd >= 0 && fd < connections->most && !find(connections, fd))
		gone = add(connections, fd, address);
	unlock(connections);
	return gone;
}

void connections_came_by(struct connections *connections, int fd, int listener)
{
	struct connection *connection;

	pthread_mutex_lock(&connections->lock);
	connection = find(connections, fd);
	if (connection && listener >= 0 && listener < connections->most)
		connection->listener = listener;
	unlock(connections);
}

void connections_remove(struct connections *connections, int fd)
{
	struct connection *connection;

	pthread_mutex_lock(&connections->lock);
	connection = find(connections, fd);
	if (connection) {
		leave_half(connections, connection);
		connection->stage = CONNECTION_NONE;
		connections->n--;
	}
	while (connections->highest >= 0 &&
	       connections->of[connections->highest].stage == CONNECTION_NONE)
		connections->highest--;
	unlock(connections);
}

/* Which of a key's handshakes a grant was meant for is not known: they are alike, so it moves. */
static void move_grant(struct connections *connections, struct connection *to)
{
	if (!to->has_key || to->stage == CONNECTION_GRANTED)
		return;
	for (int fd = 0; fd <= connections->highest; fd++) {
		struct connection *from = &connections->of[fd];

		if (from->stage == CONNECTION_GRANTED &&
		    memcmp(from->key, to->key, sizeof(to->key)) == 0) {
			from->stage = CONNECTION_VOUCHED;
			return;
		}
	}
}

void connections_reach(struct connections *connections, int fd, enum connection_stage stage)
{
	struct connection *connection;

	pthread_mutex_lock(&connections->lock);
	connection = find(connections, fd);
	if (connection && connection->stage < stage) {
		if (stage == CONNECTION_OPEN) {
			move_grant(connections, connection);
			leave_half(connections, connection);
		}
		connection->stage = stage;
	}
	unlock(connections);
}

void connections_vouch(struct connections *connections, int fd,
		       const uint8_t key[CONNECTIONS_KEY_BYTES])
{
	struct connection *connection;

	pthread_mutex_lock(&connections->lock);
	connection = find(connections, fd);
	if (connection && connection->stage < CONNECTION_VOUCHED) {
		memcpy(connection->key, key, sizeof(connection->key));
		connection->has_key = true;
		connection->stage = CONNECTION_VOUCHED;
	}
	unlock(connections);
}

static bool is_of(const struct connection *connection, const uint8_t *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(connection->key, keys + i * CONNECTIONS_KEY_BYTES,
			   CONNECTIONS_KEY_BYTES) == 0)
			return true;
	return false;
}

/* Of the keys the first is that of who waits. */
static bool grant(struct connections *connections, const uint8_t *keys, size_t n, uint32_t most)
{
	struct connection *waits = NULL;
	uint32_t granted = 0;

	for (int fd = 0; fd <= connections->highest; fd++) {
		struct connection *connection = &connections->of[fd];

		if (!connection->has_key || connection->is_ending ||
		    connection->stage < CONNECTION_VOUCHED || !is_of(connection, keys, n))
			continue;
		if (connection->stage > CONNECTION_VOUCHED)
			granted++;
		else if (!waits && is_of(connection, keys, 1))
			waits = connection;
	}
	if (granted >= most)
		return false;
	if (waits)
		waits->stage = CONNECTION_GRANTED;
	return true;
}

static bool read_key(const char *text, uint8_t ret_key[static CONNECTIONS_KEY_BYTES])
{
	return z85_decode(text_of(text), ret_key);
}

bool connections_grant(struct connections *connections, const char *key, const char *const keys[],
		       size_t n, uint32_t most)
{
	uint8_t bytes[1 + CONNECTIONS_KEYS_MAX][CONNECTIONS_KEY_BYTES];
	bool granted;

	if (n > CONNECTIONS_KEYS_MAX || !read_key(key, bytes[0]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!read_key(keys[i], bytes[1 + i]))
			return false;
	pthread_mutex_lock(&connections->lock);
	granted = grant(connections, bytes[0], 1 + n, most);
	unlock(connections);
	return granted;
}

uint32_t connections_by_key(struct connections *connections, const char *const keys[], size_t n)
{
	uint8_t bytes[CONNECTIONS_KEYS_MAX][CONNECTIONS_KEY_BYTES];
	uint32_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (i == CONNECTIONS_KEYS_MAX || !read_key(keys[i], bytes[i]))
			return 0;
	pthread_mutex_lock(&connections->lock);
	for (int fd = 0; fd <= connections->highest; fd++) {
		const struct connection *connection = &connections->of[fd];

		count += connection->has_key && !connection->is_ending &&
			 connection->stage == CONNECTION_OPEN && is_of(connection, bytes[0], n);
	}
	unlock(connections);
	return count;
}

size_t connections_cut(struct connections *connections, connections_is_cut_fn is_cut, void *context)
{
	char key[Z85_KEY + 1];
	size_t n = 0;

	pthread_mutex_lock(&connections->lock);
	for (int fd = 0; fd <= connections->highest; fd++) {
		const struct connection *connection = &connections->of[fd];

		if (connection->stage == CONNECTION_NONE || !connection->has_key ||
		    connection->is_ending)
			continue;
		z85_encode(connection->key, key);
		if (!is_cut(context, key))
			continue;
		end(connections, fd);
		n++;
	}
	unlock(connections);
	return n;
}

int connections_by_listener(struct connections *connections, connections_listener_fn fn,
			    void *context)
{
	uint32_t *n = calloc((size_t)connections->most, sizeof(*n));

	if (!n)
		return LIFT_E_MEMORY;
	pthread_mutex_lock(&connections->lock);
	for (int fd = 0; fd <= connections->highest; fd++) {
		const struct connection *connection = &connections->of[fd];

		if (connection->stage == CONNECTION_OPEN && !connection->is_ending &&
		    connection->listener != NOBODY)
			n[connection->listener]++;
	}
	unlock(connections);
	for (int listener = 0; listener < connections->most; listener++)
		if (n[listener] > 0)
			fn(context, listener, n[listener]);
	free(n);
	return 0;
}

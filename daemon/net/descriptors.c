/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/descriptors.h"

#include <errno.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/net/frames.h"
#include "proto/err.h"

enum { PAUSE_NS = 10000000, NOBODY = -1 };

/* Of a descriptor: of libzmq's thread alone, but for is_accepted. */
struct watched {
	atomic_bool is_accepted; /* false: a client's that connects, or none */
	struct frames frames;
	bool is_counted_open;
	uint8_t vouches_for[CONNECTIONS_KEY_BYTES];
};

/* A function of the C library has no context: this is its. Set before libzmq's thread begins, and
 * after it has ended. */
static struct {
	struct stats *stats; /* NULL: nobody watches */
	int most;	     /* the limit */
	const char *control; /* the path of the operators' socket; NULL: it has none */
	struct log_limit refused_limit, cut_limit, displaced_limit;
	struct watched *watched; /* by descriptor */
	/* Likewise: where libzmq has the key to a connection's frames; NULL: it has none. */
	_Atomic(const void *) *boxes;
	atomic_int highest; /* that has had one */
	struct connections *connections;
} watch;

/* What this thread has read last: libzmq opens what it has read before it reads anything else. */
static _Thread_local int latest = NOBODY;

static int raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return DESCRIPTORS_FEW;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
		getrlimit(RLIMIT_NOFILE, &limit);
	}
	return limit.rlim_cur < DESCRIPTORS_MAX ? (int)limit.rlim_cur : DESCRIPTORS_MAX;
}

int descriptors_watch(struct stats *stats, const char *control)
{
	watch.most = raise_limit();
	watch.watched = calloc((size_t)watch.most, sizeof(*watch.watched));
	watch.boxes = calloc((size_t)watch.most, sizeof(*watch.boxes));
	atomic_store(&watch.highest, NOBODY);
	watch.connections = connections_new(
		watch.most, DESCRIPTORS_FOR_FILES + DESCRIPTORS_FOR_OPERATORS, stats);
	if (!watch.watched || !watch.boxes || !watch.connections) {
		descriptors_unwatch();
		return LIFT_E_MEMORY;
	}
	watch.control = strncmp(control, "ipc://", 6) == 0 ? control + 6 : NULL;
	watch.stats = stats;
	if (watch.most < DESCRIPTORS_FEW)
		log_warning("low limit of file descriptors: limit=%d recommended=%d "
			    "setting=LimitNOFILE",
			    watch.most, DESCRIPTORS_FEW);
	return 0;
}

void descriptors_unwatch(void)
{
	watch.stats = NULL;
	free(watch.watched);
	watch.watched = NULL;
	free(watch.boxes);
	watch.boxes = NULL;
	connections_free(watch.connections);
	watch.connections = NULL;
}

static struct watched *watched(int fd)
{
	return watch.stats && fd >= 0 && fd < watch.most ? &watch.watched[fd] : NULL;
}

/* NULL: it is nobody's who was accepted. */
static struct watched *accepted(int fd)
{
	struct watched *one = watched(fd);

	return one && atomic_load(&one->is_accepted) ? one : NULL;
}

/* Who gets in. */

static bool is_for_operators(int listener)
{
	struct sockaddr_un address = { 0 };
	socklen_t size = sizeof(address) - 1;

	return watch.control && getsockname(listener, (struct sockaddr *)&address, &size) == 0 &&
	       address.sun_family == AF_UNIX && strcmp(address.sun_path, watch.control) == 0;
}

static bool is_one_too_many(int listener, int fd)
{
	if (fd < watch.most - DESCRIPTORS_FOR_FILES - DESCRIPTORS_FOR_OPERATORS)
		return false;
	return fd >= watch.most - DESCRIPTORS_FOR_FILES || !is_for_operators(listener);
}

static void refused(int error)
{
	stats_add(watch.stats, STAT_connections_refused, 1);
	if (log_allowed(&watch.refused_limit))
		log_alert(ALERT_CONNECTIONS_FULL,
			  "connection refused: descriptors=%d reason=\"%s\" expected=\"%s\"",
			  watch.most, strerror(error), "fewer clients, or a higher LimitNOFILE");
}

static void admit(int fd, int listener)
{
	struct watched *one = &watch.watched[fd];
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof(address);
	size_t gone;

	one->frames = (struct frames){ 0 };
	one->is_counted_open = false;
	/* A peer that has gone already has none: as if it were local. */
	getpeername(fd, (struct sockaddr *)&address, &size);
	gone = connections_add(watch.connections, fd, (struct sockaddr *)&address);
	connections_came_by(watch.connections, fd, listener);
	atomic_store(&one->is_accepted, true);
	if (gone == 0)
		return;
	stats_add(watch.stats, STAT_connections_displaced, gone);
	if (log_allowed(&watch.displaced_limit))
		log_warning("connection ended: reason=\"%s\"",
			    "many that do not say who they are: one of them made room");
}

/* libzmq takes ECONNABORTED for a client that has gone already. */
int accept4(int listener, struct sockaddr *address, socklen_t *size, int flags)
{
	int fd = (int)syscall(SYS_accept4, listener, address, size, flags);

	if (!watch.stats)
		return fd;
	if (fd >= 0 && is_one_too_many(listener, fd)) {
		syscall(SYS_close, fd);
		refused(EMFILE);
	} else if (fd < 0 &&
		   (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
		/* The connection still waits to be accepted: not again at once. */
		refused(errno);
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
	} else {
		if (fd >= 0)
			admit(fd, listener);
		return fd;
	}
	errno = ECONNABORTED;
	return -1;
}

/* Before another thread can get the same descriptor. */
int close(int fd)
{
	struct watched *one = watched(fd);

	if (one) {
		atomic_store(&watch.boxes[fd], NULL);
		if (atomic_exchange(&one->is_accepted, false))
			connections_remove(watch.connections, fd);
	}
	return (int)syscall(SYS_close, fd);
}

/* What they send. */

static void cut(void)
{
	stats_add(watch.stats, STAT_connections_cut, 1);
	if (log_allowed(&watch.cut_limit))
		log_warning("connection cut: reason=\"%s\"",
			    "it sends more than a peer may: no ZMTP 3, no handshake, "
			    "a message without an end, or subscriptions without an end");
}

static void count_open(struct watched *one, int fd)
{
	if (!one->frames.is_open || one->is_counted_open)
		return;
	one->is_counted_open = true;
	connections_reach(watch.connections, fd, CONNECTION_OPEN);
}

/* libzmq takes ECONNRESET for a peer that has gone; and for a large frame it would read all that
 * there is, a megabyte and more, while everybody else waits. */
ssize_t recv(int fd, void *to, size_t size, int flags)
{
	struct watched *one = accepted(fd);
	size_t most = one && size > DESCRIPTORS_READ ? DESCRIPTORS_READ : size;
	ssize_t n = syscall(SYS_recvfrom, fd, to, most, flags, NULL, NULL);

	latest = fd;
	if (n <= 0 || !one)
		return n;
	if (frames_take(&one->frames, to, (size_t)n)) {
		count_open(one, fd);
		return n;
	}
	cut();
	errno = ECONNRESET;
	return -1;
}

/*
 * The handshake of CURVE, rfc.zeromq.org/spec/26, and its frames: functions of libsodium that
 * libzmq calls, under libsodium's other names for them. What a box is for is the beginning of its
 * nonce.
 */

static bool is_box_of(const unsigned char *nonce, const char *what)
{
	return memcmp(nonce, what, strlen(what)) == 0;
}

/* An opened INITIATE: the client's key, 96 bytes in which it vouches for it, and its properties;
 * behind a room for the sum. */
static void take_initiate(struct watched *one, const unsigned char *opened, size_t size)
{
	enum { ROOM = crypto_box_ZEROBYTES, PROPERTIES = 32 + 96 };

	if (size < ROOM + PROPERTIES)
		return;
	memcpy(one->vouches_for, opened + ROOM, sizeof(one->vouches_for));
	frames_describe(&one->frames, opened + ROOM + PROPERTIES, size - ROOM - PROPERTIES);
}

int crypto_box_open(unsigned char *m, const unsigned char *c, unsigned long long clen,
		    const unsigned char *n, const unsigned char *pk, const unsigned char *sk)
{
	int rc = crypto_box_curve25519xsalsa20poly1305_open(m, c, clen, n, pk, sk);
	struct watched *one = accepted(latest);

	if (rc != 0 || !one)
		return rc;
	if (is_box_of(n, "CurveZMQHELLO---"))
		connections_reach(watch.connections, latest, CONNECTION_HELLO);
	else if (is_box_of(n, "CurveZMQINITIATE"))
		take_initiate(one, m, (size_t)clen);
	return rc;
}

/* libzmq makes the key to a connection's frames when its client has shown that it has the secret of
 * the key that it vouches for; and before it asks whether that may come in. */
int crypto_box_beforenm(unsigned char *k, const unsigned char *pk, const unsigned char *sk)
{
	int rc = crypto_box_curve25519xsalsa20poly1305_beforenm(k, pk, sk);
	struct watched *one = watched(latest);

	if (rc != 0 || !one)
		return rc;
	atomic_store(&watch.boxes[latest], k);
	for (int highest = atomic_load(&watch.highest);
	     latest > highest && !atomic_compare_exchange_weak(&watch.highest, &highest, latest);)
		;
	if (atomic_load(&one->is_accepted))
		connections_vouch(watch.connections, latest, one->vouches_for);
	return rc;
}

/* Nearly always that which was read last; but not where frames had to wait in libzmq. */
static int find_by_boxes(const void *k)
{
	if (watched(latest) && atomic_load(&watch.boxes[latest]) == k)
		return latest;
	for (int fd = 0; watch.stats && fd <= atomic_load(&watch.highest); fd++)
		if (atomic_load_explicit(&watch.boxes[fd], memory_order_relaxed) == k)
			return latest = fd;
	return NOBODY;
}

/* A READY is for who may come in. */
int crypto_box_afternm(unsigned char *c, const unsigned char *m, unsigned long long mlen,
		       const unsigned char *n, const unsigned char *k)
{
	struct watched *one;
	int fd;

	if (is_box_of(n, "CurveZMQREADY---")) {
		fd = find_by_boxes(k);
		one = accepted(fd);
		if (one) {
			frames_open(&one->frames);
			count_open(one, fd);
		}
	}
	return crypto_box_curve25519xsalsa20poly1305_afternm(c, m, mlen, n, k);
}

/* libzmq takes a box that does not open for the end of its connection. */
int crypto_box_open_easy_afternm(unsigned char *m, const unsigned char *c, unsigned long long clen,
				 const unsigned char *n, const unsigned char *k)
{
	int rc = crypto_secretbox_open_easy(m, c, clen, n, k);
	struct watched *one;

	if (rc != 0)
		return rc;
	one = accepted(find_by_boxes(k));
	if (!one || frames_take_opened(&one->frames, m, (size_t)clen - crypto_box_MACBYTES))
		return rc;
	cut();
	return -1;
}

/* By key. */

bool descriptors_grant(const char *key, const char *const keys[], size_t n, uint32_t most)
{
	return !watch.stats || connections_grant(watch.connections, key, keys, n, most);
}

uint32_t descriptors_by_key(const char *const keys[], size_t n)
{
	return watch.stats ? connections_by_key(watch.connections, keys, n) : 0;
}

void descriptors_cut(connections_is_cut_fn is_cut, void *context)
{
	size_t n;

	if (!watch.stats)
		return;
	n = connections_cut(watch.connections, is_cut, context);
	stats_add(watch.stats, STAT_connections_revoked, n);
	if (n > 0)
		log_notice("connections ended: reason=\"their key has lost rights\" n=%zu", n);
}

struct counting {
	descriptors_count_fn fn;
	void *context;
};

/* One that has been closed meanwhile is no socket any more, or another one's, which listens. */
static void count_at(void *context, int listener, uint32_t n)
{
	const struct counting *counting = context;
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof(address);

	if (getsockname(listener, (struct sockaddr *)&address, &size) == 0)
		counting->fn(counting->context, (struct sockaddr *)&address, n);
}

int descriptors_count(descriptors_count_fn fn, void *context)
{
	struct counting counting = { fn, context };

	return watch.stats ? connections_by_listener(watch.connections, count_at, &counting) : 0;
}

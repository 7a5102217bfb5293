/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/descriptors.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/net/frames.h"

enum { PAUSE_NS = 10000000 };

struct connection {
	atomic_bool is_accepted; /* false: a client's that connects, or none */
	struct frames frames;
};

/* A function of the C library has no context: this is its. Set before libzmq's thread begins, and
 * after it has ended. */
static struct {
	struct stats *stats; /* NULL: nobody watches */
	int most;	     /* the limit */
	const char *control; /* the path of the operators' socket; NULL: it has none */
	struct log_limit refused_limit, cut_limit;
	struct connection *connections; /* by descriptor: of libzmq's thread alone */
} watch;

void descriptors_watch(struct stats *stats, const char *control)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
		getrlimit(RLIMIT_NOFILE, &limit);
	}
	watch.most = limit.rlim_cur < DESCRIPTORS_MAX ? (int)limit.rlim_cur : DESCRIPTORS_MAX;
	watch.connections = calloc((size_t)watch.most, sizeof(*watch.connections));
	if (!watch.connections)
		return;
	watch.control = strncmp(control, "ipc://", 6) == 0 ? control + 6 : NULL;
	watch.stats = stats;
	if (watch.most < DESCRIPTORS_FEW)
		log_warning("low limit of file descriptors: limit=%d recommended=%d "
			    "setting=LimitNOFILE",
			    watch.most, DESCRIPTORS_FEW);
}

void descriptors_unwatch(void)
{
	watch.stats = NULL;
	free(watch.connections);
	watch.connections = NULL;
}

static bool is_for_operators(int listener)
{
	struct sockaddr_un address = { 0 };
	socklen_t size = sizeof(address) - 1;

	return watch.control && getsockname(listener, (struct sockaddr *)&address, &size) == 0 &&
	       address.sun_family == AF_UNIX && strcmp(address.sun_path, watch.control) == 0;
}

static bool is_one_too_many(int listener, int fd)
{
	if (!watch.stats || fd < watch.most - DESCRIPTORS_FOR_FILES - DESCRIPTORS_FOR_OPERATORS)
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

/* libzmq takes ECONNABORTED for a client that has gone already. */
int accept4(int listener, struct sockaddr *address, socklen_t *size, int flags)
{
	int fd = (int)syscall(SYS_accept4, listener, address, size, flags);

	if (fd >= 0 && is_one_too_many(listener, fd)) {
		close(fd);
		refused(EMFILE);
	} else if (fd < 0 && watch.stats &&
		   (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
		/* The connection still waits to be accepted: not again at once. */
		refused(errno);
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
	} else {
		if (fd >= 0 && watch.stats) {
			watch.connections[fd].frames = (struct frames){ 0 };
			atomic_store(&watch.connections[fd].is_accepted, true);
		}
		return fd;
	}
	errno = ECONNABORTED;
	return -1;
}

/* The descriptor may have been that of a connection which was accepted. */
int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	if (watch.stats && fd >= 0 && fd < watch.most)
		atomic_store(&watch.connections[fd].is_accepted, false);
	return (int)syscall(SYS_connect, fd, address, size);
}

/* libzmq takes ECONNRESET for a peer that has gone. */
ssize_t recv(int fd, void *to, size_t size, int flags)
{
	ssize_t n = syscall(SYS_recvfrom, fd, to, size, flags, NULL, NULL);

	if (n <= 0 || !watch.stats || fd >= watch.most ||
	    !atomic_load(&watch.connections[fd].is_accepted) ||
	    frames_take(&watch.connections[fd].frames, to, (size_t)n))
		return n;
	stats_add(watch.stats, STAT_connections_cut, 1);
	if (log_allowed(&watch.cut_limit))
		log_warning("connection cut: reason=\"%s\"",
			    "it sends more than a peer may: no ZMTP 3, "
			    "a message without an end, or "
			    "subscriptions without an end");
	errno = ECONNRESET;
	return -1;
}

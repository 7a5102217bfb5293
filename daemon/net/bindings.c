/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/bindings.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/base/dir.h"
#include "daemon/base/log.h"
#include "proto/err.h"
#include "proto/grow.h"

static const char ipc[] = "ipc://";

struct binding {
	void *socket;
	char *endpoint, *trouble;
	dev_t device;
	ino_t inode;
	unsigned anew; /* times */
	bool failing;  /* it is gone, and that has been said */
};

struct bindings {
	struct loop *loop;
	const char *runtime;
	struct stats *stats;
	enum stat_trouble trouble;
	struct binding *items;
	size_t n, room;
};

static const char *path_of(const struct binding *binding)
{
	return binding->endpoint + strlen(ipc);
}

/* Where the file is that has just been bound. */
static int note(struct binding *binding)
{
	struct stat info;

	if (lstat(path_of(binding), &info) != 0)
		return LIFT_E_SOCKET;
	binding->device = info.st_dev;
	binding->inode = info.st_ino;
	return 0;
}

enum place { PLACE_OURS, PLACE_EMPTY, PLACE_TAKEN, PLACE_UNKNOWN };

/* Whose is another file than the one that was bound? What one who is gone has left is nobody's;
 * some file systems give a file another number, and then the daemon itself listens. */
static enum place ask(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	enum place place = PLACE_TAKEN;
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (fd < 0)
		return PLACE_UNKNOWN;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		place = errno == ECONNREFUSED ? PLACE_EMPTY : PLACE_TAKEN;
	else if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == getpid())
		place = PLACE_OURS;
	close(fd);
	return place;
}

static enum place look(struct binding *binding)
{
	struct stat info;
	enum place place;

	if (lstat(path_of(binding), &info) != 0)
		return errno == ENOENT || errno == ENOTDIR ? PLACE_EMPTY : PLACE_UNKNOWN;
	if (info.st_dev == binding->device && info.st_ino == binding->inode)
		return PLACE_OURS;
	place = ask(path_of(binding));
	if (place == PLACE_OURS)
		note(binding);
	return place;
}

/* errno says why not. */
static int bind_anew(const struct bindings *bindings, struct binding *binding)
{
	char failed[PATH_MAX];
	size_t size = bindings->runtime ? strlen(bindings->runtime) : 0;

	if (binding->anew == BINDINGS_ANEW_MAX) {
		errno = EMFILE;
		return LIFT_E_SOCKET;
	}
	if (size > 0 && strncmp(path_of(binding), bindings->runtime, size) == 0 &&
	    path_of(binding)[size] == '/' &&
	    (dir_make(bindings->runtime) != 0 ||
	     dir_make_for(bindings->runtime, path_of(binding), failed) != 0))
		return LIFT_E_SOCKET;
	if (zmq_bind(binding->socket, binding->endpoint) != 0)
		return LIFT_E_SOCKET;
	binding->anew++;
	return note(binding);
}

static void say_failing(struct binding *binding, const char *reason)
{
	if (!binding->failing)
		log_alert(ALERT_SOCKET_GONE,
			  "socket is gone, and cannot be made anew: at=%s reason=\"%s\"",
			  binding->endpoint, reason);
	binding->failing = true;
}

static void look_after(struct bindings *bindings, struct binding *binding)
{
	enum place place = look(binding);

	if (place == PLACE_UNKNOWN)
		return;
	if (place == PLACE_TAKEN) {
		say_failing(binding, "somebody else's socket is in its place");
	} else if (place == PLACE_EMPTY && bind_anew(bindings, binding) != 0) {
		say_failing(binding, strerror(errno));
	} else {
		if (place == PLACE_EMPTY) {
			log_warning("socket was removed, and is made anew: at=%s",
				    binding->endpoint);
			stats_add(bindings->stats, STAT_sockets_anew, 1);
		}
		binding->failing = false;
	}
}

static void look_after_all(void *context, const struct now *now)
{
	struct bindings *bindings = context;
	const char *trouble = NULL;

	(void)now;
	for (size_t i = 0; i < bindings->n; i++) {
		struct binding *binding = &bindings->items[i];

		look_after(bindings, binding);
		if (binding->failing && !trouble)
			trouble = binding->trouble;
	}
	atomic_store(&bindings->stats->troubles[bindings->trouble], trouble);
}

int bindings_open(struct loop *loop, const char *runtime, struct stats *stats,
		  enum stat_trouble trouble, struct bindings **ret_bindings)
{
	struct bindings *bindings = calloc(1, sizeof(*bindings));
	int err = bindings ? 0 : LIFT_E_MEMORY;

	if (err)
		return err;
	*bindings = (struct bindings){
		.loop = loop, .runtime = runtime, .stats = stats, .trouble = trouble
	};
	err = loop_add_timer(loop, BINDINGS_LOOK_MS, look_after_all, bindings, NULL);
	if (err)
		free(bindings);
	else
		*ret_bindings = bindings;
	return err;
}

int bindings_add(struct bindings *bindings, void *socket, const char *endpoint)
{
	struct binding *binding;

	if (strncmp(endpoint, ipc, strlen(ipc)) != 0)
		return 0;
	if (grow(&bindings->items, &bindings->room, bindings->n + 1, sizeof(*bindings->items)) != 0)
		return LIFT_E_MEMORY;
	binding = &bindings->items[bindings->n];
	*binding = (struct binding){ .socket = socket, .endpoint = strdup(endpoint) };
	if (!binding->endpoint)
		return LIFT_E_MEMORY;
	if (asprintf(&binding->trouble, "%s is gone, and cannot be made anew: the log says why",
		     path_of(binding)) < 0) {
		free(binding->endpoint);
		return LIFT_E_MEMORY;
	}
	bindings->n++;
	return note(binding);
}

void bindings_close(struct bindings *bindings)
{
	if (!bindings)
		return;
	for (size_t i = 0; i < bindings->n; i++) {
		struct binding *binding = &bindings->items[i];

		if (look(binding) == PLACE_OURS)
			unlink(path_of(binding));
		free(binding->endpoint);
		free(binding->trouble);
	}
	free(bindings->items);
	free(bindings);
}

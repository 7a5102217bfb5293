/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/reach.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "clients/cli/cli.h"

enum { REACH_MS = 1000, HOST_MAX = 256, NAME_SIZE = 64 };

static const char ipc[] = "ipc://", tcp[] = "tcp://";

/* 0, or the errno that says why not; a listener that is busy is one. */
static int try_connect(const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t error_size = sizeof(int);
	int error = 0;

	if (fd < 0)
		return 0;
	if (connect(fd, address, size) != 0)
		error = errno;
	if (error == EINPROGRESS) {
		struct pollfd poll_out = { .fd = fd, .events = POLLOUT };

		if (poll(&poll_out, 1, REACH_MS) != 1 ||
		    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_size) != 0)
			error = 0;
	}
	close(fd);
	return error == EAGAIN ? 0 : error;
}

/* What may not be passed through, or written to: a directory on the way to the socket, or the
 * socket. False where there is nothing like that. */
static bool find_barrier(const char *path, struct stat *ret_info)
{
	char part[PATH_MAX];
	size_t size = strlen(path);

	for (size_t end = 1; end <= size && end < sizeof(part); end++) {
		if (path[end] != '/' && path[end] != 0)
			continue;
		memcpy(part, path, end);
		part[end] = 0;
		if (stat(part, ret_info) != 0)
			return false;
		if (faccessat(AT_FDCWD, part, S_ISDIR(ret_info->st_mode) ? X_OK : R_OK | W_OK,
			      AT_EACCESS) != 0)
			return true;
	}
	return false;
}

static void complain_barrier(const char *path)
{
	char user[NAME_SIZE], group[NAME_SIZE];
	const struct passwd *owner;
	const struct group *members;
	struct stat info;
	mode_t needed;

	if (!find_barrier(path, &info)) {
		complain("%s: %s", path, strerror(EACCES));
		return;
	}
	owner = getpwuid(info.st_uid);
	members = getgrgid(info.st_gid);
	if (owner)
		snprintf(user, sizeof(user), "%s", owner->pw_name);
	else
		snprintf(user, sizeof(user), "with the number %u", (unsigned)info.st_uid);
	if (members)
		snprintf(group, sizeof(group), "%s", members->gr_name);
	else
		snprintf(group, sizeof(group), "with the number %u", (unsigned)info.st_gid);
	needed = S_ISDIR(info.st_mode) ? S_IXGRP : S_IRGRP | S_IWGRP;
	if ((info.st_mode & needed) == needed)
		complain("%s: %s: you must be in group %s", path, strerror(EACCES), group);
	else
		complain("%s: %s: only user %s may use it", path, strerror(EACCES), user);
}

static int reach_ipc(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return STATUS_WELL;
	strcpy(address.sun_path, path);
	switch (try_connect((const struct sockaddr *)&address, sizeof(address))) {
	case ENOENT:
	case ENOTDIR:
		complain("%s: no such socket: liftd is not running here (of another daemon, name "
			 "the configuration: --config FILE)",
			 path);
		return STATUS_SYSTEM;
	case ECONNREFUSED:
		complain("%s: nobody listens: liftd was killed, and has not been started again",
			 path);
		return STATUS_SYSTEM;
	case EACCES:
	case EPERM:
		complain_barrier(path);
		return STATUS_SYSTEM;
	default:
		return STATUS_WELL;
	}
}

static int complain_tcp(const char *endpoint, int error)
{
	if (error == ECONNREFUSED)
		complain("%s: nobody listens: liftd is not running there (of another daemon, name "
			 "the configuration: --config FILE)",
			 endpoint);
	else
		complain("%s: %s", endpoint, strerror(error));
	return STATUS_SYSTEM;
}

/* HOST:PORT, the host without brackets. */
static bool split_address(const char *address, char host[static HOST_MAX], const char **ret_port)
{
	const char *colon = strrchr(address, ':');
	size_t size = colon ? (size_t)(colon - address) : 0;

	if (size < 1 || size >= HOST_MAX)
		return false;
	memcpy(host, address, size);
	host[size] = 0;
	if (host[0] == '[' && host[size - 1] == ']') {
		host[size - 1] = 0;
		memmove(host, host + 1, size - 1);
	}
	*ret_port = colon + 1;
	return true;
}

static int reach_tcp(const char *endpoint)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	char host[HOST_MAX];
	const char *port;
	int error;

	if (!split_address(endpoint + strlen(tcp), host, &port))
		return STATUS_WELL;
	error = getaddrinfo(host, port, &hints, &found);
	if (error) {
		complain("%s: %s", endpoint, gai_strerror(error));
		return STATUS_SYSTEM;
	}
	error = try_connect(found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return error ? complain_tcp(endpoint, error) : STATUS_WELL;
}

int reach(const char *endpoint)
{
	if (!endpoint) {
		complain("the configuration has no endpoint for that");
		return STATUS_SYSTEM;
	}
	if (strncmp(endpoint, ipc, strlen(ipc)) == 0)
		return reach_ipc(endpoint + strlen(ipc));
	if (strncmp(endpoint, tcp, strlen(tcp)) == 0)
		return reach_tcp(endpoint);
	return STATUS_WELL;
}

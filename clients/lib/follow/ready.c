/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/follow/ready.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clients/lib/error.h"

enum { WAIT_MOST_MS = 60000 };

static int fail(const char *what)
{
	return lift_set_error(LIFT_E_SOCKET, "%s: %s", what, strerror(errno));
}

static int add(struct ready *ready, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (epoll_ctl(ready->epoll, EPOLL_CTL_ADD, fd, &event) != 0 && errno != EEXIST)
		return fail("a descriptor cannot be waited for");
	return 0;
}

int ready_open(struct ready *ready)
{
	int err = 0;

	*ready = (struct ready){ .epoll = epoll_create1(EPOLL_CLOEXEC),
				 .timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC),
				 .again = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	if (ready->epoll < 0 || ready->timer < 0 || ready->again < 0)
		err = fail("no descriptor can be opened");
	if (!err)
		err = add(ready, ready->timer);
	if (!err)
		err = add(ready, ready->again);
	if (err)
		ready_close(ready);
	return err;
}

void ready_close(struct ready *ready)
{
	const int fds[] = { ready->epoll, ready->timer, ready->again };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	*ready = (struct ready){ -1, -1, -1 };
}

int ready_watch(struct ready *ready, const struct wire *wire)
{
	void *const sockets[] = { wire->handle, wire->monitor };
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(sockets) / sizeof(sockets[0]); i++) {
		size_t size = sizeof(int);
		int fd;

		if (zmq_getsockopt(sockets[i], ZMQ_FD, &fd, &size) != 0)
			return lift_set_error(LIFT_E_SOCKET, "a socket has no descriptor");
		err = add(ready, fd);
	}
	return err;
}

int ready_at(struct ready *ready, int64_t when_ms)
{
	struct itimerspec at = { .it_value = { 0 } }; /* zeros: never */

	if (when_ms != INT64_MAX) {
		at.it_value.tv_sec = when_ms > 0 ? when_ms / 1000 : 0;
		at.it_value.tv_nsec = when_ms > 0 ? when_ms % 1000 * 1000000 : 1;
	}
	if (timerfd_settime(ready->timer, TFD_TIMER_ABSTIME, &at, NULL) != 0)
		return fail("a timer cannot be set");
	return 0;
}

int ready_again(struct ready *ready, bool is_more)
{
	uint64_t value = 1;
	ssize_t done;

	/* What is full already, or empty, is right. */
	if (is_more)
		done = write(ready->again, &value, sizeof(value));
	else
		done = read(ready->again, &value, sizeof(value));
	return done < 0 && errno != EAGAIN ? fail("a descriptor cannot be used") : 0;
}

int ready_wait(const struct ready *ready, int64_t ms)
{
	struct pollfd item = { .fd = ready->epoll, .events = POLLIN };

	if (ms < 0 || ms > WAIT_MOST_MS)
		ms = WAIT_MOST_MS;
	if (poll(&item, 1, (int)ms) >= 0)
		return 0;
	return errno == EINTR ? lift_set_error(LIFT_E_STOPPED, "a signal came")
			      : fail("waiting failed");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/gateway/loop.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "proto/err.h"

struct loop_reader {
	int fd;	       /* -1: free */
	gateway_fn fn; /* NULL: removed in this round */
	gateway_wait_fn wait;
	void *context;
	int64_t due_ms; /* when its own wait is over */
	bool readable;
};

struct gateway_loop {
	int epoll_fd, signal_fd;
	struct loop_reader readers[GATEWAY_FDS_MAX];
	struct {
		gateway_fn fn;
		void *context;
		int64_t interval_ms, due_ms;
	} timers[GATEWAY_TIMERS_MAX];
	int n_timers;
	gateway_work_fn work;
	void *work_context;
	gateway_signal_fn signal_fn;
	void *signal_context;
	sigset_t signals_before;
	bool stopped, more;
};

#define NEVER INT64_MAX
enum { LOOP_WAIT_MAX_MS = 1000 /* so that rounds go on, and a watchdog sees it */ };

static int64_t ms_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct gateway_now read_clocks(void)
{
	return (struct gateway_now){ ms_of(CLOCK_MONOTONIC), ms_of(CLOCK_REALTIME) };
}

struct gateway_loop *gateway_loop_new(void)
{
	struct gateway_loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	loop->signal_fd = -1;
	for (int i = 0; i < GATEWAY_FDS_MAX; i++)
		loop->readers[i].fd = -1;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		free(loop);
		return NULL;
	}
	loop->more = true; /* what is left over from before */
	return loop;
}

void gateway_loop_free(struct gateway_loop *loop)
{
	if (!loop)
		return;
	if (loop->signal_fd >= 0) {
		close(loop->signal_fd);
		pthread_sigmask(SIG_SETMASK, &loop->signals_before, NULL);
	}
	close(loop->epoll_fd);
	free(loop);
}

int gateway_loop_add_fd(struct gateway_loop *loop, int fd, gateway_fn fn, gateway_wait_fn wait,
			void *context)
{
	int i = 0;
	struct epoll_event event = { .events = EPOLLIN };

	while (i < GATEWAY_FDS_MAX && loop->readers[i].fd >= 0)
		i++;
	if (i == GATEWAY_FDS_MAX)
		return LIFT_E_BUSY;
	event.data.u32 = (uint32_t)i;
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return LIFT_E_SOCKET;
	loop->readers[i] = (struct loop_reader){
		.fd = fd, .fn = fn, .wait = wait, .context = context, .due_ms = NEVER
	};
	return 0;
}

void gateway_loop_remove_fd(struct gateway_loop *loop, int fd)
{
	for (int i = 0; i < GATEWAY_FDS_MAX; i++) {
		struct loop_reader *reader = &loop->readers[i];

		if (reader->fd != fd || fd < 0)
			continue;
		epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
		*reader = (struct loop_reader){ .fd = -1 };
	}
}

/* One at a time: what a signal calls may take this away. */
static void read_signals(void *context, const struct gateway_now *now)
{
	struct gateway_loop *loop = context;
	struct signalfd_siginfo info;

	while (loop->signal_fd >= 0 && read(loop->signal_fd, &info, sizeof(info)) == sizeof(info))
		loop->signal_fn(loop->signal_context, (int)info.ssi_signo, now);
}

int gateway_loop_take_signals(struct gateway_loop *loop, const sigset_t *signals,
			      gateway_signal_fn fn, void *context)
{
	int fd = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK), err;

	if (fd < 0)
		return LIFT_E_SOCKET;
	err = gateway_loop_add_fd(loop, fd, read_signals, NULL, loop);
	if (err < 0) {
		close(fd);
		return err;
	}
	loop->signal_fd = fd;
	loop->signal_fn = fn;
	loop->signal_context = context;
	pthread_sigmask(SIG_BLOCK, signals, &loop->signals_before);
	return 0;
}

int gateway_loop_take_usual(struct gateway_loop *loop, gateway_signal_fn fn, void *context)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	return gateway_loop_take_signals(loop, &set, fn, context);
}

int gateway_loop_add_timer(struct gateway_loop *loop, int interval_ms, gateway_fn fn, void *context,
			   int *ret_timer)
{
	int i = loop->n_timers;

	if (i == GATEWAY_TIMERS_MAX)
		return LIFT_E_BUSY;
	loop->timers[i].fn = fn;
	loop->timers[i].context = context;
	loop->timers[i].interval_ms = interval_ms;
	loop->n_timers++;
	gateway_loop_set_timer(loop, i, true);
	if (ret_timer)
		*ret_timer = i;
	return 0;
}

void gateway_loop_set_timer(struct gateway_loop *loop, int timer, bool on)
{
	loop->timers[timer].due_ms =
		on ? ms_of(CLOCK_MONOTONIC) + loop->timers[timer].interval_ms : NEVER;
}

void gateway_loop_set_work(struct gateway_loop *loop, gateway_work_fn fn, void *context)
{
	loop->work = fn;
	loop->work_context = context;
}

/* How long this round may wait, at most `most_ms`; each reader's own wait begins now. */
static int round_wait(struct gateway_loop *loop, int most_ms)
{
	int64_t now_ms = ms_of(CLOCK_MONOTONIC), first_ms = now_ms + most_ms;

	for (int i = 0; i < GATEWAY_FDS_MAX; i++) {
		struct loop_reader *reader = &loop->readers[i];
		int wait_ms = reader->fd >= 0 && reader->wait ? reader->wait(reader->context) : -1;

		reader->due_ms = wait_ms < 0 ? NEVER : now_ms + wait_ms;
		first_ms = reader->due_ms < first_ms ? reader->due_ms : first_ms;
	}
	for (int i = 0; i < loop->n_timers; i++)
		first_ms = loop->timers[i].due_ms < first_ms ? loop->timers[i].due_ms : first_ms;
	return first_ms <= now_ms ? 0 : (int)(first_ms - now_ms);
}

static void run_readers(struct gateway_loop *loop, const struct gateway_now *now)
{
	for (int i = 0; i < GATEWAY_FDS_MAX; i++) {
		struct loop_reader *reader = &loop->readers[i];

		if (reader->fn && (reader->readable || reader->due_ms <= now->steady_ms)) {
			reader->readable = false;
			reader->fn(reader->context, now);
		}
	}
}

/* A timer that is late is called once, and keeps its beat. */
static void run_timers(struct gateway_loop *loop, const struct gateway_now *now)
{
	for (int i = 0; i < loop->n_timers; i++) {
		int64_t late_ms = now->steady_ms - loop->timers[i].due_ms;
		int64_t interval_ms = loop->timers[i].interval_ms;

		if (late_ms < 0)
			continue;
		loop->timers[i].due_ms += interval_ms * (1 + late_ms / interval_ms);
		loop->timers[i].fn(loop->timers[i].context, now);
	}
}

int gateway_loop_step(struct gateway_loop *loop, int wait_ms)
{
	struct epoll_event events[GATEWAY_FDS_MAX];
	int n = epoll_wait(loop->epoll_fd, events, GATEWAY_FDS_MAX, round_wait(loop, wait_ms));
	struct gateway_now now;

	if (n < 0 && errno != EINTR)
		return LIFT_E_SOCKET;
	for (int i = 0; i < n; i++)
		loop->readers[events[i].data.u32].readable = true;
	now = read_clocks();
	run_readers(loop, &now);
	run_timers(loop, &now);
	/* Also in the round that stops: what has been received is finished. */
	loop->more = loop->work && loop->work(loop->work_context, &now);
	return 0;
}

int gateway_loop_run(struct gateway_loop *loop)
{
	int err = 0;

	while (!loop->stopped && err == 0)
		err = gateway_loop_step(loop, loop->more ? 0 : LOOP_WAIT_MAX_MS);
	return err;
}

void gateway_loop_stop(struct gateway_loop *loop)
{
	loop->stopped = true;
}

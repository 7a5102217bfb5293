/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "proto/err.h"

enum { WATCHED_MAX = 8 };

struct service {
	struct loop *loop;
	int signals; /* signalfd */
	loop_fn on_hangup;
	void *context;
	struct loop *watched[WATCHED_MAX];
	uint64_t rounds[WATCHED_MAX]; /* at the last beat */
	int n_watched;
};

static sigset_t signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return set;
}

void service_block_signals(void)
{
	sigset_t set = signals();

	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void on_signal(void *context, const struct now *now)
{
	struct service *service = context;
	struct signalfd_siginfo info;

	if (read(service->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP) {
		service->on_hangup(service->context, now);
		return;
	}
	log_notice("stopping: signal=%s", info.ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT");
	loop_stop(service->loop);
}

static void on_beat(void *context, const struct now *now)
{
	struct service *service = context;
	bool all = true;

	(void)now;
	for (int i = 0; i < service->n_watched; i++) {
		uint64_t rounds = loop_rounds(service->watched[i]);

		all &= rounds != service->rounds[i];
		service->rounds[i] = rounds;
	}
	if (all)
		sd_notify(0, "WATCHDOG=1");
}

int service_open(struct loop *loop, struct loop *const watched[], int n_watched, loop_fn on_hangup,
		 void *context, struct service **ret_service)
{
	struct service *service = calloc(1, sizeof(*service));
	sigset_t set = signals();
	uint64_t watchdog_us = 0;
	int err = service ? 0 : LIFT_E_MEMORY;

	if (err)
		return err;
	service->loop = loop;
	service->on_hangup = on_hangup;
	service->context = context;
	service->n_watched = n_watched < WATCHED_MAX ? n_watched : WATCHED_MAX;
	for (int i = 0; i < service->n_watched; i++)
		service->watched[i] = watched[i];
	service->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	err = service->signals < 0 ? LIFT_E_IO
				   : loop_add_fd(loop, service->signals, on_signal, service);
	if (!err && sd_watchdog_enabled(0, &watchdog_us) > 0)
		err = loop_add_timer(loop, (int)(watchdog_us / 1000 / 3) + 1, on_beat, service,
				     NULL);
	if (err) {
		service_close(service);
		return err;
	}
	*ret_service = service;
	return 0;
}

void service_close(struct service *service)
{
	if (!service)
		return;
	if (service->signals >= 0)
		close(service->signals);
	free(service);
}

void service_still_starting(void)
{
	sd_notify(0, "EXTEND_TIMEOUT_USEC=60000000\nSTATUS=checking the data on disk");
}

void service_ready(const char *status)
{
	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void service_reloading(void)
{
	sd_notify(0, "RELOADING=1");
}

void service_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

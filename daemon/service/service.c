/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/service.h"

#include <assert.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/uio.h>
#define SD_JOURNAL_SUPPRESS_LOCATION /* where in the code is nothing that an operator looks for */
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "proto/err.h"

enum { WATCHED_MAX = 8, SECOND_MS = 1000 };

/* Lines for the journal. */

enum {
	ENTRY_FIELDS = 5 + LOG_FIELDS_MAX,
	ENTRY_BYTES = 4096, /* more than a line, and all names of fields */
};

struct entry {
	struct iovec fields[ENTRY_FIELDS];
	int n;
	char text[ENTRY_BYTES];
	size_t size;
};

__attribute__((format(printf, 2, 3))) static void entry_add(struct entry *entry, const char *format,
							    ...)
{
	char *to = entry->text + entry->size;
	size_t room = sizeof(entry->text) - entry->size;
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(to, room, format, args);
	va_end(args);
	if (size < 0 || (size_t)size >= room || entry->n == ENTRY_FIELDS)
		return;
	entry->fields[entry->n++] = (struct iovec){ to, (size_t)size };
	entry->size += (size_t)size;
}

/* The journal's names of fields are upper case. */
static void entry_add_pair(struct entry *entry, struct text key, struct text value)
{
	char *name = entry->text + entry->size;
	int n = entry->n;

	entry_add(entry, "LIFTD_%.*s=%.*s", (int)key.size, key.data, (int)value.size, value.data);
	for (; entry->n > n && *name != '='; name++)
		if (*name >= 'a' && *name <= 'z')
			*name = (char)(*name - 'a' + 'A');
}

static bool send_to_journal(const struct log_message *message)
{
	struct entry entry = { .n = 0 };

	entry_add(&entry, "MESSAGE=%s", message->line);
	entry_add(&entry, "PRIORITY=%d", message->level);
	entry_add(&entry, "SYSLOG_IDENTIFIER=liftd");
	if (message->alert) {
		entry_add(&entry, "MESSAGE_ID=%s", message->alert->id);
		entry_add(&entry, "LIFTD_ALERT=%s", message->alert->name);
	}
	for (size_t i = 0; i < message->n_fields; i++)
		entry_add_pair(&entry, message->fields[i].key, message->fields[i].value);
	return sd_journal_sendv(entry.fields, entry.n) == 0;
}

/* libsystemd says nothing where the socket is not there: then lines must not go to it. */
void service_log_to_journal(void)
{
	if (access("/run/systemd/journal/socket", W_OK) == 0)
		log_set_sink(send_to_journal);
}

/* Signals, and signs of life. */

struct watched {
	const char *name;
	service_steps_fn fn;
	void *context;
	uint64_t steps; /* at the last look */
	bool is_told;	/* that it does not go on */
};

struct service {
	struct service_parts parts;
	int signals;	   /* signalfd */
	int64_t beat_ms;   /* between two beats; 0: nobody listens to them */
	int64_t looked_ms; /* steady */
	struct watched watched[WATCHED_MAX];
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

bool service_is_ending(void)
{
	sigset_t pending;

	sigemptyset(&pending);
	sigpending(&pending);
	return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

static void on_signal(void *context, const struct now *now)
{
	struct service *service = context;
	struct signalfd_siginfo info;

	if (read(service->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP) {
		service->parts.on_hangup(service->parts.context, now);
		return;
	}
	log_notice("stopping: signal=%s", info.ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT");
	loop_stop(service->parts.loop);
}

/* One that has nothing to do may stand still. */
static bool goes_on(struct service *service, struct watched *watched)
{
	uint64_t steps;
	bool stands = watched->fn(watched->context, &steps) && steps == watched->steps;

	watched->steps = steps;
	if (stands && !watched->is_told)
		log_alert(ALERT_THREAD_HANGS, "a thread does not go on: thread=%s for_ms=%lld",
			  watched->name, (long long)service->beat_ms);
	watched->is_told = stands;
	return !stands;
}

static void beat(struct service *service, int64_t steady_ms)
{
	bool all = true;

	service->looked_ms = steady_ms;
	for (int i = 0; i < service->n_watched; i++)
		all &= goes_on(service, &service->watched[i]);
	if (all)
		sd_notify(0, "WATCHDOG=1");
}

static void on_beat(void *context, const struct now *now)
{
	struct service *service = context;

	/* Right behind a beat from within something long they need not have gone on. */
	if (now->steady_ms - service->looked_ms >= service->beat_ms / 2)
		beat(service, now->steady_ms);
}

void service_still_working(struct service *service)
{
	int64_t now_ms = clock_steady_ms();

	if (service && service->beat_ms && now_ms - service->looked_ms >= service->beat_ms)
		beat(service, now_ms);
}

static void on_second(void *context, const struct now *now)
{
	struct service *service = context;
	const char *line = service->parts.describe(service->parts.context, now);

	if (line)
		sd_notifyf(0, "STATUS=%s", line);
}

static int join_loop(struct service *service)
{
	struct loop *loop = service->parts.loop;
	uint64_t watchdog_us = 0;
	int err = loop_add_fd(loop, service->signals, on_signal, service);

	if (!err && getenv("NOTIFY_SOCKET"))
		err = loop_add_timer(loop, SECOND_MS, on_second, service, NULL);
	if (err || sd_watchdog_enabled(0, &watchdog_us) <= 0)
		return err;
	service->beat_ms = (int64_t)(watchdog_us / 1000 / 3) + 1;
	service->looked_ms = clock_steady_ms();
	return loop_add_timer(loop, (int)service->beat_ms, on_beat, service, NULL);
}

int service_open(const struct service_parts *parts, struct service **ret_service)
{
	struct service *service = calloc(1, sizeof(*service));
	sigset_t set = signals();
	int err = service ? 0 : LIFT_E_MEMORY;

	if (err)
		return err;
	service->parts = *parts;
	service->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	err = service->signals < 0 ? LIFT_E_IO : join_loop(service);
	if (err) {
		service_close(service);
		return err;
	}
	*ret_service = service;
	return 0;
}

void service_watch(struct service *service, const char *name, service_steps_fn fn, void *context)
{
	assert(service->n_watched < WATCHED_MAX);
	service->watched[service->n_watched++] =
		(struct watched){ .name = name, .fn = fn, .context = context };
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
	sd_notify(0, "EXTEND_TIMEOUT_USEC=60000000\nWATCHDOG=1\nSTATUS=checking the data on disk");
}

void service_start_failed(const char *at, int err)
{
	log_alert(ALERT_START_FAILED, "start failed: at=\"%s\" code=%s reason=\"%s\"", at,
		  lift_err_code(err), lift_err_text(err));
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

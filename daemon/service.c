/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service.h"

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

enum { WATCHED_MAX = 8 };

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

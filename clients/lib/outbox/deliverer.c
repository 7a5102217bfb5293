/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/outbox/deliverer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "clients/lib/error.h"
#include "clients/lib/outbox/delivery.h"
#include "clients/lib/wire.h"

enum {
	TURN_MS = 1000,	   /* between tries for the turn */
	LOOK_MS = 200,	   /* what other processes put in is looked for so often */
	WAIT_MS = 1000,	   /* for answers, at once */
	PAUSE_MIN_MS = 50, /* after an error; doubles */
	PAUSE_MAX_MS = 4000,
	TIDY_MS = 1000, /* after nothing has waited for so long */
};

struct deliverer {
	char *path, *source, *endpoint;
	struct lift_keys keys;
	struct seal seal;
	struct outbox_file file; /* the thread's own, once it runs */
	struct delivery delivery;
	struct turn turn;
	int wake; /* an eventfd */
	atomic_bool stopping;
	pthread_t thread;
	pthread_mutex_t mutex; /* of `told` and `unknown` */
	struct deliverer_told told;
	struct unknown_sum unknown;
	int64_t idle_ms; /* since when nothing waits; 0: something does, or all is tidy */
};

/* What is told. */

static void tell(struct deliverer *deliverer, int err, const char *text)
{
	bool is_new;

	pthread_mutex_lock(&deliverer->mutex);
	is_new = deliverer->told.err != err || strcmp(deliverer->told.text, text) != 0;
	deliverer->told.err = err;
	snprintf(deliverer->told.text, sizeof(deliverer->told.text), "%s", text);
	pthread_mutex_unlock(&deliverer->mutex);
	if (is_new && deliverer->turn.fd >= 0)
		turn_say(&deliverer->turn, err, text);
}

static void tell_turn(struct deliverer *deliverer)
{
	pthread_mutex_lock(&deliverer->mutex);
	deliverer->told.delivers = deliverer->turn.fd >= 0;
	pthread_mutex_unlock(&deliverer->mutex);
}

/* Of the daemon, or of the way to it. */
static void tell_daemon(struct deliverer *deliverer, int err)
{
	char text[TURN_TEXT];

	if (err == LIFT_E_SOCKET)
		snprintf(text, sizeof(text),
			 "%s does not answer: does the daemon run, and is this its intake?",
			 deliverer->endpoint);
	else
		snprintf(text, sizeof(text), "%s: %s (%s)", deliverer->endpoint, lift_err_text(err),
			 lift_err_code(err));
	tell(deliverer, err, text);
}

/* Waiting. */

/* Read what it was woken by: is it to end? */
static bool take_wake(void *context)
{
	struct deliverer *deliverer = context;
	uint64_t times;

	if (read(deliverer->wake, &times, sizeof(times)) < 0) {
		/* Nobody has woken it. */
	}
	return atomic_load(&deliverer->stopping);
}

/* Wait so long, or until it is to end. */
static void pause_for(struct deliverer *deliverer, int64_t ms)
{
	int64_t end_ms = wire_clock_ms() + ms;

	while (!take_wake(deliverer) && ms > 0) {
		struct pollfd item = { .fd = deliverer->wake, .events = POLLIN };

		poll(&item, 1, (int)ms);
		ms = end_ms - wire_clock_ms();
	}
}

static int take_stall(void *context, int err, int64_t ms)
{
	struct deliverer *deliverer = context;

	(void)ms;
	tell_daemon(deliverer, err);
	return atomic_load(&deliverer->stopping) ? LIFT_E_STOPPED : 0;
}

static void take_unknown(void *context, const struct lift_unknown *unknown)
{
	struct deliverer *deliverer = context;

	pthread_mutex_lock(&deliverer->mutex);
	unknown_sum_add(&deliverer->unknown, unknown);
	pthread_mutex_unlock(&deliverer->mutex);
}

/* Delivering. */

/* Nothing waits. */
static int be_idle(struct deliverer *deliverer)
{
	int64_t now_ms = wire_clock_ms();
	int err = outbox_file_check(&deliverer->file);

	if (!err && deliverer->idle_ms > 0 && now_ms - deliverer->idle_ms >= TIDY_MS) {
		err = settle_tidy(&deliverer->file);
		deliverer->idle_ms = 0;
	}
	return err;
}

/* Until something waits: 0, or LIFT_E_STOPPED. */
static int wait_for_events(struct deliverer *deliverer)
{
	int64_t waiting[3] = { 0 };
	int err = 0;

	while (!err && waiting[0] == 0) {
		struct pollfd item = { .fd = deliverer->wake, .events = POLLIN };

		err = outbox_file_numbers(&deliverer->file, SQL_WAITING, NULL, 0, waiting, 3);
		if (err || waiting[0] > 0)
			break;
		tell(deliverer, 0, "");
		err = be_idle(deliverer);
		if (!err)
			poll(&item, 1, LOOK_MS);
		if (!err && take_wake(deliverer))
			err = LIFT_E_STOPPED;
	}
	return err;
}

/* By one connection, until it ends. */
static int deliver(struct deliverer *deliverer, int64_t *pause_ms)
{
	struct delivery *delivery = &deliverer->delivery;
	enum delivery_news news = DELIVERY_ON;
	int err = delivery_begin(delivery, &news);

	while (!err && news != DELIVERY_AGAIN) {
		int64_t settled = delivery->settled;

		err = delivery_go_on(delivery, news == DELIVERY_IDLE ? LOOK_MS : WAIT_MS, &news);
		if (delivery->settled > settled) {
			*pause_ms = PAUSE_MIN_MS;
			deliverer->idle_ms = wire_clock_ms();
			tell(deliverer, 0, "");
		}
		if (!err && news == DELIVERY_IDLE)
			err = be_idle(deliverer);
	}
	delivery_end(delivery);
	return err;
}

/* An error of the file has its sentence; the daemon's, or of the way to it, are the publisher's. */
static bool is_of_file(int err)
{
	switch (err) {
	case LIFT_E_OUTBOX:
	case LIFT_E_CORRUPT:
	case LIFT_E_IO:
	case LIFT_E_FULL:
	case LIFT_E_MEMORY:
		return true;
	default:
		return false;
	}
}

/* As long as the file is the one of its name: another one there is another process's. */
static void deliver_on(struct deliverer *deliverer)
{
	int64_t pause_ms = PAUSE_MIN_MS;

	while (!atomic_load(&deliverer->stopping) && outbox_file_check(&deliverer->file) == 0) {
		int err = wait_for_events(deliverer);

		if (!err)
			err = deliver(deliverer, &pause_ms);
		if (!err || err == LIFT_E_STOPPED)
			continue;
		if (is_of_file(err))
			/* It has room beyond the file's limit: so it is the disk's. */
			tell(deliverer, err == LIFT_E_FULL ? LIFT_E_DISK : err, lift_error_text());
		else
			tell_daemon(deliverer, err);
		pause_for(deliverer, pause_ms);
		pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
	}
}

static int64_t wall_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void *run(void *context)
{
	struct deliverer *deliverer = context;

	while (!atomic_load(&deliverer->stopping)) {
		int err = outbox_file_check(&deliverer->file);

		if (!err)
			err = turn_take(&deliverer->turn, deliverer->path, wall_clock_ms());
		if (err) {
			tell(deliverer, err == LIFT_E_BUSY ? 0 : err,
			     err == LIFT_E_BUSY ? "" : lift_error_text());
			pause_for(deliverer, TURN_MS);
			continue;
		}
		tell_turn(deliverer);
		deliver_on(deliverer);
		turn_end(&deliverer->turn);
		tell_turn(deliverer);
	}
	return NULL;
}

/* The interface. */

static void free_deliverer(struct deliverer *deliverer)
{
	delivery_clear(&deliverer->delivery);
	outbox_file_close(&deliverer->file);
	seal_clear(&deliverer->seal);
	sodium_memzero(&deliverer->keys, sizeof(deliverer->keys));
	if (deliverer->wake > 0)
		close(deliverer->wake);
	pthread_mutex_destroy(&deliverer->mutex);
	unknown_sum_clear(&deliverer->unknown);
	free(deliverer->path);
	free(deliverer->source);
	free(deliverer->endpoint);
	free(deliverer);
}

/* A descriptor above 0, which is none to a publisher. */
static int make_wake(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), other;

	if (fd != 0)
		return fd;
	other = fcntl(fd, F_DUPFD_CLOEXEC, 1);
	close(fd);
	return other;
}

/* No signal of the program's is handled in it. */
static int start_thread(struct deliverer *deliverer)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&deliverer->thread, NULL, run, deliverer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed ? lift_set_error(LIFT_E_MEMORY, "a thread cannot be begun: %s",
				       strerror(failed))
		      : 0;
}

static void fill_delivery(struct deliverer *deliverer, const struct deliverer_options *options)
{
	deliverer->delivery = (struct delivery){
		.file = &deliverer->file,
		.seal = &deliverer->seal,
		.source = deliverer->source,
		.endpoint = deliverer->endpoint,
		.keys = options->keys ? &deliverer->keys : NULL,
		.writing = options->writing,
		.batch = DELIVERY_BATCH,
		.wake = { deliverer->wake, take_wake, deliverer },
		.stalled = take_stall,
		.unknown = take_unknown,
		.context = deliverer,
	};
}

int deliverer_start(const struct deliverer_options *options, struct deliverer **ret_deliverer)
{
	struct deliverer *deliverer = calloc(1, sizeof(*deliverer));
	int err = LIFT_E_MEMORY;

	if (!deliverer)
		return lift_set_error(err, "%s", lift_err_text(err));
	pthread_mutex_init(&deliverer->mutex, NULL);
	deliverer->turn.fd = -1;
	deliverer->seal = *options->seal;
	if (options->keys)
		deliverer->keys = *options->keys;
	deliverer->path = strdup(options->path);
	deliverer->source = strdup(options->source);
	deliverer->endpoint = strdup(options->endpoint);
	deliverer->wake = make_wake();
	if (!deliverer->path || !deliverer->source || !deliverer->endpoint || deliverer->wake < 0)
		lift_set_error(err, "%s", lift_err_text(err));
	else
		err = outbox_file_open(options->path, options->source, &deliverer->seal, false,
				       &deliverer->file);
	if (!err)
		err = outbox_file_limit(&deliverer->file, options->max_bytes, OUTBOX_ROOM_PAGES);
	fill_delivery(deliverer, options);
	if (!err)
		err = start_thread(deliverer);
	if (err)
		free_deliverer(deliverer);
	else
		*ret_deliverer = deliverer;
	return err;
}

void deliverer_wake(struct deliverer *deliverer)
{
	uint64_t once = 1;

	if (write(deliverer->wake, &once, sizeof(once)) < 0) {
		/* It has been woken so often that it will not sleep. */
	}
}

void deliverer_stop(struct deliverer *deliverer)
{
	if (!deliverer)
		return;
	atomic_store(&deliverer->stopping, true);
	deliverer_wake(deliverer);
	pthread_join(deliverer->thread, NULL);
	free_deliverer(deliverer);
}

void deliverer_look(struct deliverer *deliverer, struct deliverer_told *ret_told)
{
	pthread_mutex_lock(&deliverer->mutex);
	*ret_told = deliverer->told;
	pthread_mutex_unlock(&deliverer->mutex);
}

void deliverer_take_unknown(struct deliverer *deliverer, struct unknown_sum *ret_unknown)
{
	pthread_mutex_lock(&deliverer->mutex);
	*ret_unknown = deliverer->unknown;
	deliverer->unknown = (struct unknown_sum){ 0 };
	pthread_mutex_unlock(&deliverer->mutex);
}

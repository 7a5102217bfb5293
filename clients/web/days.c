/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/days.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "proto/control.h"

enum {
	DAYS_MAX = 24, /* that are kept or asked for */
	/* Of their figures as text, of one and of all that are kept; in memory they take some
	 * seventeen times that. */
	DAYS_BYTES = 48 << 20,
	FRESH_MS = 30000, /* so long they are taken as they came */
	FAILED_MS = 1000,
	ANSWER_MS = 60000,
	END_S = 2,
};

struct days {
	char *ask;
	const struct lift_keys *keys;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t asked;
	bool ends;
	struct day days[DAYS_MAX]; /* the thread touches the one that is DAY_ASKED alone */
	const struct day *lent;	   /* that the loop looks at: it stays */
	json_t *gone[DAYS_MAX]; /* rows that the thread frees: of a whole country that takes long */
	size_t n_gone;
	uint64_t uses;
	int fd;
};

static void empty(struct days *days, struct day *day)
{
	if (days->n_gone < DAYS_MAX)
		days->gone[days->n_gone++] = day->rows;
	else
		json_decref(day->rows);
	*day = (struct day){ .state = DAY_UNUSED };
}

static bool is_done(const struct day *day)
{
	return day->state == DAY_HERE || day->state == DAY_FAILED;
}

/* A day has come: those that have not been used for longest make room for it. */
static void make_room(struct days *days, const struct day *come)
{
	for (;;) {
		struct day *oldest = NULL;
		size_t bytes = 0;

		for (size_t i = 0; i < DAYS_MAX; i++) {
			struct day *day = &days->days[i];

			if (!is_done(day))
				continue;
			bytes += day->bytes;
			if (day != come && day != days->lent &&
			    (!oldest || day->used < oldest->used))
				oldest = day;
		}
		if (bytes <= DAYS_BYTES || !oldest)
			return;
		empty(days, oldest);
	}
}

/* The thread. */

static int take_row(struct day *day, const char *text, size_t size)
{
	json_t *metrics = json_loadb(text, size, 0, NULL);
	json_t *row = metrics ? json_object() : NULL;
	static const char *const keys[] = { "region", "kind", "id" };

	for (size_t i = 0; row && i < sizeof(keys) / sizeof(keys[0]); i++) {
		json_object_set(row, keys[i], json_object_get(metrics, keys[i]));
		json_object_del(metrics, keys[i]);
	}
	if (!row || json_object_set_new(row, "metrics", metrics) ||
	    json_array_append_new(day->rows, row))
		return LIFT_E_MEMORY;
	day->bytes += size;
	return day->bytes > DAYS_BYTES ? LIFT_E_SIZE : 0;
}

static void keep_text(const json_t *answer, const char *key, char *to, size_t room)
{
	const char *text = json_string_value(json_object_get(answer, key));

	snprintf(to, room, "%s", text ? text : "");
}

static int take_answer(void *context, const json_t *answer)
{
	struct day *day = context;
	const json_t *row;
	size_t i;
	int err = 0;

	if (!json_is_true(json_object_get(answer, "ok"))) {
		keep_text(answer, "code", day->code, sizeof(day->code));
		keep_text(answer, "text", day->text, sizeof(day->text));
		return LIFT_E_STOPPED;
	}
	keep_text(answer, "as_of", day->as_of, sizeof(day->as_of));
	day->release = json_integer_value(json_object_get(answer, "release"));
	if (json_array_extend(day->rows, json_object_get(answer, "releases")) != 0 &&
	    json_object_get(answer, "releases"))
		return LIFT_E_MEMORY;
	json_array_foreach(json_object_get(answer, "rows"), i, row)
	{
		err = take_row(day, json_string_value(row), json_string_length(row));
		if (err)
			break;
	}
	return err;
}

static void ask_daemon(const struct days *days, struct day *day)
{
	const struct day_wish *wish = &day->wish;
	bool of_releases = strcmp(wish->day, DAYS_OF_RELEASES) == 0;
	const struct request request = {
		.op = text_of(of_releases ? "releases" : "export"),
		.as_of = text_of(of_releases ? "" : wish->day),
		.region = text_of(wish->region),
		.kind = text_of(wish->kind),
		.id = text_of(wish->id),
	};
	struct msg_writer *writer = msg_writer_new();
	struct text message;
	int err = writer ? 0 : LIFT_E_MEMORY;

	day->rows = json_array();
	if (!err) {
		request_encode(writer, &request);
		message = msg_written(writer);
		err = lift_request(days->ask, days->keys, message.data, message.size, ANSWER_MS,
				   take_answer, day);
	}
	msg_writer_free(writer);
	if (err) { /* what had come of it */
		json_decref(day->rows);
		day->rows = NULL;
		day->bytes = 0;
	}
	if (err && !*day->code) {
		snprintf(day->code, sizeof(day->code), "%s", lift_err_code(err));
		snprintf(day->text, sizeof(day->text), "%s", lift_err_text(err));
	}
}

static struct day *next_asked(struct days *days)
{
	struct day *first = NULL;

	for (size_t i = 0; i < DAYS_MAX; i++)
		if (days->days[i].state == DAY_WAITS &&
		    (!first || days->days[i].used < first->used))
			first = &days->days[i];
	return first;
}

/* The mutex is let go meanwhile. */
static void free_gone(struct days *days)
{
	json_t *gone[DAYS_MAX];
	size_t n = days->n_gone;

	memcpy(gone, days->gone, n * sizeof(gone[0]));
	days->n_gone = 0;
	pthread_mutex_unlock(&days->mutex);
	for (size_t i = 0; i < n; i++)
		json_decref(gone[i]);
	pthread_mutex_lock(&days->mutex);
}

static void *run(void *context)
{
	struct days *days = context;
	uint64_t once = 1;

	pthread_mutex_lock(&days->mutex);
	while (!days->ends) {
		struct day *day;

		if (days->n_gone)
			free_gone(days);
		day = next_asked(days);
		if (!day) {
			pthread_cond_wait(&days->asked, &days->mutex);
			continue;
		}
		day->state = DAY_ASKED;
		pthread_mutex_unlock(&days->mutex);
		ask_daemon(days, day);
		pthread_mutex_lock(&days->mutex);
		day->state = *day->code ? DAY_FAILED : DAY_HERE;
		day->at_ms = 0;
		make_room(days, day);
		if (write(days->fd, &once, sizeof(once)) < 0) {
			/* It is readable already. */
		}
	}
	pthread_mutex_unlock(&days->mutex);
	return NULL;
}

/* What is kept. */

static bool is_old(const struct day *day, int64_t now_ms)
{
	return is_done(day) && day->at_ms > 0 &&
	       now_ms - day->at_ms > (day->state == DAY_HERE ? FRESH_MS : FAILED_MS);
}

/* The one that has not been used for longest goes, where there is no other place. */
static struct day *make_place(struct days *days)
{
	struct day *oldest = NULL;

	for (size_t i = 0; i < DAYS_MAX; i++) {
		struct day *day = &days->days[i];

		if (day->state == DAY_UNUSED)
			return day;
		if (is_done(day) && (!oldest || day->used < oldest->used))
			oldest = day;
	}
	if (oldest)
		empty(days, oldest);
	return oldest;
}

static struct day *find(struct days *days, const struct day_wish *wish)
{
	for (size_t i = 0; i < DAYS_MAX; i++)
		if (days->days[i].state != DAY_UNUSED &&
		    memcmp(&days->days[i].wish, wish, sizeof(*wish)) == 0)
			return &days->days[i];
	return NULL;
}

enum days_verdict days_ask(struct days *days, const struct day_wish *wish, int64_t now_ms,
			   const struct day **ret_day)
{
	enum days_verdict verdict;
	struct day *day;

	pthread_mutex_lock(&days->mutex);
	day = find(days, wish);
	if (day && is_done(day) && !day->at_ms)
		day->at_ms = now_ms;
	if (day && is_old(day, now_ms)) {
		empty(days, day);
		day = NULL;
	}
	if (!day) {
		day = make_place(days);
		if (day) {
			day->wish = *wish;
			day->state = DAY_WAITS;
			pthread_cond_signal(&days->asked);
		}
	}
	if (day)
		day->used = ++days->uses;
	days->lent = day;
	verdict = !day ? DAYS_FULL : is_done(day) ? DAYS_HERE : DAYS_WAIT;
	pthread_mutex_unlock(&days->mutex);
	*ret_day = day;
	return verdict;
}

int days_fd(const struct days *days)
{
	return days->fd;
}

void days_take(struct days *days)
{
	uint64_t times;

	if (read(days->fd, &times, sizeof(times)) < 0) {
		/* Nothing has come. */
	}
}

struct days *days_new(const char *ask, const struct lift_keys *keys)
{
	struct days *days = calloc(1, sizeof(*days));
	sigset_t all, before;
	int failed;

	if (!days)
		return NULL;
	days->ask = strdup(ask);
	days->keys = keys;
	days->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	pthread_mutex_init(&days->mutex, NULL);
	pthread_cond_init(&days->asked, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = !days->ask || days->fd < 0 || pthread_create(&days->thread, NULL, run, days) != 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		if (days->fd >= 0)
			close(days->fd);
		free(days->ask);
		free(days);
		return NULL;
	}
	return days;
}

void days_free(struct days *days)
{
	struct timespec end;

	if (!days)
		return;
	pthread_mutex_lock(&days->mutex);
	days->ends = true;
	pthread_cond_signal(&days->asked);
	pthread_mutex_unlock(&days->mutex);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += END_S;
	if (pthread_timedjoin_np(days->thread, NULL, &end) != 0) {
		pthread_detach(days->thread); /* it waits for a daemon that is silent */
		return;
	}
	for (size_t i = 0; i < DAYS_MAX; i++)
		json_decref(days->days[i].rows);
	for (size_t i = 0; i < days->n_gone; i++)
		json_decref(days->gone[i]);
	pthread_cond_destroy(&days->asked);
	pthread_mutex_destroy(&days->mutex);
	close(days->fd);
	free(days->ask);
	free(days);
}

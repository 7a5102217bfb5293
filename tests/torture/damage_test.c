/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random damage to journal and ledger while the daemon is stopped: a byte that is another, a file
 * that is cut off. It is found at the start, or it is harmless: the same figures, also after more
 * events. Never a wrong figure served as right. A bad disk may hit both at once.
 *
 * ROUNDS rounds, at most ROUNDS_MOST; ROUNDS_SHORT unless it is said.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/journal/damage.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"
#include "tests/seed.h"

enum {
	ROUNDS_SHORT = 40,
	ROUNDS_MOST = 1000,
	BATCHES = 40,
	BATCH = 250,
	MORE = 200,
	PAGE = 4096,
	META_BYTES = 152, /* of each of the first two pages, with the page's head */
	EXIT_DAMAGED = 65,
};

static const char catalogue[] =
	"dimensions: {role: [nurse, carer]}\n"
	"regions: [{code: rana, name: Rana}, {code: vega, name: Vega}, {code: bodo, name: Bodo}]\n"
	"modules: [{id: lift, name: Lift}, {id: falls, name: Falls}, {id: wounds, name: Wounds}]\n";

static const char *const stores[] = { "journal", "ledger" };
enum { STORES = 2 };
static const char pinned[] = "2024-11-30", earlier[] = "2024-11-10";

/* What the daemon was before the damage. */
static struct image {
	char *bytes;
	size_t size;
} images[STORES];
static char *figures, *figures_earlier, *figures_more;
static uint64_t chance_state;

static uint64_t chance(uint64_t below)
{
	return test_draw(&chance_state) % below;
}

static void begin_chance(void)
{
	chance_state = test_seed();
}

/* Events. */

/* The same number always makes the same event; some are refused. */
static json_t *event_of(int64_t n)
{
	static const char *const types[] = { "started", "completed", "started" };
	static const char *const regions[] = { "rana", "vega", "bodo", "nowhere" };
	static const char *const modules[] = { "lift", "falls", "wounds", "unheard-of" };
	static const char *const roles[] = { "nurse", "carer" };
	char learner[32];

	snprintf(learner, sizeof(learner), "learner-%d", (int)(n * 7 % 2311));
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:{s:s}}", "type",
			 n % 41 == 5 ? "dreamt" : types[n / 3 % 3], "time",
			 INT64_C(1730000000000) + n * 211000, "learner", learner, "module",
			 modules[n % 17 == 3 ? 3 : n % 3], "region",
			 regions[n % 19 == 3 ? 3 : n * 7 % 2311 % 3], "attrs", "role",
			 roles[n * 7 % 2311 % 2]);
}

/* Two streams of two sources take turns. The answer is the caller's. */
static json_t *send_batch(struct peer *peer, int64_t batch, int n)
{
	json_t *events = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(events, event_of(batch * BATCH + i));
	return peer_ask(peer, json_pack("{s:i, s:s, s:s, s:s, s:I, s:o}", "v", 1, "op", "events",
					"source", batch % 2 ? "rana" : "other", "stream",
					batch / 2 % 2 ? "one" : "two", "seq", batch / 4 * BATCH + 1,
					"events", events));
}

static json_t *send_one_batch(struct daemon *daemon, int64_t batch, int n)
{
	struct peer peer;
	json_t *answer;

	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	answer = send_batch(&peer, batch, n);
	peer_close(&peer);
	return answer;
}

static char *export_of(struct daemon *daemon, const char *day)
{
	return daemon_lift_out(daemon, 0, "export", "--as-of", day, NULL);
}

/* Files. */

static void store_path(const struct daemon *daemon, int store, char to[static 2 * PATH_SIZE])
{
	snprintf(to, 2 * PATH_SIZE, "%s/%s/data.mdb", daemon->state, stores[store]);
}

static void read_image(const struct daemon *daemon, int store)
{
	char path[2 * PATH_SIZE];

	store_path(daemon, store, path);
	images[store].bytes = file_text(path, &images[store].size);
}

static void write_image(const struct daemon *daemon, int store, size_t size)
{
	char path[2 * PATH_SIZE];
	int fd;

	store_path(daemon, store, path);
	unlink(path); /* what has it open keeps it */
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, images[store].bytes, size), size);
	close(fd);
}

/* What is done to one file. */
struct change {
	bool done, cut;
	size_t at;
	char mask;
};

/* What is done in one round, to each of them. */
struct damage {
	struct change changes[STORES];
};

static struct change draw_change(int store)
{
	struct change change = { .done = true, .cut = chance(10) == 0 };

	/* The metas are few bytes, and matter more. */
	change.at = chance(5) == 0 && !change.cut ? PAGE * chance(2) + chance(META_BYTES)
						  : chance(images[store].size);
	change.mask = (char)(1 + chance(255));
	return change;
}

/* One of the two, or both. */
static struct damage draw_damage(void)
{
	struct damage damage = { 0 };
	int what = (int)chance(STORES + 1);

	for (int store = 0; store < STORES; store++)
		if (what == store || what == STORES)
			damage.changes[store] = draw_change(store);
	return damage;
}

static void do_change(const struct daemon *daemon, int store, const struct change *change)
{
	struct image *image = &images[store];

	if (!change->done || change->cut) {
		write_image(daemon, store, change->done ? change->at : image->size);
		return;
	}
	image->bytes[change->at] ^= change->mask;
	write_image(daemon, store, image->size);
	image->bytes[change->at] ^= change->mask;
}

static void do_damage(const struct daemon *daemon, const struct damage *damage)
{
	for (int store = 0; store < STORES; store++)
		do_change(daemon, store, &damage->changes[store]);
}

/* A round. */

static unsigned n_ended, n_reading, n_without, n_rebuilt, n_harmless;

static void fail_of(const struct daemon *daemon, const struct damage *damage, const char *why)
{
	for (int store = 0; store < STORES; store++) {
		const struct change *change = &damage->changes[store];

		if (change->done)
			print_error("store=%s at=%zu %s=%d\n", stores[store], change->at,
				    change->cut ? "cut" : "mask", change->mask);
	}
	fail_msg("%s; the daemon said:\n%s", why, file_text(daemon->log, NULL));
}

static void check_figures(struct daemon *daemon, const struct damage *damage, const char *day,
			  const char *expected)
{
	char *found = export_of(daemon, day);

	if (strcmp(found, expected) != 0)
		fail_of(daemon, damage, "wrong figures");
	free(found);
}

/* The figures of the day are right, or are not told; no batch is taken. */
static void check_reading_only(struct daemon *daemon, const struct damage *damage)
{
	json_t *answer = send_one_batch(daemon, BATCHES, MORE);
	struct outcome outcome;

	if (strcmp(word(answer, "op"), "nack") != 0 || strcmp(word(answer, "code"), "damaged") != 0)
		fail_of(daemon, damage, "a batch was taken");
	json_decref(answer);
	outcome = daemon_lift(daemon, "export", "--as-of", pinned, NULL);
	if (outcome.status == 0 ? strcmp(outcome.out, figures) != 0
				: !strstr(outcome.err, "damaged"))
		fail_of(daemon, damage, "wrong figures, or another refusal");
	n_without += outcome.status != 0;
	outcome_free(&outcome);
	outcome = daemon_lift(daemon, "export", "--as-of", earlier, NULL);
	if (outcome.status == 0 || !strstr(outcome.err, "damaged"))
		fail_of(daemon, damage, "another day's figures were told");
	outcome_free(&outcome);
	n_reading++;
}

static void check_as_ever(struct daemon *daemon, const struct damage *damage)
{
	char *log = file_text(daemon->log, NULL);
	json_t *answer;

	check_figures(daemon, damage, pinned, figures);
	check_figures(daemon, damage, earlier, figures_earlier);
	answer = send_one_batch(daemon, BATCHES, MORE);
	if (strcmp(word(answer, "op"), "ack") != 0)
		fail_of(daemon, damage, "a batch was not taken");
	json_decref(answer);
	check_figures(daemon, damage, pinned, figures_more);
	if (strstr(log, "ledger damaged") || strstr(log, "ledger rebuild started"))
		n_rebuilt++;
	else
		n_harmless++;
	free(log);
}

static void run_round(struct daemon *daemon)
{
	struct damage damage = draw_damage();
	struct outcome outcome;
	json_t *status;
	bool healthy;

	do_damage(daemon, &damage);
	if (!daemon_try(daemon, &outcome)) {
		/* Of a newer format it may be called, where what says the format has changed. */
		if (!damage.changes[0].done ||
		    (outcome.status != EXIT_DAMAGED && !strstr(outcome.err, "code=newer")))
			fail_of(daemon, &damage, "it ended");
		n_ended++;
		outcome_free(&outcome);
		return;
	}
	status = daemon_status(daemon);
	healthy = json_array_size(json_object_get(json_object_get(status, "journal"), "damaged")) ==
		  0;
	if (!healthy &&
	    (!damage.changes[0].done || json_is_true(json_object_get(status, "healthy"))))
		fail_of(daemon, &damage, "the status is another");
	json_decref(status);
	if (healthy)
		check_as_ever(daemon, &damage);
	else
		check_reading_only(daemon, &damage);
	daemon_stop(daemon, SIGTERM);
}

static void prepare(struct daemon *daemon)
{
	char line[2 * PATH_SIZE], path[PATH_SIZE];
	struct peer peer;

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file_write(path, catalogue);
	snprintf(line, sizeof(line), "catalogue: %s\nas_of: %s\ntick_ms: 100\n", path, pinned);
	daemon_configure(daemon, line);
	daemon_start(daemon);
	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	for (int64_t i = 0; i < BATCHES; i++) {
		json_t *answer = send_batch(&peer, i, BATCH);

		assert_string_equal(word(answer, "op"), "ack");
		json_decref(answer);
		if (i % 10 == 9) /* so that the ledger has had several commits, too */
			free(export_of(daemon, pinned));
	}
	peer_close(&peer);
	figures = export_of(daemon, pinned);
	figures_earlier = export_of(daemon, earlier);
	daemon_stop(daemon, SIGTERM);
	for (int i = 0; i < STORES; i++)
		read_image(daemon, i);
	daemon_start(daemon);
	json_decref(send_one_batch(daemon, BATCHES, MORE));
	figures_more = export_of(daemon, pinned);
	daemon_stop(daemon, SIGTERM);
	assert_string_not_equal(figures, figures_more);
	assert_string_not_equal(figures, figures_earlier);
}

static void damage_is_found_at_the_start_or_harmless(void **state)
{
	const char *text = getenv("ROUNDS");
	long asked = text && *text ? strtol(text, NULL, 10) : test_share(ROUNDS_SHORT);
	long rounds = asked < ROUNDS_MOST ? asked : ROUNDS_MOST;
	struct daemon *daemon = *state;

	begin_chance();
	prepare(daemon);
	for (long i = 0; i < rounds; i++)
		run_round(daemon);
	print_message("rounds=%ld journal: ended=%u reading_only=%u, without figures=%u; "
		      "ledger made anew=%u; harmless=%u; wrong figures=0\n",
		      rounds, n_ended, n_reading, n_without, n_rebuilt, n_harmless);
	if (rounds >= ROUNDS_SHORT)
		assert_true(n_ended + n_reading > 0 && n_rebuilt > 0 && n_harmless > 0);
	for (int i = 0; i < STORES; i++)
		free(images[i].bytes);
	free(figures);
	free(figures_earlier);
	free(figures_more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(damage_is_found_at_the_start_or_harmless,
						daemon_setup, daemon_teardown),
	};

	return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}

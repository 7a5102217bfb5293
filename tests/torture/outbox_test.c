/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill -9 of a publisher with an outbox and of the daemon in turn: whatever lift_publish has
 * returned 0 for counts, and counts once.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clients/lib/lift.h"
#include "tests/e2e/check.h"
#include "tests/e2e/figures.h"
#include "tests/seed.h"
#include "tests/torture/subject.h"

enum {
	PUT_MAX = 40,	   /* events of one call */
	PAUSE_US = 6000,   /* between two calls, at most */
	BEFORE_US = 60000, /* between two kills, at most */
	WAIT_MS = 120000,
	LOOK_US = 2000,
};

static const char catalogue[] = "timezone: Europe/Oslo\n"
				"regions:\n"
				"  - {code: \"1813\", name: Brønnøy}\n"
				"modules:\n"
				"  - {id: falls, name: Falls}\n";

/* What outlives each publisher. */
struct shared {
	_Atomic uint64_t confirmed; /* events 1 to this: lift_publish has returned 0 */
	atomic_bool stop;
};

struct torture {
	struct daemon *daemon;
	struct shared *shared;
	char path[PATH_SIZE];
	uint8_t key[LIFT_SEAL_BYTES];
	bool sealed;
	uint64_t luck;
	pid_t publisher;
};

static uint64_t draw(uint64_t *luck, uint64_t below)
{
	*luck = *luck * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*luck >> 33) % below;
}

static struct lift_outbox *open_outbox(const struct torture *torture, const char *endpoint)
{
	struct lift_outbox *outbox = NULL;
	const struct lift_outbox_options options = { .path = torture->path,
						     .source = "moodle",
						     .endpoint = endpoint,
						     .seal = torture->sealed ? torture->key
									     : NULL };

	if (lift_outbox_open(&options, &outbox) == 0)
		return outbox;
	fprintf(stderr, "%s\n", lift_error_text());
	return NULL;
}

/* Put in the next events, and write down that they are: what was cut off is put in once more. */
static bool put_some(struct torture *torture, struct lift_outbox *outbox)
{
	struct lift_event events[PUT_MAX];
	char learners[PUT_MAX][32];
	uint64_t confirmed = atomic_load(&torture->shared->confirmed);
	size_t n = 1 + draw(&torture->luck, PUT_MAX);

	for (size_t i = 0; i < n; i++) {
		snprintf(learners[i], sizeof(learners[i]), "u-%llu",
			 (unsigned long long)(confirmed + 1 + i));
		events[i] = (struct lift_event){ .type = LIFT_STARTED,
						 .time_ms = INT64_C(1760428800000),
						 .learner = learners[i],
						 .module = "falls",
						 .region = "1813" };
	}
	if (lift_publish_many(outbox, events, n, NULL) != 0) {
		fprintf(stderr, "%s\n", lift_error_text());
		return false;
	}
	atomic_store(&torture->shared->confirmed, confirmed + n);
	return true;
}

static void publish_on(struct torture *torture)
{
	struct lift_outbox *outbox;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	outbox = open_outbox(torture, torture->daemon->intake);
	while (outbox && !atomic_load(&torture->shared->stop)) {
		if (!put_some(torture, outbox))
			_exit(1);
		usleep((useconds_t)draw(&torture->luck, PAUSE_US));
	}
	_exit(outbox && lift_outbox_wait(outbox, WAIT_MS) == 0 ? 0 : 1);
}

static void begin_publisher(struct torture *torture)
{
	draw(&torture->luck, 2);
	fflush(NULL);
	torture->publisher = fork();
	assert_true(torture->publisher >= 0);
	if (torture->publisher == 0)
		publish_on(torture);
}

static void kill_publisher(struct torture *torture)
{
	int status;

	assert_int_equal(kill(torture->publisher, SIGKILL), 0);
	assert_int_equal(waitpid(torture->publisher, &status, 0), torture->publisher);
	/* It had not ended by itself. */
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	begin_publisher(torture);
}

static void kill_daemon(struct torture *torture)
{
	daemon_crash(torture->daemon);
	if (draw(&torture->luck, 3) == 0)
		usleep((useconds_t)draw(&torture->luck, BEFORE_US));
	daemon_start(torture->daemon);
}

/* More than one call's events, behind all that was cut off; and none waits. */
static void finish(struct torture *torture)
{
	uint64_t enough = atomic_load(&torture->shared->confirmed) + PUT_MAX;
	int status;

	for (int ms = 0; atomic_load(&torture->shared->confirmed) < enough; ms += LOOK_US / 1000) {
		assert_true(ms < WAIT_MS);
		usleep(LOOK_US);
	}
	atomic_store(&torture->shared->stop, true);
	assert_int_equal(waitpid(torture->publisher, &status, 0), torture->publisher);
	assert_int_equal(status, 0);
}

static uint64_t counted(struct torture *torture)
{
	char *rows = daemon_lift_out(torture->daemon, 0, "export", NULL);
	json_t *figures = figures_of_lines(rows);
	const json_t *row = json_object_get(figures, "1813 module falls");
	uint64_t n = (uint64_t)json_integer_value(json_object_get(row, "started"));

	assert_non_null(row);
	json_decref(figures);
	free(rows);
	return n;
}

static void open_torture(struct torture *torture, struct daemon *daemon, uint64_t seed)
{
	char file[PATH_SIZE], lines[PATH_SIZE + 32];

	*torture = (struct torture){ .daemon = daemon, .luck = seed, .sealed = seed % 2 };
	torture->shared = mmap(NULL, sizeof(*torture->shared), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(torture->shared, MAP_FAILED);
	path_make(torture->path, "%s/outbox", daemon->dir);
	path_make(file, "%s/catalogue.yaml", daemon->dir);
	file_write(file, catalogue);
	snprintf(lines, sizeof(lines), "catalogue: %s\n", file);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

static void what_was_put_in_survives_kill_9_and_counts_once(void **state)
{
	unsigned kills = torture_rounds(8, 1000);
	uint64_t seed = test_seed() & UINT32_MAX, confirmed, count;
	struct findings findings = { .rounds = kills };
	struct torture torture;
	char detail[96];

	open_torture(&torture, *state, seed);
	begin_publisher(&torture);
	for (unsigned i = 0; i < kills; i++) {
		usleep((useconds_t)draw(&torture.luck, BEFORE_US));
		if (i % 2)
			kill_daemon(&torture);
		else
			kill_publisher(&torture);
	}
	finish(&torture);
	confirmed = atomic_load(&torture.shared->confirmed);
	count = counted(&torture);
	findings.lost = count < confirmed ? confirmed - count : 0;
	findings.twice = count > confirmed ? count - confirmed : 0;
	snprintf(detail, sizeof(detail), "events=%llu sealed=%d seed=%llu",
		 (unsigned long long)confirmed, torture.sealed, (unsigned long long)seed);
	daemon_stop(torture.daemon, SIGTERM);
	munmap(torture.shared, sizeof(*torture.shared));
	findings_say(&findings, "kill -9 of an outbox", detail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_put_in_survives_kill_9_and_counts_once,
						daemon_setup, daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

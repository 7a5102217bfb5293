/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/guard/guard.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/journal/damage.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/walk/walk.h"
#include "daemon/tasks/report.h"

/* What the child is about to do: where it crashes tells what is damaged. */
enum stage {
	STAGE_JOURNAL,	    /* walks it */
	STAGE_READING,	    /* of a damaged one: tries what the daemon would read */
	STAGE_LEDGER,	    /* waits for who walks it */
	STAGE_LEDGER_LATER, /* likewise, and the daemon may start */
	STAGE_REST,	    /* older entries are walked */
	STAGE_DONE,
};

/* What the child says when it comes to a stage; written at once, so that it is never half there. */
struct word {
	enum stage stage;
	int err;
	int signal; /* that has killed who walks: of LIFT_E_STOPPED; 0: none */
	int ledger; /* as guard_ledger */
	bool readable, has_older;
	uint64_t journal_bytes;
	struct journal_damage damage;
};
static_assert(sizeof(struct word) <= PIPE_BUF, "a pipe takes it whole");

struct guard {
	pid_t child; /* 0: it has ended, and been waited for */
	int pipe;
	struct word report; /* the last one */
};

/* Signals of a crash. Any other has come from outside: what is out of memory is killed. LMDB's
 * assertions abort. */
static const int deadly[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
enum { DEADLY = sizeof(deadly) / sizeof(deadly[0]) };

static bool has_crashed(int status)
{
	for (int i = 0; i < DEADLY; i++)
		if (WIFSIGNALED(status) && WTERMSIG(status) == deadly[i])
			return true;
	return false;
}

static int signal_of(int status)
{
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* The child. */

static void say(int pipe, struct word *report, enum stage stage)
{
	report->stage = stage;
	if (write(pipe, report, sizeof(*report)) != (ssize_t)sizeof(*report))
		_exit(EXIT_FAILURE);
}

static void no_source(void *context, uint32_t id, struct text name,
		      const struct source_record *record)
{
	(void)context, (void)id, (void)name, (void)record;
}

static int no_stream(void *context, const struct stream *stream, struct text name)
{
	(void)context, (void)stream, (void)name;
	return 0;
}

static int no_row(void *context, const struct quarantined *row)
{
	(void)context, (void)row;
	return 0;
}

/* All that the daemon reads of a journal from which it takes no entries. */
static bool is_readable(const struct guard_wish *wish)
{
	struct journal_view view;
	struct journal *journal;
	int err = journal_open_read_only(wish->journal, wish->secret_digest, &journal);

	if (err)
		return false;
	err = journal_view_begin(journal, &view);
	if (!err)
		err = journal_view_sources(&view, no_source, NULL);
	if (!err)
		err = journal_view_streams(&view, no_stream, NULL);
	if (!err)
		err = journal_view_gaps(&view, no_stream, NULL);
	if (!err)
		err = journal_view_quarantine(&view, 0, no_row, NULL);
	journal_view_end(&view);
	journal_close(journal);
	return err == 0;
}

static int walk_journal(const struct guard_wish *wish, struct word *report,
			struct journal_walk **ret_walk, bool *ret_more)
{
	char path[PATH_MAX];
	int err;

	*ret_more = false;
	snprintf(path, sizeof(path), "%s/data.mdb", wish->journal);
	err = journal_walk_begin(path, wish->newest_bytes, ret_walk, ret_more);
	if (err)
		return err == LIFT_E_NOT_FOUND ? 0 : err;
	report->damage = *journal_walk_damage(*ret_walk);
	report->journal_bytes = journal_walk_bytes(*ret_walk);
	return 0;
}

/* It dies with who has started it. */
static void begin_process(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
}

/* In a process of its own: one that crashes on it says nothing about the journal. */
static int walk_ledger(const struct guard_wish *wish, int pipe, int *ret_signal)
{
	pid_t self = getpid(), walker = fork();
	int status;

	if (walker == 0) {
		begin_process(self);
		close(pipe);
		_exit(-wish->check_ledger(wish->ledger));
	}
	if (walker < 0 || waitpid(walker, &status, 0) != walker)
		return LIFT_E_MEMORY;
	if (WIFEXITED(status))
		return -WEXITSTATUS(status);
	if (has_crashed(status))
		return LIFT_E_CORRUPT;
	*ret_signal = signal_of(status);
	return LIFT_E_STOPPED;
}

static int judge_ledger(const struct guard_wish *wish, int pipe, int *ret_signal)
{
	int err = walk_ledger(wish, pipe, ret_signal);

	return err == LIFT_E_NOT_FOUND ? 0 : err == LIFT_E_NEWER ? LIFT_E_CORRUPT : err;
}

static bool ledger_is_large(const struct guard_wish *wish)
{
	char path[PATH_MAX];
	struct stat info;

	snprintf(path, sizeof(path), "%s/data.mdb", wish->ledger);
	return stat(path, &info) == 0 && (uint64_t)info.st_size > wish->ledger_bytes;
}

/* A large one is left for later; but with a damaged journal the daemon has little else to do. */
static void walk_ledger_first(const struct guard_wish *wish, int pipe, struct word *report)
{
	report->ledger = LIFT_E_BUSY;
	if (!report->damage.found && ledger_is_large(wish))
		return;
	say(pipe, report, STAGE_LEDGER);
	report->ledger = judge_ledger(wish, pipe, &report->signal);
	if (report->ledger != LIFT_E_CORRUPT)
		report->err = report->ledger;
}

static void run_child(const struct guard_wish *wish, int pipe)
{
	struct word report = { .readable = true };
	struct journal_walk *walk = NULL;

	say(pipe, &report, STAGE_JOURNAL);
	report.err = walk_journal(wish, &report, &walk, &report.has_older);
	if (report.damage.found) {
		report.readable = false;
		say(pipe, &report, STAGE_READING);
		report.readable = is_readable(wish);
	}
	if (!report.err && report.readable && wish->ledger)
		walk_ledger_first(wish, pipe, &report);
	if (!report.err && report.ledger == LIFT_E_BUSY) {
		say(pipe, &report, STAGE_LEDGER_LATER);
		report.ledger = judge_ledger(wish, pipe, &report.signal);
	}
	if (!report.err && report.has_older && !report.damage.found) {
		say(pipe, &report, STAGE_REST);
		report.err = journal_walk_rest(walk, GUARD_BYTES_A_SECOND);
		report.damage = *journal_walk_damage(walk);
	}
	say(pipe, &report, STAGE_DONE);
	_exit(EXIT_SUCCESS);
}

/* It has nothing of the daemon's but the pipe: locks that it held would outlive a daemon that is
 * killed. */
static void begin_child(const struct guard_wish *wish, int pipe, pid_t parent)
{
	enum { PIPE = STDERR_FILENO + 1 };

	for (int i = 0; i < DEADLY; i++)
		signal(deadly[i], SIG_DFL);
	begin_process(parent);
	if ((pipe != PIPE && dup2(pipe, PIPE) < 0) || close_range(PIPE + 1, UINT_MAX, 0) != 0)
		_exit(EXIT_FAILURE);
	if (nice(10) < 0)
		errno = 0; /* then it is as busy as others */
	run_child(wish, PIPE);
}

/* The daemon. */

/* It has crashed: what it was about to read is damaged. */
static void note_crash(struct word *report)
{
	struct journal_damage *damage = &report->damage;
	static const char line[] = "the process that checked it died";

	report->readable = report->stage == STAGE_REST;
	if (damage->found)
		return;
	*damage = (struct journal_damage){ .found = true, .n_ranges = 1, .n_lines = 1 };
	damage->ranges[0][0] = 1;
	damage->ranges[0][1] = UINT64_MAX;
	memcpy(damage->text, line, sizeof(line));
}

/* The child ended before its last word. */
static void child_ended(struct guard *guard, int status)
{
	struct word *report = &guard->report;

	if (has_crashed(status) && report->stage != STAGE_LEDGER &&
	    report->stage != STAGE_LEDGER_LATER) {
		note_crash(report);
	} else {
		report->err = LIFT_E_STOPPED;
		report->signal = signal_of(status);
	}
	if (report->ledger == LIFT_E_BUSY)
		report->ledger = LIFT_E_STOPPED;
	report->stage = STAGE_DONE;
}

/* It has said all, or is not to say more: nothing of it stays, not even a zombie. */
static void end_child(struct guard *guard)
{
	if (guard->child <= 0)
		return;
	kill(guard->child, SIGKILL);
	waitpid(guard->child, NULL, 0);
	guard->child = 0;
}

/* Wait for the next report, or for the child's end; false: neither has come. */
static bool next_report(struct guard *guard, int timeout_ms)
{
	struct pollfd poll_in = { .fd = guard->pipe, .events = POLLIN };
	struct word report;
	int status = 0;

	if (poll(&poll_in, 1, timeout_ms) <= 0)
		return false;
	if (read(guard->pipe, &report, sizeof(report)) == (ssize_t)sizeof(report)) {
		guard->report = report;
		if (report.stage == STAGE_DONE)
			end_child(guard);
		return true;
	}
	waitpid(guard->child, &status, 0);
	guard->child = 0;
	child_ended(guard, status);
	return true;
}

static int await_verdict(struct guard *guard, const struct guard_wish *wish)
{
	while (guard->report.stage < STAGE_LEDGER_LATER)
		if (!next_report(guard, GUARD_WAIT_MS) && wish->still_waiting &&
		    wish->still_waiting(wish->context))
			return LIFT_E_STOPPED;
	return guard->report.err;
}

int guard_start(const struct guard_wish *wish, struct guard **ret_guard,
		enum guard_verdict *ret_verdict, int *ret_signal)
{
	struct guard *guard = calloc(1, sizeof(*guard));
	pid_t parent = getpid();
	int ends[2], err;

	*ret_signal = 0;
	if (!guard)
		return LIFT_E_MEMORY;
	guard->pipe = -1;
	if (pipe2(ends, O_CLOEXEC) != 0)
		goto fail;
	guard->pipe = ends[0];
	guard->child = fork();
	if (guard->child == 0)
		begin_child(wish, ends[1], parent);
	close(ends[1]);
	if (guard->child < 0) {
		guard->child = 0;
		goto fail;
	}
	err = await_verdict(guard, wish);
	if (err) {
		*ret_signal = guard->report.signal;
		guard_close(guard);
		return err;
	}
	*ret_verdict = !guard->report.damage.found ? GUARD_WHOLE
		       : guard->report.readable	   ? GUARD_DAMAGED
						   : GUARD_UNUSABLE;
	*ret_guard = guard;
	return 0;
fail:
	guard_close(guard);
	return LIFT_E_IO;
}

void guard_close(struct guard *guard)
{
	if (!guard)
		return;
	end_child(guard);
	if (guard->pipe >= 0)
		close(guard->pipe);
	free(guard);
}

bool guard_goes_on(const struct guard *guard)
{
	return guard->report.stage != STAGE_DONE;
}

int guard_fd(const struct guard *guard)
{
	return guard->pipe;
}

bool guard_look(struct guard *guard)
{
	while (guard_goes_on(guard) && next_report(guard, 0))
		;
	return guard_goes_on(guard);
}

const struct journal_damage *guard_damage(const struct guard *guard)
{
	return guard->report.damage.found ? &guard->report.damage : NULL;
}

int guard_err(const struct guard *guard)
{
	return guard->report.err;
}

int guard_signal(const struct guard *guard)
{
	return guard->report.signal;
}

void guard_reason(int err, int signal, char to[static GUARD_REASON])
{
	char died_of[REPORT_SIGNAL];

	if (signal == 0) {
		snprintf(to, GUARD_REASON, "%s", lift_err_text(err));
		return;
	}
	report_signal(signal, died_of);
	snprintf(to, GUARD_REASON, "the checking process died of %s", died_of);
}

int guard_ledger(const struct guard *guard)
{
	return guard->report.ledger;
}

bool guard_has_older(const struct guard *guard)
{
	return guard->report.has_older;
}

uint64_t guard_journal_bytes(const struct guard *guard)
{
	return guard->report.journal_bytes;
}

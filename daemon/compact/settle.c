/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/compact/settle.h"

/*
 * A compaction that is whole takes its place. Its steps, each of which may be the last one that is
 * done, and is found to be done by the next start: the new journal takes over what has come since;
 * both journals change places, in one step; the old ledger goes, the new one comes; the old journal
 * goes, and what said that all this was to be done.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/compact/mark.h"
#include "daemon/compact/taken.h"

enum { TRIES_MAX = 3 };

struct settling {
	const char *state;
	struct compact_mark mark;
	void (*still)(void);
	struct compact_settled *settled;
};

static void go_on(const struct settling *settling)
{
	if (settling->still)
		settling->still();
}

static bool is_there(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0;
}

/* Where the file system cannot exchange two names, the old journal may have been left beside its
 * place (dir_exchange). */
static int bring_back(const char *state)
{
	char path[PATH_MAX], aside[PATH_MAX];

	state_path(path, state, STATE_JOURNAL);
	state_path_beside(aside, state, STATE_JOURNAL, ".aside");
	if (is_there(path) || !is_there(aside))
		return 0;
	return rename(aside, path) == 0 ? dir_sync(state) : LIFT_E_IO;
}

/* Of which edition is the journal in its place? */
static int find_edition(const char *state, uint64_t *ret_edition)
{
	struct journal *journal = NULL;
	char path[PATH_MAX];
	int err;

	state_path(path, state, STATE_JOURNAL);
	err = journal_open_read_only(path, NULL, &journal);
	if (!err)
		*ret_edition = journal_edition(journal);
	journal_close(journal);
	return err;
}

/* A journal that has fewer entries than the new one is another one, brought back meanwhile. */
static int catch_up(struct settling *settling)
{
	struct rewrite_rules rules;
	struct taken taken = { .rows = NULL };
	struct journal *from = NULL;
	struct rewrite *rewrite = NULL;
	char path[PATH_MAX];
	int err;

	state_path(path, settling->state, STATE_JOURNAL);
	err = journal_open_read_only(path, settling->mark.digest, &from);
	if (!err && journal_last(from) < settling->mark.last)
		err = LIFT_E_CORRUPT;
	compact_path(path, settling->state, "journal");
	if (!err && !is_there(path))
		err = LIFT_E_NOT_FOUND;
	if (!err)
		err = taken_read(&taken, from, settling->mark.through);
	taken.still = settling->still;
	rules = taken_rules(&taken);
	if (!err)
		err = rewrite_open(path, from, settling->mark.digest, settling->mark.edition,
				   &rules, &rewrite);
	if (!err)
		err = rewrite_finish(rewrite);
	if (!err) {
		settling->settled->last = journal_last(rewrite_journal(rewrite));
		settling->settled->later = settling->settled->last - settling->mark.last;
	}
	rewrite_close(rewrite);
	taken_clear(&taken);
	journal_close(from);
	return err;
}

/* Nothing can have come: no daemon has run. */
static int check_same(struct settling *settling)
{
	struct journal *from = NULL;
	char path[PATH_MAX];
	int err;

	state_path(path, settling->state, STATE_JOURNAL);
	err = journal_open_read_only(path, NULL, &from);
	if (!err && journal_last(from) != settling->mark.last)
		err = LIFT_E_CORRUPT;
	settling->settled->last = settling->mark.last;
	journal_close(from);
	return err;
}

/* Where it is a credential there is none here. */
static int place_secret(const struct settling *settling)
{
	char path[PATH_MAX], compact[PATH_MAX];

	compact_path(compact, settling->state, "secret");
	state_path(path, settling->state, STATE_SECRET);
	if (!settling->mark.rotates || !is_there(compact))
		return 0;
	return rename(compact, path) == 0 ? dir_sync(settling->state) : LIFT_E_IO;
}

static int exchange_journals(const char *state)
{
	char path[PATH_MAX], compact[PATH_MAX];

	compact_path(compact, state, "journal");
	state_path(path, state, STATE_JOURNAL);
	return dir_exchange(compact, path) == 0 && dir_sync(state) == 0 ? 0 : LIFT_E_IO;
}

/* The old ledger is of other numbers of names. Where there is no new one, the daemon builds it. */
static int place_ledger(const struct settling *settling)
{
	char path[PATH_MAX], compact[PATH_MAX];
	bool has_ledger = settling->mark.has_ledger;

	compact_path(compact, settling->state, "ledger");
	state_path(path, settling->state, STATE_LEDGER);
	if (has_ledger && !is_there(compact))
		return 0; /* it has its place already */
	if (dir_delete(path) != 0 || (has_ledger && rename(compact, path) != 0))
		return LIFT_E_IO;
	return dir_sync(settling->state);
}

/* Also what was left beside its place where two names could not be exchanged, and the exchange was
 * broken off (dir_exchange). */
static int remove_aside(const char *state)
{
	static const enum state_part parts[] = { STATE_JOURNAL, STATE_LEDGER };
	char path[PATH_MAX];
	int err = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !err; i++) {
		state_path_beside(path, state, parts[i], ".aside");
		err = dir_delete(path);
	}
	return err;
}

static int remove_old(const char *state)
{
	char journal[PATH_MAX], dir[PATH_MAX], mark[PATH_MAX];
	int err = remove_aside(state);

	if (err)
		return err;
	compact_path(journal, state, "journal");
	compact_path(mark, state, "whole");
	compact_path(dir, state, NULL);
	if (dir_delete(journal) != 0 || (unlink(mark) != 0 && errno != ENOENT))
		return LIFT_E_IO;
	return dir_delete(dir);
}

/* A damaged journal may crash who reads it: not more than a few starts. But a secret may be the one
 * of the journal that is in its place already: it is not dropped. */
static bool may_try(const struct settling *settling)
{
	char path[PATH_MAX];
	struct stat info;
	int fd;
	bool may;

	if (settling->mark.rotates)
		return true;
	compact_path(path, settling->state, "tries");
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	may = fd >= 0 && write(fd, "+", 1) == 1 && fsync(fd) == 0 && fstat(fd, &info) == 0 &&
	      info.st_size <= TRIES_MAX;
	if (fd >= 0)
		close(fd);
	return may;
}

static int drop(const struct settling *settling, int err)
{
	char dir[PATH_MAX];

	settling->settled->err = err;
	compact_path(dir, settling->state, NULL);
	return dir_delete(dir) == 0 ? 0 : LIFT_E_IO;
}

static int settle(struct settling *settling)
{
	const char *state = settling->state;
	uint64_t edition = 0;
	int err = bring_back(state);

	if (err)
		return err;
	if (!may_try(settling))
		return drop(settling, LIFT_E_STOPPED);
	err = find_edition(state, &edition);
	if (err)
		return 0; /* who opens it says why */
	if (edition != settling->mark.edition) {
		err = settling->mark.rotates ? check_same(settling) : catch_up(settling);
		if (err)
			return drop(settling, err);
		go_on(settling);
		err = exchange_journals(state);
		if (err)
			return err;
	}
	settling->settled->is_in_place = true;
	err = place_secret(settling);
	if (!err)
		err = place_ledger(settling);
	if (err)
		return err;
	go_on(settling);
	settling->settled->err = remove_old(state);
	return 0;
}

/* Who is at work holds the directory. */
bool compact_is_busy(const char *state)
{
	struct compact_mark mark;
	char dir[PATH_MAX];
	bool is_held;
	int fd;

	if (compact_mark_read(state, &mark) != LIFT_E_NOT_FOUND)
		return true;
	compact_path(dir, state, NULL);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	is_held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	if (fd >= 0)
		close(fd);
	return is_held;
}

int compact_begin(const char *state, int *ret_held)
{
	char dir[PATH_MAX];

	if (compact_is_busy(state))
		return LIFT_E_BUSY;
	compact_path(dir, state, NULL);
	if (dir_delete(dir) != 0 || mkdir(dir, 0700) != 0)
		return LIFT_E_IO;
	*ret_held = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret_held < 0)
		return LIFT_E_IO;
	flock(*ret_held, LOCK_EX | LOCK_NB);
	return 0;
}

void compact_sweep(const char *state)
{
	struct compact_mark mark;
	char dir[PATH_MAX];

	compact_path(dir, state, NULL);
	if (compact_mark_read(state, &mark) == LIFT_E_NOT_FOUND)
		dir_delete(dir);
}

int compact_settle(const char *state, void (*still)(void), struct compact_settled *ret_settled)
{
	struct settling settling = { .state = state, .still = still, .settled = ret_settled };
	int err;

	*ret_settled = (struct compact_settled){ .err = 0 };
	compact_sweep(state);
	err = compact_mark_read(state, &settling.mark);
	if (err == LIFT_E_NOT_FOUND)
		return 0;
	ret_settled->was_there = true;
	return err ? drop(&settling, err) : settle(&settling);
}

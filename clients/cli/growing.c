/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/growing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/cli/cli.h"

static sigset_t stopping_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return set;
}

static int open_file(const char *name, bool follow)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat) != 0) {
		complain("%s: %s", name, strerror(errno));
	} else if (S_ISDIR(stat.st_mode)) {
		complain("%s: %s", name, strerror(EISDIR));
	} else if (follow && !S_ISREG(stat.st_mode)) {
		complain("%s: not a file that grows: without --follow it is read as it comes, to "
			 "its end",
			 name);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

bool growing_open(struct growing *growing, const char *name, const struct sheet *sheet, bool follow)
{
	sigset_t signals = stopping_signals();

	*growing =
		(struct growing){ .name = name, .sheet = *sheet, .follow = follow, .signals = -1 };
	growing->fd = strcmp(name, "-") == 0 ? dup(STDIN_FILENO) : open_file(name, follow);
	growing->piece = malloc(INPUT_PIECE);
	if (growing->fd < 0)
		return false;
	sigprocmask(SIG_BLOCK, &signals, NULL);
	growing->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (growing->signals >= 0 && growing->piece)
		return true;
	complain("%s: %s", name, strerror(errno));
	return false;
}

void growing_close(struct growing *growing)
{
	sigset_t signals = stopping_signals();

	if (growing->fd >= 0)
		close(growing->fd);
	if (growing->signals >= 0)
		close(growing->signals);
	rows_free(growing->rows);
	free(growing->piece);
	sigprocmask(SIG_UNBLOCK, &signals, NULL);
	*growing = (struct growing){ .fd = -1, .signals = -1 };
}

static void begin_again(struct growing *growing)
{
	rows_free(growing->rows);
	growing->rows = NULL;
	growing->held = 0;
	growing->done = 0;
}

bool growing_rewind(struct growing *growing)
{
	begin_again(growing);
	if (lseek(growing->fd, 0, SEEK_SET) == 0)
		return true;
	complain("%s: %s", growing->name, strerror(errno));
	return false;
}

/* What was held tells what the input is: CSV or JSON Lines, UTF-8 or UTF-16. Windows-1252 can be
 * told of a whole file only. */
static int begin_rows(struct growing *growing, const struct rows_sink *sink)
{
	const char *ending = strcmp(growing->name, "-") == 0 ? NULL : growing->name;
	const struct text beginning = { growing->piece, growing->held };
	struct encoding_guess guess = { 0 };
	enum encoding encoding;

	encoding_look(&guess, growing->piece, growing->held);
	encoding = encoding_guessed(&guess);
	if (encoding == ENCODING_WINDOWS1252)
		encoding = ENCODING_UTF8;
	return rows_open(rows_format_of(ending, encoding, beginning), encoding, &growing->sheet,
			 sink, &growing->rows);
}

/* Feed what was held; at the end, and once a line is whole, it is known what it is. */
static int feed(struct growing *growing, const struct rows_sink *sink, bool end)
{
	size_t size = growing->held;
	int err = 0;

	if (!growing->rows && !end && size < INPUT_PIECE && !memchr(growing->piece, '\n', size))
		return 0;
	if (!growing->rows)
		err = begin_rows(growing, sink);
	growing->held = 0;
	if (!err && size > 0)
		err = rows_feed(growing->rows, growing->piece, size);
	return !err && end ? rows_finish(growing->rows) : err;
}

/* What has the name come to mean? -1: the same file. */
static int open_other(const struct growing *growing)
{
	struct stat now, then;
	int fd;

	if (fstat(growing->fd, &then) != 0 || stat(growing->name, &now) != 0 ||
	    (now.st_dev == then.st_dev && now.st_ino == then.st_ino) || !S_ISREG(now.st_mode))
		return -1;
	fd = open(growing->name, O_RDONLY | O_CLOEXEC);
	return fd;
}

/* At the end of what is there. */
static int look(struct growing *growing, const struct rows_sink *sink, enum growing_news *ret_news)
{
	struct stat stat;
	int other, err;

	*ret_news = GROWING_PAUSE;
	if (!growing->follow) {
		*ret_news = GROWING_END;
		return feed(growing, sink, true);
	}
	if (fstat(growing->fd, &stat) == 0 && (uint64_t)stat.st_size < growing->done) {
		*ret_news = GROWING_OTHER;
		err = feed(growing, sink, true);
		return err || growing_rewind(growing) ? err : LIFT_E_IO;
	}
	other = open_other(growing);
	if (other < 0)
		return 0;
	/* What was written to the old one until now is not lost. */
	if (fstat(growing->fd, &stat) == 0 && (uint64_t)stat.st_size > growing->done) {
		close(other);
		*ret_news = GROWING_READ;
		return 0;
	}
	*ret_news = GROWING_OTHER;
	err = feed(growing, sink, true);
	close(growing->fd);
	growing->fd = other;
	begin_again(growing);
	return err;
}

static bool is_readable(const struct growing *growing)
{
	struct pollfd item = { .fd = growing->fd, .events = POLLIN };

	return poll(&item, 1, 0) > 0;
}

int growing_read(struct growing *growing, const struct rows_sink *sink, enum growing_news *ret_news)
{
	ssize_t got;

	*ret_news = GROWING_PAUSE;
	if (!is_readable(growing))
		return 0;
	got = read(growing->fd, growing->piece + growing->held, INPUT_PIECE - growing->held);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (got < 0) {
		complain("%s: %s", growing->name, strerror(errno));
		return LIFT_E_IO;
	}
	if (got == 0)
		return look(growing, sink, ret_news);
	*ret_news = GROWING_READ;
	growing->held += (size_t)got;
	growing->done += (uint64_t)got;
	return feed(growing, sink, false);
}

bool growing_stopped(struct growing *growing)
{
	struct signalfd_siginfo info;
	sigset_t signals = stopping_signals();

	if (read(growing->signals, &info, sizeof(info)) > 0) {
		growing->stopped = true;
		sigprocmask(SIG_UNBLOCK, &signals, NULL); /* a second one ends it at once */
	}
	return growing->stopped;
}

void growing_wait(struct growing *growing, int ms)
{
	/* A file at its end can always be read: by that it is not seen that it has grown. */
	struct pollfd items[] = { { .fd = growing->signals, .events = POLLIN },
				  { .fd = growing->fd, .events = POLLIN } };

	if (growing->follow && (ms < 0 || ms > GROWING_LOOK_MS))
		ms = GROWING_LOOK_MS;
	poll(items, growing->follow ? 1 : 2, ms);
}

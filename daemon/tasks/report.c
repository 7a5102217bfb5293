/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/report.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/err.h"
#include "proto/visible.h"

enum { TELL_MS = 500 };

static const struct {
	int signal;
	const char *means;
} signals[] = {
	{ SIGKILL, "out of memory?" },
	{ SIGSYS, "a system call that the unit forbids (SystemCallFilter)" },
	{ SIGTERM, "somebody has ended it" },
	{ SIGINT, "somebody has ended it" },
	{ SIGHUP, "somebody has ended it" },
	{ SIGXCPU, "its limit of processor time (LimitCPU)" },
	{ SIGXFSZ, "its limit of a file's size (LimitFSIZE)" },
	{ SIGBUS, "the disk failed under a file that it was reading, or the file was cut off" },
	{ SIGSEGV, "it crashed: on damaged data, or by a fault of liftd" },
	{ SIGABRT, "it crashed: on damaged data, or by a fault of liftd" },
	{ SIGILL, "it crashed: by a fault of liftd, or of the machine" },
	{ SIGFPE, "it crashed: by a fault of liftd, or of the machine" },
};

void report_signal(int signal, char to[static REPORT_SIGNAL])
{
	const char *means = NULL;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signals[i].signal == signal)
			means = signals[i].means;
	snprintf(to, REPORT_SIGNAL, "signal %d (%s)%s%s", signal, strsignal(signal),
		 means ? ": " : "", means ? means : "");
}

/* All of it in one write, so that a line is never half there. */
static void write_line(const struct report *report)
{
	char line[REPORT_LINE];
	int size = snprintf(line, sizeof(line),
			    "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %d %s", report->done,
			    report->total, report->last, report->bytes, report->err, report->text);

	for (int i = 0; i < size; i++)
		if (line[i] == '\n')
			line[i] = ' ';
	line[size++] = '\n';
	if (write(STDOUT_FILENO, line, (size_t)size) != size)
		exit(EXIT_FAILURE); /* the daemon is gone */
}

void report_progress(const struct report *report)
{
	if (report->is_line)
		write_line(report);
}

int report_fail(struct report *report, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(report->text, sizeof(report->text), format, args);
	va_end(args);
	report->err = err;
	return err;
}

static bool is_refused(int error)
{
	return error == EROFS || error == EACCES || error == EPERM;
}

int report_fail_errno(struct report *report, const char *what, const char *path)
{
	int error = errno;
	bool is_full = error == ENOSPC || error == EDQUOT;

	return report_fail(report, is_full ? LIFT_E_DISK : LIFT_E_IO, "%s: %.800s: %s%s", what,
			   path, strerror(error),
			   is_refused(error)
				   ? " (under liftd.service the daemon may write below its "
				     "StateDirectory only, unless the unit has "
				     "ReadWritePaths=: systemctl edit liftd)"
				   : "");
}

int report_end(struct report *report, int err)
{
	if (err && !report->err)
		report_fail(report, err, "%s", lift_err_text(err));
	/* Paths are in it. */
	visible_only(report->text, "\n");
	if (report->is_line)
		write_line(report);
	else
		fprintf(report->err ? stderr : stdout, "%s%s\n", report->err ? "liftd: " : "",
			report->text);
	return report->err ? EXIT_FAILURE : EXIT_SUCCESS;
}

bool report_read(const char *line, struct report *ret_report)
{
	struct report report = { 0 };
	int text = 0;

	if (sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %d%n", &report.done,
		   &report.total, &report.last, &report.bytes, &report.err, &text) != 5 ||
	    line[text] != ' ')
		return false;
	snprintf(report.text, sizeof(report.text), "%s", line + text + 1);
	*ret_report = report;
	return true;
}

/* While a task is at something long. */

static void *tell(void *context)
{
	struct teller *teller = context;
	struct timespec next;

	pthread_mutex_lock(&teller->lock);
	while (!teller->stop) {
		teller->look(teller->context, teller->report);
		report_progress(teller->report);
		clock_gettime(CLOCK_MONOTONIC, &next);
		next.tv_nsec += TELL_MS * 1000000L;
		next.tv_sec += next.tv_nsec / 1000000000L;
		next.tv_nsec %= 1000000000L;
		pthread_cond_clockwait(&teller->stopped, &teller->lock, CLOCK_MONOTONIC, &next);
	}
	pthread_mutex_unlock(&teller->lock);
	return NULL;
}

void teller_start(struct teller *teller, struct report *report,
		  void (*look)(const void *context, struct report *report), const void *context)
{
	*teller = (struct teller){ .report = report, .look = look, .context = context };
	pthread_mutex_init(&teller->lock, NULL);
	pthread_cond_init(&teller->stopped, NULL);
	teller->runs = report->is_line && pthread_create(&teller->thread, NULL, tell, teller) == 0;
}

void teller_stop(struct teller *teller)
{
	int error = errno;

	pthread_mutex_lock(&teller->lock);
	teller->stop = true;
	pthread_cond_signal(&teller->stopped);
	pthread_mutex_unlock(&teller->lock);
	if (teller->runs)
		pthread_join(teller->thread, NULL);
	pthread_cond_destroy(&teller->stopped);
	pthread_mutex_destroy(&teller->lock);
	errno = error;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/roster/audit.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "proto/err.h"
#include "proto/event.h"
#include "proto/iso8601.h"

enum { LINE_MAX_BYTES = 1024 };

static_assert((int)LINE_MAX_BYTES > (int)MODULE_MAX + 2 * 64 + 128, "a line has room");

/* An id is a text of the catalogue: it must not look like the end of its own quotes. */
static void quote(struct text text, char to[static MODULE_MAX + 1])
{
	size_t n = text.size < MODULE_MAX ? text.size : MODULE_MAX;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text.data[i];

		to[i] = c < ' ' || c == 0x7f || c == '"' || c == '\\' ? '?' : text.data[i];
	}
	to[n] = 0;
}

static size_t print_line(const struct audit *audit, char to[static LINE_MAX_BYTES])
{
	char time[ISO8601_TEXT], programme[MODULE_MAX + 1];

	iso8601_print(audit->time, time);
	quote(audit->programme, programme);
	return (size_t)snprintf(
		to, LINE_MAX_BYTES, "%s key=%s source=%s ids=%zu programme=\"%s\"\n", time,
		audit->key ? audit->key : "-", audit->source, audit->ids, programme);
}

/* A line that is cut is taken away again. */
static int append(int fd, const char *line, size_t size)
{
	struct stat before;
	ssize_t written;
	int why;

	if (fstat(fd, &before) != 0)
		return LIFT_E_AUDIT;
	written = write(fd, line, size);
	if (written == (ssize_t)size && fsync(fd) == 0)
		return 0;
	why = written >= 0 && written < (ssize_t)size ? ENOSPC : errno;
	if (written > 0 && ftruncate(fd, before.st_size) != 0)
		why = errno;
	errno = why;
	return LIFT_E_AUDIT;
}

int audit_write(const char *state, const struct audit *audit)
{
	char path[PATH_MAX], line[LINE_MAX_BYTES];
	size_t size = print_line(audit, line);
	bool is_new;
	int fd, err, why;

	state_path(path, state, STATE_ROSTERS);
	is_new = access(path, F_OK) != 0;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0)
		return LIFT_E_AUDIT;
	err = append(fd, line, size);
	if (!err && is_new && dir_sync(state) != 0)
		err = LIFT_E_AUDIT;
	why = errno;
	close(fd);
	errno = why;
	return err;
}

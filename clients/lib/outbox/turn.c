/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/outbox/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "clients/lib/error.h"
#include "clients/lib/forked.h"
#include "proto/err_code.h"

enum { SAID_MAX = 2048 };

static char *name_of(const char *path)
{
	char *name = NULL;

	return asprintf(&name, "%s-sending", path) < 0 ? NULL : name;
}

int turn_take(struct turn *turn, const char *path, int64_t now_ms)
{
	char *name = name_of(path);
	int err = 0, fd;

	if (!name)
		return LIFT_E_MEMORY;
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	forked_keep(fd);
	if (fd < 0)
		err = lift_set_error(LIFT_E_IO, "%s cannot be opened: %s", name, strerror(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		err = errno == EWOULDBLOCK ? LIFT_E_BUSY
					   : lift_set_error(LIFT_E_IO, "%s cannot be locked: %s",
							    name, strerror(errno));
	free(name);
	if (err) {
		forked_drop(fd);
		if (fd >= 0)
			close(fd);
		return err;
	}
	turn->fd = fd;
	turn->since_ms = now_ms;
	turn_say(turn, 0, "");
	return 0;
}

void turn_end(struct turn *turn)
{
	if (turn->fd < 0)
		return;
	if (ftruncate(turn->fd, 0) != 0) {
		/* It says what was, and nobody relies on it. */
	}
	forked_drop(turn->fd);
	close(turn->fd);
	turn->fd = -1;
}

void turn_say(const struct turn *turn, int err, const char *text)
{
	json_t *said = json_pack("{s:i, s:I}", "pid", (int)getpid(), "since_ms",
				 (json_int_t)turn->since_ms);
	char *line;
	size_t size;

	if (err && said) {
		json_object_set_new(said, "code", json_string(lift_err_code(err)));
		json_object_set_new(said, "text", json_string(text));
	}
	line = said ? json_dumps(said, JSON_COMPACT) : NULL;
	size = line ? strlen(line) : 0;
	if (line &&
	    (pwrite(turn->fd, line, size, 0) < 0 || ftruncate(turn->fd, (off_t)size) != 0)) {
		/* Likewise. */
	}
	free(line);
	json_decref(said);
}

static void read_said(int fd, struct turn_told *told)
{
	char said[SAID_MAX];
	ssize_t size = pread(fd, said, sizeof(said), 0);
	json_t *json =
		size > 0 ? json_loadb(said, (size_t)size, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
	const char *code = json_string_value(json_object_get(json, "code"));
	const char *text = json_string_value(json_object_get(json, "text"));

	told->pid = (pid_t)json_integer_value(json_object_get(json, "pid"));
	told->since_ms = json_integer_value(json_object_get(json, "since_ms"));
	if (code)
		told->err = lift_err_of_code(text_of(code));
	if (code && !told->err)
		told->err = LIFT_E_MALFORMED; /* a code of a newer one */
	if (text)
		snprintf(told->text, sizeof(told->text), "%s", text);
	json_decref(json);
}

void turn_look(const char *path, struct turn_told *ret_told)
{
	char *name = name_of(path);
	int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;

	*ret_told = (struct turn_told){ 0 };
	free(name);
	if (fd < 0)
		return;
	/* A lock that others may have, too: who tries for its turn meanwhile tries again soon. */
	if (flock(fd, LOCK_SH | LOCK_NB) != 0) {
		ret_told->is_taken = true;
		read_said(fd, ret_told);
	}
	close(fd);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/python.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/check.h"

bool python_is_there(struct daemon *daemon)
{
	const char *const argv[] = { PYTHON, "-c", "import msgpack, zmq", NULL };
	struct process process;
	struct outcome outcome;
	bool has;

	process_start(&process, daemon->dir, "python", argv, NULL);
	outcome = process_wait(&process);
	has = outcome.status == 0;
	outcome_free(&outcome);
	if (!has)
		print_message("skipped: the samples need python3-zmq and python3-msgpack\n");
	return has;
}

void python_copy(struct daemon *daemon, const char *name)
{
	char *text = file_text("proto/PROTOCOL.md", NULL), *at, *end;
	char mark[64], path[PATH_SIZE];

	snprintf(mark, sizeof(mark), "\n```python %s\n", name);
	at = strstr(text, mark);
	assert_non_null(at);
	at += strlen(mark);
	end = strstr(at, "\n```\n");
	assert_non_null(end);
	end[1] = 0;
	path_make(path, "%s/%s.py", daemon->dir, name);
	file_write(path, at);
	free(text);
}

void python_write(struct daemon *daemon, const char *name, const char *text)
{
	char path[PATH_SIZE];

	path_make(path, "%s/%s", daemon->dir, name);
	file_write(path, text);
}

void python_run(struct daemon *daemon, const char *name, struct process *ret_process)
{
	char path[PATH_SIZE], setting[PATH_SIZE], own[PATH_SIZE], run[PATH_SIZE];
	const char *const argv[] = { PYTHON, "-B", path, NULL };
	const char *const env[] = { setting, NULL };

	path_make(path, "%s/%s.py", daemon->dir, name);
	path_make(setting, "XDG_RUNTIME_DIR=%s", daemon->dir);
	path_make(own, "%s/liftd", daemon->dir);
	path_make(run, "%s/run", daemon->dir);
	assert_int_equal(symlink(run, own), 0);
	process_start(ret_process, daemon->dir, name, argv, &(struct surroundings){ .env = env });
}

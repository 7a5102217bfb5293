/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/compact/elsewhere.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/state.h"
#include "proto/err.h"

int elsewhere_note(const char *state, const char *dir, uint64_t last)
{
	char path[PATH_MAX], place[PATH_MAX];
	size_t size;
	int fd, err;

	state_path(place, state, STATE_BACKUPS);
	size = strlen(place);
	if (strncmp(dir, place, size) == 0 && dir[size] == '/')
		return 0;
	state_path(path, state, STATE_BACKUPS_MADE);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return LIFT_E_IO;
	err = dprintf(fd, "%" PRIu64 "\t%s\n", last, dir) > 0 && fsync(fd) == 0 ? 0 : LIFT_E_IO;
	close(fd);
	return err;
}

void elsewhere_read(const char *state, uint64_t number, void (*fn)(void *context, const char *dir),
		    void *context)
{
	char path[PATH_MAX], line[PATH_MAX + 32], *tab;
	FILE *file;

	state_path(path, state, STATE_BACKUPS_MADE);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		tab = strchr(line, '\t');
		if (tab && strtoull(line, NULL, 10) < number)
			fn(context, tab + 1);
	}
	if (file)
		fclose(file);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/people.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/cli.h"
#include "proto/err.h"

enum { LIST_MAX = 256 << 20 /* bytes of a list */ };

static char *read_stream(FILE *file, size_t *ret_size)
{
	char *data = NULL, piece[65536];
	size_t size = 0, got;
	FILE *to = open_memstream(&data, &size);

	if (!to)
		return NULL;
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0 && size <= LIST_MAX) {
		fwrite(piece, 1, got, to);
		fflush(to);
	}
	if (fclose(to) != 0 || ferror(file) || size > LIST_MAX) {
		if (size > LIST_MAX)
			errno = EFBIG;
		free(data);
		return NULL;
	}
	*ret_size = size;
	return data;
}

int people_read(const char *name, struct list *ret_list)
{
	bool standard = strcmp(name, "-") == 0;
	FILE *file = standard ? stdin : fopen(name, "re");
	char problem[LIST_PROBLEM_MAX] = "", *data = NULL;
	size_t size = 0;
	int err;

	if (file)
		data = read_stream(file, &size);
	if (!data)
		complain("%s: %s", name, strerror(errno));
	if (file && !standard)
		fclose(file);
	if (!data)
		return STATUS_SYSTEM;
	err = list_read(data, size, ret_list, problem);
	free(data);
	if (err)
		complain("%s: %s", name, *problem ? problem : lift_err_text(err));
	return err == LIFT_E_MALFORMED ? STATUS_REFUSED : err ? STATUS_SYSTEM : STATUS_WELL;
}

int people_read_learners(const char *name, struct list *ret_list, int *ret_column)
{
	char problem[LIST_PROBLEM_MAX];
	int status = people_read(name, ret_list);

	if (status != STATUS_WELL)
		return status;
	*ret_column = list_need(ret_list, "learner", problem);
	if (*ret_column != LIST_NONE)
		return STATUS_WELL;
	complain("%s: %s: one must have the ids", name, problem);
	list_free(ret_list);
	return STATUS_REFUSED;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* What errno says. */
static int fail(struct yaml_errors *errors)
{
	if (errno == ENOMEM)
		return LIFT_E_MEMORY;
	yaml_error(errors, 0, "%s", strerror(errno));
	return LIFT_E_CONFIG;
}

static int read_all(FILE *file, char **ret_data, size_t *ret_size)
{
	size_t size = 0, room = 0, got;
	char *data = NULL;

	do {
		char *grown = size == room ? realloc(data, room = 2 * room + 65536) : data;

		if (!grown) {
			free(data);
			errno = ENOMEM;
			return -1;
		}
		data = grown;
		got = fread(data + size, 1, room - size, file);
		size += got;
	} while (got > 0 && size <= YAML_SIZE_MAX);
	if (ferror(file)) {
		free(data);
		return -1;
	}
	*ret_data = data;
	*ret_size = size;
	return 0;
}

int load_file(const char *path, bool absent_ok, struct yaml_errors *errors, struct text *ret_text)
{
	FILE *file = fopen(path, "re");
	char *data = NULL;
	size_t size = 0;
	int rc;

	if (!file && errno == ENOENT && absent_ok) {
		*ret_text = (struct text){ calloc(1, 1), 0 };
		return ret_text->data ? 0 : LIFT_E_MEMORY;
	}
	if (!file)
		return fail(errors);
	rc = read_all(file, &data, &size);
	if (rc != 0)
		rc = fail(errors);
	fclose(file);
	if (rc == 0)
		*ret_text = (struct text){ data, size };
	return rc;
}

bool load_equals(const char *path, struct text text)
{
	struct yaml_errors errors = { .file = path };
	struct text loaded = { NULL, 0 };
	struct stat info;
	bool equals = stat(path, &info) == 0 && (size_t)info.st_size == text.size &&
		      load_file(path, false, &errors, &loaded) == 0 && text_equal(loaded, text);

	free((char *)loaded.data);
	yaml_errors_clear(&errors);
	return equals;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/frozen/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/cli/disk/disk.h"
#include "proto/err.h"

enum {
	SUM_BYTES = 32, /* BLAKE2b */
	SUM_TEXT = 2 * SUM_BYTES + 1,
	SUMS_MAX = 4096, /* bytes of that file */
	FILE_MAX = 256 << 20,
};

static const char record_file[] = "report.json", sums_file[] = "sums";

bool frozen_name_is_right(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";

	return *name && !strchr("._-", *name) && strlen(name) <= FROZEN_NAME_MAX &&
	       strspn(name, letters) == strlen(name);
}

bool frozen_place(const char *dir, char to[static PATH_MAX])
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	bool is_data = data && *data == '/';

	if (dir)
		return snprintf(to, PATH_MAX, "%s", dir) < PATH_MAX;
	if (!is_data && (!home || *home != '/'))
		return false;
	return snprintf(to, PATH_MAX, "%s%s/lift/reports", is_data ? data : home,
			is_data ? "" : "/.local/share") < PATH_MAX;
}

static int join(char to[static PATH_MAX], const char *dir, const char *name)
{
	if (snprintf(to, PATH_MAX, "%s/%s", dir, name) < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return LIFT_E_IO;
}

bool frozen_is_there(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat info;

	return join(path, dir, name) == 0 && lstat(path, &info) == 0;
}

/* Writing. */

static void sum_of(const char *bytes, size_t size, char to[static SUM_TEXT])
{
	uint8_t sum[SUM_BYTES];

	crypto_generichash(sum, sizeof(sum), (const uint8_t *)bytes, size, NULL, 0);
	sodium_bin2hex(to, SUM_TEXT, sum, sizeof(sum));
}

/* For its owner only, and not to be changed by mistake. */
static int write_file(const char *dir, const char *name, const char *bytes, size_t size)
{
	char path[PATH_MAX];
	int fd, err = join(path, dir, name);

	if (err)
		return err;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	if (fd < 0)
		return LIFT_E_IO;
	err = disk_write_all(fd, bytes, size) == 0 ? 0 : LIFT_E_IO;
	return close(fd) == 0 ? err : LIFT_E_IO;
}

/* And its line in the sums. */
static int write_summed(const char *dir, const char *name, const char *bytes, size_t size,
			char sums[static SUMS_MAX])
{
	size_t at = strlen(sums);
	char sum[SUM_TEXT];

	sum_of(bytes, size, sum);
	snprintf(sums + at, SUMS_MAX - at, "%s  %s\n", sum, name);
	return write_file(dir, name, bytes, size);
}

static void form_file(const char *ending, char to[static NAME_MAX])
{
	snprintf(to, NAME_MAX, "report.%s", ending);
}

static int write_all(const char *dir, const json_t *record, const struct frozen_form *forms,
		     size_t n_forms)
{
	char *text = json_dumps(record, JSON_INDENT(1));
	char sums[SUMS_MAX] = "", name[NAME_MAX];
	int err = text ? write_summed(dir, record_file, text, strlen(text), sums) : LIFT_E_MEMORY;

	for (size_t i = 0; i < n_forms && !err; i++) {
		form_file(forms[i].ending, name);
		err = write_summed(dir, name, forms[i].bytes, forms[i].size, sums);
	}
	free(text);
	if (!err)
		err = write_file(dir, sums_file, sums, strlen(sums));
	return err || disk_sync_directory(dir) == 0 ? err : LIFT_E_IO;
}

/* Of a report that is not to be: errno stays. */
static void remove_all(const char *dir)
{
	DIR *names = opendir(dir);
	struct dirent *entry;
	int error = errno;
	char path[PATH_MAX];

	while (names && (entry = readdir(names)))
		if (entry->d_name[0] != '.' && join(path, dir, entry->d_name) == 0)
			unlink(path);
	if (names)
		closedir(names);
	rmdir(dir);
	errno = error;
}

/* Under its name where that is free: a directory takes the place of no other that has files. */
static int name_it(const char *draft, const char *dir, const char *name)
{
	char path[PATH_MAX];
	int err = join(path, dir, name);

	if (err)
		return err;
	if (rename(draft, path) == 0)
		return disk_sync_directory(dir) == 0 ? 0 : LIFT_E_IO;
	return errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR ? LIFT_E_EXISTS
									 : LIFT_E_IO;
}

int frozen_write(const char *dir, const char *name, const json_t *record,
		 const struct frozen_form *forms, size_t n_forms)
{
	char draft[PATH_MAX];
	int err;

	if (frozen_is_there(dir, name))
		return LIFT_E_EXISTS;
	if (disk_make_directories(dir) != 0)
		return LIFT_E_IO;
	err = join(draft, dir, ".draft-XXXXXX");
	if (err || !mkdtemp(draft))
		return LIFT_E_IO;
	err = write_all(draft, record, forms, n_forms);
	if (!err)
		err = name_it(draft, dir, name);
	if (err)
		remove_all(draft);
	return err;
}

/* Reading. */

static int read_fd(int fd, char **ret_bytes, size_t *ret_size)
{
	struct stat info;
	size_t size = 0;
	ssize_t n = 1;
	char *bytes;

	if (fstat(fd, &info) != 0)
		return LIFT_E_IO;
	if (!S_ISREG(info.st_mode) || info.st_size > FILE_MAX)
		return LIFT_E_CORRUPT;
	bytes = malloc((size_t)info.st_size + 1);
	if (!bytes)
		return LIFT_E_MEMORY;
	while (n > 0 && size < (size_t)info.st_size) {
		n = read(fd, bytes + size, (size_t)info.st_size - size);
		size += n > 0 ? (size_t)n : 0;
	}
	if (n < 0) {
		free(bytes);
		return LIFT_E_IO;
	}
	bytes[size] = 0;
	*ret_bytes = bytes;
	*ret_size = size;
	return 0;
}

static int read_file(const char *dir, const char *name, char **ret_bytes, size_t *ret_size)
{
	char path[PATH_MAX];
	int fd, error, err = join(path, dir, name);

	if (err)
		return err;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? LIFT_E_NOT_FOUND : LIFT_E_IO;
	err = read_fd(fd, ret_bytes, ret_size);
	error = errno;
	close(fd);
	errno = error;
	return err;
}

/* Has the file the sum that was written? One without a line is no file of the report. */
static int check_sum(const char *sums, const char *name, const char *bytes, size_t size)
{
	char line[SUM_TEXT + NAME_MAX + 4];
	char sum[SUM_TEXT];
	const char *at;

	sum_of(bytes, size, sum);
	snprintf(line, sizeof(line), "%s  %s\n", sum, name);
	at = strstr(sums, line);
	return at && (at == sums || at[-1] == '\n') ? 0 : LIFT_E_CORRUPT;
}

static int read_summed(const char *dir, const char *name, const char *file, char **ret_bytes,
		       size_t *ret_size)
{
	char path[PATH_MAX], *sums = NULL, *bytes = NULL;
	size_t n_sums, size = 0;
	int err = join(path, dir, name);

	if (!err && !frozen_is_there(dir, name))
		return LIFT_E_NOT_FOUND;
	if (!err)
		err = read_file(path, sums_file, &sums, &n_sums);
	if (err == LIFT_E_NOT_FOUND)
		err = LIFT_E_CORRUPT;
	if (!err)
		err = read_file(path, file, &bytes, &size);
	if (!err)
		err = check_sum(sums, file, bytes, size);
	free(sums);
	if (err) {
		free(bytes);
		return err;
	}
	*ret_bytes = bytes;
	*ret_size = size;
	return 0;
}

int frozen_read(const char *dir, const char *name, json_t **ret_record)
{
	char *text;
	size_t size;
	int err = read_summed(dir, name, record_file, &text, &size);

	if (err)
		return err == LIFT_E_NOT_FOUND && frozen_is_there(dir, name) ? LIFT_E_CORRUPT : err;
	*ret_record = json_loadb(text, size, 0, NULL);
	free(text);
	return json_is_object(*ret_record) ? 0 : LIFT_E_MEMORY;
}

int frozen_read_form(const char *dir, const char *name, const char *ending, char **ret_bytes,
		     size_t *ret_size)
{
	char file[NAME_MAX];

	form_file(ending, file);
	return read_summed(dir, name, file, ret_bytes, ret_size);
}

/* The list. */

static int is_report(const struct dirent *entry)
{
	return frozen_name_is_right(entry->d_name);
}

int frozen_list(const char *dir, json_t **ret_names)
{
	struct dirent **entries;
	json_t *names = json_array();
	int n = scandir(dir, &entries, is_report, alphasort), err = names ? 0 : LIFT_E_MEMORY;

	if (n < 0 && errno != ENOENT && !err)
		err = LIFT_E_IO;
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX], file[PATH_MAX];

		/* Whatever else lies there is none of ours. */
		if (!err && join(path, dir, entries[i]->d_name) == 0 &&
		    join(file, path, sums_file) == 0 && access(file, F_OK) == 0 &&
		    json_array_append_new(names, json_string(entries[i]->d_name)) != 0)
			err = LIFT_E_MEMORY;
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	if (err)
		json_decref(names);
	else
		*ret_names = names;
	return err;
}

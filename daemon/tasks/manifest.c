/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"
#include "daemon/plane/release.h"
#include "proto/grow.h"

enum { COPY_BYTES = 1 << 20, COPY_TELL_BYTES = 64 << 20 };

const char *const backup_files[BACKUP_FILES] = {
	[BACKUP_JOURNAL] = "journal/data.mdb",
	[BACKUP_SECRET] = "secret",
};

static const char file_name[] = "manifest.json";

/* Writing. */

static json_t *hex_of(const uint8_t *bytes, size_t size)
{
	char hex[2 * MANIFEST_DIGEST + 1];

	return json_string(sodium_bin2hex(hex, sizeof(hex), bytes, size));
}

/* The secret is the last one. */
static int n_files(bool has_secret)
{
	return has_secret ? BACKUP_FILES : BACKUP_SECRET;
}

static json_t *releases_as_json(const struct manifest *manifest)
{
	json_t *releases = json_array();

	for (size_t i = 0; i < manifest->n_releases; i++)
		json_array_append_new(
			releases, json_pack("{s:I, s:I, s:o}", "number",
					    (json_int_t)manifest->releases[i].number, "bytes",
					    (json_int_t)manifest->releases[i].bytes, "blake2b",
					    hex_of(manifest->releases[i].digest, MANIFEST_DIGEST)));
	return releases;
}

static json_t *as_json(const struct manifest *manifest)
{
	json_t *files = json_array(), *json;

	for (int i = 0; i < n_files(manifest->has_secret); i++)
		json_array_append_new(
			files, json_pack("{s:s, s:I, s:o}", "name", backup_files[i], "bytes",
					 (json_int_t)manifest->files[i].bytes, "blake2b",
					 hex_of(manifest->files[i].digest, MANIFEST_DIGEST)));
	json = json_pack("{s:i, s:s, s:I, s:{s:o, s:i, s:I}, s:o}", "format",
			 manifest->has_secret ? MANIFEST_WITH_SECRET : MANIFEST_FORMAT, "liftd",
			 LIFT_VERSION, "time", (json_int_t)manifest->time, "journal", "id",
			 hex_of(manifest->journal_id, JOURNAL_ID), "format",
			 manifest->journal_format, "last", (json_int_t)manifest->last, "files",
			 files);
	if (!manifest->has_secret)
		json_object_set_new(json, "secret", json_false());
	if (manifest->n_releases > 0)
		json_object_set_new(json, "releases", releases_as_json(manifest));
	return json;
}

static int write_all(int fd, const void *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return LIFT_E_IO;
		data = (const char *)data + n;
		size -= (size_t)n;
	}
	return 0;
}

static int make_file(const char *path, int *ret_fd)
{
	*ret_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return *ret_fd < 0 ? LIFT_E_IO : 0;
}

/* Errors of writes show here, too. */
static int finish_file(int fd, int err)
{
	if (!err && fsync(fd) != 0)
		err = LIFT_E_IO;
	if (close(fd) != 0 && !err)
		err = LIFT_E_IO;
	return err;
}

int manifest_write(const char *dir, const struct manifest *manifest)
{
	json_t *json = as_json(manifest);
	char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	char path[PATH_MAX];
	int fd, err = text ? dir_join(path, dir, file_name) : LIFT_E_MEMORY;

	if (!err)
		err = make_file(path, &fd);
	if (!err) {
		err = write_all(fd, text, strlen(text));
		if (!err)
			err = write_all(fd, "\n", 1);
		err = finish_file(fd, err);
	}
	free(text);
	json_decref(json);
	return err;
}

/* Reading. */

static bool read_hex(const json_t *map, const char *key, uint8_t *to, size_t size)
{
	const char *hex = json_string_value(json_object_get(map, key));
	size_t n;

	return hex && sodium_hex2bin(to, size, hex, strlen(hex), NULL, &n, NULL) == 0 && n == size;
}

static bool read_number(const json_t *map, const char *key, json_int_t *ret_number)
{
	const json_t *value = json_object_get(map, key);

	*ret_number = json_integer_value(value);
	return json_is_integer(value) && *ret_number >= 0;
}

static bool read_files(const json_t *files, struct manifest *manifest)
{
	json_int_t bytes;

	if (json_array_size(files) != (size_t)n_files(manifest->has_secret))
		return false;
	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		const char *name = json_string_value(json_object_get(file, "name"));

		if (!name || strcmp(name, backup_files[i]) != 0 ||
		    !read_number(file, "bytes", &bytes) ||
		    !read_hex(file, "blake2b", manifest->files[i].digest, MANIFEST_DIGEST))
			return false;
		manifest->files[i].bytes = (uint64_t)bytes;
	}
	return true;
}

/* Where there are none, or it is an older backup, it has no such key. */
static bool read_releases(const json_t *releases, struct manifest *manifest)
{
	json_int_t number, bytes;
	uint32_t before = 0;
	const json_t *json;
	size_t i;

	json_array_foreach(releases, i, json)
	{
		struct manifest_release *row;

		if (grow(&manifest->releases, &manifest->room_releases, i + 1,
			 sizeof(*manifest->releases)) != 0)
			return false;
		row = &manifest->releases[i];
		if (!read_number(json, "number", &number) || number <= before ||
		    number > UINT32_MAX || !read_number(json, "bytes", &bytes) ||
		    !read_hex(json, "blake2b", row->digest, MANIFEST_DIGEST))
			return false;
		row->number = before = (uint32_t)number;
		row->bytes = (uint64_t)bytes;
		manifest->n_releases++;
	}
	return !releases || json_is_array(releases);
}

static int read_json(const json_t *json, struct manifest *manifest)
{
	const json_t *journal = json_object_get(json, "journal");
	json_int_t format, journal_format, last, time;

	if (!read_number(json, "format", &format))
		return LIFT_E_CORRUPT;
	if (format > MANIFEST_FORMAT)
		return LIFT_E_NEWER;
	manifest->has_secret = format == MANIFEST_WITH_SECRET;
	if (!read_number(journal, "format", &journal_format) ||
	    !read_number(journal, "last", &last) || !read_number(json, "time", &time) ||
	    !read_hex(journal, "id", manifest->journal_id, JOURNAL_ID) ||
	    !read_files(json_object_get(json, "files"), manifest) ||
	    !read_releases(json_object_get(json, "releases"), manifest))
		return LIFT_E_CORRUPT;
	if (journal_format > JOURNAL_FORMAT)
		return LIFT_E_NEWER;
	manifest->journal_format = (int)journal_format;
	manifest->last = (uint64_t)last;
	manifest->time = (int64_t)time;
	return 0;
}

bool manifest_is_there(const char *dir)
{
	char path[PATH_MAX];

	return dir_join(path, dir, file_name) == 0 && access(path, F_OK) == 0;
}

int manifest_read(const char *dir, struct manifest *ret_manifest)
{
	struct manifest manifest = { 0 };
	char path[PATH_MAX];
	json_t *json;
	int err = dir_join(path, dir, file_name);

	if (err)
		return err;
	if (access(path, R_OK) != 0)
		return errno == ENOENT ? LIFT_E_NOT_FOUND : LIFT_E_IO;
	json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	err = json ? read_json(json, &manifest) : LIFT_E_CORRUPT;
	json_decref(json);
	if (err)
		manifest_clear(&manifest);
	else
		*ret_manifest = manifest;
	return err;
}

void manifest_clear(struct manifest *manifest)
{
	free(manifest->releases);
	manifest->releases = NULL;
	manifest->n_releases = manifest->room_releases = 0;
}

/* Copying. */

struct copy {
	int from, to; /* to -1: nowhere */
	const char *from_path, *to_path;
	uint64_t bytes;
	crypto_generichash_state digest;
	uint8_t *buffer;
};

static int copy_some(struct copy *copy, struct report *report, bool *ret_more)
{
	ssize_t size = read(copy->from, copy->buffer, COPY_BYTES);

	if (size < 0)
		return report_fail_errno(report, "cannot be read", copy->from_path);
	crypto_generichash_update(&copy->digest, copy->buffer, (size_t)size);
	if (copy->to >= 0 && write_all(copy->to, copy->buffer, (size_t)size) != 0)
		return report_fail_errno(report, "cannot be written", copy->to_path);
	copy->bytes += (uint64_t)size;
	report->done += (uint64_t)size;
	if (copy->bytes % COPY_TELL_BYTES < COPY_BYTES)
		report_progress(report);
	*ret_more = size > 0;
	return 0;
}

static int copy_all(struct copy *copy, struct report *report)
{
	bool more = true;
	int err = 0;

	copy->from = open(copy->from_path, O_RDONLY | O_CLOEXEC);
	if (copy->from < 0)
		return report_fail_errno(report, "cannot be read", copy->from_path);
	if (copy->to_path && make_file(copy->to_path, &copy->to) != 0)
		err = report_fail_errno(report, "cannot be made", copy->to_path);
	while (!err && more)
		err = copy_some(copy, report, &more);
	if (copy->to >= 0 && finish_file(copy->to, err) != 0 && !err)
		err = report_fail_errno(report, "cannot be written", copy->to_path);
	close(copy->from);
	return err;
}

/* A file's bytes, to another (NULL: nowhere). */
static int copy_file(const char *from, const char *to, uint64_t *ret_bytes,
		     uint8_t ret_digest[static MANIFEST_DIGEST], struct report *report)
{
	struct copy copy = { .from_path = from, .to_path = to, .to = -1 };
	int err;

	copy.buffer = malloc(COPY_BYTES);
	if (!copy.buffer)
		return report_fail(report, LIFT_E_MEMORY, "out of memory");
	crypto_generichash_init(&copy.digest, NULL, 0, MANIFEST_DIGEST);
	err = copy_all(&copy, report);
	crypto_generichash_final(&copy.digest, ret_digest, MANIFEST_DIGEST);
	*ret_bytes = copy.bytes;
	sodium_memzero(copy.buffer, COPY_BYTES);
	free(copy.buffer);
	return err;
}

int backup_file_copy(const char *from_path, const char *to, enum backup_file file,
		     struct manifest *manifest, struct report *report)
{
	char to_path[PATH_MAX];

	if (to && dir_join(to_path, to, backup_files[file]) != 0)
		return report_fail_errno(report, "cannot be made", to);
	return copy_file(from_path, to ? to_path : NULL, &manifest->files[file].bytes,
			 manifest->files[file].digest, report);
}

int backup_file_copy_from(const char *from, const char *to, enum backup_file file,
			  struct manifest *manifest, struct report *report)
{
	char path[PATH_MAX];

	if (dir_join(path, from, backup_files[file]) != 0)
		return report_fail_errno(report, "cannot be read", from);
	return backup_file_copy(path, to, file, manifest, report);
}

/* Releases. */

static int make_dir(const char *to, char ret_path[static PATH_MAX], struct report *report)
{
	state_path(ret_path, to, STATE_RELEASES);
	if (mkdir(ret_path, 0700) != 0 && errno != EEXIST)
		return report_fail_errno(report, "directory cannot be made", ret_path);
	return 0;
}

static int copy_release(const char *from, const char *to, struct manifest_release *release,
			struct report *report)
{
	char from_path[PATH_MAX], to_path[PATH_MAX];

	release_path(from_path, from, release->number);
	release_path(to_path, to, release->number);
	return copy_file(from_path, to_path, &release->bytes, release->digest, report);
}

/* What has been copied must be a whole one, else it is not kept. */
static int add_release(const char *state, const char *to, uint32_t number,
		       struct manifest *manifest, uint32_t *ret_damaged, struct report *report)
{
	struct manifest_release row = { .number = number };
	struct release *release = NULL;
	char path[PATH_MAX];
	int err = copy_release(state, to, &row, report);

	if (err)
		return err;
	err = release_open(to, number, &release);
	release_put(release);
	if (err == LIFT_E_CORRUPT) {
		*ret_damaged = number;
		release_path(path, to, number);
		return unlink(path) == 0 ? 0 : report_fail_errno(report, "cannot be removed", path);
	}
	if (!err)
		err = grow(&manifest->releases, &manifest->room_releases, manifest->n_releases + 1,
			   sizeof(row));
	if (err)
		return report_fail(report, err, "release %u cannot be copied: %s", number,
				   lift_err_text(err));
	manifest->releases[manifest->n_releases++] = row;
	return 0;
}

int manifest_add_releases(const char *state, const char *to, struct manifest *manifest,
			  uint32_t *ret_damaged, struct report *report)
{
	struct release_info *infos = NULL;
	char path[PATH_MAX];
	size_t n = 0;
	int err = releases_list(state, &infos, &n);

	*ret_damaged = 0;
	if (err)
		return report_fail(report, err, "the releases cannot be read: %s",
				   lift_err_text(err));
	if (n > 0)
		err = make_dir(to, path, report);
	for (size_t i = 0; i < n && !err; i++)
		err = add_release(state, to, infos[i].number, manifest, ret_damaged, report);
	free(infos);
	if (!err && n > 0 && dir_sync(path) != 0)
		err = report_fail_errno(report, "cannot be synced", path);
	return err;
}

int manifest_copy_release(const char *from, const char *to, uint32_t number, struct report *report)
{
	struct manifest_release row = { .number = number };

	return copy_release(from, to, &row, report);
}

int manifest_copy_releases(const char *dir, const char *to, const struct manifest *manifest,
			   struct report *report)
{
	char path[PATH_MAX];
	int err = make_dir(to, path, report);

	for (size_t i = 0; i < manifest->n_releases && !err; i++) {
		struct manifest_release found = { .number = manifest->releases[i].number };

		err = copy_release(dir, to, &found, report);
		if (!err &&
		    (found.bytes != manifest->releases[i].bytes ||
		     memcmp(found.digest, manifest->releases[i].digest, MANIFEST_DIGEST) != 0))
			err = report_fail(report, LIFT_E_CORRUPT,
					  "%.800s cannot be restored: release %u in it is damaged "
					  "(it differs from the manifest): take another backup",
					  dir, found.number);
	}
	return err;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/own_key.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/cli/cli.h"
#include "proto/key_file.h"

/* A file's path, where it is relative to that of another file. */
static bool path_beside(const char *other, const char *file, char to[static PATH_MAX])
{
	const char *slash = strrchr(other, '/');
	int before = *file == '/' || !slash ? 0 : (int)(slash - other) + 1;

	return snprintf(to, PATH_MAX, "%.*s%s", before, other, file) < PATH_MAX;
}

static int open_own(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;

	if (fd < 0 || fstat(fd, &info) != 0) {
		complain("%s: %s%s", path, strerror(errno),
			 errno == ENOENT ? ": 'lift keygen' makes it" : "");
	} else if (!S_ISREG(info.st_mode)) {
		complain("%s: it must be a file", path);
	} else if (info.st_mode & (S_IRWXG | S_IRWXO)) {
		complain("%s: others may read the secret key, or change it: chmod 600 %s, and make "
			 "another key if somebody can have read it",
			 path, path);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Up to KEY_FILE_MAX bytes, and one more where there are more; or -1. */
static ssize_t read_own(const char *path, char text[static KEY_FILE_MAX + 1])
{
	int fd = open_own(path);
	size_t size = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -1;
	while (n > 0 && size <= KEY_FILE_MAX) {
		n = read(fd, text + size, KEY_FILE_MAX + 1 - size);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			size += (size_t)n;
	}
	if (n < 0)
		complain("%s: %s", path, strerror(errno));
	close(fd);
	return n < 0 ? -1 : (ssize_t)size;
}

static bool parse_own(const char *path, struct text text, struct key_pair *ret_pair)
{
	struct yaml_errors errors = { .file = path };
	int err = key_file_parse(text, &errors, ret_pair);

	if (err)
		fputs(errors.text ? errors.text : "lift: out of memory\n", stderr);
	yaml_errors_clear(&errors);
	return !err;
}

static bool read_pair(const char *path, struct key_pair *ret_pair)
{
	char *text = sodium_malloc(KEY_FILE_MAX + 1);
	ssize_t size = text ? read_own(path, text) : -1;
	bool right = size >= 0 && parse_own(path, (struct text){ text, (size_t)size }, ret_pair);

	if (!text)
		complain("out of memory that can be locked");
	sodium_free(text);
	return right;
}

struct lift_keys *own_key_read(const char *config, const char *file, const char *server)
{
	struct lift_keys *keys = NULL;
	struct key_pair *pair = NULL;
	char path[PATH_MAX];

	if (!path_beside(config, file, path)) {
		complain("%s: the path of its key is too long", config);
		return NULL;
	}
	prctl(PR_SET_DUMPABLE, 0); /* libzmq has a copy: no core file, no debugger of others */
	if (sodium_init() >= 0) {
		pair = sodium_malloc(sizeof(*pair));
		keys = sodium_malloc(sizeof(*keys));
	}
	if (!pair || !keys) {
		complain("out of memory that can be locked");
	} else if (read_pair(path, pair)) {
		snprintf(keys->server_key, sizeof(keys->server_key), "%s", server);
		memcpy(keys->public_key, pair->public, sizeof(keys->public_key));
		memcpy(keys->secret_key, pair->secret, sizeof(keys->secret_key));
		sodium_free(pair);
		return keys;
	}
	sodium_free(pair);
	sodium_free(keys);
	return NULL;
}

void own_key_free(struct lift_keys *keys)
{
	sodium_free(keys);
}

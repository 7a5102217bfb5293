/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/setup/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/key_file.h"

enum { HEX = 2 * LIFT_SEAL_BYTES };

/* A file of ours that nobody else may read: its bytes, or -1 and why. */
static ssize_t read_private(const char *path, char *to, size_t room,
			    char why[static SECRET_WHY_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	ssize_t got = -1;

	if (fd < 0 || fstat(fd, &info) != 0)
		snprintf(why, SECRET_WHY_MAX, "%.300s: %s", path, strerror(errno));
	else if (!S_ISREG(info.st_mode))
		snprintf(why, SECRET_WHY_MAX, "%.300s: it must be a file", path);
	else if (info.st_mode & (S_IRWXG | S_IRWXO))
		snprintf(why, SECRET_WHY_MAX,
			 "%.150s: others may read it, or change it: chmod 600 %.150s", path, path);
	else if ((got = read(fd, to, room)) < 0)
		snprintf(why, SECRET_WHY_MAX, "%.300s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return got;
}

/* The seal. */

/* 64 hexadecimal digits, and white space behind them; or the bytes themselves. */
static bool seal_parse(const char *text, size_t size, uint8_t seal[static LIFT_SEAL_BYTES])
{
	const char *end = NULL;
	size_t n = 0;

	if (size == LIFT_SEAL_BYTES) {
		memcpy(seal, text, size);
		return true;
	}
	while (size && strchr(" \r\n\t", text[size - 1]))
		size--;
	return size == HEX &&
	       sodium_hex2bin(seal, LIFT_SEAL_BYTES, text, size, NULL, &n, &end) == 0 &&
	       n == LIFT_SEAL_BYTES && end == text + size;
}

static int seal_read(const char *path, uint8_t seal[static LIFT_SEAL_BYTES],
		     char why[static SECRET_WHY_MAX])
{
	char text[HEX + 16];
	ssize_t size = read_private(path, text, sizeof(text), why);
	bool right = size >= 0 && seal_parse(text, (size_t)size, seal);

	sodium_memzero(text, sizeof(text));
	if (size < 0)
		return LIFT_E_IO;
	if (!right)
		snprintf(why, SECRET_WHY_MAX, "%.300s: it must be %d hexadecimal digits", path,
			 HEX);
	return right ? 0 : LIFT_E_SEAL;
}

/* Under a name of its own until it is on disk: a crash leaves none, or a whole one. */
static int seal_make(const char *state, const char *path, uint8_t seal[static LIFT_SEAL_BYTES],
		     char why[static SECRET_WHY_MAX])
{
	char making[PATH_MAX + 8], text[HEX + 1];
	int dir = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;
	bool made;

	snprintf(making, sizeof(making), "%s.new", path);
	unlink(making);
	fd = open(making, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	randombytes_buf(seal, LIFT_SEAL_BYTES);
	sodium_bin2hex(text, sizeof(text), seal, LIFT_SEAL_BYTES);
	text[HEX] = '\n';
	made = dir >= 0 && fd >= 0 && write(fd, text, sizeof(text)) == (ssize_t)sizeof(text) &&
	       fsync(fd) == 0 && rename(making, path) == 0 && fsync(dir) == 0;
	if (!made)
		snprintf(why, SECRET_WHY_MAX, "%.300s: %s", path, strerror(errno));
	sodium_memzero(text, sizeof(text));
	if (fd >= 0)
		close(fd);
	if (dir >= 0)
		close(dir);
	return made ? 0 : LIFT_E_IO;
}

int seal_load(const char *state, bool may_make, uint8_t ret_seal[static LIFT_SEAL_BYTES],
	      char ret_why[static SECRET_WHY_MAX])
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	char path[PATH_MAX];

	if (sodium_init() < 0)
		return LIFT_E_MEMORY;
	snprintf(path, sizeof(path), "%s/lift-xapi.seal", credentials ? credentials : "");
	if (credentials && access(path, F_OK) == 0)
		return seal_read(path, ret_seal, ret_why);
	snprintf(path, sizeof(path), "%s/shelf.db", state);
	if (access(path, F_OK) == 0)
		may_make = false;
	snprintf(path, sizeof(path), "%s/seal.key", state);
	if (access(path, F_OK) != 0 && may_make)
		return seal_make(state, path, ret_seal, ret_why);
	return seal_read(path, ret_seal, ret_why);
}

/* The daemon's. */

int daemon_keys_load(const char *path, const char *server, struct lift_keys **ret_keys,
		     char ret_why[static SECRET_WHY_MAX])
{
	struct yaml_errors errors = { .file = path };
	char *text = sodium_malloc(KEY_FILE_MAX);
	struct key_pair *pair = sodium_malloc(sizeof(*pair));
	struct lift_keys *keys = sodium_malloc(sizeof(*keys));
	int err = text && pair && keys ? 0 : LIFT_E_MEMORY;
	ssize_t size = err ? 0 : read_private(path, text, KEY_FILE_MAX, ret_why);

	if (err)
		snprintf(ret_why, SECRET_WHY_MAX, "out of memory that can be locked");
	else if (size < 0)
		err = LIFT_E_IO;
	else if ((err = key_file_parse((struct text){ text, (size_t)size }, &errors, pair)))
		snprintf(ret_why, SECRET_WHY_MAX, "%s", errors.text ? errors.text : path);
	yaml_errors_clear(&errors);
	if (!err) {
		snprintf(keys->server_key, sizeof(keys->server_key), "%s", server);
		memcpy(keys->public_key, pair->public, sizeof(keys->public_key));
		memcpy(keys->secret_key, pair->secret, sizeof(keys->secret_key));
		*ret_keys = keys;
		keys = NULL;
	}
	sodium_free(keys);
	sodium_free(pair);
	sodium_free(text);
	return err;
}

void daemon_keys_free(struct lift_keys *keys)
{
	sodium_free(keys);
}

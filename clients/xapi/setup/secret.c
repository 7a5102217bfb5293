/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/setup/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/gateway/private.h"

enum { HEX = 2 * LIFT_SEAL_BYTES };

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
	ssize_t size = private_file_read(path, text, sizeof(text), why);
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sync/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/cli/disk/disk.h"
#include "proto/err.h"

enum {
	HEADER = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
	MORE = crypto_secretstream_xchacha20poly1305_ABYTES, /* of a piece that is sealed */
	PIECE = 64 << 10,
	MAGIC = 8,
};

static const char magic[MAGIC + 1] = "liftsyn1";

/* Files. */

/* All bytes of a file. LIFT_E_IO, LIFT_E_MEMORY. */
static int read_all(int fd, char **ret_data, size_t *ret_size)
{
	struct stat stat;
	size_t size = 0;
	ssize_t n = 1;
	char *data;

	if (fstat(fd, &stat) != 0)
		return LIFT_E_IO;
	data = malloc((size_t)stat.st_size + 1);
	if (!data)
		return LIFT_E_MEMORY;
	while (n != 0 && size < (size_t)stat.st_size) {
		n = read(fd, data + size, (size_t)stat.st_size - size);
		if (n < 0 && errno != EINTR) {
			free(data);
			return LIFT_E_IO;
		}
		size += n > 0 ? (size_t)n : 0;
	}
	*ret_data = data;
	*ret_size = size;
	return 0;
}

/* The key. */

static int read_key(int fd, unsigned char *key)
{
	struct stat stat;
	ssize_t n;

	if (fstat(fd, &stat) != 0)
		return LIFT_E_IO;
	if (!S_ISREG(stat.st_mode) || stat.st_mode & (S_IRWXG | S_IRWXO))
		return LIFT_E_DENIED;
	if (stat.st_size != SEAL_KEY)
		return LIFT_E_CORRUPT;
	n = pread(fd, key, SEAL_KEY, 0);
	if (n < 0)
		return LIFT_E_IO;
	return n == SEAL_KEY ? 0 : LIFT_E_CORRUPT;
}

/* A file with a new key, unless one has come there meanwhile. */
static int make_key(const char *path, unsigned char *key)
{
	char draft[PATH_MAX];
	int fd, rc;

	if (snprintf(draft, sizeof(draft), "%s.XXXXXX", path) >= (int)sizeof(draft)) {
		errno = ENAMETOOLONG;
		return LIFT_E_IO;
	}
	fd = mkostemp(draft, O_CLOEXEC);
	if (fd < 0)
		return LIFT_E_IO;
	crypto_secretstream_xchacha20poly1305_keygen(key);
	rc = disk_write_all(fd, key, SEAL_KEY);
	rc = close(fd) != 0 ? -1 : rc;
	if (rc == 0)
		rc = link(draft, path);
	if (rc != 0 && errno == EEXIST)
		rc = 0;
	unlink(draft);
	return rc == 0 ? 0 : LIFT_E_IO;
}

static int open_key(const char *path, bool make, unsigned char *key, int *ret_fd)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0 && errno == ENOENT && !make)
		return LIFT_E_NOT_FOUND;
	if (fd < 0 && errno == ENOENT) {
		err = make_key(path, key);
		fd = err ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		return LIFT_E_IO;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		err = errno == EWOULDBLOCK ? LIFT_E_BUSY : LIFT_E_IO;
	err = err ? err : read_key(fd, key);
	if (err)
		close(fd);
	else
		*ret_fd = fd;
	return err;
}

int seal_key_open(const char *path, bool make, unsigned char **ret_key, int *ret_fd)
{
	unsigned char *key = sodium_malloc(SEAL_KEY);
	char beside[PATH_MAX];
	int err;

	if (!key)
		return LIFT_E_MEMORY;
	if (snprintf(beside, sizeof(beside), "%s.key", path) >= (int)sizeof(beside)) {
		errno = ENAMETOOLONG;
		err = LIFT_E_IO;
	} else {
		err = open_key(beside, make, key, ret_fd);
	}
	if (err) {
		int error = errno;

		sodium_free(key);
		errno = error;
		return err;
	}
	*ret_key = key;
	return 0;
}

/* Sealing. */

/* How long what is sealed is: each piece grows, and the last one, which may be empty, ends it. */
static size_t sealed_size(size_t size)
{
	return MAGIC + HEADER + size + (size / PIECE + 1) * MORE;
}

static void seal(const unsigned char *key, struct text data, unsigned char *to)
{
	crypto_secretstream_xchacha20poly1305_state state;
	unsigned char tag = 0;

	memcpy(to, magic, MAGIC);
	to += MAGIC;
	crypto_secretstream_xchacha20poly1305_init_push(&state, to, key);
	to += HEADER;
	for (size_t at = 0; tag == 0; at += PIECE) {
		size_t size = data.size - at < PIECE ? data.size - at : PIECE;

		if (size < PIECE)
			tag = crypto_secretstream_xchacha20poly1305_TAG_FINAL;
		crypto_secretstream_xchacha20poly1305_push(
			&state, to, NULL, (const unsigned char *)data.data + at, size,
			(const unsigned char *)magic, MAGIC, tag);
		to += size + MORE;
	}
	sodium_memzero(&state, sizeof(state));
}

int seal_write(const char *path, const unsigned char *key, struct text data)
{
	size_t size = sealed_size(data.size);
	unsigned char *sealed = malloc(size);
	int rc, error;

	if (!sealed)
		return LIFT_E_MEMORY;
	seal(key, data, sealed);
	rc = disk_replace(path, sealed, size);
	error = errno;
	free(sealed);
	errno = error;
	return rc == 0 ? 0 : LIFT_E_IO;
}

/* Into as many bytes as are sealed: how many it were; LIFT_E_CORRUPT. */
static int unseal(const unsigned char *key, const unsigned char *sealed, size_t size, char *to,
		  size_t *ret_size)
{
	crypto_secretstream_xchacha20poly1305_state state;
	unsigned char tag = 0;
	size_t out = 0, at = MAGIC + HEADER;

	if (size < at || memcmp(sealed, magic, MAGIC) != 0 ||
	    crypto_secretstream_xchacha20poly1305_init_pull(&state, sealed + MAGIC, key) != 0)
		return LIFT_E_CORRUPT;
	while (tag == 0) {
		size_t piece = size - at < PIECE + MORE ? size - at : PIECE + MORE;

		if (piece < MORE ||
		    crypto_secretstream_xchacha20poly1305_pull(
			    &state, (unsigned char *)to + out, NULL, &tag, sealed + at, piece,
			    (const unsigned char *)magic, MAGIC) != 0)
			return LIFT_E_CORRUPT;
		at += piece;
		out += piece - MORE;
	}
	sodium_memzero(&state, sizeof(state));
	*ret_size = out;
	return at == size ? 0 : LIFT_E_CORRUPT;
}

int seal_read(const char *path, const unsigned char *key, char **ret_data, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	char *sealed = NULL, *data = NULL;
	size_t size = 0;

	if (fd < 0)
		return errno == ENOENT ? LIFT_E_NOT_FOUND : LIFT_E_IO;
	err = read_all(fd, &sealed, &size);
	close(fd);
	if (err)
		return err;
	data = malloc(size + 1);
	err = data ? unseal(key, (unsigned char *)sealed, size, data, ret_size) : LIFT_E_MEMORY;
	free(sealed);
	if (err)
		free(data);
	else
		*ret_data = data;
	return err;
}

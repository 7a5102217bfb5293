/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"

/* Under a temporary name, synced, then renamed: it is there whole or not at all. */
static int make(const char *dir, const char *path)
{
	uint8_t key[SECRET_BYTES];
	char temporary[PATH_MAX];
	int fd, rc;

	randombytes_buf(key, sizeof(key));
	state_path(temporary, dir, STATE_SECRET_NEW);
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return LIFT_E_IO;
	rc = write(fd, key, sizeof(key)) == (ssize_t)sizeof(key) && fsync(fd) == 0 ? 0 : -1;
	if (close(fd) != 0)
		rc = -1;
	sodium_memzero(key, sizeof(key));
	if (rc != 0 || rename(temporary, path) != 0) {
		unlink(temporary);
		return LIFT_E_IO;
	}
	return dir_sync(dir);
}

static int read_key(int fd, uint8_t key[static SECRET_BYTES])
{
	uint8_t bytes[SECRET_BYTES + 1];
	struct stat stat;
	ssize_t size;

	if (fstat(fd, &stat) != 0)
		return LIFT_E_IO;
	if (stat.st_mode & (S_IRWXG | S_IRWXO))
		return LIFT_E_SECRET;
	size = read(fd, bytes, sizeof(bytes));
	if (size < 0)
		return LIFT_E_IO;
	if (size != SECRET_BYTES)
		return LIFT_E_SECRET;
	memcpy(key, bytes, SECRET_BYTES);
	sodium_memzero(bytes, sizeof(bytes));
	return 0;
}

int secret_open(const char *dir, bool may_make, struct secret *ret_secret)
{
	static const char context[] = "liftd secret digest";
	char path[PATH_MAX];
	int fd, err;

	state_path(path, dir, STATE_SECRET);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		err = may_make ? make(dir, path) : LIFT_E_NOT_FOUND;
		if (err)
			return err;
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		return LIFT_E_IO;
	err = read_key(fd, ret_secret->key);
	close(fd);
	if (!err)
		crypto_generichash(ret_secret->digest, SECRET_DIGEST_BYTES,
				   (const uint8_t *)context, sizeof(context), ret_secret->key,
				   SECRET_BYTES);
	return err;
}

/* The namespace's length in front: no two pairs give the same bytes. */
void secret_pseudonym(const struct secret *secret, struct text name_space, struct text learner,
		      uint8_t to[static PSEUDONYM_BYTES])
{
	uint8_t bytes[1 + SOURCE_MAX + LEARNER_MAX];

	assert(name_space.size <= SOURCE_MAX && learner.size <= LEARNER_MAX);
	bytes[0] = (uint8_t)name_space.size;
	memcpy(bytes + 1, name_space.data, name_space.size);
	memcpy(bytes + 1 + name_space.size, learner.data, learner.size);
	crypto_generichash(to, PSEUDONYM_BYTES, bytes, 1 + name_space.size + learner.size,
			   secret->key, SECRET_BYTES);
}

void secret_refused_digest(const struct secret *secret, struct text content,
			   uint8_t to[static REFUSED_DIGEST_BYTES])
{
	uint8_t digest[crypto_generichash_BYTES_MIN];

	crypto_generichash(digest, sizeof(digest), (const uint8_t *)content.data, content.size,
			   secret->key, SECRET_BYTES);
	memcpy(to, digest, REFUSED_DIGEST_BYTES);
}

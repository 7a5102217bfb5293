/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/dir.h"
#include "daemon/base/state.h"

static int make(const char *dir, const char *path)
{
	uint8_t key[SECRET_BYTES];
	char aside[PATH_MAX];
	int err;

	randombytes_buf(key, sizeof(key));
	state_path(aside, dir, STATE_SECRET_NEW);
	err = dir_put(dir, aside, path, (struct text){ (const char *)key, sizeof(key) });
	sodium_memzero(key, sizeof(key));
	return err;
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

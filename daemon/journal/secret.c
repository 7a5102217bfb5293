/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/credential.h"
#include "daemon/base/dir.h"
#include "daemon/base/state.h"

static int new_key(struct secret *secret)
{
	*secret = (struct secret){ .key = NULL };
	secret->key = credential_memory(SECRET_BYTES, &secret->is_locked);
	return secret->key ? 0 : LIFT_E_MEMORY;
}

void secret_close(struct secret *secret)
{
	credential_forget(secret->key);
	*secret = (struct secret){ .key = NULL };
}

static int make(const char *dir, const char *path)
{
	struct secret made;
	char aside[PATH_MAX];
	int err = new_key(&made);

	if (err)
		return err;
	randombytes_buf(made.key, SECRET_BYTES);
	state_path(aside, dir, STATE_SECRET_NEW);
	err = dir_put(dir, aside, path, (struct text){ (const char *)made.key, SECRET_BYTES });
	secret_close(&made);
	return err;
}

/* Into its place, and nowhere else. */
static int read_key(int fd, mode_t forbidden, uint8_t key[static SECRET_BYTES])
{
	struct stat stat;
	size_t size = 0;
	uint8_t more;
	ssize_t n = 1;

	if (fstat(fd, &stat) != 0)
		return LIFT_E_IO;
	if (stat.st_mode & forbidden)
		return LIFT_E_SECRET;
	while (size < SECRET_BYTES && n > 0) {
		n = read(fd, key + size, SECRET_BYTES - size);
		size += n > 0 ? (size_t)n : 0;
	}
	if (n > 0)
		n = read(fd, &more, 1);
	if (n < 0)
		return LIFT_E_IO;
	return size == SECRET_BYTES && n == 0 ? 0 : LIFT_E_SECRET;
}

static int open_file(const char *path, mode_t forbidden, struct secret *ret_secret)
{
	static const char context[] = "liftd secret digest";
	struct secret secret;
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return errno == ENOENT ? LIFT_E_NOT_FOUND : LIFT_E_IO;
	err = new_key(&secret);
	if (!err)
		err = read_key(fd, forbidden, secret.key);
	close(fd);
	if (err) {
		secret_close(&secret);
		return err;
	}
	crypto_generichash(secret.digest, SECRET_DIGEST_BYTES, (const uint8_t *)context,
			   sizeof(context), secret.key, SECRET_BYTES);
	*ret_secret = secret;
	return 0;
}

int secret_open(const char *dir, bool may_make, struct secret *ret_secret)
{
	char path[PATH_MAX];
	int err;

	state_path(path, dir, STATE_SECRET);
	err = open_file(path, S_IRWXG | S_IRWXO, ret_secret);
	if (err == LIFT_E_NOT_FOUND && may_make) {
		err = make(dir, path);
		if (!err)
			err = open_file(path, S_IRWXG | S_IRWXO, ret_secret);
	}
	return err;
}

/* The service manager may give the user its right by an access list, whose mask shows as the
 * group's rights. */
int secret_open_own(const char *state, bool may_make, struct secret *ret_secret)
{
	struct secret secret, other;
	char path[PATH_MAX];
	int err;

	if (!credential_path(SECRET_CREDENTIAL, path))
		return secret_open(state, may_make, ret_secret);
	err = open_file(path, S_IRWXO, &secret);
	if (err)
		return err;
	secret.is_credential = true;
	err = secret_open(state, false, &other);
	if (!err) {
		if (sodium_memcmp(secret.key, other.key, SECRET_BYTES) != 0)
			err = LIFT_E_DIFFERENT;
		secret_close(&other);
	} else if (err == LIFT_E_NOT_FOUND) {
		err = 0;
	}
	if (err)
		secret_close(&secret);
	else
		*ret_secret = secret;
	return err;
}

void secret_path(const struct secret *secret, const char *state, char to[static PATH_MAX])
{
	if (!secret->is_credential || !credential_path(SECRET_CREDENTIAL, to))
		state_path(to, state, STATE_SECRET);
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

/* A 0 in front: no namespace is that long. */
void secret_objection(const struct secret *secret, struct text name_space, struct text learner,
		      uint8_t to[static PSEUDONYM_BYTES])
{
	uint8_t bytes[2 + SOURCE_MAX + LEARNER_MAX];

	assert(name_space.size <= SOURCE_MAX && learner.size <= LEARNER_MAX);
	bytes[0] = 0;
	bytes[1] = (uint8_t)name_space.size;
	memcpy(bytes + 2, name_space.data, name_space.size);
	memcpy(bytes + 2 + name_space.size, learner.data, learner.size);
	crypto_generichash(to, PSEUDONYM_BYTES, bytes, 2 + name_space.size + learner.size,
			   secret->key, SECRET_BYTES);
}

void secret_open_key(const struct secret *secret, uint8_t to[static OPEN_KEY_BYTES])
{
	static const char context[] = "liftd open plane 1";

	crypto_generichash(to, OPEN_KEY_BYTES, (const uint8_t *)context, sizeof(context) - 1,
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/credential.h"
#include "daemon/base/dir.h"
#include "daemon/base/state.h"

enum {
	KEYS_BYTES = SECRET_KEYS_MAX * SECRET_BYTES,
	TAG_BYTES = crypto_shorthash_siphashx24_BYTES,
	TAG_KEY_BYTES = crypto_shorthash_siphashx24_KEYBYTES,
};

static int new_key(struct secret *secret)
{
	*secret = (struct secret){ .key = NULL };
	secret->key = credential_memory(KEYS_BYTES, &secret->is_locked);
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

/* Into its place, and nowhere else: how many bytes. */
static int read_keys(int fd, mode_t forbidden, uint8_t keys[static KEYS_BYTES], size_t *ret_size)
{
	struct stat stat;
	size_t size = 0;
	uint8_t more;
	ssize_t n = 1;

	if (fstat(fd, &stat) != 0)
		return LIFT_E_IO;
	if (stat.st_mode & forbidden)
		return LIFT_E_SECRET;
	while (size < KEYS_BYTES && n > 0) {
		n = read(fd, keys + size, KEYS_BYTES - size);
		size += n > 0 ? (size_t)n : 0;
	}
	if (n > 0)
		n = read(fd, &more, 1);
	if (n < 0)
		return LIFT_E_IO;
	*ret_size = size;
	return size > 0 && size % SECRET_BYTES == 0 && n == 0 ? 0 : LIFT_E_SECRET;
}

struct text secret_bytes(const struct secret *secret)
{
	return (struct text){ (const char *)secret->key,
			      (size_t)(secret->more + 1) * SECRET_BYTES };
}

static void make_digest(struct secret *secret)
{
	static const char context[] = "liftd secret digest";
	uint8_t digest[SECRET_DIGEST_BYTES];
	struct text bytes = secret_bytes(secret);
	crypto_generichash_state state;

	if (secret->more == 0) {
		crypto_generichash(secret->digest, SECRET_DIGEST_BYTES, (const uint8_t *)context,
				   sizeof(context), secret->key, SECRET_BYTES);
		return;
	}
	/* All keys are one: a key of the hash has no room for them. */
	crypto_generichash_init(&state, NULL, 0, sizeof(digest));
	crypto_generichash_update(&state, (const uint8_t *)context, sizeof(context));
	crypto_generichash_update(&state, (const uint8_t *)bytes.data, bytes.size);
	crypto_generichash_final(&state, digest, sizeof(digest));
	memcpy(secret->digest, digest, sizeof(digest));
}

static int open_file(const char *path, mode_t forbidden, struct secret *ret_secret)
{
	struct secret secret;
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	size_t size = 0;

	if (fd < 0)
		return errno == ENOENT ? LIFT_E_NOT_FOUND : LIFT_E_IO;
	err = new_key(&secret);
	if (!err)
		err = read_keys(fd, forbidden, secret.key, &size);
	close(fd);
	if (err) {
		secret_close(&secret);
		return err;
	}
	secret.more = (uint32_t)(size / SECRET_BYTES) - 1;
	make_digest(&secret);
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
		if (secret.more != other.more ||
		    sodium_memcmp(secret.key, other.key, secret_bytes(&secret).size) != 0)
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

/* Rotation. */

static const uint8_t *newest_key(const struct secret *secret)
{
	return secret->key + (size_t)secret->more * SECRET_BYTES;
}

int secret_rotate(const struct secret *secret, struct secret *ret_secret)
{
	struct secret rotated;
	int err = secret->more + 1 >= SECRET_KEYS_MAX ? LIFT_E_TOO_MANY : new_key(&rotated);

	if (err)
		return err;
	memcpy(rotated.key, secret->key, secret_bytes(secret).size);
	rotated.more = secret->more + 1;
	rotated.is_credential = secret->is_credential;
	randombytes_buf(rotated.key + (size_t)rotated.more * SECRET_BYTES, SECRET_BYTES);
	make_digest(&rotated);
	*ret_secret = rotated;
	return 0;
}

static void hash_on(const uint8_t *key, uint8_t hash[static PSEUDONYM_BYTES])
{
	uint8_t before[PSEUDONYM_BYTES];

	memcpy(before, hash, sizeof(before));
	crypto_generichash(hash, PSEUDONYM_BYTES, before, sizeof(before), key, SECRET_BYTES);
}

static void hash_refused_on(const uint8_t *key, uint8_t digest[static REFUSED_DIGEST_BYTES])
{
	uint8_t hash[crypto_generichash_BYTES_MIN];

	crypto_generichash(hash, sizeof(hash), digest, REFUSED_DIGEST_BYTES, key, SECRET_BYTES);
	memcpy(digest, hash, REFUSED_DIGEST_BYTES);
}

void secret_forward(const struct secret *secret, uint8_t hash[static PSEUDONYM_BYTES])
{
	hash_on(newest_key(secret), hash);
}

void secret_forward_refused(const struct secret *secret,
			    uint8_t digest[static REFUSED_DIGEST_BYTES])
{
	hash_refused_on(newest_key(secret), digest);
}

/* What the first key gives, with all the others. */
static void hash_with_others(const struct secret *secret, uint8_t hash[static PSEUDONYM_BYTES])
{
	for (uint32_t i = 1; i <= secret->more; i++)
		hash_on(secret->key + (size_t)i * SECRET_BYTES, hash);
}

/* What they are for. */

enum { WHO_MAX = 1 + SOURCE_MAX + LEARNER_MAX };

/* The namespace's length in front: no two pairs give the same bytes. */
static size_t write_who(struct text name_space, struct text learner, uint8_t to[static WHO_MAX])
{
	assert(name_space.size <= SOURCE_MAX && learner.size <= LEARNER_MAX);
	to[0] = (uint8_t)name_space.size;
	memcpy(to + 1, name_space.data, name_space.size);
	memcpy(to + 1 + name_space.size, learner.data, learner.size);
	return 1 + name_space.size + learner.size;
}

static void hash_who(const struct secret *secret, const uint8_t *who, size_t size,
		     uint8_t to[static PSEUDONYM_BYTES])
{
	crypto_generichash(to, PSEUDONYM_BYTES, who, size, secret->key, SECRET_BYTES);
	hash_with_others(secret, to);
}

void secret_pseudonym(const struct secret *secret, struct text name_space, struct text learner,
		      uint8_t to[static PSEUDONYM_BYTES])
{
	uint8_t who[WHO_MAX];

	hash_who(secret, who, write_who(name_space, learner, who), to);
}

/* Two of the same tag, modulo their number: a line of a processor's memory. */
struct remembered {
	struct {
		uint8_t tag[TAG_BYTES], pseudonym[PSEUDONYM_BYTES];
	} newer, older;
};

enum { N_REMEMBERED = PSEUDONYMS_BYTES / sizeof(struct remembered) };
static_assert((N_REMEMBERED & (N_REMEMBERED - 1)) == 0, "a power of 2");

struct pseudonyms {
	const struct secret *secret;
	uint8_t *tag_key;
	struct remembered *remembered;
};

struct pseudonyms *pseudonyms_new(const struct secret *secret)
{
	struct pseudonyms *pseudonyms = calloc(1, sizeof(*pseudonyms));
	bool is_locked;

	if (!pseudonyms)
		return NULL;
	pseudonyms->secret = secret;
	pseudonyms->tag_key = credential_memory(TAG_KEY_BYTES, &is_locked);
	pseudonyms->remembered = aligned_alloc(sizeof(struct remembered), PSEUDONYMS_BYTES);
	if (!pseudonyms->tag_key || !pseudonyms->remembered) {
		credential_forget(pseudonyms->tag_key);
		free(pseudonyms->remembered);
		free(pseudonyms);
		return NULL;
	}
	randombytes_buf(pseudonyms->tag_key, TAG_KEY_BYTES);
	pseudonyms_forget(pseudonyms);
	return pseudonyms;
}

void pseudonyms_forget(struct pseudonyms *pseudonyms)
{
	sodium_memzero(pseudonyms->remembered, PSEUDONYMS_BYTES);
}

void pseudonyms_free(struct pseudonyms *pseudonyms)
{
	if (!pseudonyms)
		return;
	pseudonyms_forget(pseudonyms);
	credential_forget(pseudonyms->tag_key);
	free(pseudonyms->remembered);
	free(pseudonyms);
}

void pseudonyms_find(struct pseudonyms *pseudonyms, struct text name_space, struct text learner,
		     uint8_t to[static PSEUDONYM_BYTES])
{
	uint8_t who[WHO_MAX], tag[TAG_BYTES];
	size_t size = write_who(name_space, learner, who);
	struct remembered *at;

	crypto_shorthash_siphashx24(tag, who, size, pseudonyms->tag_key);
	at = &pseudonyms->remembered[get_be(tag, 4) & (N_REMEMBERED - 1)];
	if (memcmp(at->newer.tag, tag, TAG_BYTES) == 0) {
		memcpy(to, at->newer.pseudonym, PSEUDONYM_BYTES);
		return;
	}
	if (memcmp(at->older.tag, tag, TAG_BYTES) == 0)
		memcpy(to, at->older.pseudonym, PSEUDONYM_BYTES);
	else
		hash_who(pseudonyms->secret, who, size, to);
	at->older = at->newer;
	memcpy(at->newer.tag, tag, TAG_BYTES);
	memcpy(at->newer.pseudonym, to, PSEUDONYM_BYTES);
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
	hash_with_others(secret, to);
}

void secret_open_key(const struct secret *secret, uint8_t to[static OPEN_KEY_BYTES])
{
	static const char context[] = "liftd open plane 1";

	crypto_generichash(to, OPEN_KEY_BYTES, (const uint8_t *)context, sizeof(context) - 1,
			   newest_key(secret), SECRET_BYTES);
}

void secret_refused_digest(const struct secret *secret, struct text content,
			   uint8_t to[static REFUSED_DIGEST_BYTES])
{
	uint8_t digest[crypto_generichash_BYTES_MIN];

	crypto_generichash(digest, sizeof(digest), (const uint8_t *)content.data, content.size,
			   secret->key, SECRET_BYTES);
	memcpy(to, digest, REFUSED_DIGEST_BYTES);
	for (uint32_t i = 1; i <= secret->more; i++)
		hash_refused_on(secret->key + (size_t)i * SECRET_BYTES, to);
}

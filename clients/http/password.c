/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/http/password.h"

#include <assert.h>
#include <sodium.h>
#include <strings.h>

/* Beginnings of the lines that libsodium writes: $argon2id$v=19$m=KIB,t=PASSES,p=1$SALT$HASH. */
static const char hash_begin[] = "$argon2id$v=19$m=";

enum { HASH_KIB = 19456, HASH_PASSES = 2, HASH_KIB_MAX = 65536, HASH_PASSES_MAX = 10 };

static_assert(PASSWORD_HASH_MAX >= crypto_pwhash_argon2id_STRBYTES, "a hash has room");

/* What stands behind the scheme's name, without spaces around it; NULL: it is another scheme. */
static const char *credentials(const char *header, const char *scheme, size_t *ret_size)
{
	size_t size = strlen(scheme);

	if (!header || strncasecmp(header, scheme, size) != 0 || header[size] != ' ')
		return NULL;
	for (header += size; *header == ' '; header++)
		;
	*ret_size = strlen(header);
	while (*ret_size && header[*ret_size - 1] == ' ')
		--*ret_size;
	return *ret_size ? header : NULL;
}

static bool give(const char *name, size_t n_name, const char *password, size_t n_password,
		 char ret_name[static 65], char ret_password[static PASSWORD_MAX + 1])
{
	if (n_name == 0 || n_name > 64 || n_password > PASSWORD_MAX || memchr(name, 0, n_name) ||
	    memchr(password, 0, n_password))
		return false;
	memcpy(ret_name, name, n_name);
	ret_name[n_name] = 0;
	memcpy(ret_password, password, n_password);
	ret_password[n_password] = 0;
	return true;
}

bool password_of_basic(const char *header, char name[static 65],
		       char password[static PASSWORD_MAX + 1])
{
	char both[64 + 1 + PASSWORD_MAX + 1];
	size_t n_coded, n_both;
	const char *coded = credentials(header, "Basic", &n_coded), *colon;
	bool well = coded &&
		    sodium_base642bin((unsigned char *)both, sizeof(both), coded, n_coded, NULL,
				      &n_both, NULL, sodium_base64_VARIANT_ORIGINAL) == 0;

	colon = well ? memchr(both, ':', n_both) : NULL;
	well = colon && give(both, (size_t)(colon - both), colon + 1,
			     n_both - (size_t)(colon + 1 - both), name, password);
	sodium_memzero(both, sizeof(both));
	return well;
}

int password_hash(struct text password, char ret_hash[static PASSWORD_HASH_MAX])
{
	char hash[crypto_pwhash_argon2id_STRBYTES];

	if (password.size < PASSWORD_MIN || password.size > PASSWORD_MAX ||
	    memchr(password.data, 0, password.size))
		return LIFT_E_VALUE;
	if (sodium_init() < 0 ||
	    crypto_pwhash_argon2id_str(hash, password.data, password.size, HASH_PASSES,
				       (size_t)HASH_KIB << 10) < 0)
		return LIFT_E_MEMORY;
	memcpy(ret_hash, hash, sizeof(hash));
	return 0;
}

/* A number without a sign or zeros before it, and what stands behind it. */
static bool take_number(const char **at, const char *behind, unsigned least, unsigned most)
{
	unsigned number = 0;
	size_t digits = strspn(*at, "0123456789");

	if (digits == 0 || digits > 7 || **at == '0')
		return false;
	for (; digits > 0; digits--, ++*at)
		number = number * 10 + (unsigned)(**at - '0');
	if (strncmp(*at, behind, strlen(behind)) != 0)
		return false;
	*at += strlen(behind);
	return number >= least && number <= most;
}

static bool take_base64(const char **at, size_t n_bytes, char behind)
{
	unsigned char bytes[64];
	size_t size = strcspn(*at, "$"), n;
	const char *from = *at;

	*at += size + (behind != 0);
	return from[size] == behind &&
	       sodium_base642bin(bytes, sizeof(bytes), from, size, NULL, &n, NULL,
				 sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
	       n == n_bytes;
}

bool password_hash_is(const char *hash)
{
	const char *at = hash + strlen(hash_begin);

	return strlen(hash) < PASSWORD_HASH_MAX &&
	       strncmp(hash, hash_begin, strlen(hash_begin)) == 0 &&
	       take_number(&at, ",t=", crypto_pwhash_argon2id_MEMLIMIT_MIN >> 10, HASH_KIB_MAX) &&
	       take_number(&at, ",p=1$", 1, HASH_PASSES_MAX) &&
	       take_base64(&at, crypto_pwhash_argon2id_SALTBYTES, '$') && take_base64(&at, 32, 0);
}

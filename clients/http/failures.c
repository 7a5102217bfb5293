/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/http/failures.h"

#include <sodium.h>
#include <stdlib.h>

enum { WAYS = 4, KEY_NAME_MAX = 64 };

struct failure {
	uint64_t key; /* 0: free */
	uint32_t count;
	int64_t last_ms, until_ms;
};

struct failures {
	unsigned char secret[crypto_shorthash_KEYBYTES]; /* nobody chooses his neighbours */
	struct failure sets[FAILURES_SETS][WAYS];
};

struct failures *failures_new(void)
{
	struct failures *failures = calloc(1, sizeof(*failures));

	if (failures)
		crypto_shorthash_keygen(failures->secret);
	return failures;
}

void failures_free(struct failures *failures)
{
	free(failures);
}

/* A name of NULL: the address, whatever the name. */
static uint64_t key_of(const struct failures *failures, struct text name, struct address house)
{
	unsigned char bytes[sizeof(house.bytes) + 1 + KEY_NAME_MAX], hash[crypto_shorthash_BYTES];
	size_t size = name.size < KEY_NAME_MAX ? name.size : KEY_NAME_MAX;
	uint64_t key;

	memcpy(bytes, house.bytes, sizeof(house.bytes));
	bytes[sizeof(house.bytes)] = name.data != NULL;
	if (size)
		memcpy(bytes + sizeof(house.bytes) + 1, name.data, size);
	crypto_shorthash(hash, bytes, sizeof(house.bytes) + 1 + size, failures->secret);
	memcpy(&key, hash, sizeof(key));
	return key ? key : 1;
}

static struct failure *find(const struct failures *failures, uint64_t key)
{
	const struct failure *set = failures->sets[key % FAILURES_SETS];

	for (int i = 0; i < WAYS; i++)
		if (set[i].key == key)
			return (struct failure *)&set[i];
	return NULL;
}

static int pause_s(const struct failures *failures, uint64_t key, int64_t now_ms)
{
	const struct failure *failure = find(failures, key);

	if (!failure || failure->until_ms <= now_ms)
		return 0;
	return (int)((failure->until_ms - now_ms + 999) / 1000);
}

int failures_pause_s(const struct failures *failures, struct text name, struct address house,
		     int64_t now_ms)
{
	int of_name = pause_s(failures, key_of(failures, name, house), now_ms);
	int of_address =
		pause_s(failures, key_of(failures, (struct text){ NULL, 0 }, house), now_ms);

	return of_name > of_address ? of_name : of_address;
}

/* Its place: its own, a free one, or that of who was wrong longest ago. */
static struct failure *take(struct failures *failures, uint64_t key)
{
	struct failure *set = failures->sets[key % FAILURES_SETS], *oldest = set;
	struct failure *own = find(failures, key);

	if (own)
		return own;
	for (int i = 0; i < WAYS; i++) {
		if (set[i].key == 0) {
			oldest = &set[i];
			break;
		}
		if (set[i].last_ms < oldest->last_ms)
			oldest = &set[i];
	}
	*oldest = (struct failure){ .key = key };
	return oldest;
}

static void count(struct failures *failures, uint64_t key, uint32_t n_free, int64_t now_ms)
{
	struct failure *failure = take(failures, key);
	uint32_t over;
	int64_t pause = FAILURES_PAUSE_MAX_S;

	if (failure->count && now_ms - failure->last_ms > FAILURES_FORGET_MS)
		failure->count = 0;
	failure->count += failure->count < UINT32_MAX;
	failure->last_ms = now_ms;
	if (failure->count <= n_free)
		return;
	over = failure->count - n_free - 1;
	if (over < 6)
		pause = (int64_t)1 << over;
	failure->until_ms = now_ms + pause * 1000;
}

void failures_add(struct failures *failures, struct text name, struct address house, int64_t now_ms)
{
	count(failures, key_of(failures, name, house), FAILURES_FREE, now_ms);
	count(failures, key_of(failures, (struct text){ NULL, 0 }, house), FAILURES_FREE_OF_ADDRESS,
	      now_ms);
}

void failures_forgive(struct failures *failures, struct text name, struct address house)
{
	struct failure *failure = find(failures, key_of(failures, name, house));

	if (failure)
		*failure = (struct failure){ 0 };
}

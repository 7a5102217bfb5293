/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/http/rate.h"

#include <sodium.h>
#include <stdlib.h>

enum { RATE_WAYS = 4, REQUESTS = 0, BYTES = 1, KINDS = 2 };

struct bucket {
	uint64_t key;	      /* 0: free */
	int64_t level[KINDS]; /* thousandths; below 0: it is owed */
	int64_t at_ms;
};

struct http_rate {
	unsigned char secret[crypto_shorthash_KEYBYTES];
	int64_t a_second[KINDS]; /* 0: no limit */
	struct bucket sets[HTTP_RATE_SETS][RATE_WAYS];
};

/* More than any bucket needs, and far from an overflow in thousandths of ten seconds. */
#define A_SECOND_MAX ((uint64_t)1 << 40)

struct http_rate *http_rate_new(uint64_t requests_s, uint64_t bytes_s)
{
	struct http_rate *rate = sodium_init() < 0 ? NULL : calloc(1, sizeof(*rate));

	if (!rate)
		return NULL;
	crypto_shorthash_keygen(rate->secret);
	rate->a_second[REQUESTS] = (int64_t)(requests_s < A_SECOND_MAX ? requests_s : A_SECOND_MAX);
	rate->a_second[BYTES] = (int64_t)(bytes_s < A_SECOND_MAX ? bytes_s : A_SECOND_MAX);
	return rate;
}

void http_rate_free(struct http_rate *rate)
{
	free(rate);
}

static int64_t full(const struct http_rate *rate, int kind)
{
	return rate->a_second[kind] * HTTP_RATE_SECONDS * 1000;
}

static struct bucket *bucket_of(struct http_rate *rate, struct text name, int64_t now_ms)
{
	unsigned char hash[crypto_shorthash_BYTES];
	struct bucket *set, *oldest;
	uint64_t key;

	crypto_shorthash(hash, (const unsigned char *)name.data, name.size, rate->secret);
	memcpy(&key, hash, sizeof(key));
	key = key ? key : 1;
	set = oldest = rate->sets[key % HTTP_RATE_SETS];
	for (int i = 0; i < RATE_WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (oldest->key && (!set[i].key || set[i].at_ms < oldest->at_ms))
			oldest = &set[i];
	}
	*oldest = (struct bucket){ .key = key, .at_ms = now_ms };
	for (int kind = 0; kind < KINDS; kind++)
		oldest->level[kind] = full(rate, kind);
	return oldest;
}

static void fill(const struct http_rate *rate, struct bucket *bucket, int64_t now_ms)
{
	int64_t passed_ms = now_ms - bucket->at_ms;

	if (passed_ms <= 0)
		return;
	for (int kind = 0; kind < KINDS; kind++) {
		int64_t missing = full(rate, kind) - bucket->level[kind];

		if (rate->a_second[kind] && missing / rate->a_second[kind] >= passed_ms)
			bucket->level[kind] += rate->a_second[kind] * passed_ms;
		else
			bucket->level[kind] = full(rate, kind);
	}
	bucket->at_ms = now_ms;
}

int http_rate_take(struct http_rate *rate, struct text name, uint64_t bytes, int64_t now_ms)
{
	struct bucket *bucket = bucket_of(rate, name, now_ms);
	int64_t most = full(rate, BYTES) / 1000, wait_s = 0;
	int64_t wanted[KINDS] = { 1000, (bytes < (uint64_t)most ? (int64_t)bytes : most) * 1000 };

	fill(rate, bucket, now_ms);
	for (int kind = 0; kind < KINDS; kind++) {
		int64_t missing = wanted[kind] - bucket->level[kind], in_ms, in_s;

		if (rate->a_second[kind] == 0 || missing <= 0)
			continue;
		in_ms = (missing + rate->a_second[kind] - 1) / rate->a_second[kind];
		in_s = (in_ms + 999) / 1000;
		wait_s = in_s > wait_s ? in_s : wait_s;
	}
	if (wait_s > 0)
		return (int)wait_s;
	for (int kind = 0; kind < KINDS; kind++)
		bucket->level[kind] -= rate->a_second[kind] ? wanted[kind] : 0;
	return 0;
}

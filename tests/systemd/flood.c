/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flood SERVER KEYS ENDPOINT half|frames N: from another machine, N connections to a DEALER's
 * endpoint of the server with this public key.
 *
 * half: they stop somewhere in their handshake; KEYS is "-", and so nobody knows their key. frames:
 * by the key of the file KEYS, each sends messages of the largest size, over and over, reads no
 * answer, and holds the last one back by one byte. Says "flooded: N connections, ..." when all have
 * done so, keeps what is open, and ends with its input.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proto/key_file.h"
#include "proto/msg.h"
#include "tests/raw.h"

enum { ROUNDS = 40, SPARE = 64 };

struct flood {
	const char *endpoint;
	struct raw_keys keys;
	struct raw *raws;
	unsigned n, open; /* open: the server lets it come as far as it wanted */
	unsigned messages;
};

static int failed(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

static bool decode(const char *key, uint8_t to[static RAW_KEY_BYTES])
{
	return z85_decode((struct text){ key, strlen(key) }, to);
}

static bool read_key(const char *path, struct raw_keys *keys)
{
	struct yaml_errors errors = { .file = path };
	struct key_pair pair;
	char bytes[KEY_FILE_MAX];
	FILE *file;
	size_t size;

	if (strcmp(path, "-") == 0)
		return crypto_box_keypair(keys->public, keys->secret) == 0;
	file = fopen(path, "r");
	if (!file)
		return false;
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return key_file_parse((struct text){ bytes, size }, &errors, &pair) == 0 &&
	       decode(pair.public, keys->public) && decode(pair.secret, keys->secret);
}

static void half_open(struct flood *flood)
{
	static const enum raw_stage stages[] = { RAW_SILENT, RAW_GREETED, RAW_HELLO, RAW_INITIATE };

	for (unsigned i = 0; i < flood->n; i++)
		flood->open += raw_open(&flood->raws[i], flood->endpoint, NULL, "DEALER",
					&flood->keys, stages[i % 4]);
}

/* A frame of the largest size that has begun, and lacks its last byte. */
static bool put_unfinished(struct raw *raw, const uint8_t *body)
{
	static const uint8_t head[] = { RAW_LONG, 0, 0, 0, 0, 0, 0x10, 0, 0 };

	return raw_put(raw, head, sizeof(head)) && raw_put(raw, body, MSG_SIZE_MAX - 1);
}

static void frames(struct flood *flood, const uint8_t *body)
{
	for (unsigned i = 0; i < flood->n; i++)
		flood->open += raw_open(&flood->raws[i], flood->endpoint, NULL, "DEALER",
					&flood->keys, RAW_OPEN);
	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned i = 0; i < flood->n; i++)
			flood->messages += raw_put_frame(&flood->raws[i], 0, body, MSG_SIZE_MAX);
	for (unsigned i = 0; i < flood->n; i++)
		put_unfinished(&flood->raws[i], body);
}

static unsigned still_open(struct flood *flood)
{
	unsigned n = 0;

	for (unsigned i = 0; i < flood->n; i++)
		n += flood->raws[i].fd >= 0 && !raw_ends(&flood->raws[i], 0);
	return n;
}

static bool prepare(struct flood *flood, char **argv)
{
	struct rlimit limit;

	flood->endpoint = argv[3];
	flood->n = (unsigned)atoi(argv[5]);
	flood->raws = calloc(flood->n, sizeof(*flood->raws));
	limit.rlim_cur = limit.rlim_max = flood->n + SPARE;
	return flood->raws && setrlimit(RLIMIT_NOFILE, &limit) == 0 && sodium_init() >= 0 &&
	       decode(argv[1], flood->keys.server) && read_key(argv[2], &flood->keys);
}

int main(int argc, char **argv)
{
	static uint8_t body[MSG_SIZE_MAX];
	struct flood flood = { 0 };
	char byte;

	if (argc != 6) {
		fprintf(stderr, "Usage: flood SERVER KEYS ENDPOINT half|frames N\n");
		return 2;
	}
	if (!prepare(&flood, argv))
		return failed("it cannot begin");
	if (strcmp(argv[4], "half") == 0)
		half_open(&flood);
	else
		frames(&flood, body);
	printf("flooded: %u connections, %u as far as they wanted, %u messages, %u still open\n",
	       flood.n, flood.open, flood.messages, still_open(&flood));
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	return EXIT_SUCCESS;
}

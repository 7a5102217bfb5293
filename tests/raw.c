/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/raw.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/bytes.h"

/* rfc.zeromq.org/spec/26 */
enum {
	GREETING_BYTES = 64,
	HELLO_BYTES = 200,
	WELCOME_BYTES = 168,
	COOKIE_BYTES = 96,
	VOUCH_BYTES = 96,
	BODY_MAX = 1024,
	BOXED_COMMAND = 2,
};

bool raw_put(struct raw *raw, const void *bytes, size_t size)
{
	const char *at = bytes;
	ssize_t n;

	for (; size > 0; at += n, size -= (size_t)n) {
		n = send(raw->fd, at, size, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
	}
	return true;
}

static bool put_bare(struct raw *raw, uint8_t flags, const void *body, size_t size)
{
	uint8_t head[9] = { (uint8_t)(flags | RAW_LONG) };

	put_be(head + 1, size, 8);
	return raw_put(raw, head, sizeof(head)) && raw_put(raw, body, size);
}

static bool get(struct raw *raw, void *to, size_t size)
{
	return recv(raw->fd, to, size, MSG_WAITALL) == (ssize_t)size;
}

/* The server's next frame: its size; 0: there is none. */
static size_t get_frame(struct raw *raw, uint8_t body[static BODY_MAX])
{
	uint8_t head[9];
	uint64_t size;

	if (!get(raw, head, 2))
		return 0;
	size = head[1];
	if (head[0] & RAW_LONG) {
		if (!get(raw, head + 2, 7))
			return 0;
		size = get_be(head + 1, 8);
	}
	return size <= BODY_MAX && get(raw, body, size) ? size : 0;
}

static int connect_ipc(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static int connect_tcp(const char *to, const char *from)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	const char *port = strrchr(to, ':') + 1;
	char host[INET_ADDRSTRLEN];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0;

	if (from) {
		inet_pton(AF_INET, from, &address.sin_addr);
		ok = ok && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	}
	/* Frames go in two pieces, of which the second must not wait for an answer to the first. */
	ok = ok && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)) == 0;
	address.sin_port = htons((uint16_t)atoi(port));
	snprintf(host, sizeof(host), "%.*s", (int)(port - 1 - to), to);
	ok = ok && inet_pton(AF_INET, host, &address.sin_addr) == 1;
	if (ok && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool greet(struct raw *raw)
{
	uint8_t greeting[GREETING_BYTES] = { 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 1 };
	uint8_t theirs[GREETING_BYTES];

	memcpy(greeting + 12, raw->is_curve ? "CURVE" : "NULL", raw->is_curve ? 5 : 4);
	return raw_put(raw, greeting, sizeof(greeting)) && get(raw, theirs, sizeof(theirs));
}

static size_t properties(uint8_t to[static BODY_MAX], const char *type)
{
	return (size_t)snprintf((char *)to, BODY_MAX, "\13Socket-Type%c%c%c%c%s", 0, 0, 0,
				(int)strlen(type), type);
}

static bool ready(struct raw *raw, const char *type)
{
	uint8_t body[6 + BODY_MAX] = "\5READY", theirs[BODY_MAX];
	size_t size = 6 + properties(body + 6, type);

	return put_bare(raw, RAW_COMMAND, body, size) && get_frame(raw, theirs) > 0 &&
	       memcmp(theirs, "\5READY", 6) == 0;
}

/* A short nonce: 16 letters, and a number that rises. */
static void make_nonce(struct raw *raw, const char *letters, uint8_t nonce[static 24])
{
	memcpy(nonce, letters, 16);
	put_be(nonce + 16, ++raw->nonce, 8);
}

struct passing {
	uint8_t public[RAW_KEY_BYTES], secret[RAW_KEY_BYTES]; /* of this connection */
	uint8_t server[RAW_KEY_BYTES];			      /* likewise */
	uint8_t cookie[COOKIE_BYTES];
};

static bool hello(struct raw *raw, const struct raw_keys *keys, struct passing *passing)
{
	uint8_t body[HELLO_BYTES] = "\5HELLO\1", nonce[24], zero[64] = { 0 };
	uint8_t welcome[BODY_MAX], opened[32 + COOKIE_BYTES];

	crypto_box_keypair(passing->public, passing->secret);
	make_nonce(raw, "CurveZMQHELLO---", nonce);
	memcpy(body + 80, passing->public, 32);
	memcpy(body + 112, nonce + 16, 8);
	if (crypto_box_easy(body + 120, zero, sizeof(zero), nonce, keys->server, passing->secret))
		return false;
	if (!put_bare(raw, RAW_COMMAND, body, sizeof(body)) ||
	    get_frame(raw, welcome) != WELCOME_BYTES)
		return false;
	memcpy(nonce, "WELCOME-", 8);
	memcpy(nonce + 8, welcome + 8, 16);
	if (crypto_box_open_easy(opened, welcome + 24, sizeof(opened) + 16, nonce, keys->server,
				 passing->secret))
		return false;
	memcpy(passing->server, opened, 32);
	memcpy(passing->cookie, opened + 32, COOKIE_BYTES);
	return true;
}

static bool vouch(const struct raw_keys *keys, const struct passing *passing,
		  uint8_t to[static VOUCH_BYTES])
{
	uint8_t nonce[24] = "VOUCH---", both[64];

	randombytes_buf(nonce + 8, 16);
	memcpy(both, passing->public, 32);
	memcpy(both + 32, keys->server, 32);
	memcpy(to, nonce + 8, 16);
	return crypto_box_easy(to + 16, both, sizeof(both), nonce, passing->server, keys->secret) ==
	       0;
}

static bool initiate(struct raw *raw, const struct raw_keys *keys, const struct passing *passing,
		     const char *type)
{
	uint8_t body[2 * BODY_MAX] = "\10INITIATE", plain[32 + VOUCH_BYTES + BODY_MAX], nonce[24];
	size_t size = 32 + VOUCH_BYTES;

	memcpy(plain, keys->public, 32);
	if (!vouch(keys, passing, plain + 32))
		return false;
	size += properties(plain + size, type);
	make_nonce(raw, "CurveZMQINITIATE", nonce);
	memcpy(body + 9, passing->cookie, COOKIE_BYTES);
	memcpy(body + 105, nonce + 16, 8);
	return crypto_box_easy(body + 113, plain, size, nonce, passing->server, passing->secret) ==
		       0 &&
	       crypto_box_curve25519xsalsa20poly1305_beforenm(raw->shared, passing->server,
							      passing->secret) == 0 &&
	       put_bare(raw, RAW_COMMAND, body, 113 + 16 + size);
}

static bool handshake_curve(struct raw *raw, const char *type, const struct raw_keys *keys,
			    enum raw_stage stage)
{
	struct passing passing;
	uint8_t theirs[BODY_MAX];

	return hello(raw, keys, &passing) &&
	       (stage == RAW_HELLO || initiate(raw, keys, &passing, type)) &&
	       (stage <= RAW_INITIATE ||
		(get_frame(raw, theirs) > 0 && memcmp(theirs, "\5READY", 6) == 0));
}

bool raw_open(struct raw *raw, const char *endpoint, const char *from, const char *type,
	      const struct raw_keys *keys, enum raw_stage stage)
{
	*raw = (struct raw){ .is_curve = keys != NULL };
	raw->fd = strncmp(endpoint, "ipc://", 6) == 0
			  ? connect_ipc(endpoint + 6)
			  : connect_tcp(endpoint + strlen("tcp://"), from);
	return raw->fd >= 0 && (stage == RAW_SILENT || greet(raw)) &&
	       (stage <= RAW_GREETED ||
		(keys ? handshake_curve(raw, type, keys, stage) : ready(raw, type)));
}

void raw_close(struct raw *raw)
{
	if (raw->fd >= 0)
		close(raw->fd);
	raw->fd = -1;
}

bool raw_put_boxed(struct raw *raw, uint8_t outside, uint8_t flags, const void *body, size_t size)
{
	enum { HEAD = 8 + 8, SUM = 16 };
	uint8_t nonce[24], *frame = malloc(HEAD + SUM + 1 + size), *plain = malloc(1 + size);
	bool ok = frame && plain;

	if (ok) {
		make_nonce(raw, "CurveZMQMESSAGEC", nonce);
		memcpy(frame, "\7MESSAGE", 8);
		memcpy(frame + 8, nonce + 16, 8);
		plain[0] = (flags & RAW_MORE) | (flags & RAW_COMMAND ? BOXED_COMMAND : 0);
		memcpy(plain + 1, body, size);
		ok = crypto_secretbox_easy(frame + HEAD, plain, 1 + size, nonce, raw->shared) ==
			     0 &&
		     put_bare(raw, outside, frame, HEAD + SUM + 1 + size);
	}
	free(frame);
	free(plain);
	return ok;
}

bool raw_put_frame(struct raw *raw, uint8_t flags, const void *body, size_t size)
{
	return raw->is_curve ? raw_put_boxed(raw, 0, flags, body, size)
			     : put_bare(raw, flags, body, size);
}

bool raw_ends(struct raw *raw, int timeout_ms)
{
	struct pollfd poll_of = { .fd = raw->fd, .events = POLLIN };
	char bytes[4096];

	while (poll(&poll_of, 1, timeout_ms) == 1)
		if (recv(raw->fd, bytes, sizeof(bytes), 0) <= 0)
			return true;
	return false;
}

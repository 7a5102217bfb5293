/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw.h - a client of ZMTP 3 by hand, with the mechanism NULL or CURVE: it sends what libzmq would
 * not, and stops where it likes.
 */
#ifndef LIFT_TESTS_RAW_H
#define LIFT_TESTS_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RAW_MORE = 1, RAW_LONG = 2, RAW_COMMAND = 4, RAW_KEY_BYTES = 32 };

/* How far a handshake goes. */
enum raw_stage { RAW_SILENT, RAW_GREETED, RAW_HELLO, RAW_INITIATE, RAW_OPEN };

/* Who it is, by CURVE; and who it takes the server for. */
struct raw_keys {
	uint8_t server[RAW_KEY_BYTES], public[RAW_KEY_BYTES], secret[RAW_KEY_BYTES];
};

struct raw {
	int fd; /* -1: there is no connection */
	bool is_curve;
	uint64_t nonce;
	uint8_t shared[RAW_KEY_BYTES]; /* of this connection's boxes */
};

/* Connect to ipc://PATH or tcp://A.B.C.D:PORT, there from `from` (an address of ours; NULL: any),
 * and go so far as a socket of this type ("DEALER"); `keys` NULL: with the mechanism NULL. False:
 * the server did not let it come so far. raw_close either way. */
bool raw_open(struct raw *raw, const char *endpoint, const char *from, const char *type,
	      const struct raw_keys *keys, enum raw_stage stage);
void raw_close(struct raw *raw);

/* Send bytes as they are; send a frame, under CURVE in its box. False: the server has closed it. */
bool raw_put(struct raw *raw, const void *bytes, size_t size);
bool raw_put_frame(struct raw *raw, uint8_t flags, const void *body, size_t size);
/* As raw_put_frame, with flags of its own around the box. */
bool raw_put_boxed(struct raw *raw, uint8_t outside, uint8_t flags, const void *body, size_t size);

/* Has the server closed it? Waits until it has (true), or for so long. What it sends is lost. */
bool raw_ends(struct raw *raw, int timeout_ms);

#endif

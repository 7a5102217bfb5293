/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/keyed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { KEY_CHARS = 40, KEYS_CHARS = 3 * KEY_CHARS + 2 };

void *keyed_socket(void *zmq, int type)
{
	static const int options[] = { ZMQ_CURVE_SERVERKEY, ZMQ_CURVE_PUBLICKEY,
				       ZMQ_CURVE_SECRETKEY };
	const char *keys = getenv("LIFT_BENCH_KEYS");
	void *socket = zmq_socket(zmq, type);
	int zero = 0, rc = socket ? 0 : -1;

	rc |= zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof(zero));
	if (keys && strlen(keys) != KEYS_CHARS)
		rc = -1;
	for (size_t i = 0; keys && rc == 0 && i < sizeof(options) / sizeof(options[0]); i++) {
		char key[KEY_CHARS + 1] = { 0 };

		memcpy(key, keys + i * (KEY_CHARS + 1), KEY_CHARS);
		rc = zmq_setsockopt(socket, options[i], key, sizeof(key));
	}
	if (rc != 0) {
		fprintf(stderr, "no socket: %s\n", zmq_strerror(zmq_errno()));
		exit(EXIT_FAILURE);
	}
	return socket;
}

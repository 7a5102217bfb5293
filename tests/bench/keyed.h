/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyed.h - a client's socket, with CURVE or without.
 */
#ifndef LIFT_TESTS_BENCH_KEYED_H
#define LIFT_TESTS_BENCH_KEYED_H

/* A socket without linger, for CURVE where LIFT_BENCH_KEYS is "SERVER PUBLIC SECRET" in Z85. It is
 * not connected yet. Ends the process where there is none. */
void *keyed_socket(void *zmq, int type);

#endif

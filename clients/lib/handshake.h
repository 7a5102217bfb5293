/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handshake.h - does the daemon let a socket in? Only libzmq's monitor knows.
 */
#ifndef LIFT_LIB_HANDSHAKE_H
#define LIFT_LIB_HANDSHAKE_H

#include "clients/lib/wire.h"

/* Before a wire's socket connects. 0, or -1. */
int handshake_watch(struct wire *wire);

/* Take in what has become of its connections, without waiting: is_open to verdict of *wire. */
void handshake_hear(struct wire *wire);

#endif

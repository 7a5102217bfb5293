/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handshake.h - would a daemon let this client in? Asked of libzmq's monitor, which alone knows.
 */
#ifndef LIFT_LIB_HANDSHAKE_H
#define LIFT_LIB_HANDSHAKE_H

#include "clients/lib/lift.h"

/* Connect once, as a socket of a ZeroMQ type, and close again. 0: it lets us in, or nothing has
 * been heard within timeout_ms. LIFT_E_KEY_REFUSED; LIFT_E_SERVER_KEY: each of several connections
 * was closed in its handshake, as CURVE does where the server's key is another; LIFT_E_NEEDS_KEY:
 * so it was without keys, or one of the two has keys, and the other has not. LIFT_E_SOCKET. */
int handshake_try(const char *endpoint, const struct lift_keys *keys, int type, int timeout_ms);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zap.h - who may come in: the answer to what libzmq asks of each connection
 * (rfc.zeromq.org/spec/27).
 *
 * Each endpoint has a domain that says how it is guarded and which door it is: "curve intake",
 * "local snapshot/rana". It must be bound before any other socket; where it is gone, or does not
 * answer, nobody comes in.
 */
#ifndef LIFTD_NET_ZAP_H
#define LIFTD_NET_ZAP_H

#include "daemon/base/stats.h"
#include "daemon/net/keyring.h"
#include "daemon/net/loop.h"

/* Ways of guarding, and doors; those of an audience have its name behind them. */
#define ZAP_CURVE     "curve "
#define ZAP_LOCAL     "local "
#define DOOR_EVENTS   "events"
#define DOOR_INTAKE   "intake"
#define DOOR_CONTROL  "control"
#define DOOR_PUBLISH  "publish/"
#define DOOR_SNAPSHOT "snapshot/"
#define DOOR_ASK      "ask/"

enum { DOOR_MAX = 128 /* bytes of a domain, with its end */ };

struct zap;

/* Join a loop. The keyring is borrowed. LIFT_E_SOCKET, LIFT_E_MEMORY, LIFT_E_BUSY. */
int zap_open(void *zmq, struct loop *loop, struct keyring *keyring, struct stats *stats,
	     struct zap **ret_zap);
void zap_close(struct zap *zap);

/* This key (Z85) is the daemon's own trial (trial.h), and refused without a word. Any thread. */
void zap_expect(struct zap *zap, const char *public);

#endif

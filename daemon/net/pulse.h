/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pulse.h - do libzmq's own threads go on, by which all messages come and go?
 *
 * A socket that nobody answers is opened and closed: its end is told by libzmq only when the thread
 * of its connections, and the one that removes what is closed, have both done their part.
 */
#ifndef LIFTD_NET_PULSE_H
#define LIFTD_NET_PULSE_H

#include <stdint.h>

struct pulse;

/* LIFT_E_MEMORY, LIFT_E_SOCKET. All in one thread. */
int pulse_open(void *zmq, struct pulse **ret_pulse);
void pulse_close(struct pulse *pulse);

/* How often they have done their part so far. Where they have since the last call, the next one
 * begins. */
uint64_t pulse_count(struct pulse *pulse);

#endif

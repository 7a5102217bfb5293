/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wake.h - how one thread tells another "there is more": a name within the process, one that waits,
 * any number that wake.
 */
#ifndef LIFTD_NET_WAKE_H
#define LIFTD_NET_WAKE_H

void *wake_bind(void *zmq, const char *name);	 /* NULL: LIFT_E_SOCKET */
void *wake_connect(void *zmq, const char *name); /* likewise; the calling thread's own */
void wake_send(void *wake); /* never waits; one wake that is waiting is as good as two */
void wake_drain(void *wake);
void wake_close(void *wake);

#endif

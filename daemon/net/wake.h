/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wake.h - how threads tell one of them "there is more". One wake that is waiting is as good as
 * two.
 */
#ifndef LIFTD_NET_WAKE_H
#define LIFTD_NET_WAKE_H

struct wake;

struct wake *wake_new(void); /* NULL: out of memory or descriptors */
void wake_free(struct wake *wake);

/* Any thread; it never waits. */
void wake_send(struct wake *wake);

/* Readable while a wake waits, for the thread that is woken; which takes it before it looks. */
int wake_fd(const struct wake *wake);
void wake_drain(struct wake *wake);

#endif

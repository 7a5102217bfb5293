/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number.h - the number by which LMDB knows who has a store open.
 *
 * LMDB takes getpid() for it, writes it into its table of readers, and keeps the byte of that
 * number in lock.mdb locked as long as the process lives. In two PID namespaces, as of containers
 * on one volume, two processes can have one id; the second one is refused. So each store that is
 * opened gets a number of its own, above all ids of processes. Who is alive is told by the lock,
 * which knows no namespaces.
 */
#ifndef LIFTD_STORE_NUMBER_H
#define LIFTD_STORE_NUMBER_H

#include <sys/types.h>

/* A number at random; two that are drawn are the same once in two thousand million times, and then
 * the second store is not opened. */
pid_t number_draw(void);

/* From now on getpid() gives this number to who calls it in this thread; 0: the process's own
 * again. Around a call of LMDB that makes or closes an environment, and nowhere else. */
void number_lend(pid_t number);

#endif

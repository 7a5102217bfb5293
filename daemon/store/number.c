/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/number.h"

#include <sodium.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FIRST = 1 << 22 /* the kernel gives no id as great as this */ };

/* A function of the C library has no context: this is its. */
static _Thread_local pid_t lent;

pid_t number_draw(void)
{
	return FIRST + (pid_t)randombytes_uniform(INT32_MAX - FIRST);
}

void number_lend(pid_t number)
{
	lent = number;
}

/* In place of the C library's, for LMDB, which has no other way to be told. */
pid_t getpid(void)
{
	return lent ? lent : (pid_t)syscall(SYS_getpid);
}

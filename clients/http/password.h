/* SPDX-License-Identifier: Apache-2.0 */
/*
 * password.h - who a request is from: names with passwords, of which only argon2id hashes are kept.
 *
 * A hash takes 20 ms on purpose: one worker thread does one at a time, from a queue with an end;
 * what was right is remembered for a while, as a keyed hash, so that a platform pays it once. What
 * was wrong is counted by address, and by name from an address, and slowed down (failures.h). One
 * address has a share of the queue only.
 */
#ifndef LIFT_HTTP_PASSWORD_H
#define LIFT_HTTP_PASSWORD_H

#include <netinet/in.h>

#include "proto/bytes.h"
#include "proto/err.h"

enum {
	PASSWORD_HASH_MAX = 128, /* bytes, with the 0 behind it */
	PASSWORD_MIN = 12,	 /* bytes that a new password has at least */
	PASSWORD_MAX = 256,
	PASSWORD_QUEUE = 64,	   /* that wait for the worker, or whose verdict was not taken */
	PASSWORD_QUEUE_OF_ONE = 8, /* different ones of one address */
	PASSWORD_REMEMBER_S = 300, /* what was right, since it was asked last */
};

/* Of a Basic `Authorization`: the name and the password into the caller's own memory, which wipes
 * it. False: it is none. */
bool password_of_basic(const char *header, char name[static 65],
		       char password[static PASSWORD_MAX + 1]);

/* The line that a configuration has for a password: argon2id, 19 MiB, 2 passes. LIFT_E_MEMORY;
 * LIFT_E_VALUE: shorter than PASSWORD_MIN, or longer than PASSWORD_MAX. */
int password_hash(struct text password, char ret_hash[static PASSWORD_HASH_MAX]);
/* Is it such a line, and not a costlier one than this machine should bear (64 MiB)? */
bool password_hash_is(const char *hash);

struct passwords; /* the worker, its queue, and what is remembered */

enum password_verdict {
	PASSWORD_RIGHT,
	PASSWORD_WRONG,
	PASSWORD_WAIT, /* it is being looked at: passwords_fd tells */
	PASSWORD_FULL, /* too many wait, or too many were wrong: 429, in ret_retry_s */
};

struct passwords *passwords_new(void); /* NULL: no thread, or out of memory */
void passwords_free(struct passwords *passwords);
int passwords_fd(const struct passwords *passwords); /* readable: call passwords_next */

/* Ask; all is copied; NULL: there is nobody of that name (the same time is taken). Where the
 * verdict is PASSWORD_WAIT, `with` comes back with it by passwords_next. */
enum password_verdict passwords_ask(struct passwords *passwords, struct text name,
				    struct text password, const char *hash,
				    const struct sockaddr *from, int64_t now_ms, void *with,
				    int *ret_retry_s);
/* The next verdict that has come; false: none. */
bool passwords_next(struct passwords *passwords, int64_t now_ms, void **ret_with, bool *ret_right);
/* Whoever waits with this is gone: its verdict does not come any more. */
void passwords_forget(struct passwords *passwords, const void *with);
/* The configuration is another one: nothing that was right before is remembered. Whoever waits gets
 * a verdict about the hash that he was asked with. */
void passwords_clear(struct passwords *passwords);

#endif

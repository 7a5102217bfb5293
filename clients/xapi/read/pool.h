/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h - memory of the JSON of one round: taken piece by piece, and given back all at once.
 *
 * A third of the time that statements took was malloc's and free's, one value at a time. Between
 * pool_begin and pool_end, what jansson takes in this thread is of the pool; freeing any of it does
 * nothing, until pool_clear empties it. Sanitized builds have no pool: they are to see each value.
 *
 * jansson's hooks know no context, so there is one pool a process. Any thread may take of it.
 */
#ifndef LIFT_XAPI_READ_POOL_H
#define LIFT_XAPI_READ_POOL_H

#include <jansson.h>
#include <stdbool.h>

/* Before any JSON is made. LIFT_E_MEMORY: there is no address space. */
int pool_open(void);
void pool_close(void);

/* Between these: nothing that is handed to free(), as json_dumps's texts are. */
void pool_begin(void);
void pool_end(void);

/* Is this value one of the pool's? It needs no json_decref: all in it was made there, too. */
bool pool_has(const json_t *value);

/* The round is over: none of its values is looked at any more, and no thread takes any. */
void pool_clear(void);

#endif

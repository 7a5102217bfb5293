/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - a store as its own files know it.
 */
#ifndef LIFTD_STORE_INTERNAL_H
#define LIFTD_STORE_INTERNAL_H

#include <lmdb.h>
#include <stdatomic.h>

#include "daemon/store/file.h"
#include "daemon/store/store.h"

#define STORE_NO_DB 0 /* none that LMDB gives */

struct store {
	MDB_env *env;
	pid_t number; /* that LMDB takes for the process's (number.h) */
	bool read_only;
	uint64_t room;
	uintptr_t map, map_end; /* where it is mapped, unless it is only read; 0: not known */
	MDB_dbi dbs[STORE_DBS_MAX];
	atomic_int txns; /* that have begun and not ended */
	struct store_place place;
	_Atomic int failure; /* LMDB's code or an errno, of the last call that failed */
};

/* The error that a code of LMDB, or an errno, is; errno is set where it was one. */
int store_err(int rc);

/* What a call of LMDB has returned, or an errno: the error that it is; kept for those who ask
 * why. */
int store_told(struct store *store, int rc);

/* Of a store that is only read, and of which no transaction is open: another process has made its
 * file larger than the map. LMDB's code, or an errno. */
int store_widen(struct store *store);

#endif

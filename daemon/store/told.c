/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LMDB and the system say, as errors of ours.
 */
#include <errno.h>

#include "daemon/store/internal.h"

static int err_of(int rc)
{
	switch (rc) {
	case 0:
		return 0;
	case ENOMEM:
		return LIFT_E_MEMORY;
	case MDB_MAP_FULL:
	case ENOSPC:
	case EDQUOT:
		return LIFT_E_DISK;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
		return LIFT_E_CORRUPT;
	case MDB_BAD_TXN: /* a fault of ours: used after it had failed */
	case MDB_PANIC:	  /* memory and disk may differ: LMDB refuses all from here on */
		return LIFT_E_FATAL;
	case ENOENT:
		return LIFT_E_NOT_FOUND;
	case MDB_NOTFOUND: /* of a database */
	case MDB_INCOMPATIBLE:
		return LIFT_E_CORRUPT;
	case ESTALE:
		return LIFT_E_GONE;
	case MDB_VERSION_MISMATCH:
		return LIFT_E_NEWER;
	default:
		return LIFT_E_IO;
	}
}

int store_err(int rc)
{
	errno = rc > 0 ? rc : 0;
	return err_of(rc);
}

int store_told(struct store *store, int rc)
{
	if (rc == 0)
		return 0;
	/* LMDB says so of a write that has come out short, too. */
	if (rc == EIO && store_file_disk_is_full(&store->place))
		rc = ENOSPC;
	/* A panic says only that something has failed before. */
	if (rc != MDB_PANIC || atomic_load(&store->failure) == 0)
		atomic_store(&store->failure, rc);
	return store_err(rc);
}

const char *store_failure(const struct store *store)
{
	return mdb_strerror(atomic_load(&store->failure));
}

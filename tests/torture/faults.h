/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.h - what a test asks of the preload library faults.so, in a page that both have mapped.
 *
 * The library stands between liftd and the C library, for files below one directory alone. It
 * counts calls, makes some of them fail, keeps to a quota, and writes down what was written and
 * synced, for a loss of power to be made of it. It is no part of the product. Environment:
 * LIFT_FAULTS, the page's file (the log is beside it, with `.log` behind its name), and
 * LIFT_FAULTS_DIR, the directory.
 */
#ifndef LIFT_TESTS_TORTURE_FAULTS_H
#define LIFT_TESTS_TORTURE_FAULTS_H

#include <stdatomic.h>
#include <stdint.h>

/* X(a call that is counted, and can fail) */
#define FAULT_CALLS(X) \
	X(write)       \
	X(writev)      \
	X(pwrite)      \
	X(pwritev) X(fsync) X(fdatasync) X(ftruncate) X(mmap) X(msync) X(open) X(mkdir) X(rename)

enum fault_call {
#define X(name) FAULT_##name,
	FAULT_CALLS(X)
#undef X
		FAULT_CALLS_COUNT
};

#define FAULT_ALL ((UINT32_C(1) << FAULT_CALLS_COUNT) - 1)
/* All that a file system refuses once it can only be read. */
#define FAULT_WRITING \
	(FAULT_ALL &  \
	 ~(UINT32_C(1) << FAULT_mmap | UINT32_C(1) << FAULT_msync | UINT32_C(1) << FAULT_open))

/* In place of an errno. */
enum {
	FAULT_SHORT = -1, /* half of what was to be written; EIO where nothing is */
	FAULT_KILL = -2,  /* the process dies, before the call */
};

struct faults {
	/* asked */
	_Atomic uint32_t which; /* calls that are counted: a bit each */
	_Atomic uint64_t at;	/* the call that fails, from 1; 0: none */
	_Atomic int kind;	/* an errno, FAULT_SHORT or FAULT_KILL */
	_Atomic int lasting;	/* those after it fail, too */
	_Atomic uint64_t quota; /* bytes of all files together; 0: none */
	_Atomic uint64_t map; /* bytes of an LMDB environment's map, in place of what is asked for;
				 0: that */
	_Atomic int logging;  /* write the log */
	_Atomic int fake_syncs; /* count them, and write them down, but do not wait for the disk: it
				   is there when a process dies */
	_Atomic int drop_syncs; /* do as if, and write none down: what MDB_NOSYNC does */
	/* told */
	_Atomic uint64_t calls, hits;
	_Atomic int hit;	  /* the call that failed first */
	_Atomic uint64_t records; /* in the log */
};

/* What a record of the log is of. A file keeps its number when it is renamed; directories have
 * numbers, too. */
enum record_kind {
	RECORD_FILE = 1, /* from here on a number stands for a path (the data); its marks are in the
			    offset */
	RECORD_WRITE,	 /* the data, at an offset */
	RECORD_WRITE_SYNCED,
	RECORD_TRUNCATE, /* to the offset */
	RECORD_SYNC,
	RECORD_RENAME, /* the number's new path */
	RECORD_UNLINK,
};

enum { RECORD_MADE = 1 /* just now */, RECORD_IS_DIR = 2 };

struct record {
	uint32_t kind, file;
	uint64_t offset, size; /* `size` bytes of data follow */
};

#endif

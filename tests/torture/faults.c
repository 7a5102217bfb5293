/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults.so: see faults.h. It calls the kernel itself, so that nothing else can stand between.
 */
#include "tests/torture/faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FDS_MAX = 1024, FILES_MAX = 64 };

static struct faults *faults; /* NULL: nothing is asked */
static char dir[PATH_MAX];
static size_t dir_size;
static int log_fd = -1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

struct file {
	char path[256]; /* below the directory; empty: the number is free, or its file gone */
	uint64_t size;	/* bytes */
	bool is_logged; /* not what is only mapped */
};
static struct file files[FILES_MAX];
static uint32_t n_files;

/* What was opened last as this descriptor. liftd has a close() of its own, which is before ours,
 * and the C library closes behind our back: whether it is open still, its inode says. */
static struct {
	uint32_t file; /* 1 and its number; 0: none of ours */
	bool synced;   /* each write is (O_DSYNC) */
	dev_t device;
	ino_t inode;
} fds[FDS_MAX];

__attribute__((constructor)) static void start(void)
{
	const char *page = getenv("LIFT_FAULTS"), *below = getenv("LIFT_FAULTS_DIR");
	char path[PATH_MAX];
	void *at;
	int fd;

	if (!page || !below)
		return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, page, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0)
		return;
	at = (void *)syscall(SYS_mmap, NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED,
			     fd, 0);
	syscall(SYS_close, fd);
	if (at == MAP_FAILED)
		return;
	dir_size = strlen(strcpy(dir, below));
	snprintf(path, sizeof(path), "%s.log", page);
	log_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
			      0600);
	faults = at;
}

/* What is asked. */

/* Count a call: 0, or the kind of its failure. */
static int fault_of(enum fault_call call)
{
	uint64_t n, at = atomic_load(&faults->at);

	if (!(atomic_load(&faults->which) >> call & 1))
		return 0;
	n = atomic_fetch_add(&faults->calls, 1) + 1;
	if (at == 0 || n < at || (n > at && !atomic_load(&faults->lasting)))
		return 0;
	if (atomic_fetch_add(&faults->hits, 1) == 0)
		atomic_store(&faults->hit, (int)call);
	if (atomic_load(&faults->kind) == FAULT_KILL)
		raise(SIGKILL);
	return atomic_load(&faults->kind);
}

/* -1 with errno where a call that writes nothing is to fail, else 0. */
static int fails(enum fault_call call)
{
	int kind = fault_of(call);

	if (!kind)
		return 0;
	errno = kind == FAULT_SHORT ? EIO : kind;
	return -1;
}

static const char *below_dir(const char *path)
{
	if (!faults || strncmp(path, dir, dir_size) != 0)
		return NULL;
	if (path[dir_size] == 0)
		return ".";
	return path[dir_size] == '/' ? path + dir_size + 1 : NULL;
}

static struct file *file_of(int fd)
{
	struct stat info;

	if (!faults || fd < 0 || fd >= FDS_MAX || !fds[fd].file)
		return NULL;
	if (fstat(fd, &info) == 0 && info.st_dev == fds[fd].device && info.st_ino == fds[fd].inode)
		return &files[fds[fd].file - 1];
	fds[fd].file = 0;
	return NULL;
}

/* What is told. */

static void record(enum record_kind kind, const struct file *file, uint64_t offset,
		   const void *data, size_t size)
{
	struct record head = { kind, (uint32_t)(file - files), offset, size };
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)data, size } };

	if (!file->is_logged || !atomic_load(&faults->logging))
		return;
	pthread_mutex_lock(&mutex);
	if (syscall(SYS_writev, log_fd, parts, 2) != (ssize_t)(sizeof(head) + size))
		abort(); /* a log with a hole would show what never was */
	atomic_fetch_add(&faults->records, 1);
	pthread_mutex_unlock(&mutex);
}

static void record_path(enum record_kind kind, const struct file *file, uint64_t offset)
{
	record(kind, file, offset, file->path, strlen(file->path));
}

/* "journal/.." is what "." is. */
static void plain_name(const char *path, char to[static 256])
{
	size_t size = strlen(path);
	char *slash;

	snprintf(to, 256, "%s", path);
	if (size < 3 || size >= 256 || strcmp(path + size - 3, "/..") != 0)
		return;
	to[size - 3] = 0;
	slash = strrchr(to, '/');
	strcpy(slash ? slash : to, slash ? "" : ".");
}

/* The number of a path: an old one, or the next. */
static struct file *file_named(const char *name, unsigned marks)
{
	struct file *file = NULL;
	char path[256];

	plain_name(name, path);
	pthread_mutex_lock(&mutex);
	for (uint32_t i = 0; i < n_files && !file; i++)
		if (strcmp(files[i].path, path) == 0)
			file = &files[i];
	if (!file && n_files < FILES_MAX) {
		file = &files[n_files++];
		snprintf(file->path, sizeof(file->path), "%s", path);
		file->is_logged = !strstr(path, "lock");
	}
	pthread_mutex_unlock(&mutex);
	if (file)
		record_path(RECORD_FILE, file, marks);
	return file;
}

/* Files by name. */

int open(const char *path, int flags, ...)
{
	const char *below = below_dir(path);
	struct file *file;
	struct stat info;
	mode_t mode = 0;
	va_list args;
	bool made;
	int fd;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	if (!below)
		return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (fails(FAULT_open))
		return -1;
	made = (flags & O_CREAT) && stat(path, &info) != 0;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path,
			  atomic_load(&faults->fake_syncs) ? flags & ~O_DSYNC : flags, mode);
	file = fd >= 0 && fd < FDS_MAX
		       ? file_named(below, (made ? RECORD_MADE : 0) |
						   (flags & O_DIRECTORY ? RECORD_IS_DIR : 0))
		       : NULL;
	if (file && fstat(fd, &info) == 0) {
		fds[fd].file = (uint32_t)(file - files) + 1;
		fds[fd].synced = (flags & O_DSYNC) != 0;
		fds[fd].device = info.st_dev;
		fds[fd].inode = info.st_ino;
		if (S_ISREG(info.st_mode))
			file->size = (uint64_t)info.st_size;
	}
	return fd;
}

__attribute__((alias("open"))) int open64(const char *path, int flags, ...);

int mkdir(const char *path, mode_t mode)
{
	const char *below = below_dir(path);
	int rc;

	if (below && fails(FAULT_mkdir))
		return -1;
	rc = (int)syscall(SYS_mkdir, path, mode);
	if (below && rc == 0)
		file_named(below, RECORD_MADE | RECORD_IS_DIR);
	return rc;
}

static int rename_one(const char *from, const char *to, unsigned flags)
{
	const char *below = below_dir(from), *new = below_dir(to);
	struct file *file;
	int rc;

	if (!below || !new)
		return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
	if (fails(FAULT_rename))
		return -1;
	rc = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
	if (rc == 0) {
		for (uint32_t i = 0; i < n_files; i++)
			if (strcmp(files[i].path, new) == 0)
				files[i].path[0] = 0;
		file = file_named(below, 0);
		snprintf(file->path, sizeof(file->path), "%s", new);
		record_path(RECORD_RENAME, file, 0);
	}
	return rc;
}

int rename(const char *from, const char *to)
{
	return rename_one(from, to, 0);
}

/* Directories that change names are not kept account of. */
int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	if (from_dir != AT_FDCWD || to_dir != AT_FDCWD || flags & RENAME_EXCHANGE)
		return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
	return rename_one(from, to, flags);
}

int unlink(const char *path)
{
	const char *below = below_dir(path);
	int rc = (int)syscall(SYS_unlink, path);

	if (below && rc == 0) {
		struct file *file = file_named(below, 0);

		record_path(RECORD_UNLINK, file, 0);
		file->path[0] = 0;
	}
	return rc;
}

/* Writing. */

static bool quota_allows(struct file *file, uint64_t end)
{
	uint64_t used = 0, quota = atomic_load(&faults->quota);

	if (!quota || end <= file->size)
		return true;
	for (uint32_t i = 0; i < n_files; i++)
		used += files[i].path[0] ? files[i].size : 0;
	return used - file->size + end <= quota;
}

static ssize_t write_at(int fd, const char *data, size_t size, uint64_t offset)
{
	struct file *file = file_of(fd);
	ssize_t written = (ssize_t)syscall(SYS_pwrite64, fd, data, size, offset);

	if (written > 0) {
		bool synced = fds[fd].synced && !atomic_load(&faults->drop_syncs);

		record(synced ? RECORD_WRITE_SYNCED : RECORD_WRITE, file, offset, data,
		       (size_t)written);
		if (file->size < offset + (uint64_t)written)
			file->size = offset + (uint64_t)written;
	}
	return written;
}

/* All parts, as one call. */
static ssize_t put(enum fault_call call, int fd, const struct iovec *parts, int n, uint64_t offset)
{
	int kind = fault_of(call);
	size_t size = 0, left;
	ssize_t done = 0;

	for (int i = 0; i < n; i++)
		size += parts[i].iov_len;
	if (kind != FAULT_SHORT && (kind || !quota_allows(file_of(fd), offset + size))) {
		errno = kind ? kind : ENOSPC;
		return -1;
	}
	left = kind == FAULT_SHORT ? size / 2 : size;
	for (int i = 0; i < n && left > 0; i++) {
		size_t part = parts[i].iov_len < left ? parts[i].iov_len : left;

		if (write_at(fd, parts[i].iov_base, part, offset + (uint64_t)done) != (ssize_t)part)
			return done ? done : -1;
		done += (ssize_t)part;
		left -= part;
	}
	return done;
}

/* The same, where the file's own offset says. */
static ssize_t put_here(enum fault_call call, int fd, const struct iovec *parts, int n)
{
	off_t at = (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
	ssize_t done = put(call, fd, parts, n, (uint64_t)at);

	if (done > 0)
		syscall(SYS_lseek, fd, at + done, SEEK_SET);
	return done;
}

ssize_t write(int fd, const void *data, size_t size)
{
	struct iovec part = { (void *)data, size };

	return file_of(fd) ? put_here(FAULT_write, fd, &part, 1)
			   : (ssize_t)syscall(SYS_write, fd, data, size);
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
	return file_of(fd) ? put_here(FAULT_writev, fd, parts, n)
			   : (ssize_t)syscall(SYS_writev, fd, parts, n);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
	struct iovec part = { (void *)data, size };

	return file_of(fd) ? put(FAULT_pwrite, fd, &part, 1, (uint64_t)offset)
			   : (ssize_t)syscall(SYS_pwrite64, fd, data, size, offset);
}

__attribute__((alias("pwrite"))) ssize_t pwrite64(int fd, const void *data, size_t size,
						  off_t offset);

ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t offset)
{
	return file_of(fd) ? put(FAULT_pwritev, fd, parts, n, (uint64_t)offset)
			   : (ssize_t)syscall(SYS_pwritev, fd, parts, n, offset, 0);
}

__attribute__((alias("pwritev"))) ssize_t pwritev64(int fd, const struct iovec *parts, int n,
						    off_t offset);

int ftruncate(int fd, off_t size)
{
	struct file *file = file_of(fd);
	int rc;

	if (file && fails(FAULT_ftruncate))
		return -1;
	rc = (int)syscall(SYS_ftruncate, fd, size);
	if (file && rc == 0) {
		file->size = (uint64_t)size;
		record(RECORD_TRUNCATE, file, (uint64_t)size, NULL, 0);
	}
	return rc;
}

__attribute__((alias("ftruncate"))) int ftruncate64(int fd, off_t size);

/* Syncing and mapping. */

static int sync_file(enum fault_call call, int fd, long number)
{
	struct file *file = file_of(fd);
	int rc;

	if (file && fails(call))
		return -1;
	if (file && atomic_load(&faults->drop_syncs))
		return 0;
	rc = file && atomic_load(&faults->fake_syncs) ? 0 : (int)syscall(number, fd);
	if (file && rc == 0)
		record(RECORD_SYNC, file, 0, NULL, 0);
	return rc;
}

int fsync(int fd)
{
	return sync_file(FAULT_fsync, fd, SYS_fsync);
}

int fdatasync(int fd)
{
	return sync_file(FAULT_fdatasync, fd, SYS_fdatasync);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	if (file_of(fd) && fails(FAULT_mmap))
		return MAP_FAILED;
	return (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
}

__attribute__((alias("mmap"))) void *mmap64(void *at, size_t size, int protection, int flags,
					    int fd, off_t offset);

/* Whose file it is, an address does not say: all of them. */
int msync(void *at, size_t size, int flags)
{
	if (faults && fails(FAULT_msync))
		return -1;
	return (int)syscall(SYS_msync, at, size, flags);
}

/* LMDB. */

int mdb_env_set_mapsize(void *env, size_t size);

int mdb_env_set_mapsize(void *env, size_t size)
{
	int (*real)(void *, size_t);
	void *symbol = dlsym(RTLD_NEXT, "mdb_env_set_mapsize");

	memcpy(&real, &symbol, sizeof(real));
	return real(env, faults && atomic_load(&faults->map) ? atomic_load(&faults->map) : size);
}

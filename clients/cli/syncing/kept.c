/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/syncing/kept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clients/cli/cli.h"
#include "clients/cli/disk/disk.h"
#include "clients/cli/sync/seal.h"

/* Where it is. */

static bool find_path(struct kept *kept, const char *file, const char *source, bool make)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const char *base = state && *state == '/' ? state : home;
	const char *rest = base == state ? "" : "/.local/state";
	size_t most = sizeof(kept->path) - SEAL_SUFFIX;
	int size;

	if (!file && (!base || *base != '/')) {
		complain("neither XDG_STATE_HOME nor HOME says where to keep what is known: name "
			 "a file by --state");
		return false;
	}
	size = file ? snprintf(kept->path, most, "%s", file)
		    : snprintf(kept->path, most, "%s%s/lift/sync/%s", base, rest, source);
	if (!file && make && size < (int)most && disk_make_directories(kept->path) != 0) {
		complain("%s: %s", kept->path, strerror(errno));
		return false;
	}
	if (!file)
		size += snprintf(kept->path + strlen(kept->path), most - strlen(kept->path),
				 "/known");
	if (size >= (int)most) {
		complain("%s: the path is too long", kept->path);
		return false;
	}
	memcpy(kept->next, kept->path, (size_t)size);
	memcpy(kept->next + size, ".next", sizeof(".next"));
	return true;
}

static int complain_key(const struct kept *kept, int err, int error)
{
	switch (err) {
	case LIFT_E_BUSY:
		complain("%s: another lift sync is at it", kept->path);
		break;
	case LIFT_E_NOT_FOUND:
		complain("%s: its key, %s.key, is not there, and without it nobody can read it: "
			 "bring it back, or remove %s and %s, and all is published again",
			 kept->path, kept->path, kept->path, kept->next);
		return STATUS_REFUSED;
	case LIFT_E_DENIED:
		complain("%s.key: others may read the key, or change it: chmod 600 %s.key",
			 kept->path, kept->path);
		break;
	case LIFT_E_CORRUPT:
		complain("%s.key: this is no key: bring back the one that was there, or remove it "
			 "with %s and %s, and all is published again",
			 kept->path, kept->path, kept->next);
		return STATUS_REFUSED;
	case LIFT_E_IO:
		complain("%s.key: %s", kept->path, strerror(error));
		break;
	default:
		complain("out of memory that can be locked");
	}
	return STATUS_SYSTEM;
}

int kept_open(struct kept *kept, const char *file, const char *source, bool make)
{
	bool is_new;
	int err;

	*kept = (struct kept){ .fd = -1 };
	if (!find_path(kept, file, source, make))
		return STATUS_SYSTEM;
	is_new = access(kept->path, F_OK) != 0 && access(kept->next, F_OK) != 0;
	if (is_new && !make)
		return STATUS_WELL;
	err = seal_key_open(kept->path, is_new, &kept->key, &kept->fd);
	return err ? complain_key(kept, err, errno) : STATUS_WELL;
}

void kept_close(struct kept *kept)
{
	sodium_free(kept->key);
	if (kept->fd >= 0)
		close(kept->fd);
}

/* Reading and writing. */

static int complain_file(const char *path, int err, int error)
{
	switch (err) {
	case LIFT_E_CORRUPT:
		complain("%s: it was cut or changed, or sealed by another key: remove it, and all "
			 "is published again, which changes nothing (what has vanished meanwhile "
			 "is not told then)",
			 path);
		return STATUS_REFUSED;
	case LIFT_E_IO:
		complain("%s: %s", path, strerror(error));
		break;
	default:
		complain("%s: %s", path, lift_err_text(err));
	}
	return STATUS_SYSTEM;
}

static int read_file(const struct kept *kept, const char *path, struct known *ret_known,
		     bool *ret_found)
{
	char *data;
	size_t size;
	int err = kept->key ? seal_read(path, kept->key, &data, &size) : LIFT_E_NOT_FOUND;

	*ret_found = err != LIFT_E_NOT_FOUND;
	if (!*ret_found)
		return STATUS_WELL;
	if (!err) {
		err = known_decode((struct text){ data, size }, ret_known);
		free(data);
	}
	return err ? complain_file(path, err, errno) : STATUS_WELL;
}

int kept_known(const struct kept *kept, struct known *ret_known, bool *ret_found)
{
	return read_file(kept, kept->path, ret_known, ret_found);
}

int kept_next(const struct kept *kept, struct known *ret_next, bool *ret_found)
{
	return read_file(kept, kept->next, ret_next, ret_found);
}

static int write_file(const struct kept *kept, const char *path, const struct known *known)
{
	char *data = NULL;
	size_t size;
	int err = known_encode(known, &data, &size), error;

	if (!err)
		err = seal_write(path, kept->key, (struct text){ data, size });
	error = errno;
	free(data);
	return err ? complain_file(path, err, error) : STATUS_WELL;
}

int kept_intend(const struct kept *kept, const struct known *next)
{
	return write_file(kept, kept->next, next);
}

int kept_settle(const struct kept *kept, const struct known *known)
{
	int status = write_file(kept, kept->path, known);

	if (status != STATUS_WELL)
		return status;
	if (unlink(kept->next) == 0 || errno == ENOENT)
		return STATUS_WELL;
	complain("%s: %s", kept->next, strerror(errno));
	return STATUS_SYSTEM;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "proto/err.h"

int sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? errno : 0;

	if (!rc && fsync(fd) != 0)
		rc = errno;
	if (fd >= 0)
		close(fd);
	errno = rc;
	return rc ? LIFT_E_IO : 0;
}

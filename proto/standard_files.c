/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/standard_files.h"

#include <fcntl.h>
#include <unistd.h>

/* From the lowest: each is then the lowest that is free, and is what open gives. */
void standard_files_open(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			return;
}

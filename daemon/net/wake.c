/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/wake.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct wake {
	int fd;
};

struct wake *wake_new(void)
{
	struct wake *wake = malloc(sizeof(*wake));

	if (!wake)
		return NULL;
	wake->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake->fd >= 0)
		return wake;
	free(wake);
	return NULL;
}

void wake_free(struct wake *wake)
{
	if (!wake)
		return;
	close(wake->fd);
	free(wake);
}

/* A counter that is full says the same. */
void wake_send(struct wake *wake)
{
	const uint64_t one = 1;

	(void)!write(wake->fd, &one, sizeof(one));
}

int wake_fd(const struct wake *wake)
{
	return wake->fd;
}

void wake_drain(struct wake *wake)
{
	uint64_t count;

	(void)!read(wake->fd, &count, sizeof(count));
}

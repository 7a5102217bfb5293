/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/seal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/cli.h"

enum { READ_MAX = 2 * LIFT_SEAL_BYTES + 3 /* a new line, and one byte too many */ };

/* 64 digits, and what ends a line. */
static bool is_hex(const uint8_t *bytes, size_t size, uint8_t to[static LIFT_SEAL_BYTES])
{
	size_t n = 0;

	while (size > 2 * LIFT_SEAL_BYTES && (bytes[size - 1] == '\n' || bytes[size - 1] == '\r'))
		size--;
	return size == 2 * LIFT_SEAL_BYTES &&
	       sodium_hex2bin(to, LIFT_SEAL_BYTES, (const char *)bytes, size, NULL, &n, NULL) ==
		       0 &&
	       n == LIFT_SEAL_BYTES;
}

bool seal_file_read(const char *path, uint8_t to[static LIFT_SEAL_BYTES])
{
	uint8_t bytes[READ_MAX];
	size_t size = 0;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is_right = false;

	while (fd >= 0 && size < sizeof(bytes) &&
	       (n = read(fd, bytes + size, sizeof(bytes) - size)) > 0)
		size += (size_t)n;
	if (fd < 0 || n < 0) {
		complain("%s: %s", path, strerror(errno));
	} else {
		is_right = size == LIFT_SEAL_BYTES || is_hex(bytes, size, to);
		if (size == LIFT_SEAL_BYTES)
			memcpy(to, bytes, LIFT_SEAL_BYTES);
		if (!is_right)
			complain("%s: the key of a sealed outbox is 32 bytes, or 64 hexadecimal "
				 "digits",
				 path);
	}
	if (fd >= 0)
		close(fd);
	sodium_memzero(bytes, sizeof(bytes));
	return is_right;
}

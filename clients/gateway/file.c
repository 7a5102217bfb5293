/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/gateway/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/grow.h"

int gateway_file_read(const char *path, size_t most, char **ret_data, size_t *ret_size)
{
	FILE *file = fopen(path, "re");
	char *data = NULL;
	size_t size = 0, room = 0, got = 1;
	int err = file ? 0 : LIFT_E_IO;

	while (!err && got > 0) {
		err = grow(&data, &room, size + 16384, 1);
		if (err)
			break;
		got = fread(data + size, 1, room - size - 1, file);
		size += got;
		if (size > most) {
			errno = EFBIG;
			err = LIFT_E_IO;
		}
	}
	if (!err && ferror(file))
		err = LIFT_E_IO;
	if (file)
		fclose(file);
	if (err) {
		free(data);
		return err;
	}
	data[size] = 0;
	*ret_data = data;
	*ret_size = size;
	return 0;
}

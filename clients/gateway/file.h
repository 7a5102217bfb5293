/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - a file, read as a whole.
 */
#ifndef LIFT_GATEWAY_FILE_H
#define LIFT_GATEWAY_FILE_H

#include "proto/bytes.h"
#include "proto/err.h"

/* A whole file of at most so many bytes, with a 0 behind it; the caller frees it. LIFT_E_IO (errno:
 * EFBIG, where it is longer), LIFT_E_MEMORY. */
int gateway_file_read(const char *path, size_t most, char **ret_data, size_t *ret_size);

#endif

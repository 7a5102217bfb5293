/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal_file.h - the key of a sealed outbox, as a file: 32 bytes, or 64 hexadecimal digits.
 */
#ifndef LIFT_CLI_SEAL_FILE_H
#define LIFT_CLI_SEAL_FILE_H

#include <stdbool.h>

#include "clients/lib/lift.h"

/* Read it; whoever has it wipes it. False, and complained about. */
bool seal_file_read(const char *path, uint8_t to[static LIFT_SEAL_BYTES]);

#endif

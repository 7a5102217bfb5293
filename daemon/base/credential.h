/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credential.h - what only the daemon may know: where the service manager puts it, and memory for
 * it.
 */
#ifndef LIFTD_BASE_CREDENTIAL_H
#define LIFTD_BASE_CREDENTIAL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* The file of a credential (LoadCredential=, LoadCredentialEncrypted= of systemd.exec(5)); false:
 * this process has none of that name. */
bool credential_path(const char *name, char to[static PATH_MAX]);

/* Memory that is in no core file and in no child, and wiped at its end; there are pages around it
 * that nobody may touch. NULL: none is left. *ret_locked: it is never in swap; else there was no
 * room for it below RLIMIT_MEMLOCK. */
void *credential_memory(size_t bytes, bool *ret_locked);
void credential_forget(void *memory); /* NULL: nothing to do */

#endif

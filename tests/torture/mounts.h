/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mounts.h - file systems of a test's own, on the directory of the state: a small one, one that can
 * be shut down.
 *
 * They are in the test's own namespace: nobody else sees them, and they go with it.
 */
#ifndef LIFT_TESTS_TORTURE_MOUNTS_H
#define LIFT_TESTS_TORTURE_MOUNTS_H

#include "tests/torture/subject.h"

/* A file system of its own on the directory of the state, which nobody else sees and which goes
 * with the test; false, said why, where that cannot be. */
bool mount_on_state(struct subject *subject, const char *what, const char *type,
		    const char *options);
/* Likewise a new ext4 in a file of so many MiB; once more, after it was shut down and unmounted. */
bool mount_ext4(struct subject *subject, unsigned size_mib);
bool mount_again(struct subject *subject);

#endif

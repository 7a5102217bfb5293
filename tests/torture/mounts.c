/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/torture/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"

/* Mounts that nobody else sees, and a directory for one. */
static bool own_mounts(struct subject *subject)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       (mkdir(subject->daemon->state, 0700) == 0 || errno == EEXIST);
}

bool mount_on_state(struct subject *subject, const char *what, const char *type,
		    const char *options)
{
	const char *failed = NULL;

	if (!own_mounts(subject))
		failed = "no mounts of its own";
	else if (mount(what, subject->daemon->state, type, 0, options) != 0)
		failed = type;
	if (failed)
		print_message("left out, it takes root and mounts: %s: %s\n", failed,
			      strerror(errno));
	return !failed;
}

/* A program of the system's, without a word: its exit status. */
static int run(struct subject *subject, const char *const argv[])
{
	struct process process;
	struct outcome outcome;
	int status;

	process_start(&process, subject->daemon->dir, "tool", argv, NULL);
	outcome = process_wait(&process);
	status = outcome.status;
	outcome_free(&outcome);
	return status;
}

bool mount_again(struct subject *subject)
{
	char image[PATH_SIZE];
	/* mount(8) finds a loop device, which goes when it is unmounted. */
	const char *const argv[] = {
		"/bin/mount", "-o", "loop", image, subject->daemon->state, NULL
	};

	path_make(image, "%s/image", subject->daemon->dir);
	return run(subject, argv) == 0;
}

bool mount_ext4(struct subject *subject, unsigned size_mib)
{
	char image[PATH_SIZE];
	const char *const argv[] = { "/sbin/mkfs.ext4", "-q", "-F", image, NULL };
	bool mounted;
	int fd;

	path_make(image, "%s/image", subject->daemon->dir);
	fd = open(image, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size_mib << 20), 0);
	close(fd);
	mounted = geteuid() == 0 && access(argv[0], X_OK) == 0 && own_mounts(subject) &&
		  run(subject, argv) == 0 && mount_again(subject);
	if (!mounted)
		print_message("left out: it takes root, mkfs.ext4 and loop devices\n");
	return mounted;
}

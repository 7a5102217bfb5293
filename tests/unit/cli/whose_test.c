/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/cli/whose.h"

enum { ME = 7001, STRANGER = 7002, SERVICE = 7003, AUTHOR = 7004 };

/* What is made below a directory of root's, in this order. */
static const struct {
	const char *path, *link;
	mode_t mode;
	uid_t owner;
} made[] = {
	{ "run", NULL, 0755, 0 },
	{ "run/liftd", NULL, 0750, SERVICE },
	{ "run/liftd/vega", NULL, 02770, SERVICE },
	{ "tmp", NULL, 01777, 0 },
	{ "tmp/mine", NULL, 0700, ME },
	{ "tmp/root", NULL, 0755, 0 },
	{ "tmp/author", NULL, 0755, AUTHOR },
	{ "tmp/strange", NULL, 0755, STRANGER },
	{ "tmp/strange/mine", NULL, 0700, ME },
	{ "tmp/group", NULL, 0770, ME },
	{ "tmp/all", NULL, 0777, ME },
	{ "tmp/to-run", "../run/liftd", 0, STRANGER },
	{ "tmp/my-run", "../run/liftd", 0, ME },
	{ "run/to-strange", "../tmp/strange", 0, 0 },
	{ "home", NULL, 0700, ME },
};

static const struct {
	const char *why, *socket;
	bool everywhere;
	enum whose whose;
	const char *place;
} cases[] = {
	{ "a service's directory that root let it have", "run/liftd/s", false, WHOSE_KNOWN, NULL },
	{ "a group's in it", "run/liftd/vega/s", false, WHOSE_KNOWN, NULL },
	{ "a service's, where nobody has named it", "run/liftd/s", true, WHOSE_STRANGER,
	  "run/liftd" },
	{ "one that root has yet to make", "run/soon/s", false, WHOSE_KNOWN, NULL },
	{ "my own", "home/s", true, WHOSE_KNOWN, NULL },
	{ "my own, among all", "tmp/mine/s", true, WHOSE_KNOWN, NULL },
	{ "root's, among all", "tmp/root/s", true, WHOSE_KNOWN, NULL },
	{ "the configuration's author's, among all", "tmp/author/s", false, WHOSE_KNOWN, NULL },
	{ "a stranger's, among all", "tmp/strange/s", false, WHOSE_STRANGER, "tmp/strange" },
	{ "the same, where nobody has named it", "tmp/strange/s", true, WHOSE_STRANGER,
	  "tmp/strange" },
	{ "my own in a stranger's", "tmp/strange/mine/s", false, WHOSE_STRANGER, "tmp/strange" },
	{ "one that is not there, among all", "tmp/soon/s", false, WHOSE_NOBODY, "tmp/soon" },
	{ "a socket that is not there, among all", "tmp/s", false, WHOSE_NOBODY, "tmp/s" },
	{ "one that all can write to", "tmp/all/s", false, WHOSE_ANYBODY, "tmp/all" },
	{ "one that my group can write to", "tmp/group/s", false, WHOSE_KNOWN, NULL },
	{ "the same, where nobody has named it", "tmp/group/s", true, WHOSE_ANYBODY, "tmp/group" },
	{ "a stranger's link to a good one", "tmp/to-run/s", false, WHOSE_STRANGER, "tmp/to-run" },
	{ "my link to it", "tmp/my-run/s", false, WHOSE_KNOWN, NULL },
	{ "root's link to a stranger's", "run/to-strange/s", false, WHOSE_STRANGER, "tmp/strange" },
	{ "with slashes too many", "tmp//strange///s", false, WHOSE_STRANGER, "tmp//strange" },
};

static int make_all(const char *base)
{
	char path[256];

	if (chmod(base, 0755) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", base, made[i].path);
		if (made[i].link) {
			if (symlink(made[i].link, path) != 0)
				return -1;
		} else if (mkdir(path, 0700) != 0) {
			return -1;
		}
		if (lchown(path, made[i].owner, 0) != 0 ||
		    (!made[i].link && chmod(path, made[i].mode) != 0))
			return -1;
	}
	return 0;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void who_can_have_put_a_socket_there(void **state)
{
	char base[] = "/tmp/lift-whose-XXXXXX", path[256];

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: only root can give directories to others\n");
		skip();
	}
	assert_non_null(mkdtemp(base));
	assert_int_equal(make_all(base), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct whose_trust trust = { ME, AUTHOR, cases[i].everywhere };
		struct whose_place place = { 0 };
		enum whose whose;

		snprintf(path, sizeof(path), "%s/%s", base, cases[i].socket);
		whose = whose_is(path, &trust, &place);
		snprintf(path, sizeof(path), "%s/%s", base, cases[i].place ? cases[i].place : "");
		if (whose != cases[i].whose || (cases[i].place && strcmp(place.path, path) != 0))
			fail_msg("%s: %d, %s", cases[i].why, (int)whose, place.path);
	}
	assert_int_equal(nftw(base, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* What needs nobody else. */
static void among_all_it_must_be_there_and_be_ones_own(void **state)
{
	const struct whose_trust trust = { .user = geteuid(), .author = geteuid() };
	char base[] = "/tmp/lift-whose-XXXXXX", path[256];
	struct whose_place place;

	(void)state;
	assert_non_null(mkdtemp(base));
	snprintf(path, sizeof(path), "%s/not/there", base);
	assert_int_equal(whose_is(path, &trust, &place), WHOSE_KNOWN);
	assert_int_equal(chmod(base, 0777), 0);
	assert_int_equal(whose_is(path, &trust, &place), WHOSE_ANYBODY);
	assert_string_equal(place.path, base);
	assert_int_equal(place.owner, geteuid());
	assert_int_equal(chmod(base, 01777), 0);
	assert_int_equal(whose_is(path, &trust, &place), WHOSE_NOBODY);
	assert_int_equal(rmdir(base), 0);
	assert_int_equal(whose_is(path, &trust, &place), WHOSE_NOBODY);
	assert_string_equal(place.path, base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_can_have_put_a_socket_there),
		cmocka_unit_test(among_all_it_must_be_there_and_be_ones_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

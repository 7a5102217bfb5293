/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/credential.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { BYTES = 32, NOBODY = 65534 };

/* Has the mapping that an address is in this flag of smaps (proc(5))? */
static bool has_flag(const void *address, const char *flag)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	unsigned long from, to;
	char line[512], rest;
	bool is_in = false, found = false;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %c", &from, &to, &rest) == 3)
			is_in = (unsigned long)address >= from && (unsigned long)address < to;
		else if (is_in && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, flag);
	}
	fclose(maps);
	return found;
}

static void its_memory_is_in_no_core_file_and_in_no_child(void **state)
{
	uint8_t *memory, sum = 0;
	bool is_locked;
	int status;
	pid_t pid;

	(void)state;
	memory = credential_memory(BYTES, &is_locked);
	assert_non_null(memory);
	memset(memory, 0x5a, BYTES);
	assert_true(has_flag(memory, " dd"));
	assert_true(has_flag(memory, " wf"));
	assert_int_equal(has_flag(memory, " lo"), is_locked);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < BYTES; i++)
			sum |= memory[i];
		_exit(sum);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (int i = 0; i < BYTES; i++)
		assert_int_equal(memory[i], 0x5a);
	credential_forget(memory);
	credential_forget(NULL);
}

static void behind_its_end_nobody_writes(void **state)
{
	uint8_t *memory;
	bool is_locked;
	int status;
	pid_t pid;

	(void)state;
	memory = credential_memory(BYTES, &is_locked);
	assert_non_null(memory);
	pid = fork();
	if (pid == 0) {
		struct rlimit none = { 0, 0 };

		setrlimit(RLIMIT_CORE, &none);
		signal(SIGSEGV, SIG_DFL); /* cmocka has one of its own */
		*(volatile uint8_t *)(memory + BYTES) = 1;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_not_equal(status, 0);
	credential_forget(memory);
}

/* It goes on, and says so. */
static void without_room_to_lock_it_there_is_memory_still(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct rlimit none = { 0, 0 };
		bool is_locked = true;
		uint8_t *memory;

		if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 ||
		    (geteuid() == 0 && setuid(NOBODY) != 0))
			_exit(1);
		memory = credential_memory(BYTES, &is_locked);
		if (memory)
			memset(memory, 1, BYTES);
		_exit(memory && !is_locked ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void a_credential_is_a_file_of_the_directory_that_is_given(void **state)
{
	char dir[] = "/tmp/lift-credential-XXXXXX", path[PATH_MAX], expected[PATH_MAX];

	(void)state;
	assert_non_null(mkdtemp(dir));
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_false(credential_path("liftd.secret", path));
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	assert_false(credential_path("liftd.secret", path));
	snprintf(expected, sizeof(expected), "%s/liftd.secret", dir);
	fclose(fopen(expected, "we"));
	assert_true(credential_path("liftd.secret", path));
	assert_string_equal(path, expected);
	unsetenv("CREDENTIALS_DIRECTORY");
	unlink(expected);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_memory_is_in_no_core_file_and_in_no_child),
		cmocka_unit_test(behind_its_end_nobody_writes),
		cmocka_unit_test(without_room_to_lock_it_there_is_memory_still),
		cmocka_unit_test(a_credential_is_a_file_of_the_directory_that_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

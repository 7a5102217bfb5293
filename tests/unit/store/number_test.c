/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/number.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/store/store.h"
#include "tests/unit/world.h"

static const char *const dbs[] = { "a" };

/* What a process of another namespace that has this one's id does to be known as a reader: a child
 * that has the byte of that number locked, until the pipe is closed. */
static pid_t lock_number(const char *lock_path, pid_t number, int *ret_pipe)
{
	struct flock lock = { .l_type = F_WRLCK, .l_start = number, .l_len = 1 };
	int told[2], held[2];
	char byte = 1;
	pid_t child;

	assert_int_equal(pipe(told), 0);
	assert_int_equal(pipe(held), 0);
	child = fork();
	if (child == 0) {
		int fd = open(lock_path, O_RDWR);

		close(held[1]);
		if (fd < 0 || fcntl(fd, F_SETLK, &lock) != 0 || write(told[1], &byte, 1) != 1)
			_exit(EXIT_FAILURE);
		_exit(read(held[0], &byte, 1) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	close(told[1]);
	close(held[0]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	close(told[0]);
	*ret_pipe = held[1];
	return child;
}

static void a_reader_with_the_id_of_another_process_reads(void **state)
{
	struct store_txn txn;
	struct store *store;
	struct text value;
	struct dir dir;
	pid_t child;
	int pipe;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(store_open(dir_path(&dir, "s"), dbs, 1, STORE_ROOM_MAX, &store), 0);
	assert_int_equal(store_begin(store, true, &txn), 0);
	store_put(&txn, 0, text_of("key"), text_of("value"));
	assert_int_equal(store_commit(&txn), 0);
	store_close(store);

	child = lock_number(dir_path(&dir, "s/lock.mdb"), getpid(), &pipe);
	assert_int_equal(store_open_read_only(dir_path(&dir, "s"), dbs, 1, 1, &store), 0);
	assert_int_equal(store_begin(store, false, &txn), 0);
	assert_true(store_get(&txn, 0, text_of("key"), &value));
	store_abort(&txn);
	store_close(store);
	close(pipe);
	assert_int_equal(waitpid(child, &(int){ 0 }, 0), child);
	dir_end(&dir);
}

static void a_number_is_lent_to_this_thread_and_given_back(void **state)
{
	pid_t own = (pid_t)syscall(SYS_getpid), number = number_draw();

	(void)state;
	assert_int_equal(getpid(), own);
	assert_in_range(number, 1 << 22, INT32_MAX);
	number_lend(number);
	assert_int_equal(getpid(), number);
	number_lend(0);
	assert_int_equal(getpid(), own);
	assert_int_not_equal(number_draw(), number);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_with_the_id_of_another_process_reads),
		cmocka_unit_test(a_number_is_lent_to_this_thread_and_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

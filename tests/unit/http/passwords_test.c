/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "clients/http/password.h"

static const char right[] = "correct horse battery";

struct asked {
	struct passwords *passwords;
	char hash[PASSWORD_HASH_MAX];
	int64_t now_ms;
};

static struct sockaddr *from(const char *text)
{
	static struct sockaddr_in6 v6;
	static struct sockaddr_in v4;

	v4 = (struct sockaddr_in){ .sin_family = AF_INET };
	v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6 };
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return (struct sockaddr *)&v4;
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return (struct sockaddr *)&v6;
}

static void open_asked(struct asked *asked)
{
	*asked = (struct asked){ .now_ms = 1000 };
	asked->passwords = passwords_new();
	assert_non_null(asked->passwords);
	assert_int_equal(password_hash(text_of(right), asked->hash), 0);
}

static void close_asked(struct asked *asked)
{
	passwords_free(asked->passwords);
}

/* Waits for the verdict, where it does not come at once. */
static enum password_verdict ask_whole(struct asked *asked, const char *name, const char *password,
				       const char *hash, const char *address, int *ret_retry_s)
{
	enum password_verdict verdict =
		passwords_ask(asked->passwords, text_of(name), text_of(password), hash,
			      from(address), asked->now_ms, asked, ret_retry_s);
	struct pollfd fd = { .fd = passwords_fd(asked->passwords), .events = POLLIN };
	void *with = NULL;
	bool is_right;

	if (verdict != PASSWORD_WAIT)
		return verdict;
	while (!passwords_next(asked->passwords, asked->now_ms, &with, &is_right))
		assert_int_equal(poll(&fd, 1, 60000), 1);
	assert_ptr_equal(with, asked);
	return is_right ? PASSWORD_RIGHT : PASSWORD_WRONG;
}

static void the_right_password_is_right_and_is_remembered(void **state)
{
	struct asked asked;
	int retry_s;
	void *with = NULL;

	(void)state;
	open_asked(&asked);
	assert_int_equal(ask_whole(&asked, "moodle", right, asked.hash, "10.0.0.1", &retry_s),
			 PASSWORD_RIGHT);
	assert_int_equal(passwords_ask(asked.passwords, text_of("moodle"), text_of(right),
				       asked.hash, from("10.9.9.9"), asked.now_ms, with, &retry_s),
			 PASSWORD_RIGHT);
	asked.now_ms += PASSWORD_REMEMBER_S * 1000;
	assert_int_equal(ask_whole(&asked, "moodle", right, asked.hash, "10.0.0.1", &retry_s),
			 PASSWORD_RIGHT);
	close_asked(&asked);
}

static void what_is_wrong_is_wrong(void **state)
{
	struct asked asked;
	int retry_s;

	(void)state;
	open_asked(&asked);
	assert_int_equal(ask_whole(&asked, "moodle", "wrong horse battery", asked.hash, "10.0.0.1",
				   &retry_s),
			 PASSWORD_WRONG);
	assert_int_equal(ask_whole(&asked, "nobody", right, NULL, "10.0.0.1", &retry_s),
			 PASSWORD_WRONG);
	close_asked(&asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_password_is_right_and_is_remembered),
		cmocka_unit_test(what_is_wrong_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "clients/http/failures.h"
#include "clients/http/password.h"

static const char right[] = "correct horse battery";
static const char wrong[] = "wrong horse battery";

struct asked {
	struct passwords *passwords;
	char hash[PASSWORD_HASH_MAX];
	int64_t now_ms;
	int retry_s;
};

static const struct sockaddr *from(const char *text)
{
	static struct sockaddr_storage address;
	struct address_range range;

	assert_true(address_parse_range(text, &range));
	address_store(range.first, &address);
	return (const struct sockaddr *)&address;
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

static enum password_verdict ask(struct asked *asked, const char *name, const char *password,
				 const char *address, void *with)
{
	return passwords_ask(asked->passwords, text_of(name), text_of(password),
			     strcmp(name, "moodle") == 0 ? asked->hash : NULL, from(address),
			     asked->now_ms, with, &asked->retry_s);
}

/* The next one that comes. */
static void *next(struct asked *asked, bool *ret_right)
{
	struct pollfd fd = { .fd = passwords_fd(asked->passwords), .events = POLLIN };
	void *with = NULL;

	while (!passwords_next(asked->passwords, asked->now_ms, &with, ret_right))
		assert_int_equal(poll(&fd, 1, 60000), 1);
	return with;
}

/* Waits for the verdict, where it does not come at once. */
static enum password_verdict ask_whole(struct asked *asked, const char *name, const char *password,
				       const char *address)
{
	enum password_verdict verdict = ask(asked, name, password, address, asked);
	bool is_right;

	if (verdict != PASSWORD_WAIT)
		return verdict;
	assert_ptr_equal(next(asked, &is_right), asked);
	return is_right ? PASSWORD_RIGHT : PASSWORD_WRONG;
}

static void the_right_password_is_right_and_is_remembered(void **state)
{
	struct asked asked;

	(void)state;
	open_asked(&asked);
	assert_int_equal(ask(&asked, "moodle", right, "10.0.0.1", NULL), PASSWORD_WAIT);
	(void)next(&asked, &(bool){ false });
	assert_int_equal(ask(&asked, "moodle", right, "10.9.9.9", NULL), PASSWORD_RIGHT);
	asked.now_ms += PASSWORD_REMEMBER_S * 1000 - 1;
	assert_int_equal(ask(&asked, "moodle", right, "10.9.9.9", NULL), PASSWORD_RIGHT);
	/* From then on. */
	asked.now_ms += PASSWORD_REMEMBER_S * 1000 - 1;
	assert_int_equal(ask(&asked, "moodle", right, "10.9.9.9", NULL), PASSWORD_RIGHT);
	asked.now_ms += PASSWORD_REMEMBER_S * 1000;
	assert_int_equal(ask(&asked, "moodle", right, "10.0.0.1", &asked), PASSWORD_WAIT);
	(void)next(&asked, &(bool){ false });
	assert_int_equal(ask(&asked, "moodle", right, "10.0.0.1", NULL), PASSWORD_RIGHT);
	/* By another configuration it is looked at again, and so is one with another hash. */
	passwords_clear(asked.passwords);
	assert_int_equal(ask_whole(&asked, "moodle", right, "10.0.0.1"), PASSWORD_RIGHT);
	assert_int_equal(password_hash(text_of("another password"), asked.hash), 0);
	assert_int_equal(ask_whole(&asked, "moodle", right, "10.0.0.1"), PASSWORD_WRONG);
	close_asked(&asked);
}

static void what_is_wrong_is_wrong_and_is_not_remembered(void **state)
{
	struct asked asked;

	(void)state;
	open_asked(&asked);
	assert_int_equal(ask_whole(&asked, "moodle", wrong, "10.0.0.1"), PASSWORD_WRONG);
	assert_int_equal(ask_whole(&asked, "nobody", right, "10.0.0.1"), PASSWORD_WRONG);
	assert_int_equal(ask_whole(&asked, "moodle", "", "10.0.0.1"), PASSWORD_WRONG);
	assert_int_equal(ask(&asked, "", right, "10.0.0.1", NULL), PASSWORD_WRONG);
	assert_int_equal(ask_whole(&asked, "moodle", right, "10.0.0.1"), PASSWORD_RIGHT);
	/* A name and a password that are the same when written one behind the other. */
	assert_int_equal(ask_whole(&asked, "moodlec", right + 1, "10.0.0.1"), PASSWORD_WRONG);
	close_asked(&asked);
}

static void who_is_wrong_often_waits_and_nobody_else_does(void **state)
{
	struct asked asked;

	(void)state;
	open_asked(&asked);
	for (int i = 0; i <= FAILURES_FREE; i++)
		assert_int_equal(ask_whole(&asked, "moodle", wrong, "10.0.0.1"), PASSWORD_WRONG);
	assert_int_equal(ask_whole(&asked, "moodle", wrong, "10.0.0.1"), PASSWORD_FULL);
	assert_int_equal(asked.retry_s, 1);
	/* The platform itself, from elsewhere, and another one from the same address. */
	assert_int_equal(ask_whole(&asked, "nobody", wrong, "10.0.0.1"), PASSWORD_WRONG);
	assert_int_equal(ask_whole(&asked, "moodle", right, "10.0.0.2"), PASSWORD_RIGHT);
	/* What is known to be right is right from there, too. */
	assert_int_equal(ask(&asked, "moodle", right, "10.0.0.1", NULL), PASSWORD_RIGHT);
	passwords_clear(asked.passwords);
	assert_int_equal(ask(&asked, "moodle", right, "10.0.0.1", NULL), PASSWORD_FULL);
	asked.now_ms += 1000;
	assert_int_equal(ask_whole(&asked, "moodle", wrong, "10.0.0.1"), PASSWORD_WRONG);
	assert_int_equal(ask(&asked, "moodle", wrong, "10.0.0.1", NULL), PASSWORD_FULL);
	assert_int_equal(asked.retry_s, 2);
	asked.now_ms += 2000;
	assert_int_equal(ask_whole(&asked, "moodle", right, "10.0.0.1"), PASSWORD_RIGHT);
	close_asked(&asked);
}

static void one_address_has_its_share_of_the_queue(void **state)
{
	struct asked asked;
	char name[32];
	int with[PASSWORD_QUEUE], n_waiting = 0, n_came = 0;
	bool is_right = false;

	(void)state;
	open_asked(&asked);
	for (int i = 0; i < PASSWORD_QUEUE; i++) {
		snprintf(name, sizeof(name), "name%d", i);
		if (ask(&asked, name, wrong, "10.0.0.1", &with[i]) != PASSWORD_WAIT)
			break;
		n_waiting++;
	}
	assert_int_equal(n_waiting, PASSWORD_QUEUE_OF_ONE);
	assert_int_equal(asked.retry_s, 1);
	assert_int_equal(ask(&asked, "moodle", right, "10.0.0.2", &asked), PASSWORD_WAIT);
	while (next(&asked, &is_right) != &asked)
		n_came++;
	assert_true(is_right);
	assert_int_equal(n_came, n_waiting);
	close_asked(&asked);
}

static void the_queue_has_an_end(void **state)
{
	struct asked asked;
	char address[32];
	int n_waiting = 0;

	(void)state;
	open_asked(&asked);
	while (n_waiting < 2 * PASSWORD_QUEUE) {
		snprintf(address, sizeof(address), "10.0.%d.1", n_waiting);
		if (ask(&asked, "nobody", wrong, address, NULL) != PASSWORD_WAIT)
			break;
		n_waiting++;
	}
	assert_int_equal(n_waiting, PASSWORD_QUEUE);
	assert_int_equal(asked.retry_s, 1);
	/* It ends with all of them waiting. */
	close_asked(&asked);
}

static void those_that_ask_the_same_cost_one_verdict(void **state)
{
	enum { SAME = 20 };
	struct asked asked;
	int with[SAME];
	bool is_right = false;

	(void)state;
	open_asked(&asked);
	for (int i = 0; i < SAME; i++)
		assert_int_equal(ask(&asked, "moodle", wrong, "10.0.0.1", &with[i]), PASSWORD_WAIT);
	for (int i = 0; i < SAME; i++) {
		(void)next(&asked, &is_right);
		assert_false(is_right);
	}
	/* Which is also one that was wrong, but for what the worker had begun meanwhile. */
	assert_int_equal(ask_whole(&asked, "moodle", right, "10.0.0.1"), PASSWORD_RIGHT);
	passwords_clear(asked.passwords);
	for (int i = 0; i < SAME; i++)
		assert_int_equal(ask(&asked, "moodle", right, "10.0.0.1", &with[i]), PASSWORD_WAIT);
	for (int i = 0; i < SAME; i++) {
		(void)next(&asked, &is_right);
		assert_true(is_right);
	}
	close_asked(&asked);
}

static void who_has_gone_is_not_told(void **state)
{
	struct asked asked;
	int gone, there;
	bool is_right;

	(void)state;
	open_asked(&asked);
	assert_int_equal(ask(&asked, "moodle", right, "10.0.0.1", &gone), PASSWORD_WAIT);
	assert_int_equal(ask(&asked, "nobody", right, "10.0.0.1", &there), PASSWORD_WAIT);
	passwords_forget(asked.passwords, &gone);
	assert_ptr_equal(next(&asked, &is_right), &there);
	/* It was right all the same. */
	assert_int_equal(ask(&asked, "moodle", right, "10.0.0.1", NULL), PASSWORD_RIGHT);
	close_asked(&asked);
}

static void a_password_is_read_out_of_its_header(void **state)
{
	static const struct {
		const char *header, *name, *password; /* NULL: it is none */
	} basic[] = {
		{ "Basic bW9vZGxlOnNlY3JldA==", "moodle", "secret" },
		{ "basic  bW9vZGxlOnNlY3JldA== ", "moodle", "secret" },
		{ "Basic bW9vZGxlOmE6Yg==", "moodle", "a:b" },
		{ "Basic bW9vZGxlOsOl", "moodle", "å" },
		{ "Basic bW9vZGxlOg==", "moodle", "" },
		{ "Basic bW9vZGxl", NULL, NULL },
		{ "Basic OnNlY3JldA==", NULL, NULL },
		{ "Basic bW9vZGxlOnNlY3JldA", NULL, NULL },
		{ "Basic bW9v ZGxlOnNlY3JldA==", NULL, NULL },
		{ "Basic bW9vZGxlOgBi", NULL, NULL }, /* a 0 */
		{ "Basic", NULL, NULL },
		{ "Basic ", NULL, NULL },
		{ "Basicx bW9vZGxlOnNlY3JldA==", NULL, NULL },
		{ "Bearer moodle.secret", NULL, NULL },
		{ "", NULL, NULL },
		{ NULL, NULL, NULL },
	};
	char name[65], password[PASSWORD_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(basic) / sizeof(basic[0]); i++) {
		assert_int_equal(password_of_basic(basic[i].header, name, password),
				 basic[i].name != NULL);
		if (basic[i].name) {
			assert_string_equal(name, basic[i].name);
			assert_string_equal(password, basic[i].password);
		}
	}
}

static void a_hash_is_told_from_what_is_none(void **state)
{
	static const char *const none[] = {
		"",
		"secret",
		"$argon2id$v=19$m=19456,t=2,p=1$",
		"$argon2i$v=19$m=19456,t=2,p=1$IepPnsFpuhzNNm6lUYZeFw$"
		"AVq5JC/KtIJdzdU3ocDBKqRsOLnAIGtqoaMfsfClJz0",
		"$argon2id$v=19$m=19456,t=2,p=2$IepPnsFpuhzNNm6lUYZeFw$"
		"AVq5JC/KtIJdzdU3ocDBKqRsOLnAIGtqoaMfsfClJz0",
		"$argon2id$v=19$m=65537,t=2,p=1$IepPnsFpuhzNNm6lUYZeFw$"
		"AVq5JC/KtIJdzdU3ocDBKqRsOLnAIGtqoaMfsfClJz0",
		"$argon2id$v=19$m=4194304,t=2,p=1$IepPnsFpuhzNNm6lUYZeFw$"
		"AVq5JC/KtIJdzdU3ocDBKqRsOLnAIGtqoaMfsfClJz0",
		"$argon2id$v=19$m=19456,t=11,p=1$IepPnsFpuhzNNm6lUYZeFw$"
		"AVq5JC/KtIJdzdU3ocDBKqRsOLnAIGtqoaMfsfClJz0",
		"$argon2id$v=19$m=019456,t=2,p=1$IepPnsFpuhzNNm6lUYZeFw$"
		"AVq5JC/KtIJdzdU3ocDBKqRsOLnAIGtqoaMfsfClJz0",
		"$argon2id$v=19$m=19456,t=2,p=1$IepPnsFpuhzNNm6lUYZe$"
		"AVq5JC/KtIJdzdU3ocDBKqRsOLnAIGtqoaMfsfClJz0",
		"$argon2id$v=19$m=19456,t=2,p=1$IepPnsFpuhzNNm6lUYZeFw$"
		"AVq5JC/KtIJdzdU3ocDBKqRsOLnAIGtqoaMfsfClJ",
		"$argon2id$v=19$m=19456,t=2,p=1$IepPnsFpuhzNNm6lUYZeFw$"
		"AVq5JC/KtIJdzdU3ocDBKqRsOLnAIGtqoaMfsfClJz0$",
		"$argon2id$v=19$m=19456,t=2,p=1$IepPnsFpuhzNNm6lUYZeFw$"
		"AVq5JC/KtIJdzdU3ocDBKqRsOLnAIGtqoaMfsfClJz0 ",
	};
	char hash[PASSWORD_HASH_MAX], again[PASSWORD_HASH_MAX], longest[PASSWORD_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(password_hash_is(none[i]));
	assert_true(password_hash_is("$argon2id$v=19$m=65536,t=3,p=1$IepPnsFpuhzNNm6lUYZeFw$"
				     "AVq5JC/KtIJdzdU3ocDBKqRsOLnAIGtqoaMfsfClJz0"));
	assert_int_equal(password_hash(text_of(right), hash), 0);
	assert_int_equal(password_hash(text_of(right), again), 0);
	assert_true(password_hash_is(hash));
	assert_int_equal(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
	assert_string_not_equal(hash, again);
	assert_int_equal(password_hash(text_of("short"), hash), LIFT_E_VALUE);
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(password_hash((struct text){ longest, PASSWORD_MAX + 1 }, hash),
			 LIFT_E_VALUE);
	assert_int_equal(password_hash((struct text)TEXT("twelve bytes\0and more"), hash),
			 LIFT_E_VALUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_password_is_right_and_is_remembered),
		cmocka_unit_test(what_is_wrong_is_wrong_and_is_not_remembered),
		cmocka_unit_test(who_is_wrong_often_waits_and_nobody_else_does),
		cmocka_unit_test(one_address_has_its_share_of_the_queue),
		cmocka_unit_test(the_queue_has_an_end),
		cmocka_unit_test(those_that_ask_the_same_cost_one_verdict),
		cmocka_unit_test(who_has_gone_is_not_told),
		cmocka_unit_test(a_password_is_read_out_of_its_header),
		cmocka_unit_test(a_hash_is_told_from_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

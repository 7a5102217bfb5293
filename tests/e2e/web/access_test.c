/* SPDX-License-Identifier: Apache-2.0 */
/* Who may read, by what is configured, and that a reload takes it away again. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/web/site.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PASSWORD     "a word for the tests"

static const char *const paths[] = {
	"/",
	"/?view=map",
	"/assets/none.js",
	"/metrics",
	"/api/v1/state",
	"/api/v1/catalogue",
	"/api/v1/figures",
	"/api/v1/figures?day=2024-10-27",
	"/api/v1/figures.csv",
	"/api/v1/figures.xlsx",
	"/api/v1/outlines",
	"/api/v1/events",
	"/api/v1/openapi.json",
	"/api/v1/nothing",
};

static void check_all(struct site *site, const char *headers, int status, const char *why)
{
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct reply reply = site_ask(site, paths[i], headers);
		char *policy = reply_header(&reply, "Content-Security-Policy");
		char *sniff = reply_header(&reply, "X-Content-Type-Options");

		if (reply.status != status)
			fail_msg("%s: %s: %d in place of %d: %.200s", why, paths[i], reply.status,
				 status, reply.body ? reply.body : "");
		assert_non_null(strstr(policy, "default-src 'none'"));
		assert_string_equal(sniff, "nosniff");
		free(policy);
		free(sniff);
		reply_free(&reply);
	}
}

static void check_one(struct site *site, const char *headers, int status, const char *why)
{
	struct reply reply = site_ask(site, "/api/v1/catalogue", headers);

	if (reply.status != status)
		fail_msg("%s: %d in place of %d: %.200s", why, reply.status, status,
			 reply.body ? reply.body : "");
	reply_free(&reply);
}

static void open_with(struct site *site, const char *lines)
{
	daemon_configure(site->daemon, SITE_DAEMON);
	daemon_start(site->daemon);
	site_publish(site, "golden", "tests/golden/events.csv");
	site_configure(site, "", lines);
	server_start(&site->server);
}

/* Wait until it has figures, where one has to say who one is. */
static void await_figures(struct site *site, const char *headers)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	int status = 503;

	while (status == 503) {
		struct reply reply = site_ask(site, "/api/v1/state", headers);

		status = reply.status;
		reply_free(&reply);
		assert_true(clock_ms() < end_ms);
	}
	assert_int_equal(status, 200);
}

static void close_both(struct site *site)
{
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

/* "Host", and who it is; the caller's. */
static char *login_of(const char *name, const char *password)
{
	char *login = web_login(name, password), *both = NULL;

	assert_true(asprintf(&both, "Host: figures.example.org\r\n%s", login) > 0);
	free(login);
	return both;
}

static char *users_of(struct site *site, const char *const names[], size_t n)
{
	char hash[SERVER_HASH_SIZE], *lines = strdup("users:\n"), *more = NULL;

	server_hash(&site->server, PASSWORD, hash);
	for (size_t i = 0; i < n; i++) {
		assert_true(asprintf(&more, "%s  - {name: %s, password: \"%s\"}\n", lines, names[i],
				     hash) > 0);
		free(lines);
		lines = more;
	}
	return lines;
}

static void only_who_knows_a_password_reads(void **state)
{
	static const char *const names[] = { "anna" };
	struct site *site = *state;
	char *lines = users_of(site, names, 1), *right = login_of("anna", PASSWORD),
	     *wrong = login_of("anna", "another word"), *nobody = login_of("berit", PASSWORD);
	struct reply reply;
	struct listener listener;
	char *asked;

	open_with(site, lines);
	await_figures(site, right);
	check_all(site, SITE_HOST, 401, "nobody");
	reply = site_ask(site, "/", SITE_HOST);
	asked = reply_header(&reply, "WWW-Authenticate");
	assert_string_equal(asked, "Basic realm=\"lift-web\", charset=\"UTF-8\"");
	free(asked);
	reply_free(&reply);
	check_one(site, wrong, 401, "a wrong password");
	check_one(site, nobody, 401, "a name that is none");
	check_one(site, right, 200, "the right one");
	check_one(site, SITE_HOST "X-Remote-User: anna\r\n", 401, "a header that is not believed");
	assert_int_equal(listener_open(&listener, site, right), 200);
	json_decref(listener_next(&listener));
	listener_close(&listener);
	close_both(site);
	free(lines);
	free(right);
	free(wrong);
	free(nobody);
}

static void a_header_says_who_it_is_where_its_proxy_is_trusted(void **state)
{
	struct site *site = *state;

	open_with(site, "user_header: X-Remote-User\ntrusted: [127.0.0.1]\n");
	await_figures(site, "Host: figures.example.org\r\nX-Remote-User: anna\r\n");
	check_all(site, SITE_HOST, 403, "no header");
	check_one(site, SITE_HOST "X-Remote-User:\r\n", 403, "an empty header");
	check_one(site, SITE_HOST "X-Remote-User: eve\r\nX-Remote-User: anna\r\n", 403,
		  "two of them");
	check_one(site, "Host: other.example\r\nX-Remote-User: anna\r\n", 200, "by the proxy");
	server_stop(&site->server);

	site_configure(site, "", "user_header: X-Remote-User\ntrusted: [10.1.2.3]\n");
	server_start(&site->server);
	check_all(site, SITE_HOST "X-Remote-User: anna\r\n", 403, "not by the proxy");
	check_all(site, SITE_HOST "X-Remote-User: anna\r\nX-Forwarded-For: 10.1.2.3\r\n", 403,
		  "who says that he is the proxy");
	close_both(site);
}

static void without_users_only_this_machine_s_names_are_answered(void **state)
{
	static const char *const right[] = { "Host: localhost\r\n", "Host: LocalHost:8280\r\n",
					     "Host: 127.0.0.1\r\n", "Host: 127.0.0.1:80\r\n",
					     "Host: [::1]:8280\r\n" };
	static const char *const wrong[] = { "Host: evil.example\r\n",
					     "Host: localhost.evil.example\r\n",
					     "Host: 127.0.0.1.evil.example\r\n",
					     "Host: evil.example:8280\r\n",
					     "Host: localhost@evil.example\r\n" };
	struct site *site = *state;

	open_with(site, "");
	await_figures(site, SITE_HOST);
	for (size_t i = 0; i < COUNT(right); i++)
		check_one(site, right[i], 200, right[i]);
	check_all(site, wrong[0], 403, wrong[0]);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct reply reply = site_ask(site, "/api/v1/catalogue", wrong[i]);

		if (reply.status != 403 && reply.status != 400)
			fail_msg("%s: %d", wrong[i], reply.status);
		reply_free(&reply);
	}
	server_stop(&site->server);
	site_configure(site, "", "anyone: yes\n");
	server_start(&site->server);
	await_figures(site, SITE_HOST);
	check_one(site, wrong[0], 200, "anyone may read");
	close_both(site);
}

static void only_reading_is_done(void **state)
{
	static const char *const methods[] = { "POST", "PUT", "DELETE", "OPTIONS", "PATCH" };
	struct site *site = *state;
	struct reply reply;
	struct web web;

	open_with(site, "");
	await_figures(site, SITE_HOST);
	for (size_t i = 0; i < COUNT(methods); i++) {
		char *allowed;

		reply = web_ask(site->server.port, methods[i], "/api/v1/figures", "", "{}");
		assert_int_equal(reply.status, 405);
		allowed = reply_header(&reply, "Allow");
		assert_string_equal(allowed, "GET, HEAD");
		free(allowed);
		reply_free(&reply);
	}
	/* Heads alone, one behind the other, also of what has no end. */
	web_open(&web, site->server.port);
	for (size_t i = 0; i < COUNT(paths); i++) {
		char request[256];

		snprintf(request, sizeof(request), "HEAD %s HTTP/1.1\r\n" SITE_HOST "\r\n",
			 paths[i]);
		assert_true(web_send(&web, request, strlen(request)));
		reply = web_head(&web);
		assert_true(reply.status == 200 || reply.status == 404);
		reply_free(&reply);
		assert_int_equal(web.size, 0);
	}
	web_close(&web);
	close_both(site);
}

static void reload(struct site *site, const char *lines, const char *said)
{
	site_configure(site, "", lines);
	process_signal(&site->server.process, SIGHUP);
	server_await_log(&site->server, said);
}

static void who_is_taken_out_reads_no_more(void **state)
{
	static const char *const names[] = { "anna", "berit" };
	struct site *site = *state;
	char *both = users_of(site, names, 2), *one = users_of(site, names, 1),
	     *anna = login_of("anna", PASSWORD), *berit = login_of("berit", PASSWORD);
	struct listener listener;
	struct reply reply;
	json_t *event;

	open_with(site, both);
	await_figures(site, anna);
	check_one(site, berit, 200, "before");
	assert_int_equal(listener_open(&listener, site, berit), 200);
	reload(site, one, "users=1");
	check_one(site, berit, 401, "after");
	check_one(site, anna, 200, "after");
	while ((event = listener_next(&listener)))
		json_decref(event);
	listener_close(&listener);

	/* Days are asked for as before. */
	reply = site_ask(site, "/api/v1/figures?day=2024-10-27&kind=people", anna);
	assert_int_equal(reply.status, 200);
	reply_free(&reply);

	/* What is wrong is not taken, nor what only a restart takes. */
	reload(site, "users: []\nanyone: perhaps\n", "the old one is kept");
	check_one(site, anna, 200, "kept");
	reload(site, "connections: 77\n", "only a restart takes another key=connections");
	check_one(site, anna, 200, "kept, too");
	check_one(site, SITE_HOST, 401, "kept, too");
	close_both(site);
	free(both);
	free(one);
	free(anna);
	free(berit);
}

#define OF_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OF_SITE(only_who_knows_a_password_reads),
		OF_SITE(a_header_says_who_it_is_where_its_proxy_is_trusted),
		OF_SITE(without_users_only_this_machine_s_names_are_answered),
		OF_SITE(only_reading_is_done),
		OF_SITE(who_is_taken_out_reads_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

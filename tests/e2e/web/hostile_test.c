/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks badly, slowly, too much or without end harms nobody else, and learns nothing. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/web/site.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECRET	     "what nobody may read"

enum {
	IDLE = 1000,
	SLOW = 400,
	LISTENERS = 200,
	DAYS = 90,
	LONG = 70000,
	SPARE = 300,
	SLOW_MIB = 400, /* of the process, with all who read slowly */
};

static bool allow_files(int n)
{
	struct rlimit files;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max < 65536 ? files.rlim_max : 65536;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	if (files.rlim_cur < (rlim_t)n + SPARE)
		print_message("skipped: %d descriptors are needed\n", n + SPARE);
	return files.rlim_cur >= (rlim_t)n + SPARE;
}

static void close_both(struct site *site)
{
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

static void is_well(struct site *site)
{
	json_decref(site_json(site, "/api/v1/figures?kind=people", 200));
}

/* Bytes as they are: the status, 0 where it closes; the answer has nothing of the secret. */
static int send_raw(struct site *site, const char *bytes, size_t size)
{
	struct web web;
	struct reply reply;
	int status;

	web_open(&web, site->server.port);
	web_send(&web, bytes, size);
	reply = web_reply(&web);
	status = reply.status;
	if (reply.body && memmem(reply.body, reply.size, SECRET, strlen(SECRET)))
		fail_msg("it is told: %.*s", (int)(size < 200 ? size : 200), bytes);
	reply_free(&reply);
	web_close(&web);
	return status;
}

static const char *const tricks[] = {
	"/../secret.txt",
	"/../../secret.txt",
	"/assets/../../secret.txt",
	"/%2e%2e/secret.txt",
	"/%2e%2e%2fsecret.txt",
	"/..%2fsecret.txt",
	"/assets/..%5c..%5csecret.txt",
	"/%252e%252e/secret.txt",
	"//secret.txt",
	"///etc/passwd",
	"//etc/passwd",
	"/./secret.txt",
	"/secret.txt%00.html",
	"/%00",
	"/index.html%00",
	"/.hidden.html",
	"/assets/.hidden.html",
	"/assets/",
	"/assets",
	"/link.txt/secret.txt",
	"/api/v1/../../secret.txt",
	"/api/v1/outlines/../figures",
	"/api/v1/figures/",
	"/api/v1//figures",
	"/API/V1/FIGURES",
	"/%",
	"/%zz",
	"/\xff\xfe",
	"*",
	"http://evil.example/secret.txt",
	"secret.txt",
	"/metrics/../secret.txt",
};

static void no_path_leads_out_of_the_page(void **state)
{
	static const char end[] = " HTTP/1.1\r\n" SITE_HOST "\r\n",
			  in_path[] = "GET /\0x HTTP/1.1\r\n" SITE_HOST "\r\n",
			  in_host[] = "GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n";
	struct site *site = *state;
	char path[PATH_SIZE], *request = NULL, *longest = malloc(LONG);

	path_make(path, "%s/secret.txt", site->server.dir);
	file_write(path, SECRET);
	path_make(path, "%s/page/.hidden.html", site->server.dir);
	file_write(path, SECRET);
	site_open(site, "");
	for (size_t i = 0; i < COUNT(tricks); i++) {
		int n = asprintf(&request, "GET %s HTTP/1.1\r\n" SITE_HOST "\r\n", tricks[i]);

		assert_true(n > 0);
		/* Without a point it is an address of the page. */
		if (send_raw(site, request, (size_t)n) == 200)
			assert_null(strchr(tricks[i] + 1, '.'));
		free(request);
	}
	memset(longest, 'a', LONG);
	memcpy(longest, "GET /", 5);
	memcpy(longest + LONG - sizeof(end), end, sizeof(end));
	assert_int_not_equal(send_raw(site, longest, LONG - 1), 200);
	assert_int_not_equal(send_raw(site, in_path, sizeof(in_path) - 1), 200);
	assert_int_not_equal(send_raw(site, in_host, sizeof(in_host) - 1), 200);
	free(longest);
	is_well(site);
	close_both(site);
}

static void floods_of_headers_are_cut_off(void **state)
{
	static const char line[] = "X-Flood: 0123456789012345678901234567890123456789\r\n";
	struct site *site = *state;
	struct reply reply;
	struct web web;

	site_open(site, "");
	web_open(&web, site->server.port);
	assert_true(web_send(&web, "GET / HTTP/1.1\r\n" SITE_HOST, 33));
	for (int i = 0; i < 100000 && web_send(&web, line, sizeof(line) - 1); i++)
		;
	reply = web_reply(&web);
	assert_true(reply.status == 431 || reply.status == 0);
	reply_free(&reply);
	web_close(&web);

	/* As many parameters as fit; and one far too often. */
	for (int k = 0; k < 2; k++) {
		char *path = calloc(1, 32768);

		strcpy(path, "/api/v1/figures?");
		for (int i = 0; i < 700; i++)
			sprintf(path + strlen(path), k ? "region=%d&" : "keys=a.%d&", i);
		reply = site_ask(site, path, SITE_HOST);
		if (reply.status != 400 && reply.status != 431 && reply.status != 0)
			fail_msg("%s: %d", k ? "region" : "keys", reply.status);
		reply_free(&reply);
		free(path);
	}
	is_well(site);
	close_both(site);
}

static void a_thousand_who_say_nothing_hold_up_nobody(void **state)
{
	struct site *site = *state;
	struct web *idle = calloc(IDLE, sizeof(*idle));

	if (!allow_files(IDLE)) {
		free(idle);
		skip();
	}
	site_open(site, "connections_of_one: 2000\n");
	for (int i = 0; i < IDLE; i++)
		web_open(&idle[i], site->server.port);
	is_well(site);
	for (int i = 0; i < IDLE; i++)
		web_close(&idle[i]);
	is_well(site);
	free(idle);
	close_both(site);
}

static long resident_mib(const struct process *process)
{
	char path[64];
	char *text, *at;
	long kib;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)process->pid);
	text = file_text(path, NULL);
	at = strstr(text, "VmRSS:");
	assert_non_null(at);
	kib = strtol(at + strlen("VmRSS:"), NULL, 10);
	free(text);
	return kib / 1024;
}

/* Each asks for another answer, as large as there is, and reads none of it. */
static void who_does_not_read_costs_no_more_than_there_is(void **state)
{
	struct site *site = *state;
	struct web *slow = calloc(SLOW, sizeof(*slow));
	struct reply reply;
	char request[256];
	size_t large;
	long before;

	if (!allow_files(SLOW)) {
		free(slow);
		skip();
	}
	site_open(site, "connections_of_one: 2000\n");
	reply = site_get(site, "/api/v1/figures", 200);
	large = reply.size;
	reply_free(&reply);
	before = resident_mib(&site->server.process);
	for (int i = 0; i < SLOW; i++) {
		snprintf(request, sizeof(request),
			 "GET /api/v1/figures?region=%d&kind=module&kind=people&kind=programme&"
			 "kind=competence%s HTTP/1.1\r\n" SITE_HOST "\r\n",
			 i, i % 2 ? "" : "&region=all&region=nordland&region=NO");
		web_open_small(&slow[i], site->server.port);
		assert_true(web_send(&slow[i], request, strlen(request)));
	}
	is_well(site);
	print_message("answers of %zu bytes, %d of them unread: %ld MiB in place of %ld\n", large,
		      SLOW, resident_mib(&site->server.process), before);
	assert_true(resident_mib(&site->server.process) < SLOW_MIB);
	for (int i = 0; i < SLOW; i++)
		web_close(&slow[i]);
	is_well(site);
	free(slow);
	close_both(site);
}

static void who_listens_and_does_not_read_holds_up_nobody(void **state)
{
	struct site *site = *state;
	struct listener *slow = calloc(LISTENERS, sizeof(*slow)), quick;

	if (!allow_files(LISTENERS)) {
		free(slow);
		skip();
	}
	site_open(site, "");
	for (int i = 0; i < LISTENERS; i++)
		assert_int_equal(listener_open_small(&slow[i], site, SITE_HOST), 200);
	assert_int_equal(listener_open(&quick, site, SITE_HOST), 200);
	for (int i = 0; i < 100; i++) {
		json_t *event = listener_next(&quick);

		assert_non_null(event);
		json_decref(event);
		if (i % 2)
			continue;
		listener_close(&slow[i]);
		assert_int_equal(listener_open(&slow[i], site, SITE_HOST), 200);
	}
	for (int i = 0; i < LISTENERS; i++)
		listener_close(&slow[i]);
	listener_close(&quick);
	free(slow);
	is_well(site);
	close_both(site);
}

/* More days than are kept, all at once: each is answered, or told to come again. */
static void many_days_at_once_are_answered_or_put_off(void **state)
{
	struct site *site = *state;
	struct web *asking = calloc(DAYS, sizeof(*asking));
	int n_right = 0, n_later = 0;

	site_open(site, "");
	for (int i = 0; i < DAYS; i++) {
		char request[256];

		snprintf(request, sizeof(request),
			 "GET /api/v1/figures?kind=people&day=2024-%02d-%02d HTTP/1.1\r\n" SITE_HOST
			 "\r\n",
			 9 + i / 30, 1 + i % 30);
		web_open(&asking[i], site->server.port);
		assert_true(web_send(&asking[i], request, strlen(request)));
	}
	is_well(site);
	for (int i = 0; i < DAYS; i++) {
		struct reply reply = web_reply(&asking[i]);

		n_right += reply.status == 200;
		n_later += reply.status == 503;
		reply_free(&reply);
		web_close(&asking[i]);
	}
	assert_int_equal(n_right + n_later, DAYS);
	assert_true(n_right >= 20);
	json_decref(site_json(site, "/api/v1/figures?kind=people&day=2024-10-01", 200));
	free(asking);
	close_both(site);
}

#define OF_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OF_SITE(no_path_leads_out_of_the_page),
		OF_SITE(floods_of_headers_are_cut_off),
		OF_SITE(a_thousand_who_say_nothing_hold_up_nobody),
		OF_SITE(who_does_not_read_costs_no_more_than_there_is),
		OF_SITE(who_listens_and_does_not_read_holds_up_nobody),
		OF_SITE(many_days_at_once_are_answered_or_put_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

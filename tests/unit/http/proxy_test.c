/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The example of a reverse proxy with TLS, as it stands but for its names and ports: nginx in front
 * of our server, and curl in front of that.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "served.h"

static const char example[] = "systemd/examples/nginx-lift-xapi.conf";
static const char *const trusted[] = { "127.0.0.1", NULL };

enum { FILE_MAX = 16384 };

struct proxied {
	struct served served;
	char dir[64];
	int listen_fd;
	unsigned port;
	pid_t nginx;
};

static void wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static pid_t run(const char *const *words, int kept_fd, int output_fd)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	if (kept_fd >= 0)
		fcntl(kept_fd, F_SETFD, 0);
	if (output_fd >= 0)
		dup2(output_fd, STDOUT_FILENO);
	execvp(words[0], (char *const *)words);
	_exit(127);
}

static void make_certificate(const struct proxied *proxied)
{
	char key[96], certificate[96];
	const char *const words[] = { "openssl",
				      "req",
				      "-x509",
				      "-newkey",
				      "ec",
				      "-pkeyopt",
				      "ec_paramgen_curve:prime256v1",
				      "-nodes",
				      "-days",
				      "2",
				      "-subj",
				      "/CN=localhost",
				      "-addext",
				      "subjectAltName=IP:127.0.0.1",
				      "-keyout",
				      key,
				      "-out",
				      certificate,
				      NULL };
	int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);

	snprintf(key, sizeof(key), "%s/key", proxied->dir);
	snprintf(certificate, sizeof(certificate), "%s/certificate", proxied->dir);
	assert_true(nothing >= 0);
	wait_for(run(words, -1, nothing));
	close(nothing);
}

static void write_file(const struct proxied *proxied, const char *name, const char *text)
{
	char path[96];
	FILE *to;

	snprintf(path, sizeof(path), "%s/%s", proxied->dir, name);
	to = fopen(path, "we");
	assert_non_null(to);
	assert_true(fputs(text, to) >= 0);
	assert_int_equal(fclose(to), 0);
}

/* What stands there once, or the example is another one. */
static void change(char text[static FILE_MAX], const char *from, const char *to)
{
	char *at = strstr(text, from), rest[FILE_MAX];

	assert_non_null(at);
	snprintf(rest, sizeof(rest), "%s", at + strlen(from));
	assert_true(strlen(text) + strlen(to) < FILE_MAX);
	sprintf(at, "%s%s", to, rest);
	assert_null(strstr(at + strlen(to), from));
}

static void write_configuration(const struct proxied *proxied)
{
	char text[FILE_MAX] = "", to[128];
	FILE *from = fopen(example, "re");

	assert_non_null(from);
	assert_true(fread(text, 1, sizeof(text) - 1, from) > 0);
	fclose(from);
	snprintf(to, sizeof(to), "server 127.0.0.1:%u;", http_port(proxied->served.http));
	change(text, "server 127.0.0.1:8180;", to);
	snprintf(to, sizeof(to), "listen 127.0.0.1:%u ssl http2;", proxied->port);
	change(text, "listen 443 ssl http2;", to);
	change(text, "listen [::]:443 ssl http2;", "");
	change(text, "server_name lrs.example.org;", "server_name localhost;");
	snprintf(to, sizeof(to), "%s/certificate", proxied->dir);
	change(text, "/etc/ssl/certs/lrs.example.org.pem", to);
	snprintf(to, sizeof(to), "%s/key", proxied->dir);
	change(text, "/etc/ssl/private/lrs.example.org.key", to);
	write_file(proxied, "example.conf", text);
	snprintf(text, sizeof(text),
		 "daemon off;\n%spid %s/pid;\nerror_log %s/log;\nworker_processes 1;\n"
		 "events { worker_connections 64; }\n"
		 "http {\naccess_log off;\nclient_body_temp_path %s/body;\n"
		 "proxy_temp_path %s/proxy;\nfastcgi_temp_path %s/f;\nuwsgi_temp_path %s/u;\n"
		 "scgi_temp_path %s/s;\ninclude %s/example.conf;\n}\n",
		 geteuid() == 0 ? "user root;\n" : "", proxied->dir, proxied->dir, proxied->dir,
		 proxied->dir, proxied->dir, proxied->dir, proxied->dir, proxied->dir);
	write_file(proxied, "nginx.conf", text);
}

/* The port is ours before nginx is there: it takes a socket over as it does at an upgrade. */
static void open_proxied(struct proxied *proxied)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	char path[96], inherited[16], log[96];
	const char *const words[] = { "nginx", "-e", log, "-c", path, NULL };
	const char *tmp = getenv("TMPDIR");

	*proxied = (struct proxied){ 0 };
	snprintf(proxied->dir, sizeof(proxied->dir), "%s/lift-proxy-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(proxied->dir));
	served_open(&proxied->served, (struct http_options){ .trusted = trusted });
	proxied->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(proxied->listen_fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(proxied->listen_fd, 16), 0);
	getsockname(proxied->listen_fd, (struct sockaddr *)&address, &size);
	proxied->port = ntohs(address.sin_port);
	make_certificate(proxied);
	write_configuration(proxied);
	snprintf(path, sizeof(path), "%s/nginx.conf", proxied->dir);
	snprintf(log, sizeof(log), "%s/log", proxied->dir);
	snprintf(inherited, sizeof(inherited), "%d;", proxied->listen_fd);
	setenv("NGINX", inherited, 1);
	proxied->nginx = run(words, proxied->listen_fd, -1);
	unsetenv("NGINX");
}

static void close_proxied(struct proxied *proxied)
{
	const char *const words[] = { "rm", "-rf", proxied->dir, NULL };

	kill(proxied->nginx, SIGTERM);
	wait_for(proxied->nginx);
	served_close(&proxied->served);
	close(proxied->listen_fd);
	wait_for(run(words, -1, -1));
}

/* By curl from this address of ours, while our server runs: the status that curl saw. */
static unsigned ask_by_curl(struct proxied *proxied, const char *from, const char *path,
			    const char *body)
{
	char certificate[96], url[128], said[16] = "";
	const char *const words[] = { "curl",
				      "--silent",
				      "--show-error",
				      "--max-time",
				      "60",
				      "--cacert",
				      certificate,
				      "--interface",
				      from,
				      "--noproxy",
				      "*",
				      "--header",
				      "X-Forwarded-For: 192.0.2.66",
				      "--data-binary",
				      body,
				      "--output",
				      "/dev/null",
				      "--write-out",
				      "%{http_code}",
				      url,
				      NULL };
	int output[2], status;
	pid_t pid;

	snprintf(certificate, sizeof(certificate), "%s/certificate", proxied->dir);
	snprintf(url, sizeof(url), "https://127.0.0.1:%u%s", proxied->port, path);
	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	pid = run(words, -1, output[1]);
	close(output[1]);
	while (waitpid(pid, &status, WNOHANG) == 0)
		served_step(&proxied->served, 10);
	assert_true(read(output[0], said, sizeof(said) - 1) > 0);
	close(output[0]);
	return (unsigned)atoi(said);
}

static bool is_there(const char *program)
{
	char command[64];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", program);
	return system(command) == 0;
}

static void through_the_example_of_a_proxy_each_client_is_itself(void **state)
{
	struct proxied proxied;
	char *large = malloc(100001);

	(void)state;
	assert_non_null(large);
	if (!is_there("nginx") || !is_there("curl") || !is_there("openssl")) {
		print_message("skipped: nginx, curl and openssl are needed\n");
		free(large);
		skip();
	}
	open_proxied(&proxied);
	assert_int_equal(ask_by_curl(&proxied, "127.0.0.7", "/xapi/statements?v=a%20b", "hello"),
			 200);
	assert_string_equal(proxied.served.last, "POST /xapi/statements?v=a b hello");
	/* It is not what the client wrote, nor the proxy. */
	assert_string_equal(proxied.served.peer, "127.0.0.7");
	assert_int_equal(ask_by_curl(&proxied, "127.0.0.8", "/xapi/about", "x"), 200);
	assert_string_equal(proxied.served.peer, "127.0.0.8");
	memset(large, 'x', 100000);
	large[100000] = 0;
	assert_int_equal(ask_by_curl(&proxied, "127.0.0.7", "/xapi/statements", large), 200);
	assert_int_equal(proxied.served.n_requests, 3);
	proxied.served.refuse_at_head = 429;
	assert_int_equal(ask_by_curl(&proxied, "127.0.0.7", "/xapi/statements", "hello"), 429);
	close_proxied(&proxied);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(through_the_example_of_a_proxy_each_client_is_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/http/http.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "clients/http/http_internal.h"

enum {
	LISTEN_BACKLOG = 1024,
	BEAT_MS = 500,
	BEATS_A_DEADLINE = 4,
	ERROR_TEXT_MAX = 2048,
	OTHER_FILES = 256 /* beside connections */
};

/* Whose way of leaving a head in memory exchange.c knows. */
static const char layout_version[] = "0.9.75";

static int64_t steady_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* As many connections as this process may have: without a descriptor it could not even refuse. */
static uint32_t fewer(uint32_t connections)
{
	struct rlimit files;
	rlim_t most;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur == RLIM_INFINITY)
		return connections;
	most = files.rlim_cur > 2 * OTHER_FILES ? files.rlim_cur - OTHER_FILES : files.rlim_cur / 2;
	return connections < most ? connections : (uint32_t)most;
}

static struct http_limits limits_of(const struct http_limits *wish)
{
	struct http_limits l = *wish;

	l.connections = l.connections ? l.connections : 4096;
	l.connections_of_one = l.connections_of_one ? l.connections_of_one : 1024;
	l.body_bytes = l.body_bytes ? l.body_bytes : (size_t)8 << 20;
	l.bodies_bytes = l.bodies_bytes ? l.bodies_bytes : (size_t)64 << 20;
	l.answers_bytes = l.answers_bytes ? l.answers_bytes : (size_t)256 << 20;
	l.strangers_bytes = l.strangers_bytes ? l.strangers_bytes : l.bodies_bytes / 4;
	l.strangers_bytes_of_one =
		l.strangers_bytes_of_one ? l.strangers_bytes_of_one : l.strangers_bytes / 4;
	l.head_ms = l.head_ms ? l.head_ms : 10000;
	l.body_ms = l.body_ms ? l.body_ms : 60000;
	l.idle_ms = l.idle_ms ? l.idle_ms : 75000;
	l.answer_ms = l.answer_ms ? l.answer_ms : 30000;
	l.send_ms = l.send_ms ? l.send_ms : 60000;
	l.connections = fewer(l.connections);
	return l;
}

static int parse_trusted(struct http *http, const char *const *trusted)
{
	for (; trusted && *trusted; trusted++)
		if (http->n_trusted == HTTP_TRUSTED_MAX ||
		    !address_parse_range(*trusted, &http->trusted[http->n_trusted++]))
			return LIFT_E_CONFIG;
	return 0;
}

static int listen_on(struct http *http, const char *text)
{
	struct sockaddr_storage address;
	socklen_t size;
	int on = 1, err = address_parse_listen(text, &address, &size);

	if (err < 0)
		return err;
	http->listen_fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (http->listen_fd < 0 ||
	    setsockopt(http->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(http->listen_fd, (struct sockaddr *)&address, size) < 0 ||
	    listen(http->listen_fd, LISTEN_BACKLOG) < 0 ||
	    getsockname(http->listen_fd, (struct sockaddr *)&address, &size) < 0)
		return LIFT_E_SOCKET;
	http->port =
		ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port
						   : ((struct sockaddr_in6 *)&address)->sin6_port);
	return 0;
}

static int start(struct http *http)
{
	const union MHD_DaemonInfo *info;

	http->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, exchange_handle, http,
		MHD_OPTION_LISTEN_SOCKET, http->listen_fd, MHD_OPTION_CONNECTION_LIMIT,
		http->limits.connections + HTTP_TURNED_AWAY, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)HTTP_MEMORY_BYTES, MHD_OPTION_NOTIFY_CONNECTION, exchange_notify, http,
		MHD_OPTION_NOTIFY_COMPLETED, exchange_completed, http, MHD_OPTION_URI_LOG_CALLBACK,
		exchange_begin, http, MHD_OPTION_END);
	if (!http->daemon)
		return LIFT_E_SOCKET;
	info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info)
		return LIFT_E_SOCKET;
	http->epoll_fd = info->epoll_fd;
	return 0;
}

int http_open(const struct http_options *options, struct http **ret_http)
{
	struct http *http = calloc(1, sizeof(*http));
	int err, saved;

	if (!http)
		return LIFT_E_MEMORY;
	http->listen_fd = -1;
	http->limits = limits_of(&options->limits);
	http->head = options->head;
	http->request = options->request;
	http->context = options->context;
	http->now_ms = steady_ms();
	http->knows_layout = strcmp(MHD_get_version(), layout_version) == 0;
	err = cors_init(&http->cors, options->origins);
	if (err == 0)
		err = parse_trusted(http, options->trusted);
	if (err == 0)
		err = listen_on(http, options->listen);
	if (err == 0)
		err = start(http);
	if (err < 0) {
		saved = errno;
		http_free(http);
		errno = saved;
		return err;
	}
	*ret_http = http;
	return 0;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	http->is_ending = true;
	/* The library must not end with one that is suspended. */
	for (struct http_connection *c = http->connections; c; c = c->next)
		if (c->phase == PHASE_ASK || c->phase == PHASE_WAIT || c->is_asleep)
			MHD_resume_connection(c->mhd);
	if (http->daemon) {
		http_quiesce(http);
		MHD_stop_daemon(http->daemon);
	}
	if (http->listen_fd >= 0)
		close(http->listen_fd);
	while (http->gone)
		exchange_free(http->gone);
	cors_clear(&http->cors);
	free(http);
}

uint16_t http_port(const struct http *http)
{
	return http->port;
}

int http_fd(const struct http *http)
{
	return http->epoll_fd;
}

uint32_t http_connections(const struct http *http)
{
	return http->n_connections;
}

/* How often deadlines are looked at: often enough for the shortest. */
static int beat_of(const struct http_limits *l)
{
	const int deadlines[] = { l->head_ms, l->body_ms, l->idle_ms, l->answer_ms, l->send_ms };
	int beat_ms = BEAT_MS;

	for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++)
		if (deadlines[i] / BEATS_A_DEADLINE < beat_ms)
			beat_ms = deadlines[i] / BEATS_A_DEADLINE;
	return beat_ms > 0 ? beat_ms : 1;
}

int http_timeout_ms(const struct http *http)
{
	MHD_UNSIGNED_LONG_LONG library_ms;
	int64_t wait_ms = http->connections ? http->beat_ms - steady_ms() : -1;

	if (http->is_resumed)
		return 0;
	if (http->connections && wait_ms < 0)
		wait_ms = 0;
	if (MHD_get_timeout(http->daemon, &library_ms) == MHD_YES &&
	    (wait_ms < 0 || library_ms < (unsigned long long)wait_ms))
		wait_ms = library_ms > BEAT_MS ? BEAT_MS : (int64_t)library_ms;
	return (int)wait_ms;
}

void http_run(struct http *http)
{
	http->now_ms = steady_ms();
	http->is_resumed = false;
	MHD_run(http->daemon);
	http->now_ms = steady_ms();
	if (http->now_ms < http->beat_ms)
		return;
	connections_look(http);
	http->beat_ms = http->now_ms + beat_of(&http->limits);
}

void http_end_streams(struct http *http)
{
	for (struct http_connection *c = http->connections; c; c = c->next)
		if (c->exchange && c->exchange->source.more && c->phase != PHASE_OVER)
			connection_end_stream(c);
}

void http_quiesce(struct http *http)
{
	if (http->is_quiesced)
		return;
	http->is_quiesced = true;
	MHD_quiesce_daemon(http->daemon);
	close(http->listen_fd);
	http->listen_fd = -1;
	http_end_streams(http);
	for (struct http_connection *c = http->connections; c; c = c->next)
		if (c->phase == PHASE_IDLE || c->phase == PHASE_NEW)
			connection_cut(c);
}

const char *http_method(const struct http_exchange *exchange)
{
	return exchange->head.method;
}

const char *http_path(const struct http_exchange *exchange)
{
	return exchange->head.path;
}

const char *http_header(const struct http_exchange *exchange, const char *name)
{
	return head_find(&exchange->head, name);
}

const char *http_header_alone(const struct http_exchange *exchange, const char *name)
{
	const struct head *head = &exchange->head;
	const char *value = NULL;

	for (size_t i = 0; i < head->n_headers; i++) {
		if (strcasecmp(head->headers[i].name, name) != 0)
			continue;
		if (value)
			return NULL;
		value = head->headers[i].value;
	}
	return value;
}

const char *http_query(const struct http_exchange *exchange, const char *name)
{
	return head_query(&exchange->head, name);
}

const char *http_query_at(const struct http_exchange *exchange, size_t i, const char **ret_value)
{
	const struct head *head = &exchange->head;

	if (i >= head->n_query)
		return NULL;
	*ret_value = head->query[i].value;
	return head->query[i].name;
}

bool http_by_proxy(const struct http_exchange *exchange)
{
	return exchange->is_by_proxy;
}

struct text http_body(const struct http_exchange *exchange)
{
	return (struct text){ exchange->body, exchange->n_body };
}

const char *http_who(const struct http_exchange *exchange)
{
	return *exchange->who ? exchange->who : NULL;
}

const struct sockaddr *http_peer(const struct http_exchange *exchange)
{
	return (const struct sockaddr *)&exchange->from;
}

void exchange_leave_user(struct http_exchange *exchange)
{
	exchange->is_owed = false;
	if (exchange->is_inside)
		return;
	if (!exchange->connection) {
		exchange_free(exchange);
	} else if (exchange->connection->phase == PHASE_WAIT) {
		exchange->http->is_resumed = true;
		connection_enter(exchange->connection, PHASE_ANSWER);
		MHD_resume_connection(exchange->connection->mhd);
	} else {
		connection_resume(exchange->connection);
	}
}

void http_go_on(struct http_exchange *exchange, const char *who)
{
	exchange->is_stranger = !who;
	snprintf(exchange->who, sizeof(exchange->who), "%s", who ? who : "");
	if (who && exchange->connection)
		exchange->connection->is_known = true;
	if (!who && !exchange->status)
		body_judge(exchange);
	exchange_leave_user(exchange);
}

void http_answer(struct http_exchange *exchange, unsigned status, const struct http_header *headers,
		 size_t n_headers, struct text body)
{
	answer_set(exchange, status, headers, n_headers, body);
	exchange_leave_user(exchange);
}

void http_refuse(struct http_exchange *exchange, unsigned status, int retry_s, const char *format,
		 ...)
{
	char text[ERROR_TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	answer_error(exchange, status, retry_s, text);
	exchange_leave_user(exchange);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "clients/http/http_internal.h"

struct http_connection *connection_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

void connection_enter(struct http_connection *connection, enum phase phase)
{
	const struct http_limits *limits = &connection->http->limits;
	const int after_ms[] = {
		[PHASE_NEW] = limits->head_ms,	  [PHASE_IDLE] = limits->idle_ms,
		[PHASE_HEAD] = limits->head_ms,	  [PHASE_ASK] = limits->answer_ms,
		[PHASE_BODY] = limits->body_ms,	  [PHASE_WAIT] = limits->answer_ms,
		[PHASE_ANSWER] = limits->send_ms, [PHASE_STREAM] = limits->send_ms,
		[PHASE_OVER] = limits->body_ms,
	};

	connection->phase = phase;
	connection->due_ms = connection->http->now_ms + after_ms[phase];
}

void connection_resume(struct http_connection *connection)
{
	if (connection->phase != PHASE_ASK)
		return;
	connection_enter(connection, PHASE_BODY);
	connection->http->is_resumed = true;
	MHD_resume_connection(connection->mhd);
}

void connection_cut(struct http_connection *connection)
{
	connection_enter(connection, PHASE_OVER);
	shutdown(connection->fd, SHUT_RDWR);
}

void connection_end_stream(struct http_connection *connection)
{
	bool was_asleep = connection->is_asleep;

	connection->is_asleep = false;
	connection_cut(connection);
	if (was_asleep) {
		connection->http->is_resumed = true;
		MHD_resume_connection(connection->mhd);
	}
}

/* In one piece, which the socket has room for: nothing else is on its way out. */
void connection_tell(struct http_connection *connection, unsigned status, int retry_s,
		     const char *text)
{
	struct http_exchange *exchange = connection->exchange;
	size_t size = 0;
	char *bytes;

	if (exchange && !exchange->status)
		answer_error(exchange, status, retry_s, text);
	bytes = exchange ? answer_bytes(exchange, &size)
			 : answer_error_bytes(status, retry_s, text, &size);
	if (bytes)
		send(connection->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	free(bytes);
	/* The deadline of what it was doing goes on. */
	connection->phase = PHASE_OVER;
	shutdown(connection->fd, SHUT_WR);
}

static uint32_t connections_of(const struct http *http, struct address house)
{
	uint32_t n = 0;

	for (const struct http_connection *c = http->connections; c; c = c->next)
		n += c->is_counted && address_equal(c->house, house);
	return n;
}

/* Where all places are taken, the one that has been here longest of those who are not known goes:
 * nobody keeps out who can log in by connections that do nothing. */
static bool make_place(struct http *http)
{
	struct http_connection *oldest = NULL;

	for (struct http_connection *c = http->connections; c; c = c->next)
		if (c->is_counted && !c->is_known && c->phase != PHASE_ASK &&
		    c->phase != PHASE_WAIT)
			oldest = c;
	if (!oldest)
		return false;
	oldest->is_counted = false;
	http->n_counted--;
	connection_end_stream(oldest);
	return true;
}

/* One more than there may be is told so, and not listened to. */
static void judge_number(struct http_connection *connection)
{
	struct http *http = connection->http;
	struct address peer = address_of((const struct sockaddr *)&connection->peer);
	bool is_proxy = address_in(peer, http->trusted, http->n_trusted);
	unsigned status = 0;

	connection->house = address_house(peer);
	if (!is_proxy && connections_of(http, connection->house) >= http->limits.connections_of_one)
		status = 429;
	else if (http->n_counted >= http->limits.connections && !make_place(http))
		status = 503;
	connection->is_counted = status == 0;
	http->n_counted += connection->is_counted;
	if (status == 0)
		return;
	connection_tell(connection, status, 1,
			status == 503 ? "too many connections are open: try again later"
				      : "too many connections of this address are open: use those "
					"that are there");
	connection->due_ms = http->now_ms + HTTP_TURN_AWAY_MS;
}

/* A client that vanishes without a word is noticed by the kernel. */
static void set_socket(int fd, int send_ms)
{
	unsigned patience_ms = (unsigned)send_ms;
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof(patience_ms));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void begin(struct http *http, struct MHD_Connection *mhd, void **of_it)
{
	struct http_connection *connection = calloc(1, sizeof(*connection));
	const union MHD_ConnectionInfo *fd =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *peer =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	if (!connection) {
		shutdown(fd->connect_fd, SHUT_RDWR);
		return;
	}
	connection->http = http;
	connection->mhd = mhd;
	connection->fd = fd->connect_fd;
	memcpy(&connection->peer, peer->client_addr,
	       peer->client_addr->sa_family == AF_INET ? sizeof(struct sockaddr_in)
						       : sizeof(struct sockaddr_in6));
	set_socket(connection->fd, http->limits.send_ms);
	connection_enter(connection, PHASE_NEW);
	judge_number(connection);
	connection->next = http->connections;
	if (connection->next)
		connection->next->before = connection;
	http->connections = connection;
	http->n_connections++;
	*of_it = connection;
}

static void end(struct http_connection *connection)
{
	struct http *http = connection->http;

	if (connection->before)
		connection->before->next = connection->next;
	else
		http->connections = connection->next;
	if (connection->next)
		connection->next->before = connection->before;
	http->n_connections--;
	http->n_counted -= connection->is_counted;
	free(connection);
}

void connection_notify(void *context, struct MHD_Connection *mhd, void **of_it,
		       enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		begin(context, mhd, of_it);
	else if (*of_it)
		end(*of_it);
}

/* Also who only closed its own side: the library gives such a one no answer that comes later, and,
 * where that came together with a request, it does not see it at all. */
static bool has_left(const struct http_connection *connection)
{
	struct pollfd poll_of_it = { .fd = connection->fd, .events = POLLRDHUP };

	return poll(&poll_of_it, 1, 0) > 0 &&
	       (poll_of_it.revents & (POLLERR | POLLHUP | POLLRDHUP));
}

static const char too_late[] = "the answer took longer than it may: send it again";

static void time_out(struct http_connection *connection)
{
	switch (connection->phase) {
	case PHASE_NEW:
	case PHASE_HEAD:
		connection_tell(connection, 408, 0,
				"the request's headers took longer than they may");
		connection_cut(connection);
		break;
	case PHASE_ASK:
		answer_error(connection->exchange, 503, 1, too_late);
		connection_resume(connection);
		break;
	case PHASE_BODY:
		connection_tell(connection, 408, 0, "the request's body took longer than it may");
		connection_cut(connection);
		break;
	case PHASE_WAIT:
		answer_error(connection->exchange, 503, 1, too_late);
		connection->http->is_resumed = true;
		connection_enter(connection, PHASE_ANSWER);
		MHD_resume_connection(connection->mhd);
		break;
	case PHASE_IDLE: /* what is said now, it could take for the answer to its next request */
	case PHASE_ANSWER:
	case PHASE_STREAM:
	case PHASE_OVER:
		connection_cut(connection);
		break;
	}
}

void connections_look(struct http *http)
{
	for (struct http_connection *c = http->connections; c; c = c->next) {
		if (c->is_asleep) {
			if (has_left(c))
				connection_end_stream(c);
		} else if (c->due_ms <= http->now_ms) {
			time_out(c);
		} else if (c->phase == PHASE_IDLE && has_left(c)) {
			connection_cut(c);
		} else if ((c->phase == PHASE_ASK || c->phase == PHASE_WAIT) && has_left(c)) {
			/* Its user still owes an answer; the socket is not kept for it. */
			http->is_resumed = true;
			connection_enter(c, PHASE_OVER);
			MHD_resume_connection(c->mhd);
		}
	}
}

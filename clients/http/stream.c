/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers without an end. While one has nothing to say the library has its connection suspended:
 * else it would ask in each round.
 */
#include "clients/http/http_internal.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

enum {
	BLOCK_BYTES = 4096,
	UNREAD_BYTES = 16384, /* that the kernel keeps for one who does not read */
	QUIET_S = 60,	      /* then the kernel asks whether it is still there */
};

/* What is newest is for who reads, and not what has been waiting in a socket. */
static void set_socket(int fd)
{
	const struct {
		int level, option, value;
	} options[] = {
		{ SOL_SOCKET, SO_SNDBUF, UNREAD_BYTES },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, QUIET_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, QUIET_S / 4 },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		setsockopt(fd, options[i].level, options[i].option, &options[i].value,
			   sizeof(options[i].value));
}

/* The library can send something. Each time that it can, its client has read what was before. */
static ssize_t give(void *context, uint64_t at, char *to, size_t room)
{
	struct http_exchange *exchange = context;
	struct http_connection *connection = exchange->connection;
	size_t size = exchange->source.more
			      ? exchange->source.more(exchange->source.context, to, room)
			      : 0;

	(void)at;
	if (exchange->http->is_ending || connection->phase == PHASE_OVER)
		return MHD_CONTENT_READER_END_OF_STREAM;
	connection_enter(connection, PHASE_STREAM);
	if (size == 0) {
		connection->is_asleep = true;
		MHD_suspend_connection(connection->mhd);
	}
	return (ssize_t)size;
}

bool http_stream(struct http_exchange *exchange, const struct http_header *headers,
		 size_t n_headers, const struct http_source *source)
{
	struct MHD_Response *answer = NULL;

	/* The library ends an answer of unknown length with a last piece, also where only its head
	 * was asked for. */
	if (exchange->head.is_head) {
		http_answer(exchange, MHD_HTTP_OK, headers, n_headers, (struct text){ NULL, 0 });
		return false;
	}
	if (exchange->connection && !exchange->status)
		answer = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, give,
							   exchange, NULL);
	if (!answer_add_headers(exchange, answer, headers, n_headers)) {
		if (answer)
			MHD_destroy_response(answer);
		http_refuse(exchange, 503, 1, "out of memory");
		return false;
	}
	exchange->status = MHD_HTTP_OK;
	exchange->answer = answer;
	exchange->source = *source;
	set_socket(exchange->connection->fd);
	exchange_leave_user(exchange);
	return true;
}

void http_stream_wake(struct http_exchange *exchange)
{
	struct http_connection *connection = exchange->connection;

	if (!connection->is_asleep)
		return;
	connection->is_asleep = false;
	exchange->http->is_resumed = true;
	connection_enter(connection, PHASE_STREAM);
	MHD_resume_connection(connection->mhd);
}

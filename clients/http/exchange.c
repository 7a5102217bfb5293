/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <strings.h>

#include "clients/http/http_internal.h"

void exchange_free(struct http_exchange *exchange)
{
	struct http *http = exchange->http;

	body_free(exchange);
	if (exchange->answer)
		MHD_destroy_response(exchange->answer);
	if (exchange->before)
		exchange->before->next = exchange->next;
	else if (http->gone == exchange)
		http->gone = exchange->next;
	if (exchange->next)
		exchange->next->before = exchange->before;
	head_free(&exchange->head);
	http->answers_bytes -= exchange->n_answer_body;
	free(exchange->answer_body);
	free(exchange);
}

/* The first line of a request is there. */
void *exchange_begin(void *context, const char *target, struct MHD_Connection *mhd)
{
	struct http_connection *connection = connection_of(mhd);
	struct http_exchange *exchange;

	if (!connection || connection->phase == PHASE_OVER)
		return NULL;
	exchange = calloc(1, sizeof(*exchange));
	if (!exchange)
		return NULL;
	exchange->http = context;
	exchange->connection = connection;
	exchange->target_at = target;
	exchange->target_size = strlen(target);
	/* Only here is it as it came: the library decodes it in place. */
	head_target(&exchange->head, (struct text){ target, exchange->target_size });
	connection->exchange = exchange;
	connection_enter(connection, PHASE_HEAD);
	return exchange;
}

/* A stream's client has gone. */
static void end_stream(struct http_exchange *exchange)
{
	struct http_source source = exchange->source;

	exchange->source = (struct http_source){ 0 };
	if (source.gone)
		source.gone(source.context);
}

/* The connection has done with it. */
void exchange_completed(void *context, struct MHD_Connection *mhd, void **of_it,
			enum MHD_RequestTerminationCode code)
{
	struct http_exchange *exchange = *of_it;
	struct http *http = context;

	(void)mhd, (void)code;
	if (!exchange)
		return;
	*of_it = NULL;
	end_stream(exchange);
	exchange->connection->exchange = NULL;
	if (http->is_quiesced)
		connection_cut(exchange->connection);
	else if (exchange->connection->phase != PHASE_OVER)
		connection_enter(exchange->connection, PHASE_IDLE);
	exchange->connection = NULL;
	if (!exchange->is_owed || http->is_ending) {
		exchange_free(exchange);
		return;
	}
	exchange->next = http->gone;
	if (exchange->next)
		exchange->next->before = exchange;
	http->gone = exchange;
}

void exchange_notify(void *context, struct MHD_Connection *mhd, void **of_it,
		     enum MHD_ConnectionNotificationCode code)
{
	struct http_connection *connection = *of_it;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED && connection && connection->exchange)
		exchange_free(connection->exchange);
	connection_notify(context, mhd, of_it, code);
}

/* As libmicrohttpd 0.9.75 leaves the head in its buffer: each line where it was, its end as zeros.
 * So it is seen what it let through: an end of line without CR, a folded line, a 0 in a value. */
struct layout {
	const char *at; /* where the next name must be; NULL: it was not */
};

static const struct head_fault bad_lines = {
	400, "each line of the request's head must end with CR LF, and be one header"
};

struct screening {
	struct http_exchange *exchange;
	struct layout layout;
};

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
				   size_t name_size, const char *value, size_t value_size)
{
	struct screening *screening = context;
	struct layout *layout = &screening->layout;

	(void)kind;
	if (layout->at != name || (value && value < name + name_size + 1))
		layout->at = NULL;
	else
		layout->at = value + value_size + strlen("\r\n");
	head_header(&screening->exchange->head, (struct text){ name, name_size },
		    (struct text){ value, value ? value_size : 0 });
	return MHD_YES;
}

static void screen_head(struct http_exchange *exchange, struct MHD_Connection *mhd,
			const char *method, const char *version)
{
	struct screening screening = { .exchange = exchange };
	const union MHD_ConnectionInfo *size =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	const char *target = method + strlen(method) + 1;

	if (target == exchange->target_at && version == target + exchange->target_size + 1)
		screening.layout.at = version + strlen(version) + strlen("\r\n");
	head_line(&exchange->head, method, version);
	MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, take_header, &screening);
	if (exchange->http->knows_layout &&
	    (!size || screening.layout.at != method + size->header_size - strlen("\r\n")))
		head_refuse(&exchange->head, &bad_lines);
	head_end(&exchange->head);
}

/* Whom it is from, where proxies stand between; of several lines the last one is the next one's. */
static void find_peer(struct http_exchange *exchange)
{
	const struct http *http = exchange->http;
	const struct head *head = &exchange->head;
	struct address from = address_of((const struct sockaddr *)&exchange->connection->peer);

	exchange->is_by_proxy = address_in(from, http->trusted, http->n_trusted);
	for (size_t i = head->n_headers; i > 0; i--)
		if (strcasecmp(head->headers[i - 1].name, "X-Forwarded-For") == 0)
			from = address_forwarded(from, head->headers[i - 1].value, http->trusted,
						 http->n_trusted);
	address_store(from, &exchange->from);
	exchange->house = address_house(from);
}

static bool has_body(const struct head *head)
{
	return head->is_chunked || head->n_body > 0;
}

/* All that can refuse a request by its head, in this order. */
static void judge_head(struct http_exchange *exchange)
{
	struct http *http = exchange->http;

	find_peer(exchange);
	if (cors_is_preflight(&http->cors, &exchange->head))
		answer_set(exchange, 204, NULL, 0, (struct text){ NULL, 0 });
	if (!exchange->status)
		body_judge(exchange);
	if (!http->head)
		exchange->connection->is_known = true;
	if (exchange->status || !http->head)
		return;
	exchange->is_owed = true;
	http->head(http->context, exchange);
}

static enum MHD_Result queue(struct http_exchange *exchange, struct MHD_Connection *mhd)
{
	if (!exchange->answer)
		return MHD_NO;
	if (exchange->connection->phase != PHASE_ANSWER)
		connection_enter(exchange->connection,
				 exchange->source.more ? PHASE_STREAM : PHASE_ANSWER);
	return MHD_queue_response(mhd, exchange->status, exchange->answer);
}

/* It is refused while its body comes: a short one is read and dropped before it is answered, and
 * its connection goes on; with a long one it is told at once, and the connection ends. */
static void refuse_body(struct http_exchange *exchange)
{
	const struct head *head = &exchange->head;

	if (head->is_chunked || head->n_body - exchange->n_body > HTTP_SWALLOW_BYTES)
		connection_tell(exchange->connection, exchange->status, 0, NULL);
}

/* Its head has been judged. Who is refused, and waits with its body, is answered now, which ends
 * its connection: whether the body comes nobody knows. */
static enum MHD_Result go_on(struct http_exchange *exchange, struct MHD_Connection *mhd)
{
	const struct head *head = &exchange->head;

	exchange->is_asked = false;
	if (exchange->connection->phase == PHASE_OVER)
		return MHD_NO;
	if (!exchange->status || !has_body(head))
		return MHD_YES;
	if (head->waits)
		return queue(exchange, mhd);
	refuse_body(exchange);
	return MHD_YES;
}

/* The head is there. */
static enum MHD_Result begin(struct http_exchange *exchange, struct MHD_Connection *mhd,
			     const char *method, const char *version)
{
	struct head *head = &exchange->head;

	exchange->is_screened = true;
	screen_head(exchange, mhd, method, version);
	connection_enter(exchange->connection, PHASE_BODY);
	if (head->fault) {
		exchange->closes = true;
		answer_error(exchange, head->fault->status, 0, head->fault->text);
		return queue(exchange, mhd);
	}
	/* Where chunks end the library reads less strictly than others may (a LF alone, trailers):
	 * nothing that comes behind them is a request. */
	exchange->closes = head->is_chunked;
	judge_head(exchange);
	if (exchange->status || !exchange->is_owed)
		return go_on(exchange, mhd);
	exchange->is_asked = true;
	connection_enter(exchange->connection, PHASE_ASK);
	MHD_suspend_connection(mhd);
	return MHD_YES;
}

/* Bytes of its body: all of them, as MHD hands them over. */
static void take_body(struct http_exchange *exchange, const char *data, size_t size)
{
	struct http_connection *connection = exchange->connection;

	if (connection->phase == PHASE_OVER || exchange->status) {
		exchange->n_dropped += size;
		if (exchange->n_dropped > HTTP_DROP_BYTES)
			connection_cut(connection);
		return;
	}
	if (body_add(exchange, data, size))
		return;
	refuse_body(exchange);
	body_free(exchange);
}

/* The whole of it is there, or its answer. */
static enum MHD_Result finish(struct http_exchange *exchange, struct MHD_Connection *mhd)
{
	struct http *http = exchange->http;

	if (exchange->connection->phase == PHASE_OVER)
		return MHD_NO;
	if (!exchange->status) {
		connection_enter(exchange->connection, PHASE_WAIT);
		exchange->is_owed = true;
		http->request(http->context, exchange);
	}
	if (exchange->status)
		return queue(exchange, mhd);
	MHD_suspend_connection(mhd);
	return MHD_YES;
}

enum MHD_Result exchange_handle(void *context, struct MHD_Connection *mhd, const char *url,
				const char *method, const char *version, const char *data,
				size_t *size, void **of_it)
{
	struct http_exchange *exchange = *of_it;
	enum MHD_Result result = MHD_YES;

	(void)context, (void)url;
	if (!exchange)
		return MHD_NO;
	exchange->is_inside = true;
	if (!exchange->is_screened) {
		result = begin(exchange, mhd, method, version);
	} else if (exchange->is_asked) { /* where it was suspended, it calls once more */
		result = go_on(exchange, mhd);
	} else if (*size > 0) {
		take_body(exchange, data, *size);
		*size = 0;
	} else {
		result = finish(exchange, mhd);
	}
	exchange->is_inside = false;
	return result;
}

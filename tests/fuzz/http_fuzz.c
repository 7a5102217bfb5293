/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a client, over a real socket, against a strict reader of HTTP/1.1 of our own: what the
 * server hands over must be what that reader sees, request by request; it may hand over fewer. The
 * first byte says where the client pauses.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clients/http/http.h"
#include "tests/fuzz/fuzz.h"

enum { REQUESTS_MAX = 64, LONG_MS = 600000, ROUNDS_MAX = 100000 };

/* One request, as the strict reader sees it. */
struct seen {
	struct text method, target;
	char *body;
	size_t n_body;
};

struct expected {
	struct seen requests[REQUESTS_MAX];
	size_t n_requests, n_came;
	bool has_zeros; /* which could stand for ends of lines, in the library's memory: no crash */
};

/* A line up to CR LF, without them; false: there is none, or something else is in it. */
static bool take_line(struct text *rest, struct text *ret_line)
{
	const char *end = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
	size_t size = end ? (size_t)(end - rest->data) : 0;

	if (!end || size == 0 || end[-1] != '\r' || memchr(rest->data, '\r', size - 1))
		return false;
	*ret_line = (struct text){ rest->data, size - 1 };
	rest->data += size + 1;
	rest->size -= size + 1;
	return true;
}

static bool is_name(struct text name)
{
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] <= ' ' || name.data[i] >= 127 ||
		    strchr("()<>@,;:\\\"/[]?={}", name.data[i]))
			return false;
	return name.size > 0;
}

static struct text trimmed(struct text text)
{
	while (text.size && (*text.data == ' ' || *text.data == '\t')) {
		text.data++;
		text.size--;
	}
	while (text.size && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
		text.size--;
	return text;
}

static bool is_called(struct text name, const char *what)
{
	return name.size == strlen(what) && strncasecmp(name.data, what, name.size) == 0;
}

struct framing {
	int n_lengths, n_encodings, n_hosts;
	uint64_t length;
	bool is_first; /* HTTP/1.0 */
};

static bool take_header(struct text line, struct framing *framing)
{
	const char *colon = line.size ? memchr(line.data, ':', line.size) : NULL;
	struct text name = { line.data, colon ? (size_t)(colon - line.data) : 0 }, value;

	if (!colon || !is_name(name))
		return false;
	value = trimmed((struct text){ colon + 1, line.size - name.size - 1 });
	framing->n_hosts += is_called(name, "Host");
	if (is_called(name, "Transfer-Encoding")) {
		framing->n_encodings++;
		return is_called(value, "chunked");
	}
	if (!is_called(name, "Content-Length"))
		return true;
	framing->n_lengths++;
	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] < '0' || value.data[i] > '9' || i > 17)
			return false;
		framing->length = framing->length * 10 + (uint64_t)(value.data[i] - '0');
	}
	return value.size > 0;
}

static bool take_first_line(struct text line, struct seen *seen, struct framing *framing)
{
	const char *one = line.size ? memchr(line.data, ' ', line.size) : NULL;
	const char *two =
		one ? memchr(one + 1, ' ', line.size - (size_t)(one + 1 - line.data)) : NULL;
	struct text version;

	if (!two)
		return false;
	seen->method = (struct text){ line.data, (size_t)(one - line.data) };
	seen->target = (struct text){ one + 1, (size_t)(two - one - 1) };
	version = (struct text){ two + 1, line.size - (size_t)(two + 1 - line.data) };
	framing->is_first = text_equal(version, text_of("HTTP/1.0"));
	return is_name(seen->method) && seen->target.size > 0 &&
	       (framing->is_first || text_equal(version, text_of("HTTP/1.1")));
}

/* Chunk by chunk. Known of the library, and let through: LF alone ends a chunk's lines, and a
 * trailer may be anything. */
static bool take_chunks(struct text *rest, struct seen *seen)
{
	for (;;) {
		const char *end = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
		uint64_t size = 0;
		size_t n = 0;

		if (!end)
			return false;
		for (; rest->data + n < end; n++) {
			const char *digits = "0123456789abcdef";
			char c = rest->data[n] >= 'A' && rest->data[n] <= 'F'
					 ? (char)(rest->data[n] + 32)
					 : rest->data[n];
			const char *at = c ? strchr(digits, c) : NULL;

			if (!at)
				break;
			if (size >> 40)
				return false;
			size = size * 16 + (uint64_t)(at - digits);
		}
		if (n == 0 || (rest->data[n] != '\n' && rest->data[n] != ';' &&
			       !(rest->data[n] == '\r' && rest->data + n + 1 == end)))
			return false;
		rest->size -= (size_t)(end + 1 - rest->data);
		rest->data = end + 1;
		if (size == 0)
			break;
		if (rest->size < size)
			return false;
		memcpy(seen->body + seen->n_body, rest->data, size);
		seen->n_body += size;
		rest->data += size;
		rest->size -= size;
		n = rest->size >= 2 && memcmp(rest->data, "\r\n", 2) == 0 ? 2
		    : rest->size >= 1 && rest->data[0] == '\n'		  ? 1
									  : 0;
		if (n == 0)
			return false;
		rest->data += n;
		rest->size -= n;
	}
	for (;;) {
		const char *end = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
		bool is_last;

		if (!end)
			return false;
		is_last = rest->data[0] == '\n' || memcmp(rest->data, "\r\n", 2) == 0;
		rest->size -= (size_t)(end + 1 - rest->data);
		rest->data = end + 1;
		if (is_last)
			return true;
	}
}

static bool take_request(struct text *rest, struct seen *seen)
{
	struct framing framing = { 0 };
	struct text line;

	/* Lines of nothing the library passes over before a request. */
	while (rest->size &&
	       (rest->data[0] == '\n' || (rest->size > 1 && memcmp(rest->data, "\r\n", 2) == 0))) {
		const char *end = memchr(rest->data, '\n', rest->size);

		if (!end)
			return false;
		rest->size -= (size_t)(end + 1 - rest->data);
		rest->data = end + 1;
	}
	if (!take_line(rest, &line) || !take_first_line(line, seen, &framing))
		return false;
	for (;;) {
		if (!take_line(rest, &line))
			return false;
		if (line.size == 0)
			break;
		if (!take_header(line, &framing))
			return false;
	}
	if (framing.n_lengths + framing.n_encodings > 1 || framing.n_hosts > 1 ||
	    (framing.n_hosts == 0 && !framing.is_first) ||
	    (framing.n_encodings && framing.is_first))
		return false;
	seen->body = malloc(rest->size + 1);
	if (!seen->body || framing.n_encodings)
		return seen->body && take_chunks(rest, seen);
	if (rest->size < framing.length)
		return false;
	memcpy(seen->body, rest->data, framing.length);
	seen->n_body = framing.length;
	rest->data += framing.length;
	rest->size -= framing.length;
	return true;
}

static void read_strictly(struct text bytes, struct expected *expected)
{
	while (expected->n_requests < REQUESTS_MAX &&
	       take_request(&bytes, &expected->requests[expected->n_requests]))
		expected->n_requests++;
}

static void at_request(void *context, struct http_exchange *exchange)
{
	struct expected *expected = *(struct expected **)context;
	const struct seen *seen = &expected->requests[expected->n_came];
	struct text body = http_body(exchange);

	if (expected->n_came < REQUESTS_MAX && !expected->has_zeros) {
		REQUIRE(expected->n_came < expected->n_requests);
		REQUIRE(text_equal(text_of(http_method(exchange)), seen->method));
		REQUIRE(text_equal(body, (struct text){ seen->body, seen->n_body }));
		if (seen->target.data[0] == '/' &&
		    !memchr(seen->target.data, '%', seen->target.size))
			REQUIRE(strncmp(http_path(exchange), seen->target.data,
					strlen(http_path(exchange))) == 0);
		expected->n_came++;
	}
	http_answer(exchange, 200, NULL, 0, (struct text)TEXT("{}"));
}

/* One server for all inputs, whose requests go to the one that is there. */
static struct http *server(struct expected *expected)
{
	static struct expected *now;
	static struct http *http;
	const struct http_limits patient = { .head_ms = LONG_MS,
					     .body_ms = LONG_MS,
					     .idle_ms = LONG_MS,
					     .answer_ms = LONG_MS,
					     .send_ms = LONG_MS };

	now = expected;
	if (!http)
		REQUIRE(http_open(&(struct http_options){ .listen = "127.0.0.1:0",
							  .limits = patient,
							  .request = at_request,
							  .context = &now },
				  &http) == 0);
	return http;
}

/* Until nothing is left to do: on the loopback, what was sent is there. */
static void run_all(struct http *http, int client)
{
	char answer[4096];
	int i = 0;

	for (struct pollfd fd = { .fd = http_fd(http), .events = POLLIN };
	     poll(&fd, 1, 0) > 0 || http_timeout_ms(http) == 0; i++) {
		REQUIRE(i < ROUNDS_MAX);
		http_run(http);
		while (recv(client, answer, sizeof(answer), MSG_DONTWAIT) > 0)
			;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct expected expected = { 0 };
	struct http *http = server(&expected);
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons(http_port(http)) };
	struct linger at_once = { 1, 0 };
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t pause;

	REQUIRE(client >= 0);
	if (size > 0) {
		read_strictly(fuzz_text(data + 1, size - 1), &expected);
		expected.has_zeros = size > 1 && memchr(data + 1, 0, size - 1);
		pause = (size - 1) * data[0] / 256;
		REQUIRE(connect(client, (struct sockaddr *)&to, sizeof(to)) == 0);
		run_all(http, client);
		send(client, data + 1, pause, MSG_NOSIGNAL);
		run_all(http, client);
		send(client, data + 1 + pause, size - 1 - pause, MSG_NOSIGNAL);
		run_all(http, client);
	}
	setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(client);
	run_all(http, -1);
	REQUIRE(http_connections(http) == 0);
	for (size_t i = 0; i < REQUESTS_MAX; i++)
		free(expected.requests[i].body);
	return 0;
}

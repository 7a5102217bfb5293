/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/http/head.h"

#include <strings.h>

#include "proto/msg.h"

/* RFC 9110, 5.6.2. */
static bool is_token(struct text text)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c && strchr(others, c))))
			return false;
	}
	return text.size > 0;
}

static bool has_control(struct text text, const char *allowed)
{
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if ((c < 0x20 || c == 0x7f) && !(c && strchr(allowed, c)))
			return true;
	}
	return false;
}

void head_refuse(struct head *head, const struct head_fault *fault)
{
	if (!head->fault)
		head->fault = fault;
}

/* With a static fault for each place that calls it. */
#define REFUSE(head, code, why)                                       \
	do {                                                          \
		static const struct head_fault found = { code, why }; \
		head_refuse(head, &found);                            \
	} while (0)

/* A copy with a 0 behind it; NULL: out of memory, which is refused. */
static char *copy_of(struct head *head, struct text text)
{
	char *copy = head->room + head->n_room;

	if (text.size < sizeof(head->room) - head->n_room) {
		head->n_room += text.size + 1;
		if (text.size)
			memcpy(copy, text.data, text.size);
		copy[text.size] = 0;
		return copy;
	}
	copy = arena_text(&head->memory, text);
	if (!copy)
		REFUSE(head, 503, "out of memory: send it again");
	return copy;
}

static const char *keep(struct head *head, struct text text)
{
	const char *copy = copy_of(head, text);

	return copy ? copy : "";
}

static bool count_bytes(struct head *head, size_t size)
{
	head->n_bytes += size;
	if (head->n_bytes <= HEAD_BYTES_MAX)
		return true;
	REFUSE(head, 431, "the request's headers are longer than 16 KiB together");
	return false;
}

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* %41 is A; where `plus` says so, + is a space. What comes out must be UTF-8 without controls. */
static const char *decode(struct head *head, struct text from, bool plus)
{
	char *to = copy_of(head, from);
	size_t n = 0;

	if (!to)
		return "";
	for (size_t i = 0; i < from.size; i++, n++) {
		to[n] = plus && from.data[i] == '+' ? ' ' : from.data[i];
		if (from.data[i] != '%')
			continue;
		if (from.size - i < 3 || hex(from.data[i + 1]) < 0 || hex(from.data[i + 2]) < 0) {
			REFUSE(head, 400, "in the address, % must be followed by two hex digits");
			return "";
		}
		to[n] = (char)(hex(from.data[i + 1]) * 16 + hex(from.data[i + 2]));
		i += 2;
	}
	to[n] = 0;
	if (!msg_is_utf8(to, n) || has_control((struct text){ to, n }, plus ? "\t\r\n" : ""))
		REFUSE(head, 400, "the address must be UTF-8 without control characters");
	return to;
}

static struct text cut(struct text *rest, char at)
{
	const char *end = rest->size ? memchr(rest->data, at, rest->size) : NULL;
	struct text part = { rest->data, end ? (size_t)(end - rest->data) : rest->size };
	size_t used = part.size + (end ? 1 : 0);

	rest->data += used;
	rest->size -= used;
	return part;
}

static void take_query(struct head *head, struct text query)
{
	while (query.size > 0) {
		struct text value = cut(&query, '&'), name = cut(&value, '=');
		struct head_pair *pair = &head->query[head->n_query];

		if (name.size == 0)
			continue;
		if (head->n_query == HEAD_QUERY_MAX) {
			REFUSE(head, 400, "the address has more than 200 parameters");
			return;
		}
		pair->name = decode(head, name, true);
		pair->value = decode(head, value, true);
		head->n_query++;
	}
}

void head_target(struct head *head, struct text target)
{
	static const char *const schemes[] = { "http://", "https://" };

	head->method = head->path = "";
	if (!count_bytes(head, target.size))
		return;
	if (has_control(target, "") || (target.size && memchr(target.data, ' ', target.size)))
		REFUSE(head, 400, "the request's address must have no spaces");
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t size = strlen(schemes[i]);
		const char *slash;

		if (target.size <= size || strncasecmp(target.data, schemes[i], size) != 0)
			continue;
		slash = memchr(target.data + size, '/', target.size - size);
		target.size = slash ? target.size - (size_t)(slash - target.data) : 1;
		target.data = slash ? slash : "/";
	}
	if (!(target.size && target.data[0] == '/') && !text_equal(target, (struct text)TEXT("*")))
		REFUSE(head, 400, "the request's address must begin with /");
	if (head->fault)
		return;
	head->path = decode(head, cut(&target, '?'), false);
	take_query(head, target);
}

void head_line(struct head *head, const char *method, const char *version)
{
	if (!is_token(text_of(method)))
		REFUSE(head, 400, "the request's method is no word");
	else
		head->method = keep(head, text_of(method));
	head->is_head = strcmp(method, "HEAD") == 0;
	head->is_first = strcmp(version, "HTTP/1.0") == 0;
	if (!head->is_first && strcmp(version, "HTTP/1.1") != 0)
		REFUSE(head, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
}

static void take_length(struct head *head, struct text value)
{
	uint64_t length = 0;

	if (head->has_length)
		REFUSE(head, 400, "Content-Length is there twice");
	head->has_length = true;
	if (value.size == 0)
		REFUSE(head, 400, "Content-Length must be a number of bytes: digits only");
	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] < '0' || value.data[i] > '9') {
			REFUSE(head, 400, "Content-Length must be a number of bytes: digits only");
			return;
		}
		if (length > UINT64_MAX / 100) {
			REFUSE(head, 413, "Content-Length is more than there can be");
			return;
		}
		length = length * 10 + (uint64_t)(value.data[i] - '0');
	}
	head->n_body = length;
}

static void take_encoding(struct head *head, struct text value)
{
	if (head->is_chunked)
		REFUSE(head, 400, "Transfer-Encoding is there twice");
	if (value.size != strlen("chunked") || strncasecmp(value.data, "chunked", value.size) != 0)
		REFUSE(head, 400, "Transfer-Encoding must be chunked, or not be there");
	head->is_chunked = true;
}

static void take_host(struct head *head, struct text value)
{
	static const char not_in_it[] = " \t,/?#@\\<>\"";

	for (size_t i = 0; i < value.size; i++)
		if (value.data[i] && strchr(not_in_it, value.data[i]))
			REFUSE(head, 400, "Host must be one name, or address, and port");
	head->n_hosts++;
}

static void take_expect(struct head *head, struct text value)
{
	if (value.size == strlen("100-continue") &&
	    strncasecmp(value.data, "100-continue", value.size) == 0)
		head->waits = !head->is_first;
	else
		REFUSE(head, 417, "of Expect only 100-continue is known");
}

/* Those of which it depends where a request ends, or whom it is for. `as_sent`: with the spaces
 * behind it, with which the library would not know it. */
static const struct {
	const char *name;
	void (*take)(struct head *head, struct text value);
	bool as_sent;
} framing[] = {
	{ "Content-Length", take_length, false },
	{ "Transfer-Encoding", take_encoding, true },
	{ "Host", take_host, false },
	{ "Expect", take_expect, false },
};

static struct text trim(struct text text)
{
	while (text.size && strchr(" \t", text.data[text.size - 1]))
		text.size--;
	while (text.size && strchr(" \t", text.data[0])) {
		text.data++;
		text.size--;
	}
	return text;
}

void head_header(struct head *head, struct text name, struct text value)
{
	struct head_pair *pair = &head->headers[head->n_headers];
	struct text sent = value;

	value = trim(value);
	if (!is_token(name))
		REFUSE(head, 400, "the name of a header has a character that names do not have");
	if (has_control(value, "\t"))
		REFUSE(head, 400, "a header has a control character");
	if (head->n_headers == HEAD_HEADERS_MAX)
		REFUSE(head, 431, "the request has more than 100 headers");
	if (head->fault || !count_bytes(head, name.size + value.size + 4))
		return;
	pair->name = keep(head, name);
	pair->value = keep(head, value);
	head->n_headers++;
	for (size_t i = 0; i < sizeof(framing) / sizeof(framing[0]); i++)
		if (strcasecmp(pair->name, framing[i].name) == 0)
			framing[i].take(head, framing[i].as_sent ? sent : value);
}

const struct head_fault *head_end(struct head *head)
{
	if (head->is_chunked && head->has_length)
		REFUSE(head, 400, "Content-Length and Transfer-Encoding are both there");
	if (head->is_chunked && head->is_first)
		REFUSE(head, 400, "HTTP/1.0 has no Transfer-Encoding");
	if (head->n_hosts > 1 || (head->n_hosts == 0 && !head->is_first))
		REFUSE(head, 400, "Host must be there, once");
	return head->fault;
}

void head_free(struct head *head)
{
	arena_free(&head->memory);
}

static const char *find(const struct head_pair *pairs, size_t n_pairs, const char *name,
			int (*compare)(const char *a, const char *b))
{
	for (size_t i = 0; i < n_pairs; i++)
		if (compare(pairs[i].name, name) == 0)
			return pairs[i].value;
	return NULL;
}

const char *head_find(const struct head *head, const char *name)
{
	return find(head->headers, head->n_headers, name, strcasecmp);
}

const char *head_query(const struct head *head, const char *name)
{
	return find(head->query, head->n_query, name, strcmp);
}

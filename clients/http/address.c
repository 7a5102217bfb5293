/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/http/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/err.h"

enum { ADDRESS_TEXT = 64, V4_BITS = 96 /* before an IPv4 address's own */ };

static const uint8_t v4_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool is_v4(struct address address)
{
	return memcmp(address.bytes, v4_prefix, sizeof(v4_prefix)) == 0;
}

/* Digits only, up to a limit. */
static bool parse_number(const char *text, unsigned most, unsigned *ret_number)
{
	unsigned number = 0;

	if (!*text || strlen(text) > 5)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		number = number * 10 + (unsigned)(*text - '0');
	}
	if (number > most)
		return false;
	*ret_number = number;
	return true;
}

static bool parse_host(struct text text, struct address *ret_address)
{
	char host[ADDRESS_TEXT];
	struct address address = { { 0 } };

	if (text.size >= sizeof(host) || (text.size && memchr(text.data, 0, text.size)))
		return false;
	memcpy(host, text.data, text.size);
	host[text.size] = 0;
	if (inet_pton(AF_INET, host, address.bytes + 12) == 1)
		memcpy(address.bytes, v4_prefix, sizeof(v4_prefix));
	else if (inet_pton(AF_INET6, host, address.bytes) != 1)
		return false;
	*ret_address = address;
	return true;
}

int address_parse_listen(const char *text, struct sockaddr_storage *ret_address,
			 socklen_t *ret_size)
{
	const char *colon = strrchr(text, ':');
	struct text host = { text, colon ? (size_t)(colon - text) : 0 };
	bool in_brackets = host.size > 2 && text[0] == '[' && colon[-1] == ']';
	struct address address;
	unsigned port;

	if (in_brackets)
		host = (struct text){ text + 1, host.size - 2 };
	if (!colon || !parse_number(colon + 1, UINT16_MAX, &port) || !parse_host(host, &address) ||
	    in_brackets == !memchr(host.data, ':', host.size))
		return LIFT_E_CONFIG;
	memset(ret_address, 0, sizeof(*ret_address));
	if (!in_brackets) {
		struct sockaddr_in *v4 = (struct sockaddr_in *)ret_address;

		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		memcpy(&v4->sin_addr, address.bytes + 12, 4);
		*ret_size = sizeof(*v4);
	} else {
		address_store(address, ret_address);
		((struct sockaddr_in6 *)ret_address)->sin6_port = htons((uint16_t)port);
		*ret_size = sizeof(struct sockaddr_in6);
	}
	return 0;
}

struct address address_of(const struct sockaddr *from)
{
	struct address address = { { 0 } };

	if (from->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;

		memcpy(address.bytes, v4_prefix, sizeof(v4_prefix));
		memcpy(address.bytes + 12, &v4->sin_addr, 4);
	} else if (from->sa_family == AF_INET6) {
		memcpy(address.bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
	}
	return address;
}

void address_store(struct address address, struct sockaddr_storage *ret_address)
{
	memset(ret_address, 0, sizeof(*ret_address));
	if (is_v4(address)) {
		struct sockaddr_in *v4 = (struct sockaddr_in *)ret_address;

		v4->sin_family = AF_INET;
		memcpy(&v4->sin_addr, address.bytes + 12, 4);
	} else {
		struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret_address;

		v6->sin6_family = AF_INET6;
		memcpy(&v6->sin6_addr, address.bytes, 16);
	}
}

struct address address_house(struct address address)
{
	if (!is_v4(address))
		memset(address.bytes + 8, 0, 8);
	return address;
}

bool address_equal(struct address a, struct address b)
{
	return memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

bool address_parse_range(const char *text, struct address_range *ret_range)
{
	const char *slash = strchr(text, '/');
	struct text host = { text, slash ? (size_t)(slash - text) : strlen(text) };
	struct address_range range = { .bits = 128 };
	unsigned bits, before;

	if (!parse_host(host, &range.first))
		return false;
	before = is_v4(range.first) ? V4_BITS : 0;
	if (slash && !parse_number(slash + 1, 128 - before, &bits))
		return false;
	if (slash)
		range.bits = before + bits;
	*ret_range = range;
	return true;
}

static bool is_in(struct address address, const struct address_range *range)
{
	unsigned bytes = range->bits / 8, bits = range->bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> bits);

	return memcmp(address.bytes, range->first.bytes, bytes) == 0 &&
	       (bits == 0 || ((address.bytes[bytes] ^ range->first.bytes[bytes]) & mask) == 0);
}

bool address_in(struct address address, const struct address_range *ranges, size_t n_ranges)
{
	for (size_t i = 0; i < n_ranges; i++)
		if (is_in(address, &ranges[i]))
			return true;
	return false;
}

/* As proxies write them: an address, with brackets and a port where they are there. */
static bool parse_forwarded(struct text text, struct address *ret_address)
{
	const char *end;

	while (text.size && (text.data[0] == ' ' || text.data[0] == '\t')) {
		text.data++;
		text.size--;
	}
	while (text.size && strchr(" \t", text.data[text.size - 1]))
		text.size--;
	if (text.size && text.data[0] == '[') {
		end = memchr(text.data, ']', text.size);
		return end &&
		       parse_host((struct text){ text.data + 1, (size_t)(end - text.data) - 1 },
				  ret_address);
	}
	end = text.size ? memchr(text.data, ':', text.size) : NULL;
	if (end && !memchr(end + 1, ':', text.size - (size_t)(end + 1 - text.data)))
		text.size = (size_t)(end - text.data);
	return parse_host(text, ret_address);
}

struct address address_forwarded(struct address peer, const char *forwarded,
				 const struct address_range *trusted, size_t n_trusted)
{
	size_t size = forwarded ? strlen(forwarded) : 0;
	struct address last = peer;

	while (size > 0 && address_in(last, trusted, n_trusted)) {
		size_t begin = size;
		struct address next;

		while (begin > 0 && forwarded[begin - 1] != ',')
			begin--;
		if (!parse_forwarded((struct text){ forwarded + begin, size - begin }, &next))
			break;
		last = next;
		size = begin ? begin - 1 : 0;
	}
	return last;
}

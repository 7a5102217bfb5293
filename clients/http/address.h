/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address.h - internet addresses, as the gateways count them.
 *
 * All are 16 bytes: an IPv4 address is ::ffff:a.b.c.d, however it was met.
 */
#ifndef LIFT_HTTP_ADDRESS_H
#define LIFT_HTTP_ADDRESS_H

#include <netinet/in.h>

#include "proto/bytes.h"

struct address {
	uint8_t bytes[16];
};

/* "127.0.0.1:8080", "[::1]:8080". LIFT_E_CONFIG: it is none. */
int address_parse_listen(const char *text, struct sockaddr_storage *ret_address,
			 socklen_t *ret_size);
struct address address_of(const struct sockaddr *from);
/* Into a sockaddr, port 0. */
void address_store(struct address address, struct sockaddr_storage *ret_address);
/* Whom one household can be: an IPv6 address counts as its /64. */
struct address address_house(struct address address);
bool address_equal(struct address a, struct address b);

struct address_range {
	struct address first;
	unsigned bits; /* of 128 */
};

/* "10.0.0.1", "10.0.0.0/8", "fd00::/8". False: it is none. */
bool address_parse_range(const char *text, struct address_range *ret_range);
bool address_in(struct address address, const struct address_range *ranges, size_t n_ranges);

/* Whom a request is from that came from `peer` with this X-Forwarded-For (NULL: none): the last
 * address in it that is no proxy of ours; what stands before that anybody can write. */
struct address address_forwarded(struct address peer, const char *forwarded,
				 const struct address_range *trusted, size_t n_trusted);

#endif

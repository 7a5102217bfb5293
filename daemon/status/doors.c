/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/doors.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "daemon/net/descriptors.h"

/* Of the daemon, then `publish`, `snapshot` and `ask` of each audience. */
enum { INTAKE, EVENTS, CONTROL, OF_AUDIENCES, OF_AUDIENCE = 3 };
enum { DOORS_MAX = OF_AUDIENCES + OF_AUDIENCE * CONFIG_AUDIENCES_MAX };

struct doors {
	const struct config *config;
	uint64_t connected[DOORS_MAX];
};

/* Addresses are written in more ways than one; the kernel knows one of them. */
static bool is_ip(const void *address, int family, size_t size, struct text host)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[sizeof(struct in6_addr)];

	if (host.size >= sizeof(text))
		return false;
	memcpy(text, host.data, host.size);
	text[host.size] = 0;
	return inet_pton(family, text, bytes) == 1 && memcmp(bytes, address, size) == 0;
}

static bool is_tcp(const struct sockaddr *address, const char *host_port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	const char *colon = strrchr(host_port, ':');
	struct text host = { host_port, colon ? (size_t)(colon - host_port) : 0 };
	uint16_t port = htons(colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0);

	if (address->sa_family == AF_INET)
		return v4->sin_port == port &&
		       is_ip(&v4->sin_addr, AF_INET, sizeof(v4->sin_addr), host);
	if (address->sa_family != AF_INET6 || v6->sin6_port != port || host.size < 2)
		return false;
	host = (struct text){ host.data + 1, host.size - 2 }; /* without the brackets */
	return is_ip(&v6->sin6_addr, AF_INET6, sizeof(v6->sin6_addr), host);
}

static bool is_at(const struct sockaddr *address, const char *endpoint)
{
	const struct sockaddr_un *local = (const struct sockaddr_un *)address;

	if (strncmp(endpoint, "ipc://", 6) == 0)
		return address->sa_family == AF_UNIX &&
		       strncmp(local->sun_path, endpoint + 6, sizeof(local->sun_path)) == 0;
	return strncmp(endpoint, "tcp://", 6) == 0 && is_tcp(address, endpoint + 6);
}

static bool is_one_of(const struct sockaddr *address, const struct texts *endpoints)
{
	for (size_t i = 0; i < endpoints->count; i++)
		if (is_at(address, endpoints->items[i]))
			return true;
	return false;
}

static void count(void *context, const struct sockaddr *address, uint32_t n)
{
	struct doors *doors = context;
	const struct config *config = doors->config;
	const struct texts *own[] = {
		[INTAKE] = &config->intake, [EVENTS] = &config->events, [CONTROL] = &config->control
	};

	for (size_t i = 0; i < OF_AUDIENCES; i++)
		if (is_one_of(address, own[i]))
			doors->connected[i] += n;
	for (size_t i = 0; i < config->n_audiences; i++) {
		const struct config_audience *audience = &config->audiences[i];
		uint64_t *of = &doors->connected[OF_AUDIENCES + OF_AUDIENCE * i];

		if (is_one_of(address, &audience->publish))
			of[0] += n;
		if (is_one_of(address, &audience->snapshot))
			of[1] += n;
		if (is_one_of(address, &audience->ask))
			of[2] += n;
	}
}

int doors_write(const struct config *config, struct msg_writer *writer)
{
	struct doors doors = { .config = config };
	int err = descriptors_count(count, &doors);

	if (err)
		return err;
	msg_str(writer, "connected");
	msg_map_begin(writer);
	msg_key_int(writer, "intake", (int64_t)doors.connected[INTAKE]);
	msg_key_int(writer, "events", (int64_t)doors.connected[EVENTS]);
	msg_key_int(writer, "control", (int64_t)doors.connected[CONTROL]);
	msg_map_end(writer);
	msg_str(writer, "audiences");
	msg_array(writer, config->n_audiences);
	for (size_t i = 0; i < config->n_audiences; i++) {
		const uint64_t *of = &doors.connected[OF_AUDIENCES + OF_AUDIENCE * i];

		msg_map_begin(writer);
		msg_key_str(writer, "audience", config->audiences[i].name);
		msg_key_str(writer, "plane", config->audiences[i].plane);
		msg_key_int(writer, "subscribers", (int64_t)of[0]);
		msg_key_int(writer, "snapshots", (int64_t)of[1]);
		msg_key_int(writer, "asking", (int64_t)of[2]);
		msg_map_end(writer);
	}
	return 0;
}

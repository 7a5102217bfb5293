/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/config_parts.h"

#include <arpa/inet.h>
#include <stdlib.h>

enum { ENDPOINT_MAX = 4096 /* bytes */, HOST_MAX = 64, PORT_MAX = 65535 };

/* Put the runtime directory where RUNTIME begins a path, as in ipc://RUNTIME/events. */
static char *runtime_put(struct reader *reader, const char *endpoint)
{
	const struct config_reading *reading = reader->context;
	const char *runtime = reading->config->runtime;
	size_t word = strlen("RUNTIME"), before = strlen("ipc://"), size;
	const char *after = endpoint + before + word;
	char *text;

	if (strncmp(endpoint, "ipc://RUNTIME", before + word) != 0 || (*after && *after != '/'))
		return arena_text(reader->arena, text_of(endpoint));
	size = before + strlen(runtime) + strlen(after);
	text = arena_take(reader->arena, size + 1, 1);
	if (text) {
		memcpy(text, "ipc://", before);
		memcpy(text + before, runtime, strlen(runtime));
		memcpy(text + size - strlen(after), after, strlen(after));
	}
	return text;
}

static bool ipc_check(struct reader *reader, const struct yaml_node *node, const char *path)
{
	if (!*path || *path == '@' || *path == '*')
		reader_error(reader, node,
			     "`ipc://` is followed by the path of a socket: what guards it are its "
			     "directory's permissions");
	else if (strlen(path) > IPC_PATH_MAX)
		reader_error(reader, node,
			     "the path of a socket has %d bytes at most, this one %zu: %.60s...",
			     IPC_PATH_MAX, strlen(path), path);
	else
		return true;
	return false;
}

/* The host of HOST:PORT; false where it is none. */
static bool host_of(const char *address, char to[static HOST_MAX])
{
	const char *colon = strrchr(address, ':');
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
	long port = digits ? strtol(colon + 1, NULL, 10) : 0;
	size_t size = colon ? (size_t)(colon - address) : 0;

	if (!size || size >= HOST_MAX || digits > 5 || colon[1 + digits] || port < 1 ||
	    port > PORT_MAX)
		return false;
	memcpy(to, address, size);
	to[size] = 0;
	return true;
}

static bool is_loopback(const char *host)
{
	struct in_addr address;

	return strcmp(host, "[::1]") == 0 ||
	       (inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

bool endpoint_is_local(const char *endpoint)
{
	char host[HOST_MAX];

	if (strncmp(endpoint, "tcp://", 6) != 0)
		return true;
	return host_of(endpoint + 6, host) && (strcmp(host, "localhost") == 0 || is_loopback(host));
}

/* What liftd binds is an address of this machine: a name may lead to several, or elsewhere. */
static bool is_address(const char *host)
{
	char name[HOST_MAX];
	struct in6_addr v6;
	struct in_addr v4;
	size_t size = strlen(host);

	if (strcmp(host, "*") == 0 || inet_pton(AF_INET, host, &v4) == 1)
		return true;
	if (host[0] != '[' || host[size - 1] != ']')
		return false;
	memcpy(name, host + 1, size - 2);
	name[size - 2] = 0;
	return inet_pton(AF_INET6, name, &v6) == 1;
}

static bool tcp_check(struct reader *reader, const struct yaml_node *node, const char *address,
		      bool binds)
{
	struct config_reading *reading = reader->context;
	bool has_keys = reading->config->security == SECURITY_CURVE;
	const char *port = strrchr(address, ':');
	char host[HOST_MAX];

	if (!host_of(address, host))
		reader_error(reader, node,
			     "`tcp://` is followed by ADDRESS:PORT, the port from 1 to %d",
			     PORT_MAX);
	else if (binds && strcmp(host, "localhost") == 0)
		reader_error(reader, node,
			     "`localhost` is a name, which can be connected to: bind its address, "
			     "tcp://127.0.0.1%s",
			     port);
	else if (binds && !is_address(host))
		reader_error(reader, node,
			     "`%s` is no address of this machine: write the number, as in "
			     "tcp://192.0.2.1%s, or tcp://*%s for all of them",
			     host, port, port);
	else if (binds && !has_keys && !is_loopback(host))
		reader_error(reader, node,
			     "`security: none` is for ipc:// and loopback only: write "
			     "tcp://127.0.0.1%s, or `security: curve` and the keys of who may "
			     "come (lift keygen)",
			     port);
	else {
		reading->config->has_curve |= binds && has_keys;
		return true;
	}
	return false;
}

/* An endpoint with the runtime directory in it, or NULL, the error said. */
static char *endpoint_read(struct reader *reader, const struct yaml_node *node, const char *name,
			   bool binds)
{
	char *written = reader_text(reader, node, name, 1, ENDPOINT_MAX), *text;
	bool right;

	if (!written)
		return NULL;
	text = runtime_put(reader, written);
	if (!text) {
		reader->no_memory = true;
		return NULL;
	}
	if (strncmp(text, "ipc://", 6) == 0) {
		right = ipc_check(reader, node, text + 6);
	} else if (strncmp(text, "tcp://", 6) == 0) {
		right = tcp_check(reader, node, text + 6, binds);
	} else {
		reader_error(reader, node, "%s: `%.60s` must begin with ipc:// or tcp://", name,
			     text);
		right = false;
	}
	return right ? text : NULL;
}

static void bound_add(struct reader *reader, const struct yaml_node *node, const char *endpoint)
{
	struct config_reading *reading = reader->context;

	/* ZeroMQ would take an ipc socket away from the first one that has it, and say nothing. */
	for (size_t i = 0; i < reading->n_bound; i++)
		if (strcmp(reading->bound[i], endpoint) == 0) {
			reader_error(reader, node, "`%.120s` is taken by another socket already",
				     endpoint);
			return;
		}
	if (reading->n_bound < BOUND_MAX)
		reading->bound[reading->n_bound++] = endpoint;
}

void read_binds(struct reader *reader, const struct yaml_node *node, const struct field *field,
		void *to)
{
	struct texts *list = to;
	char **items;
	size_t n = 0;

	if (!reader_list(reader, node, field->name, CONFIG_ENDPOINTS_MAX))
		return;
	items = reader_take(reader, node->n_children, sizeof(*items));
	if (!items)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		items[n] = endpoint_read(reader, item, field->name, true);
		if (items[n])
			bound_add(reader, item, items[n]);
		n += items[n] != NULL;
	}
	*list = (struct texts){ items, n };
}

void read_bind_or_binds(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	struct texts *list = to;
	char *endpoint, **items;

	if (node->kind == YAML_LIST) {
		read_binds(reader, node, field, to);
		return;
	}
	endpoint = endpoint_read(reader, node, field->name, true);
	items = reader_take(reader, 1, sizeof(*items));
	if (!endpoint || !items)
		return;
	bound_add(reader, node, endpoint);
	items[0] = endpoint;
	*list = (struct texts){ items, 1 };
}

void read_peer(struct reader *reader, const struct yaml_node *node, const struct field *field,
	       void *to)
{
	*(char **)to = endpoint_read(reader, node, field->name, false);
}

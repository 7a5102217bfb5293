/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/setup/config.h"

#include "clients/gateway/fields.h"

const char *xapi_config_restart(const struct xapi_config *a, const struct xapi_config *b)
{
	const struct {
		const char *key;
		bool same;
	} keys[] = {
		{ "listen", same_text(a->listen, b->listen) },
		{ "state", same_text(a->state, b->state) },
		{ "intake", same_text(a->intake, b->intake) },
		{ "server", same_text(a->server, b->server) },
		{ "key", same_text(a->key, b->key) },
		{ "origins", same_texts(&a->origins, &b->origins) },
		{ "trusted", same_texts(&a->trusted, &b->trusted) },
		{ "outbox_mib", a->outbox_mib == b->outbox_mib },
		{ "limits", a->limits.connections == b->limits.connections &&
				    a->limits.connections_of_one == b->limits.connections_of_one &&
				    a->limits.body_kib == b->limits.body_kib &&
				    a->limits.bodies_mib == b->limits.bodies_mib &&
				    a->limits.head_s == b->limits.head_s &&
				    a->limits.body_s == b->limits.body_s &&
				    a->limits.idle_s == b->limits.idle_s },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!keys[i].same)
			return keys[i].key;
	return NULL;
}

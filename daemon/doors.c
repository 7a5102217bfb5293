/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/doors.h"

#include <errno.h>
#include <string.h>
#include <zmq.h>

#include "daemon/net/socket.h"
#include "daemon/net/trial.h"

enum { LISTS_MAX = 3 + 3 * CONFIG_AUDIENCES_MAX };

static size_t list_doors(const struct config *config, struct trial_doors to[static LISTS_MAX])
{
	size_t n = 0;

	to[n++] = (struct trial_doors){ &config->events, ZMQ_SUB };
	to[n++] = (struct trial_doors){ &config->intake, ZMQ_ROUTER };
	to[n++] = (struct trial_doors){ &config->control, ZMQ_ROUTER };
	for (size_t a = 0; a < config->n_audiences; a++) {
		to[n++] = (struct trial_doors){ &config->audiences[a].publish, ZMQ_XPUB };
		to[n++] = (struct trial_doors){ &config->audiences[a].snapshot, ZMQ_ROUTER };
		to[n++] = (struct trial_doors){ &config->audiences[a].ask, ZMQ_ROUTER };
	}
	return n;
}

static void check_binds(const struct texts *endpoints, struct yaml_errors *errors)
{
	for (size_t i = 0; i < endpoints->count; i++)
		if (socket_can_bind(endpoints->items[i]) != 0)
			yaml_error(errors, 0, "%s cannot be bound here: %s", endpoints->items[i],
				   strerror(errno));
}

int doors_check(const struct config *config, struct yaml_errors *errors)
{
	struct trial_doors doors[LISTS_MAX];
	size_t n = list_doors(config, doors);

	for (size_t i = 0; i < n; i++)
		check_binds(doors[i].endpoints, errors);
	return errors->count ? LIFT_E_CONFIG : 0;
}

int doors_try(const struct config *config, struct zap *zap, const struct key_pair *own)
{
	struct trial_doors doors[LISTS_MAX];

	return own ? trial_run(zap, own, doors, list_doors(config, doors)) : 0;
}

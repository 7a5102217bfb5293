/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liftd.yaml: a configuration that is whole, or errors with their places.
 */
#include "proto/config.h"
#include "tests/fuzz/fuzz.h"

static char *no_env(const char *name)
{
	(void)name;
	return NULL;
}

static void check_endpoint(const char *endpoint)
{
	REQUIRE(strncmp(endpoint, "ipc://", 6) == 0 || strncmp(endpoint, "tcp://", 6) == 0);
	REQUIRE(endpoint[0] == 't' ||
		(strlen(endpoint) > 6 && strlen(endpoint) <= 6 + IPC_PATH_MAX));
}

static void check_endpoints(const struct texts *list)
{
	REQUIRE(list->count <= CONFIG_ENDPOINTS_MAX);
	for (size_t i = 0; i < list->count; i++)
		check_endpoint(list->items[i]);
}

static void check_config(const struct config *config)
{
	REQUIRE(config->state && *config->state && config->runtime && *config->runtime);
	REQUIRE(config->catalogue && *config->catalogue);
	REQUIRE(config->security == SECURITY_CURVE || config->security == SECURITY_NONE);
	REQUIRE(config->tick_ms >= 10 && config->tick_ms <= 60000);
	check_endpoints(&config->events);
	check_endpoints(&config->intake);
	check_endpoints(&config->control);
	REQUIRE(config->n_namespaces <= CONFIG_NAMESPACES_MAX);
	for (size_t i = 0; i < config->n_namespaces; i++) {
		const struct config_namespace *row = &config->namespaces[i];

		REQUIRE(strcmp(config_namespace(config, row->source), row->name) == 0);
		REQUIRE(config_source_allowed(config, row->source));
	}
	REQUIRE(config->n_connects <= CONFIG_ENDPOINTS_MAX);
	for (size_t i = 0; i < config->n_connects; i++)
		check_endpoint(config->connects[i].endpoint);
	REQUIRE(config->n_audiences >= 1 && config->n_audiences <= CONFIG_AUDIENCES_MAX);
	for (size_t i = 0; i < config->n_audiences; i++) {
		const struct config_audience *audience = &config->audiences[i];

		REQUIRE(audience->name && *audience->name && strcmp(audience->plane, "exact") == 0);
		REQUIRE(audience->regions.count >= 1 &&
			audience->regions.count <= CONFIG_REGIONS_MAX);
		check_endpoints(&audience->publish);
		check_endpoints(&audience->snapshot);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml_errors errors = { .file = "f" };
	const char *keys[CONFIG_KEYS_MAX];
	struct config *config = NULL;
	int err = config_parse(fuzz_text(data, size), &errors, no_env, true, &config);

	if (err) {
		REQUIRE(err == LIFT_E_CONFIG && !config && errors.count > 0);
		fuzz_check_errors(&errors);
	} else {
		REQUIRE(config && errors.count == 0);
		check_config(config);
		REQUIRE(config_differs(config, config, true, keys) == 0);
		REQUIRE(config_differs(config, config, false, keys) == 0);
	}
	config_free(config);
	yaml_errors_clear(&errors);
	return 0;
}

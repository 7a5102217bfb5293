/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/setup/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/gateway/file.h"
#include "proto/grow.h"

/* What is wrong with any of the files, gathered. */
struct said {
	char *text;
	size_t size, room;
};

static void said_add(struct said *said, const char *text)
{
	size_t size = text ? strlen(text) : 0;

	if (!size || grow(&said->text, &said->room, said->size + size + 2, 1))
		return;
	memcpy(said->text + said->size, text, size);
	said->size += size;
	if (said->text[said->size - 1] != '\n')
		said->text[said->size++] = '\n';
	said->text[said->size] = 0;
}

__attribute__((format(printf, 2, 3))) static void said_line(struct said *said, const char *format,
							    ...)
{
	char *line = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&line, format, args) < 0)
		line = NULL;
	va_end(args);
	said_add(said, line);
	free(line);
}

/* Take what a reader found, and make it ready for the next one. */
static int said_take(struct said *said, struct yaml_errors *errors, const char *path, int err)
{
	if (err && !errors->count)
		said_line(said, "%s: %s", path,
			  err == LIFT_E_IO ? strerror(errno) : lift_err_text(err));
	said_add(said, errors->text);
	yaml_errors_clear(errors);
	return err;
}

static int load_mapping(struct xapi_config *config, struct said *said)
{
	const char *path = config->mapping_path ? config->mapping_path : "the shipped mapping";
	struct yaml_errors errors = { .file = path };
	int err = mapping_load(config->mapping_path, &errors, &config->mapping);

	return said_take(said, &errors, path, err);
}

static int load_people(struct xapi_config *config, struct said *said)
{
	struct yaml_errors errors = { .file = config->people_path };

	if (!config->people_path)
		return 0;
	return said_take(said, &errors, config->people_path,
			 people_load(config->people_path, &errors, &config->people));
}

static int load_jwks(struct xapi_platform *platform, struct said *said)
{
	json_error_t error;

	if (!platform->jwks_path)
		return 0;
	platform->jwks = json_load_file(platform->jwks_path, JSON_REJECT_DUPLICATES, &error);
	if (!platform->jwks)
		said_line(said, "%s:%d: %s", platform->jwks_path, error.line > 0 ? error.line : 0,
			  error.text);
	else if (!json_is_array(json_object_get(platform->jwks, "keys")))
		said_line(said, "%s:1: it must be a JSON Web Key Set, {\"keys\": [...]}",
			  platform->jwks_path);
	else
		return 0;
	return LIFT_E_CONFIG;
}

static int load_parts(struct xapi_config *config, struct said *said)
{
	int err = load_mapping(config, said);
	int next = load_people(config, said);

	err = err ? err : next;
	for (size_t i = 0; i < config->n_platforms; i++) {
		next = load_jwks(&config->platforms[i], said);
		err = err ? err : next;
	}
	return err;
}

int xapi_config_load(const char *path, struct xapi_config **ret_config, char **ret_said)
{
	struct xapi_config *config = NULL;
	struct yaml_errors errors = { .file = path };
	struct said said = { 0 };
	char *data = NULL;
	size_t size = 0;
	int err = gateway_file_read(path, YAML_SIZE_MAX, &data, &size);

	if (!err)
		err = xapi_config_parse((struct text){ data, size }, path, &errors, &config);
	err = said_take(&said, &errors, path, err);
	free(data);
	if (!err)
		err = load_parts(config, &said);
	if (err)
		xapi_config_free(config);
	else
		*ret_config = config;
	*ret_said = said.text;
	return err;
}

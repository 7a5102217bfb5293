/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/client_config.h"

#include <stdlib.h>

#include "proto/config_parts.h"
#include "proto/z85.h"

enum { AUDIENCE_NAME_MAX = 64 /* bytes */ };

static void read_server(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	if (node->kind == YAML_TEXT && z85_is_key(node->text))
		field_text(reader, node, field, to);
	else
		reader_error(reader, node,
			     "%s must be the %d characters of the daemon's public key, in quotes: "
			     "its operator has them in server.pub",
			     field->name, Z85_KEY);
}

static const struct field audience_fields[] = {
	{ .name = "name",
	  .read = field_text,
	  MEMBER(struct client_audience, name),
	  .min = 1,
	  .max = AUDIENCE_NAME_MAX,
	  .required = true },
	{ .name = "publish", .read = read_peer, MEMBER(struct client_audience, publish) },
	{ .name = "snapshot", .read = read_peer, MEMBER(struct client_audience, snapshot) },
	{ .name = "ask", .read = read_peer, MEMBER(struct client_audience, ask) },
};
static const struct fields audience_map = FIELDS("an audience", audience_fields);

static void read_audiences(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	struct client_config *config = to;

	if (!reader_list(reader, node, field->name, CLIENT_AUDIENCES_MAX))
		return;
	config->audiences = reader_take(reader, node->n_children, sizeof(*config->audiences));
	if (!config->audiences)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		struct client_audience read = { 0 };

		if (!fields_read(reader, item, NULL, &audience_map, &read) || !read.name)
			continue;
		if (config->n_audiences && client_config_audience(config, read.name))
			reader_error(reader, item, "there is an audience `%s` already", read.name);
		config->audiences[config->n_audiences++] = read;
	}
}

static const struct field client_fields[] = {
	{ .name = "server",
	  .read = read_server,
	  MEMBER(struct client_config, server),
	  .min = Z85_KEY,
	  .max = Z85_KEY,
	  .required = true },
	{ .name = "key",
	  .read = field_text,
	  MEMBER(struct client_config, key),
	  .min = 1,
	  .max = CLIENT_PATH_MAX,
	  .required = true },
	{ .name = "intake", .read = read_peer, MEMBER(struct client_config, intake) },
	{ .name = "events", .read = read_peer, MEMBER(struct client_config, events) },
	{ .name = "control", .read = read_peer, MEMBER(struct client_config, control) },
	{ .name = "audiences", .read = read_audiences, WHOLE },
};
static const struct fields client_map = FIELDS("lift.yaml", client_fields);

bool client_config_is(struct text text)
{
	struct yaml_errors errors = { .file = "" };
	struct yaml_doc *doc = NULL;
	bool is = yaml_parse(text, &errors, &doc) == 0 && yaml_root(doc)->kind == YAML_MAP &&
		  !yaml_is_absent(yaml_get(yaml_root(doc), "server"));

	yaml_doc_free(doc);
	yaml_errors_clear(&errors);
	return is;
}

int client_config_parse(struct text text, struct yaml_errors *errors,
			struct client_config **ret_config)
{
	char runtime[] = "/run/liftd"; /* of an endpoint's RUNTIME */
	struct config there = { .runtime = runtime };
	struct config_reading reading = { .config = &there };
	struct client_config *config = calloc(1, sizeof(*config));
	struct reader reader = { .errors = errors, .context = &reading };
	struct yaml_doc *doc = NULL;
	size_t n_errors = errors->count;
	int err;

	*ret_config = NULL;
	if (!config)
		return LIFT_E_MEMORY;
	reader.arena = &config->arena;
	err = yaml_parse(text, errors, &doc);
	if (!err) {
		fields_read(&reader, yaml_root(doc), NULL, &client_map, config);
		err = errors->count > n_errors ? LIFT_E_CONFIG : 0;
	}
	if (reader.no_memory)
		err = LIFT_E_MEMORY;
	yaml_doc_free(doc);
	if (err)
		client_config_free(config);
	else
		*ret_config = config;
	return err;
}

void client_config_free(struct client_config *config)
{
	if (!config)
		return;
	arena_free(&config->arena);
	free(config);
}

const struct client_audience *client_config_audience(const struct client_config *config,
						     const char *name)
{
	for (size_t i = 0; i < config->n_audiences; i++)
		if (!name || strcmp(config->audiences[i].name, name) == 0)
			return &config->audiences[i];
	return NULL;
}

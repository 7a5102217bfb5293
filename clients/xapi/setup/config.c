/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/setup/config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/gateway/fields.h"
#include "clients/xapi/people/iri.h"
#include "clients/xapi/read/body.h"
#include "proto/fields.h"
#include "proto/grow.h"
#include "proto/z85.h"

enum { LISTEN_MAX = 300, PREFIX_MAX = 200, TEXT_MAX = 400, FILE_MAX = 1 << 20 };

/* Where a reverse proxy puts us: "", or "/lrs". */
static void read_prefix(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	char *text = reader_text(reader, node, field->name, 0, PREFIX_MAX);
	size_t size = text ? strlen(text) : 0;

	if (!text)
		return;
	while (size && text[size - 1] == '/')
		text[--size] = 0;
	if (size && *text != '/')
		reader_error(reader, node, "%s must begin with a slash, as in /lrs", field->name);
	else
		*(char **)to = text;
}

/* Platforms. */

static void read_name(struct reader *reader, const struct yaml_node *node,
		      const struct field *field, void *to)
{
	if (node->kind == YAML_TEXT && source_is_valid(node->text))
		field_text(reader, node, field, to);
	else
		reader_error(reader, node, "%s must be 1 to %d of a-z 0-9 . _ -", field->name,
			     SOURCE_MAX);
}

static void read_attrs(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	struct xapi_platform *platform = to;
	struct event_attr *attrs;

	if (node->kind != YAML_MAP || node->n_children > ATTRS_MAX) {
		reader_error(reader, node, "%s must be a map of at most %d, `name: value`",
			     field->name, ATTRS_MAX);
		return;
	}
	attrs = reader_take(reader, node->n_children, sizeof(*attrs));
	for (const struct yaml_node *item = node->child; attrs && item; item = item->next) {
		char *name = arena_text(reader->arena, item->key);
		char *value = reader_text(reader, item, "an attribute", 1, ATTR_VALUE_MAX);

		if (item->key.size < 1 || item->key.size > ATTR_NAME_MAX)
			reader_error(reader, item, "an attribute's name has 1 to %d bytes",
				     ATTR_NAME_MAX);
		if (name && value)
			attrs[platform->n_attrs++] =
				(struct event_attr){ text_of(name), text_of(value) };
	}
	platform->attrs = attrs;
}

static const struct field platform_fields[] = {
	{ .name = "name",
	  .read = read_name,
	  MEMBER(struct xapi_platform, name),
	  .min = 1,
	  .max = XAPI_PLATFORM_NAME_MAX,
	  .required = true },
	{ .name = "password",
	  .read = gateway_read_password,
	  MEMBER(struct xapi_platform, password) },
	{ .name = "source",
	  .read = read_name,
	  MEMBER(struct xapi_platform, source),
	  .min = 1,
	  .max = SOURCE_MAX },
	{ .name = "region",
	  .read = field_text,
	  MEMBER(struct xapi_platform, region),
	  .min = 1,
	  .max = REGION_MAX },
	{ .name = "homepage",
	  .read = field_text,
	  MEMBER(struct xapi_platform, homepage),
	  .min = 1,
	  .max = TEXT_MAX },
	{ .name = "attrs", .read = read_attrs, WHOLE },
	{ .name = "jwks", .read = gateway_read_path, MEMBER(struct xapi_platform, jwks_path) },
};
static const struct fields platform_map = FIELDS("a platform", platform_fields);

static void read_platforms(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	struct xapi_config *config = to;

	if (!reader_list(reader, node, field->name, XAPI_PLATFORMS_MAX))
		return;
	config->platforms = reader_take(reader, node->n_children, sizeof(*config->platforms));
	if (!config->platforms)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		struct xapi_platform read = { 0 };

		if (!fields_read(reader, item, NULL, &platform_map, &read) || !read.name)
			continue;
		if (!read.password && !read.jwks_path)
			reader_error(reader, item,
				     "platform `%s` needs a `password` ('lift-xapi --password' "
				     "prints it), or `jwks`",
				     read.name);
		if (xapi_config_platform(config, text_of(read.name)))
			reader_error(reader, item, "there is a platform `%s` already", read.name);
		if (!read.source)
			read.source = read.name;
		config->platforms[config->n_platforms++] = read;
	}
}

/* All of it. */

#define LIMIT(key, member, least, most)                                                 \
	{                                                                               \
		.name = key, .read = field_integer, MEMBER(struct xapi_limits, member), \
		.min = least, .max = most                                               \
	}

static const struct field limit_fields[] = {
	LIMIT("connections", connections, 1, 60000),
	LIMIT("connections_of_one", connections_of_one, 1, 60000),
	LIMIT("body_kib", body_kib, 1, 64 << 10),
	LIMIT("bodies_mib", bodies_mib, 1, 4096),
	LIMIT("head_s", head_s, 1, 3600),
	LIMIT("body_s", body_s, 1, 3600),
	LIMIT("idle_s", idle_s, 1, 3600),
	LIMIT("statements", statements, 1, BODY_STATEMENTS_MAX),
	LIMIT("rate", rate, 0, 10000000),
};
static const struct fields limit_map = FIELDS("limits", limit_fields);

static void read_limits(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	(void)field;
	fields_read(reader, node, NULL, &limit_map, to);
}

#define SET(key, reader, member)                                                \
	{                                                                       \
		.name = key, .read = reader, MEMBER(struct xapi_config, member) \
	}
#define BOUND(key, reader, member, least, most)                                                \
	{                                                                                      \
		.name = key, .read = reader, MEMBER(struct xapi_config, member), .min = least, \
		.max = most                                                                    \
	}

static const struct field fields[] = {
	BOUND("listen", field_text, listen, 1, LISTEN_MAX),
	SET("path", read_prefix, path),
	SET("state", gateway_read_path, state),
	BOUND("intake", gateway_read_endpoint, intake, 1, XAPI_PATH_MAX),
	BOUND("server", gateway_read_server, server, Z85_KEY, Z85_KEY),
	SET("key", gateway_read_path, key),
	SET("mapping", gateway_read_path, mapping_path),
	SET("people", gateway_read_path, people_path),
	BOUND("origins", gateway_read_texts, origins, 0, XAPI_ORIGINS_MAX),
	BOUND("trusted", gateway_read_texts, trusted, 0, XAPI_TRUSTED_MAX),
	BOUND("outbox_mib", field_integer, outbox_mib, 1, 1 << 20),
	BOUND("remembered", field_integer, remembered, 1000, 100000000),
	BOUND("refused_max", field_integer, refused_max, 0, 1000000),
	SET("limits", read_limits, limits),
	{ .name = "platforms", .read = read_platforms, WHOLE, .required = true },
};
static const struct fields config_map = FIELDS("lift-xapi.yaml", fields);

static const struct xapi_limits usual_limits = {
	.connections = 4096,
	.connections_of_one = 1024,
	.body_kib = 8192,
	.bodies_mib = 64,
	.head_s = 10,
	.body_s = 60,
	.idle_s = 75,
	.statements = BODY_STATEMENTS_MAX,
	.rate = 5000,
};

static bool take_defaults(void *of)
{
	struct xapi_config *config = of;
	const char *state = getenv("STATE_DIRECTORY");

	config->listen = arena_text(&config->arena, text_of("127.0.0.1:8180"));
	config->path = arena_text(&config->arena, text_of(""));
	config->state = arena_text(&config->arena, text_of(state ? state : "/var/lib/lift-xapi"));
	config->intake = arena_text(&config->arena, text_of("ipc:///run/liftd/platforms/intake"));
	config->outbox_mib = 1024;
	config->remembered = 1000000;
	config->refused_max = 100000;
	config->limits = usual_limits;
	return config->listen && config->path && config->state && config->intake;
}

/* An account's name is a person of its source: of two homepages it would be two as one. */
static void check_homepages(struct reader *reader, const struct xapi_config *config)
{
	for (size_t i = 1; i < config->n_platforms; i++) {
		const struct xapi_platform *a = &config->platforms[i];

		for (size_t k = 0; k < i && a->homepage; k++) {
			const struct xapi_platform *b = &config->platforms[k];

			if (b->homepage && strcmp(a->source, b->source) == 0 &&
			    !iri_equal(text_of(a->homepage),
				       iri_canonical(reader->arena, text_of(b->homepage))))
				yaml_error(reader->errors, 0,
					   "platforms `%s` and `%s` have one `source` and two "
					   "homepages: two people with one name would be one; "
					   "give each a source of its own",
					   b->name, a->name);
		}
	}
}

/* What no single key can say. */
static void check_whole(struct reader *reader, const void *of)
{
	const struct xapi_config *config = of;
	check_homepages(reader, config);
	if (!config->server != !config->key)
		yaml_error(reader->errors, 0, "`server` and `key` belong together");
	if (!config->server && !endpoint_is_here(config->intake))
		yaml_error(reader->errors, 0,
			   "`intake` is on another machine: `server` and `key` are needed, as in "
			   "lift.yaml");
	gateway_check_trusted(reader, &config->trusted);
}

int xapi_config_parse(struct text text, const char *path, struct yaml_errors *errors,
		      struct xapi_config **ret_config)
{
	static const struct config_form form = { &config_map, take_defaults, check_whole };
	struct xapi_config *config = calloc(1, sizeof(*config));
	int err = config ? gateway_config_read(&form, text, path, errors, &config->arena, config)
			 : LIFT_E_MEMORY;

	if (err)
		xapi_config_free(config);
	else
		*ret_config = config;
	return err;
}

void xapi_config_free(struct xapi_config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->n_platforms; i++)
		json_decref(config->platforms[i].jwks);
	mapping_free(config->mapping);
	people_free(config->people);
	arena_free(&config->arena);
	free(config);
}

const struct xapi_platform *xapi_config_platform(const struct xapi_config *config, struct text name)
{
	for (size_t i = 0; i < config->n_platforms; i++)
		if (text_equal(text_of(config->platforms[i].name), name))
			return &config->platforms[i];
	return NULL;
}

struct map_platform xapi_config_mapped(const struct xapi_config *config,
				       const struct xapi_platform *platform)
{
	return (struct map_platform){
		.source = platform->source,
		.region = platform->region,
		.homepage = platform->homepage,
		.attrs = platform->attrs,
		.n_attrs = platform->n_attrs,
		.people = config->people,
	};
}

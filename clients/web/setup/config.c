/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/setup/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/gateway/fields.h"
#include "clients/gateway/file.h"
#include "proto/z85.h"

enum { LISTEN_MAX = 300, TITLE_MAX = 200, HEADER_MAX = 64, SERIES_MOST = 1000000 };

static const char *const languages[] = { "nb", "sv", "da", "en", NULL };
static const char *const kinds[] = { "people", "programme", "competence", "module", NULL };

static bool is_one_of(const char *const words[], const char *word)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

static void read_language(struct reader *reader, const struct yaml_node *node,
			  const struct field *field, void *to)
{
	char *text = reader_text(reader, node, field->name, 1, TITLE_MAX);

	if (text && !is_one_of(languages, text))
		reader_error(reader, node, "%s must be nb, sv, da or en", field->name);
	else if (text)
		*(char **)to = text;
}

static void read_kinds(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	struct texts *texts = to;

	gateway_read_texts(reader, node, field, to);
	for (size_t i = 0; i < texts->count; i++)
		if (!is_one_of(kinds, texts->items[i]))
			reader_error(reader, node,
				     "%s must be of people, programme, competence and module",
				     field->name);
}

/* Users. */

static const struct field user_fields[] = {
	{ .name = "name",
	  .read = field_text,
	  MEMBER(struct web_user, name),
	  .min = 1,
	  .max = WEB_USER_NAME_MAX,
	  .required = true },
	{ .name = "password",
	  .read = gateway_read_password,
	  MEMBER(struct web_user, password),
	  .required = true },
};
static const struct fields user_map = FIELDS("a user", user_fields);

static void read_users(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	struct web_config *config = to;

	if (!reader_list(reader, node, field->name, WEB_USERS_MAX))
		return;
	config->users = reader_take(reader, node->n_children + 1, sizeof(*config->users));
	if (!config->users)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		struct web_user user = { 0 };

		if (!fields_read(reader, item, NULL, &user_map, &user) || !user.name)
			continue;
		if (web_config_password(config, user.name))
			reader_error(reader, item, "there is a user `%s` already", user.name);
		config->users[config->n_users++] = user;
	}
}

/* All of it. */

static const struct field metrics_fields[] = {
	{ .name = "regions",
	  .read = gateway_read_texts,
	  MEMBER(struct web_metrics, regions),
	  .max = WEB_REGIONS_MAX },
	{ .name = "kinds",
	  .read = read_kinds,
	  MEMBER(struct web_metrics, kinds),
	  .max = WEB_KINDS_MAX },
	{ .name = "series_max",
	  .read = field_integer,
	  MEMBER(struct web_metrics, series_max),
	  .min = 1,
	  .max = SERIES_MOST },
};
static const struct fields metrics_map = FIELDS("metrics", metrics_fields);

static void read_metrics(struct reader *reader, const struct yaml_node *node,
			 const struct field *field, void *to)
{
	(void)field;
	fields_read(reader, node, NULL, &metrics_map, to);
}

#define SET(key, reader, member)                                               \
	{                                                                      \
		.name = key, .read = reader, MEMBER(struct web_config, member) \
	}
#define BOUND(key, reader, member, least, most)                                               \
	{                                                                                     \
		.name = key, .read = reader, MEMBER(struct web_config, member), .min = least, \
		.max = most                                                                   \
	}

static const struct field fields[] = {
	BOUND("listen", field_text, listen, 1, LISTEN_MAX),
	BOUND("publish", gateway_read_endpoint, publish, 1, WEB_PATH_MAX),
	BOUND("snapshot", gateway_read_endpoint, snapshot, 1, WEB_PATH_MAX),
	BOUND("ask", gateway_read_endpoint, ask, 1, WEB_PATH_MAX),
	BOUND("control", gateway_read_endpoint, control, 1, WEB_PATH_MAX),
	BOUND("server", gateway_read_server, server, Z85_KEY, Z85_KEY),
	SET("key", gateway_read_path, key),
	SET("page", gateway_read_path, page),
	SET("outlines", gateway_read_path, outlines),
	BOUND("title", field_text, title, 1, TITLE_MAX),
	SET("language", read_language, language),
	BOUND("user_header", field_text, user_header, 1, HEADER_MAX),
	BOUND("trusted", gateway_read_texts, trusted, 0, WEB_TRUSTED_MAX),
	SET("anyone", field_flag, anyone),
	{ .name = "users", .read = read_users, WHOLE },
	BOUND("connections", field_integer, connections, 1, 60000),
	BOUND("connections_of_one", field_integer, connections_of_one, 1, 60000),
	SET("metrics", read_metrics, metrics),
};
static const struct fields config_map = FIELDS("lift-web.yaml", fields);

static char *keep(struct web_config *config, const char *text)
{
	return arena_text(&config->arena, text_of(text));
}

static bool take_defaults(void *of)
{
	struct web_config *config = of;
	static char all[] = "all", people[] = "people", programme[] = "programme",
		    competence[] = "competence";
	static char *everywhere[] = { all, NULL };
	static char *usual_kinds[] = { people, programme, competence, NULL };

	config->listen = keep(config, "127.0.0.1:8280");
	config->publish = keep(config, "ipc:///run/liftd/readers/publish");
	config->snapshot = keep(config, "ipc:///run/liftd/readers/snapshot");
	config->ask = keep(config, "ipc:///run/liftd/readers/ask");
	config->page = "/usr/share/lift-web";
	config->title = "liftd";
	config->connections = 4096;
	config->connections_of_one = 1024;
	config->metrics = (struct web_metrics){ { everywhere, 1 }, { usual_kinds, 3 }, 10000 };
	return config->listen && config->publish && config->snapshot && config->ask;
}

/* Is it an address that only this machine reaches? */
static bool is_only_here(const char *listen)
{
	return strncmp(listen, "127.", 4) == 0 || strncmp(listen, "[::1]:", 6) == 0;
}

static bool is_far(const struct web_config *config)
{
	const char *const endpoints[] = { config->publish, config->snapshot, config->ask,
					  config->control };

	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++)
		if (endpoints[i] && !endpoint_is_here(endpoints[i]))
			return true;
	return false;
}

/* What no single key can say. */
static void check_whole(struct reader *reader, const void *of)
{
	const struct web_config *config = of;
	struct yaml_errors *errors = reader->errors;

	if (!config->server != !config->key)
		yaml_error(errors, 0, "`server` and `key` belong together");
	if (!config->server && is_far(config))
		yaml_error(errors, 0,
			   "the daemon is on another machine: `server` and `key` are needed, as in "
			   "lift.yaml");
	gateway_check_trusted(reader, &config->trusted);
	if (config->user_header && !config->trusted.count)
		yaml_error(errors, 0,
			   "`user_header` is believed from a reverse proxy alone: `trusted` must "
			   "have its address");
	if (!config->n_users && !config->user_header && !config->anyone &&
	    !is_only_here(config->listen))
		yaml_error(errors, 0,
			   "others than this machine reach `listen`, and nobody is asked who he "
			   "is: give `users`, or `user_header` behind a reverse proxy, or say "
			   "`anyone: yes`");
	if (config->anyone && (config->n_users || config->user_header))
		yaml_error(errors, 0,
			   "`anyone: yes` goes neither with `users` nor with `user_header`");
}

int web_config_parse(struct text text, const char *path, struct yaml_errors *errors,
		     struct web_config **ret_config)
{
	static const struct config_form form = { &config_map, take_defaults, check_whole };
	struct web_config *config = calloc(1, sizeof(*config));
	int err = config ? gateway_config_read(&form, text, path, errors, &config->arena, config)
			 : LIFT_E_MEMORY;

	if (err)
		web_config_free(config);
	else
		*ret_config = config;
	return err;
}

int web_config_load(const char *path, struct web_config **ret_config, char **ret_said)
{
	struct yaml_errors errors = { .file = path };
	char *data = NULL;
	size_t size = 0;
	int err = gateway_file_read(path, YAML_SIZE_MAX, &data, &size);

	*ret_said = NULL;
	if (!err)
		err = web_config_parse((struct text){ data, size }, path, &errors, ret_config);
	if (err && errors.count)
		*ret_said = strdup(errors.text);
	else if (err && asprintf(ret_said, "%s: %s\n", path,
				 err == LIFT_E_IO ? strerror(errno) : lift_err_text(err)) < 0)
		*ret_said = NULL;
	yaml_errors_clear(&errors);
	free(data);
	return err;
}

void web_config_free(struct web_config *config)
{
	if (!config)
		return;
	arena_free(&config->arena);
	free(config);
}

const char *web_config_password(const struct web_config *config, const char *name)
{
	for (size_t i = 0; i < config->n_users; i++)
		if (strcmp(config->users[i].name, name) == 0)
			return config->users[i].password;
	return NULL;
}

const char *web_config_restart(const struct web_config *a, const struct web_config *b)
{
	const struct {
		const char *key;
		bool same;
	} keys[] = {
		{ "listen", same_text(a->listen, b->listen) },
		{ "publish", same_text(a->publish, b->publish) },
		{ "snapshot", same_text(a->snapshot, b->snapshot) },
		{ "ask", same_text(a->ask, b->ask) },
		{ "control", same_text(a->control, b->control) },
		{ "server", same_text(a->server, b->server) },
		{ "key", same_text(a->key, b->key) },
		{ "page", same_text(a->page, b->page) },
		{ "outlines", same_text(a->outlines, b->outlines) },
		{ "trusted", same_texts(&a->trusted, &b->trusted) },
		{ "connections", a->connections == b->connections },
		{ "connections_of_one", a->connections_of_one == b->connections_of_one },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!keys[i].same)
			return keys[i].key;
	return NULL;
}

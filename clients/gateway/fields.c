/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/gateway/fields.h"

#include <stdlib.h>
#include <string.h>

#include "clients/http/address.h"
#include "clients/http/password.h"
#include "proto/z85.h"

enum { TEXT_MAX = 400 };

void gateway_read_path(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	const char *own = reader->context; /* beside it, where a path is relative */
	const char *slash = strrchr(own, '/');
	char *written = reader_text(reader, node, field->name, 1, GATEWAY_PATH_MAX), *text;
	size_t before = written && *written != '/' && slash ? (size_t)(slash - own) + 1 : 0;

	if (!written)
		return;
	text = reader_take(reader, before + strlen(written) + 1, 1);
	if (!text)
		return;
	memcpy(text, own, before);
	memcpy(text + before, written, strlen(written));
	*(char **)to = text;
}

void gateway_read_endpoint(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	char *text = reader_text(reader, node, field->name, field->min, field->max);

	if (text && strncmp(text, "ipc:///", 7) != 0 && strncmp(text, "tcp://", 6) != 0)
		reader_error(reader, node, "%s must be an endpoint, ipc:///PATH or tcp://HOST:PORT",
			     field->name);
	else if (text)
		*(char **)to = text;
}

/* On this machine liftd may do without keys. */
bool endpoint_is_here(const char *endpoint)
{
	static const char *const here[] = { "tcp://127.", "tcp://localhost:", "tcp://[::1]:" };

	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++)
		if (strncmp(endpoint, here[i], strlen(here[i])) == 0)
			return true;
	return strncmp(endpoint, "ipc://", 6) == 0;
}

void gateway_read_server(struct reader *reader, const struct yaml_node *node,
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

void gateway_read_texts(struct reader *reader, const struct yaml_node *node,
			const struct field *field, void *to)
{
	struct texts *texts = to;
	char **items;

	if (!reader_list(reader, node, field->name, (size_t)field->max))
		return;
	items = reader_take(reader, node->n_children + 1, sizeof(*items)); /* a NULL behind it */
	if (!items)
		return;
	*texts = (struct texts){ items, 0 };
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		char *text = reader_text(reader, item, field->name, 1, TEXT_MAX);

		if (text)
			items[texts->count++] = text;
	}
}

void gateway_read_password(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	char *text = reader_text(reader, node, field->name, 1, TEXT_MAX);

	if (!text)
		return;
	if (!password_hash_is(text))
		reader_error(reader, node,
			     "password must be what the program prints with --password, not "
			     "the password itself");
	else
		*(char **)to = text;
}

void gateway_check_trusted(struct reader *reader, const struct texts *trusted)
{
	for (size_t i = 0; i < trusted->count; i++) {
		struct address_range range;

		if (!address_parse_range(trusted->items[i], &range))
			yaml_error(reader->errors, 0,
				   "`trusted` has addresses of reverse proxies, as 127.0.0.1, or "
				   "ranges of them, as 10.0.0.0/8; `%.60s` is none",
				   trusted->items[i]);
	}
}

int gateway_config_read(const struct config_form *form, struct text text, const char *path,
			struct yaml_errors *errors, struct arena *arena, void *config)
{
	char *own = strdup(path);
	struct reader reader = { .errors = errors, .arena = arena, .context = own };
	struct yaml_doc *doc = NULL;
	size_t n_errors = errors->count;
	int err;

	reader.no_memory = !own || !form->defaults(config);
	err = yaml_parse(text, errors, &doc);
	if (!err && !reader.no_memory) {
		fields_read(&reader, yaml_root(doc), NULL, form->keys, config);
		if (!reader.no_memory)
			form->check(&reader, config);
		err = errors->count > n_errors ? LIFT_E_CONFIG : 0;
	}
	if (reader.no_memory)
		err = LIFT_E_MEMORY;
	yaml_doc_free(doc);
	free(own);
	return err;
}

bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool same_texts(const struct texts *a, const struct texts *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!same_text(a->items[i], b->items[i]))
			return false;
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/config.h"

#include "proto/config_parts.h"
#include "proto/day.h"
#include "proto/z85.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	NAME_BYTES_MAX = 64, /* of a source, a namespace, an audience */
	CODE_BYTES_MAX = 64,
	TICK_MIN_MS = 10,
	TICK_MAX_MS = 60000,
	RETENTION_MAX = 1200,		/* months */
	NAMES_PER_SOURCE_MAX = 1000000, /* four of them do not fill what is for all */
	AUDIT_MONTHS_MAX = 1200,
	JOURNAL_MAX_MIB = 255 << 10, /* less than a store's map */
};

/* What holds where the file is silent; state and runtime depend on who runs the daemon. */
static const char defaults_text[] = "catalogue: " LIFT_SYSCONFDIR "/catalogue.yaml\n"
				    "security: curve\n"
				    "keys: " LIFT_SYSCONFDIR "/keys.yaml\n"
				    "server_key: " LIFT_SYSCONFDIR "/server.key\n"
				    "namespaces: {}\n"
				    "cadence: {'*': learnt}\n"
				    "as_of: today\n"
				    "tick_ms: 1000\n"
				    "names_per_source: 100000\n"
				    "audit_months: 24\n"
				    "names_strict: no\n"
				    "events: ['ipc://RUNTIME/events']\n"
				    "connect: []\n"
				    "intake: ['ipc://RUNTIME/intake']\n"
				    "control: 'ipc://RUNTIME/control'\n"
				    "audiences: [{name: default}]\n"
				    "forgotten: afresh\n"
				    "reload_may_lose: no\n";
static const char audience_text[] = "plane: exact\n"
				    "regions: [all]\n"
				    "publish: ['ipc://RUNTIME/publish']\n"
				    "snapshot: ['ipc://RUNTIME/snapshot']\n"
				    "ask: []\n";
/* Of one that names no endpoint at all. One that has a place of its own shall not be asked in
 * another, that its readers do not have to themselves. */
static const char lone_audience_text[] = "plane: exact\n"
					 "regions: [all]\n"
					 "publish: ['ipc://RUNTIME/publish']\n"
					 "snapshot: ['ipc://RUNTIME/snapshot']\n"
					 "ask: ['ipc://RUNTIME/ask']\n";

static bool is_name(struct text text, const char *letters)
{
	if (text.size < 1 || text.size > NAME_BYTES_MAX)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (!text.data[i] || !strchr(letters, text.data[i]))
			return false;
	return true;
}

static const char source_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
static const char audience_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

static void read_security(struct reader *reader, const struct yaml_node *node,
			  const struct field *field, void *to)
{
	static const char *const words[] = { [SECURITY_CURVE] = "curve", [SECURITY_NONE] = "none" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (node->kind == YAML_TEXT && text_equal(node->text, text_of(words[i]))) {
			*(enum config_security *)to = (enum config_security)i;
			return;
		}
	reader_error(reader, node, "%s must be `curve` or `none`", field->name);
}

static void read_forgotten(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	enum config_forgotten *forgotten = to;

	if (node->kind == YAML_TEXT && text_equal(node->text, text_of("afresh")))
		*forgotten = FORGOTTEN_AFRESH;
	else if (node->kind == YAML_TEXT && text_equal(node->text, text_of("refuse")))
		*forgotten = FORGOTTEN_REFUSE;
	else
		reader_error(reader, node, "%s must be `afresh` or `refuse`", field->name);
}

static void read_as_of(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	struct as_of *as_of = to;

	as_of->pinned = node->kind != YAML_TEXT || !text_equal(node->text, text_of("today"));
	if (!as_of->pinned)
		return;
	if (node->kind != YAML_TEXT || day_parse(node->text, &as_of->day) < 0)
		reader_error(reader, node, "%s must be `today` or a day, YYYY-MM-DD", field->name);
}

/* Namespaces. */

static const struct config_namespace *named(const struct config *config, const char *source)
{
	for (size_t i = 0; i < config->n_namespaces; i++)
		if (strcmp(config->namespaces[i].source, source) == 0)
			return &config->namespaces[i];
	return NULL;
}

const char *config_namespace(const struct config *config, const char *source)
{
	const struct config_namespace *row = named(config, source);

	if (!row)
		row = named(config, "*");
	return row ? row->name : source;
}

bool config_source_allowed(const struct config *config, const char *source)
{
	if (named(config, source))
		return true;
	for (size_t i = 0; i < config->n_namespaces; i++)
		if (strcmp(config->namespaces[i].name, source) == 0) {
			const struct config_namespace *others = named(config, "*");

			return others && strcmp(others->name, source) == 0;
		}
	return true;
}

static bool namespace_read(struct reader *reader, const struct yaml_node *node,
			   struct config_namespace *row)
{
	if (!text_equal(node->key, text_of("*")) && !is_name(node->key, source_letters)) {
		yaml_error(reader->errors, node->key_line,
			   "a source must be 1 to %d of a-z 0-9 . _ -, or \"*\", not `%.*s`",
			   NAME_BYTES_MAX, YAML_EXCERPT(node->key));
		return false;
	}
	if (node->kind != YAML_TEXT || !is_name(node->text, source_letters)) {
		reader_error(reader, node, "a namespace must be 1 to %d of a-z 0-9 . _ -",
			     NAME_BYTES_MAX);
		return false;
	}
	row->source = arena_text(reader->arena, node->key);
	row->name = arena_text(reader->arena, node->text);
	reader->no_memory |= !row->source || !row->name;
	return !reader->no_memory;
}

static void read_namespaces(struct reader *reader, const struct yaml_node *node,
			    const struct field *field, void *to)
{
	struct config *config = to;

	if (node->kind != YAML_MAP || node->n_children > CONFIG_NAMESPACES_MAX) {
		reader_error(reader, node, "%s must be a map of at most %d, `source: namespace`",
			     field->name, CONFIG_NAMESPACES_MAX);
		return;
	}
	config->namespaces = reader_take(reader, node->n_children, sizeof(*config->namespaces));
	if (!config->namespaces)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next)
		config->n_namespaces +=
			namespace_read(reader, item, &config->namespaces[config->n_namespaces]);
	if (reader->no_memory)
		return;
	/* A source's own name is its namespace for whoever reads the figures: no others may have
	 * it. */
	for (const struct yaml_node *item = node->child; item; item = item->next)
		for (size_t i = 0; i < config->n_namespaces; i++) {
			const struct config_namespace *other = &config->namespaces[i];

			if (item->kind == YAML_TEXT &&
			    text_equal(item->text, text_of(other->source)) &&
			    !text_equal(item->text, text_of(other->name)))
				reader_error(
					reader, item,
					"the namespace `%s` is the name of a source that is in "
					"another one, `%s`: choose another name",
					other->source, other->name);
		}
}

static void read_texts(struct reader *reader, const struct yaml_node *node,
		       const struct field *field, void *to)
{
	struct texts *list = to;
	char **items;
	size_t n = 0;

	if (!reader_list(reader, node, field->name, CONFIG_REGIONS_MAX))
		return;
	if (!node->n_children)
		reader_error(reader, node, "%s must name one at least", field->name);
	items = reader_take(reader, node->n_children, sizeof(*items));
	if (!items)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		items[n] = reader_text(reader, item, field->name, 1, field->max);
		n += items[n] != NULL;
	}
	*list = (struct texts){ items, n };
}

/* Platforms' own publishers. */

static void read_connect_source(struct reader *reader, const struct yaml_node *node,
				const struct field *field, void *to)
{
	struct texts *list = to;

	read_texts(reader, node, field, to);
	for (size_t i = 0; i < list->count; i++)
		if (!is_name(text_of(list->items[i]), source_letters))
			reader_error(reader, node,
				     "a source must be 1 to %d of a-z 0-9 . _ -, not `%s`",
				     NAME_BYTES_MAX, list->items[i]);
}

static void read_server_key(struct reader *reader, const struct yaml_node *node,
			    const struct field *field, void *to)
{
	if (node->kind == YAML_TEXT && z85_is_key(node->text))
		field_text(reader, node, field, to);
	else
		reader_error(reader, node,
			     "%s must be the %d characters of the publisher's public key, in "
			     "quotes",
			     field->name, Z85_KEY);
}

static const struct field connect_fields[] = {
	{ .name = "endpoint",
	  .read = read_peer,
	  MEMBER(struct config_connect, endpoint),
	  .required = true },
	{ .name = "server_key",
	  .read = read_server_key,
	  MEMBER(struct config_connect, server_key),
	  .min = 1,
	  .max = Z85_KEY },
	{ .name = "sources",
	  .read = read_connect_source,
	  MEMBER(struct config_connect, sources),
	  .max = NAME_BYTES_MAX },
};
static const struct fields connect_map = FIELDS("a publisher to connect to", connect_fields);

/* Who is not known by a key is on this machine; and who is known says what is its own only. */
static void check_connect(struct reader *reader, const struct yaml_node *node,
			  const struct config_connect *connect)
{
	struct config_reading *reading = reader->context;

	if (!connect->endpoint)
		return;
	reading->config->has_curve |= connect->server_key != NULL;
	if (endpoint_is_local(connect->endpoint)) {
		if (connect->server_key && strncmp(connect->endpoint, "ipc://", 6) == 0)
			reader_error(reader, node,
				     "an ipc:// endpoint has no server_key: what guards it are its "
				     "directory's permissions");
		return;
	}
	if (!connect->server_key)
		reader_error(reader, node,
			     "`%.60s` is on another machine, and needs its server_key and "
			     "sources: {endpoint: ..., server_key: \"...\", sources: [...]}",
			     connect->endpoint);
	else if (connect->sources.count == 0)
		reader_error(reader, node,
			     "`%.60s` is on another machine: say which sources may come from it, "
			     "sources: [...]",
			     connect->endpoint);
}

/* An endpoint alone, or with the sources that may come from it. */
static void read_connects(struct reader *reader, const struct yaml_node *node,
			  const struct field *field, void *to)
{
	struct config *config = to;

	if (!reader_list(reader, node, field->name, CONFIG_ENDPOINTS_MAX))
		return;
	config->connects = reader_take(reader, node->n_children, sizeof(*config->connects));
	if (!config->connects)
		return;
	for (const struct yaml_node *item = node->child; item; item = item->next) {
		struct config_connect *connect = &config->connects[config->n_connects++];
		size_t n_errors = reader->errors->count;

		if (item->kind == YAML_TEXT)
			read_peer(reader, item, field, &connect->endpoint);
		else
			fields_read(reader, item, NULL, &connect_map, connect);
		if (reader->errors->count == n_errors)
			check_connect(reader, item, connect);
	}
}

/* Audiences. */

static void read_audience_name(struct reader *reader, const struct yaml_node *node,
			       const struct field *field, void *to)
{
	const struct config_reading *reading = reader->context;
	const struct config *config = reading->config;

	if (node->kind != YAML_TEXT || !is_name(node->text, audience_letters)) {
		reader_error(reader, node, "an audience's %s must be 1 to %d of a-z 0-9 -",
			     field->name, NAME_BYTES_MAX);
		return;
	}
	for (size_t i = 0; i < config->n_audiences; i++)
		if (config->audiences[i].name &&
		    text_equal(text_of(config->audiences[i].name), node->text))
			reader_error(reader, node, "there is an audience `%.*s` already",
				     YAML_EXCERPT(node->text));
	field_text(reader, node, field, to);
}

static const struct field audience_fields[] = {
	{ .name = "name",
	  .read = read_audience_name,
	  MEMBER(struct config_audience, name),
	  .min = 1,
	  .max = NAME_BYTES_MAX,
	  .required = true },
	{ .name = "plane",
	  .read = read_plane,
	  MEMBER(struct config_audience, plane),
	  .min = 1,
	  .max = NAME_BYTES_MAX },
	{ .name = "regions",
	  .read = read_texts,
	  MEMBER(struct config_audience, regions),
	  .max = CODE_BYTES_MAX },
	{ .name = "publish", .read = read_binds, MEMBER(struct config_audience, publish) },
	{ .name = "snapshot", .read = read_binds, MEMBER(struct config_audience, snapshot) },
	{ .name = "ask", .read = read_binds, MEMBER(struct config_audience, ask) },
};
static const struct fields audience = FIELDS("an audience", audience_fields);

static struct yaml_doc *defaults_read(struct reader *reader, const char *text)
{
	struct yaml_doc *doc = NULL;

	if (yaml_parse(text_of(text), reader->errors, &doc) < 0)
		reader->no_memory = true; /* there is nothing else that can be wrong with it */
	return doc;
}

static bool names_endpoints(const struct yaml_node *item)
{
	return !yaml_is_absent(yaml_get(item, "publish")) ||
	       !yaml_is_absent(yaml_get(item, "snapshot"));
}

static void read_audiences(struct reader *reader, const struct yaml_node *node,
			   const struct field *field, void *to)
{
	struct config *config = to;
	struct yaml_doc *defaults, *lone;

	if (node->kind != YAML_LIST || node->n_children < 1 ||
	    node->n_children > CONFIG_AUDIENCES_MAX) {
		reader_error(reader, node, "%s must be a list of 1 to %d maps, [{name: ...}]",
			     field->name, CONFIG_AUDIENCES_MAX);
		return;
	}
	config->audiences = reader_take(reader, node->n_children, sizeof(*config->audiences));
	defaults = defaults_read(reader, audience_text);
	lone = defaults_read(reader, lone_audience_text);
	if (config->audiences && defaults && lone)
		for (const struct yaml_node *item = node->child; item; item = item->next) {
			fields_read(reader, item,
				    yaml_root(names_endpoints(item) ? defaults : lone), &audience,
				    &config->audiences[config->n_audiences]);
			config->n_audiences++;
		}
	yaml_doc_free(defaults);
	yaml_doc_free(lone);
}

/* The file. */

static const struct field config_fields[] = {
	{ .name = "state",
	  .read = field_text,
	  MEMBER(struct config, state),
	  .min = 1,
	  .max = CONFIG_DIR_MAX },
	{ .name = "runtime",
	  .read = field_text,
	  MEMBER(struct config, runtime),
	  .min = 1,
	  .max = CONFIG_DIR_MAX },
	{ .name = "catalogue",
	  .read = field_text,
	  MEMBER(struct config, catalogue),
	  .min = 1,
	  .max = CONFIG_DIR_MAX,
	  .reloads = true },
	{ .name = "security", .read = read_security, MEMBER(struct config, security) },
	{ .name = "keys",
	  .read = field_text,
	  MEMBER(struct config, keys),
	  .min = 1,
	  .max = CONFIG_DIR_MAX,
	  .reloads = true },
	{ .name = "server_key",
	  .read = field_text,
	  MEMBER(struct config, server_key),
	  .min = 1,
	  .max = CONFIG_DIR_MAX },
	{ .name = "namespaces", .read = read_namespaces, WHOLE },
	{ .name = "cadence", .read = read_cadence, WHOLE },
	{ .name = "as_of", .read = read_as_of, MEMBER(struct config, as_of) },
	{ .name = "open", .read = read_open, WHOLE },
	{ .name = "tick_ms",
	  .read = field_integer,
	  MEMBER(struct config, tick_ms),
	  .min = TICK_MIN_MS,
	  .max = TICK_MAX_MS },
	{ .name = "journal_max_mib",
	  .read = field_integer,
	  MEMBER(struct config, journal_max_mib),
	  .min = 1,
	  .max = JOURNAL_MAX_MIB },
	{ .name = "names_per_source",
	  .read = field_integer,
	  MEMBER(struct config, names_per_source),
	  .min = 1,
	  .max = NAMES_PER_SOURCE_MAX },
	{ .name = "audit_months",
	  .read = field_integer,
	  MEMBER(struct config, audit_months),
	  .min = 1,
	  .max = AUDIT_MONTHS_MAX },
	{ .name = "names_strict", .read = field_flag, MEMBER(struct config, names_strict) },
	{ .name = "events", .read = read_binds, MEMBER(struct config, events) },
	{ .name = "connect", .read = read_connects, WHOLE },
	{ .name = "intake", .read = read_binds, MEMBER(struct config, intake) },
	{ .name = "control", .read = read_bind_or_binds, MEMBER(struct config, control) },
	{ .name = "audiences", .read = read_audiences, WHOLE },
	{ .name = "retention",
	  .read = field_integer,
	  MEMBER(struct config, retention),
	  .min = 1,
	  .max = RETENTION_MAX },
	{ .name = "forgotten", .read = read_forgotten, MEMBER(struct config, forgotten) },
	{ .name = "reload_may_lose",
	  .read = field_flag,
	  MEMBER(struct config, reload_may_lose),
	  .reloads = true },
};
static const struct fields config_top = FIELDS("liftd.yaml", config_fields);

/* A directory: BASE, or where that is NULL nothing, and the rest. */
static char *directory(struct reader *reader, const char *base, const char *rest)
{
	size_t size = strlen(base) + strlen(rest);
	char *text = reader_take(reader, size + 1, 1);

	if (text)
		snprintf(text, size + 1, "%s%s", base, rest);
	return text;
}

/* The XDG base directory specification: only absolute paths count. */
static const char *variable(char *(*env)(const char *), const char *name)
{
	const char *value = env(name);

	return value && *value == '/' ? value : NULL;
}

static void directories_default(struct reader *reader, struct config *config,
				char *(*env)(const char *), bool is_root)
{
	const char *state = variable(env, "XDG_STATE_HOME"), *home = variable(env, "HOME");
	const char *runtime = variable(env, "XDG_RUNTIME_DIR");
	char own[32];

	snprintf(own, sizeof(own), "/tmp/liftd-%lu", (unsigned long)getuid());
	if (is_root) {
		config->state = directory(reader, "/var/lib/liftd", "");
		config->runtime = directory(reader, "/run/liftd", "");
		return;
	}
	if (state)
		config->state = directory(reader, state, "/liftd");
	else if (home)
		config->state = directory(reader, home, "/.local/state/liftd");
	else
		config->state = directory(reader, own, "/state");
	config->runtime =
		runtime ? directory(reader, runtime, "/liftd") : directory(reader, own, "");
}

int config_parse(struct text text, struct yaml_errors *errors, char *(*env)(const char *),
		 bool is_root, struct config **ret_config)
{
	struct config *config = calloc(1, sizeof(*config));
	struct config_reading reading = { .config = config };
	struct reader reader = { .errors = errors, .context = &reading };
	struct yaml_doc *doc = NULL, *defaults = NULL;
	size_t n_errors = errors->count;
	int err = LIFT_E_MEMORY;

	*ret_config = NULL;
	if (!config)
		return err;
	reader.arena = &config->arena;
	defaults = defaults_read(&reader, defaults_text);
	directories_default(&reader, config, env, is_root);
	if (!reader.no_memory)
		err = yaml_parse(text, errors, &doc);
	if (!err) {
		fields_read(&reader, yaml_root(doc), yaml_root(defaults), &config_top, config);
		config->has_runtime = !yaml_is_absent(yaml_get(yaml_root(doc), "runtime"));
		if (errors->count > n_errors)
			err = LIFT_E_CONFIG;
	}
	if (reader.no_memory)
		err = LIFT_E_MEMORY;
	config->doc = doc;
	config->defaults = defaults;
	if (err)
		config_free(config);
	else
		*ret_config = config;
	return err;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	yaml_doc_free(config->doc);
	yaml_doc_free(config->defaults);
	arena_free(&config->arena);
	free(config);
}

/* What has changed. */

static const struct yaml_node *value_of(const struct config *config, const char *key)
{
	const struct yaml_node *node = yaml_get(yaml_root(config->doc), key);

	return yaml_is_absent(node) ? yaml_get(yaml_root(config->defaults), key) : node;
}

static bool node_equal(const struct yaml_node *a, const struct yaml_node *b)
{
	if (!a || !b || a->kind != b->kind || !text_equal(a->key, b->key) ||
	    a->n_children != b->n_children)
		return a == b;
	if (a->kind == YAML_TEXT)
		return text_equal(a->text, b->text);
	for (a = a->child, b = b->child; a; a = a->next, b = b->next)
		if (!node_equal(a, b))
			return false;
	return true;
}

/* Texts by their members: the directories' defaults stand in no file. */
static bool is_same(const struct config *a, const struct config *b, const struct field *field)
{
	const char *const *x = (const void *)((const char *)a + field->offset);
	const char *const *y = (const void *)((const char *)b + field->offset);

	if (field->read == field_text)
		return strcmp(*x, *y) == 0;
	return node_equal(value_of(a, field->name), value_of(b, field->name));
}

size_t config_differs(const struct config *a, const struct config *b, bool reloads,
		      const char *ret_keys[static CONFIG_KEYS_MAX])
{
	size_t n = 0;

	static_assert(sizeof(config_fields) / sizeof(config_fields[0]) <= CONFIG_KEYS_MAX,
		      "callers have room for so many");
	for (size_t i = 0; i < config_top.n; i++)
		if (config_fields[i].reloads == reloads && !is_same(a, b, &config_fields[i]))
			ret_keys[n++] = config_fields[i].name;
	return n;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/foreign/build.h"

#include <stdio.h>

#include "clients/xapi/read/format.h"
#include "clients/xapi/read/json.h"

int build_fault(struct build *build, const char *part, const char *format, ...)
{
	char where[BUILD_WHERE];
	va_list args;

	snprintf(where, sizeof(where), "%s%s%s", build->where, *part ? "." : "", part);
	va_start(args, format);
	fault_vset(build->fault, 400, where, format, args);
	va_end(args);
	return LIFT_E_MALFORMED;
}

json_t *build_new(struct build *build, json_t *value)
{
	build->failed = build->failed || !value;
	return value;
}

void build_set(struct build *build, json_t *object, const char *key, json_t *value)
{
	if (value && json_object_set_new(object, key, value) != 0)
		build->failed = true;
}

void build_append(struct build *build, json_t *array, json_t *value)
{
	if (value && json_array_append_new(array, value) != 0)
		build->failed = true;
}

static json_t *new_text(struct build *build, struct text text)
{
	return build_new(build, json_stringn(text.data, text.size));
}

/* Where the last part of an IRI begins; 0: it has none, or nothing before it would be an IRI. */
static size_t last_part(struct text iri)
{
	size_t end = iri.size;

	while (end > 0 && !strchr("/#:", iri.data[end - 1]))
		end--;
	if (end < 2 || end == iri.size || !FORMAT_IRI.is((struct text){ iri.data, end - 1 }) ||
	    iri.data[end - 2] == '/' || iri.data[end - 2] == ':')
		return 0;
	return end;
}

json_t *build_agent(struct build *build, struct text iri)
{
	json_t *agent = build_new(build, json_object()), *account;
	struct text bare = iri;
	size_t name;

	while (bare.size > 0 && bare.data[bare.size - 1] == '/')
		bare.size--;
	name = last_part(bare);
	if (FORMAT_MAILTO.is(iri)) {
		build_set(build, agent, "mbox", new_text(build, iri));
	} else if (name == 0) {
		build_set(build, agent, "openid", new_text(build, iri));
	} else {
		account = build_new(build, json_object());
		build_set(build, account, "homePage",
			  new_text(build, (struct text){ bare.data, name - 1 }));
		build_set(build, account, "name",
			  new_text(build, (struct text){ bare.data + name, bare.size - name }));
		build_set(build, agent, "account", account);
	}
	return agent;
}

json_t *build_activity(struct build *build, struct text iri, struct text type, struct text name)
{
	json_t *activity = build_new(build, json_object()), *definition, *names;

	build_set(build, activity, "id", new_text(build, iri));
	if (type.size == 0 && name.size == 0)
		return activity;
	definition = build_new(build, json_object());
	if (type.size > 0)
		build_set(build, definition, "type",
			  build_new(build, json_sprintf("%s%.*s", VERB_CALIPER, (int)type.size,
							type.data)));
	if (name.size > 0) {
		names = build_new(build, json_object());
		build_set(build, names, "und", new_text(build, name));
		build_set(build, definition, "name", names);
	}
	build_set(build, activity, "definition", definition);
	return activity;
}

int build_finish(struct build *build, json_t *statement, json_t *statements)
{
	int err = build->failed || !statement ? LIFT_E_MEMORY : 0;

	if (!err)
		err = statement_check(statement, XAPI_1_0, build->where, build->fault);
	if (err)
		json_decref(statement);
	else if (json_array_append_new(statements, statement) != 0)
		err = LIFT_E_MEMORY;
	return err;
}

bool build_is_word(struct text text)
{
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = (unsigned char)text.data[i], lower = c | 0x20;

		if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && c != '_')
			return false;
	}
	return text.size > 0;
}

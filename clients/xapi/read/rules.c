/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/rules.h"

#include <assert.h>
#include <stdio.h>

#include "clients/xapi/read/format.h"
#include "clients/xapi/read/json.h"

enum {
	WHERE_MAX = 160,
	NAMES_MAX = 200,
	PROPERTIES_MAX = 32,
};

static size_t write_place(const struct place *place, char to[static WHERE_MAX])
{
	size_t size = place->up ? write_place(place->up, to) : 0, room = WHERE_MAX - size;
	char name[FAULT_NAME];
	int n;

	if (!place->name) {
		n = snprintf(to + size, room, "[%zu]", place->index);
	} else if (!place->up) {
		n = snprintf(to + size, room, "%s", place->name);
	} else {
		fault_name(place->name, place->name_size, name);
		n = snprintf(to + size, room, place->foreign ? "[\"%s\"]" : ".%s", name);
	}
	return n > 0 && (size_t)n < room ? size + (size_t)n : WHERE_MAX - 1;
}

bool rule_fault(const struct check *check, const struct place *place, const char *format, ...)
{
	char where[WHERE_MAX] = "";
	va_list args;

	write_place(place, where);
	va_start(args, format);
	fault_vset(check->fault, 400, where, format, args);
	va_end(args);
	return false;
}

struct place place_in(const struct place *up, const char *name)
{
	return (struct place){ .up = up, .name = name, .name_size = strlen(name) };
}

static const char *what_is(const json_t *value)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a text",
		[JSON_INTEGER] = "a number", [JSON_REAL] = "a number",	[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",	     [JSON_NULL] = "null",
	};

	return names[json_typeof(value)];
}

static bool fault_expected(const struct check *check, const struct place *place,
			   const json_t *value, const char *expected)
{
	if (json_is_null(value))
		return rule_fault(check, place,
				  "expected %s; null may stand in extensions only: leave the "
				  "property out",
				  expected);
	return rule_fault(check, place, "expected %s, and this is %s", expected,
			  json_is_string(value) ? "another text" : what_is(value));
}

/* The names that are known, as many as the sentence has room for. */
static bool fault_unknown(const struct check *check, const struct place *place,
			  const struct object_rule *rule)
{
	char names[NAMES_MAX] = "";
	size_t size = 0;

	for (size_t i = 0; i < rule->n_properties; i++) {
		const struct property *property = &rule->properties[i];

		if (property->since_2_0 && check->version < XAPI_2_0)
			continue;
		size += (size_t)snprintf(names + size, sizeof(names) - size, "%s%s",
					 size ? ", " : "", property->name.data);
		if (size >= sizeof(names))
			break;
	}
	return rule_fault(check, place, "no such property here; there are: %s", names);
}

static const struct property *find_property(const struct object_rule *rule, struct text name,
					    size_t *ret_index)
{
	for (size_t i = 0; i < rule->n_properties; i++)
		if (text_equal(rule->properties[i].name, name)) {
			*ret_index = i;
			return &rule->properties[i];
		}
	return NULL;
}

static bool has_all(const struct check *check, const struct place *place,
		    const struct object_rule *rule, uint32_t seen)
{
	for (size_t i = 0; i < rule->n_properties; i++) {
		const struct property *property = &rule->properties[i];

		if (property->required && !(seen & (UINT32_C(1) << i)))
			return rule_fault(check, place, "%s is missing", property->name.data);
	}
	return true;
}

bool rule_object(const struct check *check, const struct place *place, const json_t *value,
		 const void *of)
{
	const struct object_rule *rule = of;
	uint32_t seen = 0;

	assert(rule->n_properties <= PROPERTIES_MAX);
	if (!json_is_object(value))
		return fault_expected(check, place, value, "an object");
	for (void *at = json_object_iter((json_t *)value); at;
	     at = json_object_iter_next((json_t *)value, at)) {
		struct place part = { .up = place,
				      .name = json_object_iter_key(at),
				      .name_size = json_object_iter_key_len(at) };
		const struct property *property;
		size_t i = 0;

		property = find_property(rule, (struct text){ part.name, part.name_size }, &i);
		if (!property || (property->since_2_0 && check->version < XAPI_2_0))
			return fault_unknown(check, &part, rule);
		seen |= UINT32_C(1) << i;
		if (!property->rule.fn(check, &part, json_object_iter_value(at), property->rule.of))
			return false;
	}
	return has_all(check, place, rule, seen) &&
	       (!rule->whole || rule->whole(check, place, value, rule->of));
}

static bool fault_kind(const struct check *check, const struct place *place, const json_t *type,
		       const struct object_kind *kinds)
{
	struct place part = place_in(place, "objectType");
	char names[NAMES_MAX] = "";
	size_t size = 0;

	for (size_t i = 0; kinds[i].type && size < sizeof(names); i++)
		size += (size_t)snprintf(names + size, sizeof(names) - size, "%s%s",
					 i ? " or " : "", kinds[i].type);
	if (!type)
		return rule_fault(check, place, "objectType is missing: %s", names);
	return fault_expected(check, &part, type, names);
}

bool rule_kind(const struct check *check, const struct place *place, const json_t *value,
	       const void *of)
{
	const struct object_kind *kinds = of;
	const json_t *type;

	if (!json_is_object(value))
		return fault_expected(check, place, value, "an object");
	type = json_object_get(value, "objectType");
	if (!type && !kinds->needs_type)
		return rule_object(check, place, value, kinds->rule);
	for (const struct object_kind *kind = kinds; type && kind->type; kind++)
		if (json_is_string(type) && text_equal(json_text(type), text_of(kind->type)))
			return rule_object(check, place, value, kind->rule);
	return fault_kind(check, place, type, kinds);
}

bool rule_array(const struct check *check, const struct place *place, const json_t *value,
		const void *of)
{
	const struct array_rule *rule = of;
	struct place part = { .up = place };

	if (rule->or_one && json_is_object(value))
		return rule->item.fn(check, place, value, rule->item.of);
	if (!json_is_array(value) || json_array_size(value) < rule->least)
		return fault_expected(check, place, value, rule->expected);
	for (; part.index < json_array_size(value); part.index++)
		if (!rule->item.fn(check, &part, json_array_get(value, part.index), rule->item.of))
			return false;
	return true;
}

bool rule_format(const struct check *check, const struct place *place, const json_t *value,
		 const void *of)
{
	const struct format *format = of;

	return (json_is_string(value) && format->is(json_text(value))) ||
	       fault_expected(check, place, value, format->expected);
}

bool rule_time(const struct check *check, const struct place *place, const json_t *value,
	       const void *of)
{
	(void)of;
	return rule_format(check, place, value,
			   check->version < XAPI_2_0 ? &FORMAT_TIME : &FORMAT_TIME_RFC3339);
}

bool rule_version(const struct check *check, const struct place *place, const json_t *value,
		  const void *of)
{
	(void)of;
	return rule_format(check, place, value,
			   check->version < XAPI_2_0 ? &FORMAT_VERSION_1_0 : &FORMAT_VERSION);
}

bool rule_words(const struct check *check, const struct place *place, const json_t *value,
		const void *of)
{
	char names[NAMES_MAX] = "";
	size_t size = 0;

	for (const char *const *word = of; *word && json_is_string(value); word++)
		if (text_equal(text_of(*word), json_text(value)))
			return true;
	for (const char *const *word = of; *word && size < sizeof(names); word++)
		size += (size_t)snprintf(names + size, sizeof(names) - size, "%s%s",
					 size ? " or " : "", *word);
	return fault_expected(check, place, value, names);
}

bool rule_any_text(const struct check *check, const struct place *place, const json_t *value,
		   const void *of)
{
	(void)of;
	return json_is_string(value) || fault_expected(check, place, value, "a text");
}

bool rule_bool(const struct check *check, const struct place *place, const json_t *value,
	       const void *of)
{
	(void)of;
	return json_is_boolean(value) || fault_expected(check, place, value, "true or false");
}

bool rule_number(const struct check *check, const struct place *place, const json_t *value,
		 const void *of)
{
	(void)of;
	return json_is_number(value) || fault_expected(check, place, value, "a number");
}

bool rule_count(const struct check *check, const struct place *place, const json_t *value,
		const void *of)
{
	(void)of;
	return (json_is_integer(value) && json_integer_value(value) >= 0) ||
	       fault_expected(check, place, value, "a whole number from 0");
}

/* An object whose keys are of a form, with texts or anything in it. */
static bool is_keyed(const struct check *check, const struct place *place, const json_t *value,
		     const struct format *format, bool texts)
{
	for (void *at = json_object_iter((json_t *)value); at;
	     at = json_object_iter_next((json_t *)value, at)) {
		struct place part = { .up = place,
				      .name = json_object_iter_key(at),
				      .name_size = json_object_iter_key_len(at),
				      .foreign = true };

		if (!format->is((struct text){ part.name, part.name_size }))
			return rule_fault(check, &part, "the key must be %s", format->expected);
		if (texts && !rule_any_text(check, &part, json_object_iter_value(at), NULL))
			return false;
	}
	return true;
}

bool rule_language_map(const struct check *check, const struct place *place, const json_t *value,
		       const void *of)
{
	(void)of;
	if (!json_is_object(value) || json_object_size(value) == 0)
		return fault_expected(check, place, value,
				      "an object of texts by language, as {\"en\": \"...\"}");
	return is_keyed(check, place, value, &FORMAT_LANGUAGE, true);
}

bool rule_extensions(const struct check *check, const struct place *place, const json_t *value,
		     const void *of)
{
	(void)of;
	if (!json_is_object(value))
		return fault_expected(check, place, value, "an object of extensions");
	return is_keyed(check, place, value, &FORMAT_IRI, false);
}

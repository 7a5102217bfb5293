/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/foreign/caliper.h"

#include <stdio.h>

#include "clients/xapi/read/foreign/build.h"
#include "clients/xapi/read/format.h"
#include "clients/xapi/read/json.h"
#include "clients/xapi/read/media.h"
#include "clients/xapi/read/moment.h"

enum {
	LEVELS_MAX = 8, /* of what a thing is part of */
};

static const struct text NOTHING = { NULL, 0 };

/* An entity is its IRI, or an object with it. No bytes: it is neither. */
static struct text iri_of(const json_t *entity)
{
	const json_t *id = json_is_object(entity) ? json_object_get(entity, "id") : entity;

	return json_is_string(id) && FORMAT_IRI.is(json_text(id)) ? json_text(id) : NOTHING;
}

/* A term, also where it is written as an IRI that ends in it. */
static struct text word_of(const json_t *object, const char *key)
{
	struct text text = json_text(json_object_get(object, key));
	size_t begin = text.size;

	while (begin > 0 && !strchr("/#", text.data[begin - 1]))
		begin--;
	text = (struct text){ text.size ? text.data + begin : NULL, text.size - begin };
	return build_is_word(text) ? text : NOTHING;
}

static bool is_a(const json_t *entity, const char *type)
{
	return text_equal(word_of(entity, "type"), text_of(type));
}

static bool ends_in_event(struct text type)
{
	static const struct text end = TEXT("Event");

	return type.size >= end.size &&
	       memcmp(type.data + type.size - end.size, end.data, end.size) == 0;
}

/* The attempt that an event is about: its object, what it made, or what that is the score of. NULL:
 * none. */
static const json_t *attempt_of(const json_t *event)
{
	const json_t *generated = json_object_get(event, "generated");
	const json_t *const candidates[] = { json_object_get(event, "object"),
					     json_object_get(generated, "attempt"), generated,
					     json_object_get(event, "target") };

	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
		if (is_a(candidates[i], "Attempt"))
			return candidates[i];
	return NULL;
}

/* Who learns: whose attempt it is, else who acts. Who gives a grade is not who got it. */
static int make_actor(struct build *build, const json_t *event, json_t *statement)
{
	struct text assignee = iri_of(json_object_get(attempt_of(event), "assignee"));
	struct text actor = iri_of(json_object_get(event, "actor"));

	if (actor.size == 0)
		return build_fault(build, "actor", "expected an IRI, or an object with one as id");
	if (assignee.size == 0 && is_a(event, "GradeEvent"))
		return build_fault(build, "object.assignee",
				   "a grade needs its learner: the assignee of the attempt");
	build_set(build, statement, "actor",
		  build_agent(build, assignee.size > 0 ? assignee : actor));
	return 0;
}

static json_t *activity_of(struct build *build, const json_t *entity)
{
	struct text iri = iri_of(entity);

	return iri.size == 0 ? NULL
			     : build_activity(build, iri, word_of(entity, "type"),
					      json_text(json_object_get(entity, "name")));
}

/* What it was done with: of an attempt, what was attempted. */
static const json_t *thing_of(const json_t *event)
{
	const json_t *object = json_object_get(event, "object");
	const json_t *attempt = is_a(object, "Attempt") ? attempt_of(event) : NULL;
	const json_t *assignable = json_object_get(attempt, "assignable");

	if (attempt && iri_of(assignable).size == 0)
		assignable = json_object_get(
			json_object_get(json_object_get(event, "generated"), "attempt"),
			"assignable");
	return iri_of(assignable).size > 0 ? assignable : object;
}

/* What the thing is part of is its parent; what that is part of, and whose course it was, are
 * around it. */
static void make_activities(struct build *build, const json_t *event, json_t *context)
{
	json_t *parent = build_new(build, json_array()), *grouping = build_new(build, json_array());
	json_t *activities = build_new(build, json_object());
	const json_t *above = json_object_get(thing_of(event), "isPartOf");
	const json_t *group = json_object_get(event, "group");

	for (int i = 0; above && i < LEVELS_MAX; i++, above = json_object_get(above, "isPartOf"))
		build_append(build, i ? grouping : parent, activity_of(build, above));
	for (int i = 0; group && i < LEVELS_MAX;
	     i++, group = json_object_get(group, "subOrganizationOf"))
		build_append(build, grouping, activity_of(build, group));
	if (json_array_size(parent) > 0)
		build_set(build, activities, "parent", json_incref(parent));
	if (json_array_size(grouping) > 0)
		build_set(build, activities, "grouping", json_incref(grouping));
	if (json_object_size(activities) > 0)
		build_set(build, context, "contextActivities", json_incref(activities));
	json_decref(activities);
	json_decref(grouping);
	json_decref(parent);
}

/* Extensions, by IRIs: a name that is none stands behind VERB_CALIPER "extensions/". */
static void make_extensions(struct build *build, const json_t *event, json_t *context)
{
	const json_t *extensions = json_object_get(event, "extensions");
	json_t *to = build_new(build, json_object());

	for (void *at = json_object_iter((json_t *)extensions); at;
	     at = json_object_iter_next((json_t *)extensions, at)) {
		const char *name = json_object_iter_key(at);
		json_t *iri = build_new(build,
					FORMAT_IRI.is(text_of(name))
						? json_string(name)
						: json_sprintf(VERB_CALIPER "extensions/%s", name));

		if (FORMAT_IRI.is(json_text(iri)))
			build_set(build, to, json_string_value(iri),
				  json_incref(json_object_iter_value(at)));
		json_decref(iri);
	}
	if (json_object_size(to) > 0)
		build_set(build, context, "extensions", json_incref(to));
	json_decref(to);
}

static void make_context(struct build *build, const json_t *event, json_t *statement)
{
	json_t *context = build_new(build, json_object());

	make_activities(build, event, context);
	make_extensions(build, event, context);
	if (json_object_size(context) > 0)
		build_set(build, statement, "context", json_incref(context));
	json_decref(context);
}

static void make_score(struct build *build, const json_t *event, json_t *result)
{
	const json_t *generated = json_object_get(event, "generated");
	const json_t *raw = json_object_get(generated, "scoreGiven");
	const json_t *max = json_object_get(generated, "maxScore");
	json_t *score;

	if (!json_is_number(raw))
		return;
	score = build_new(build, json_object());
	build_set(build, score, "raw", json_incref((json_t *)raw));
	if (json_is_number(max))
		build_set(build, score, "max", json_incref((json_t *)max));
	build_set(build, result, "score", score);
}

/* How long the attempt took: as it says, or from its beginning to its end. */
static void make_duration(struct build *build, const json_t *event, json_t *result)
{
	const json_t *attempt = attempt_of(event);
	const json_t *duration = json_object_get(attempt, "duration");
	int64_t begin_ms, end_ms;

	if (json_is_string(duration) && FORMAT_DURATION.is(json_text(duration)))
		build_set(build, result, "duration", json_incref((json_t *)duration));
	else if (moment_parse(json_text(json_object_get(attempt, "startedAtTime")), &begin_ms) &&
		 moment_parse(json_text(json_object_get(attempt, "endedAtTime")), &end_ms) &&
		 end_ms > begin_ms)
		build_set(build, result, "duration",
			  build_new(build, json_sprintf("PT%lldS",
							(long long)(end_ms - begin_ms) / 1000)));
}

static void make_result(struct build *build, const json_t *event, json_t *statement)
{
	json_t *result = build_new(build, json_object());

	make_score(build, event, result);
	make_duration(build, event, result);
	if (json_object_size(result) > 0)
		build_set(build, statement, "result", json_incref(result));
	json_decref(result);
}

static int make_verb(struct build *build, const json_t *event, json_t *statement)
{
	struct text type = word_of(event, "type"), action = word_of(event, "action");
	json_t *verb;

	if (action.size == 0)
		return build_fault(build, "action", "expected a term, as Submitted");
	verb = build_new(build, json_object());
	build_set(build, verb, "id",
		  build_new(build, json_sprintf(VERB_CALIPER "%.*s#%.*s", (int)type.size, type.data,
						(int)action.size, action.data)));
	build_set(build, statement, "verb", verb);
	return 0;
}

static int make_object(struct build *build, const json_t *event, json_t *statement)
{
	json_t *object = activity_of(build, thing_of(event));

	if (!object && !build->failed)
		return build_fault(build, "object", "expected an IRI, or an object with one as id");
	build_set(build, statement, "object", object);
	return 0;
}

static int make_moment(struct build *build, const json_t *event, json_t *statement)
{
	json_t *time = json_object_get(event, "eventTime");
	int64_t ms;

	if (!json_is_string(time) || !moment_parse(json_text(time), &ms))
		return build_fault(build, "eventTime", "expected %s", FORMAT_TIME.expected);
	build_set(build, statement, "timestamp", json_incref(time));
	return 0;
}

static int make_id(struct build *build, const json_t *event, json_t *statement)
{
	static const struct text scheme = TEXT("urn:uuid:");
	const json_t *id = json_object_get(event, "id");
	struct text text = json_text(id);

	if (!id)
		return 0;
	if (text.size <= scheme.size || memcmp(text.data, scheme.data, scheme.size) != 0 ||
	    !FORMAT_UUID.is((struct text){ text.data + scheme.size, text.size - scheme.size }))
		return build_fault(build, "id", "expected urn:uuid: and a UUID");
	build_set(build, statement, "id", build_new(build, json_string(text.data + scheme.size)));
	return 0;
}

static int take_event(struct build *build, const json_t *event, json_t *statements)
{
	static int (*const makers[])(struct build *, const json_t *,
				     json_t *) = { make_id, make_verb, make_actor, make_object,
						   make_moment };
	json_t *statement = build_new(build, json_object());
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(makers) / sizeof(makers[0]); i++)
		err = makers[i](build, event, statement);
	if (err) {
		json_decref(statement);
		return err;
	}
	make_context(build, event, statement);
	make_result(build, event, statement);
	return build_finish(build, statement, statements);
}

/* An event becomes a statement; what describes a person or a thing, nothing. */
static int take_item(struct build *build, const json_t *item, json_t *statements)
{
	struct text type = word_of(item, "type");

	if (!json_is_object(item) || type.size == 0)
		return build_fault(build, "",
				   "expected an event or an entity: an object with type");
	return ends_in_event(type) ? take_event(build, item, statements) : 0;
}

static bool is_data_version(const json_t *version)
{
	static const char *const known[] = { "http://purl.imsglobal.org/ctx/caliper/v1p1",
					     "http://purl.imsglobal.org/ctx/caliper/v1p2" };
	struct text text = json_text(version);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t size = strlen(known[i]);

		if (text.size >= size && memcmp(text.data, known[i], size) == 0 &&
		    (text.size == size || text.data[size] == '/'))
			return true;
	}
	return false;
}

static int check_envelope(const json_t *envelope, struct fault *fault)
{
	struct build build = { "envelope", fault, false };
	const json_t *data = json_object_get(envelope, "data");
	int64_t ms;

	if (!json_is_object(envelope))
		return build_fault(&build, "", "expected {sensor, sendTime, dataVersion, data}");
	if (!is_data_version(json_object_get(envelope, "dataVersion")))
		return build_fault(&build, "dataVersion",
				   "expected http://purl.imsglobal.org/ctx/caliper/v1p1 or v1p2");
	if (!json_is_string(json_object_get(envelope, "sensor")))
		return build_fault(&build, "sensor", "expected a text");
	if (!moment_parse(json_text(json_object_get(envelope, "sendTime")), &ms))
		return build_fault(&build, "sendTime", "expected %s", FORMAT_TIME.expected);
	if (!json_is_array(data))
		return build_fault(&build, "data", "expected an array of events and entities");
	if (json_array_size(data) > BODY_STATEMENTS_MAX) {
		build_fault(&build, "data", "a request may have %d events", BODY_STATEMENTS_MAX);
		fault->status = 413;
		return LIFT_E_MALFORMED;
	}
	return 0;
}

int caliper_take(const json_t *envelope, json_t *statements, struct fault *ret_fault)
{
	const json_t *data = json_object_get(envelope, "data");
	char where[BUILD_WHERE];
	int err = check_envelope(envelope, ret_fault);

	for (size_t i = 0; !err && i < json_array_size(data); i++) {
		struct build build = { where, ret_fault, false };

		snprintf(where, sizeof(where), "data[%zu]", i);
		err = take_item(&build, json_array_get(data, i), statements);
	}
	return err;
}

int body_caliper(struct text body, const char *content_type, json_t **ret_statements,
		 struct fault *ret_fault)
{
	json_t *envelope = NULL, *statements = json_array();
	int err = statements ? 0 : LIFT_E_MEMORY;

	if (!err && content_type && !media_is(content_type, "application/json") &&
	    !media_is(content_type, "application/ld+json")) {
		fault_set(ret_fault, 400, "Content-Type", "expected application/json");
		err = LIFT_E_MALFORMED;
	}
	if (!err)
		err = body_json(body, &envelope, ret_fault);
	if (!err)
		err = caliper_take(envelope, statements, ret_fault);
	json_decref(envelope);
	if (err)
		json_decref(statements);
	else
		*ret_statements = statements;
	return err;
}

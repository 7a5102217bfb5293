/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/foreign/canvas_event.h"

#include <inttypes.h>
#include <stdio.h>

#include "clients/xapi/read/foreign/build.h"
#include "clients/xapi/read/format.h"
#include "clients/xapi/read/json.h"
#include "clients/xapi/read/moment.h"

#define URN "urn:instructure:canvas:"

enum { URN_SIZE = 128 };

static const uint64_t IDS_OF_SHARD = UINT64_C(10000000000000);
static const struct text NOTHING = { NULL, 0 };

/* What a learning event is about: whose it is, what it was done with, and where its time and score
 * are, as paths in the event. */
struct subject {
	const char *name;
	const char *learner, *or_learner;
	const char *kind, *id;
	const char *time;      /* else, and where it is not there: that of the event */
	const char *raw, *max; /* a score; max "100": per cent */
};

static const struct subject SUBJECTS[] = {
	{ "grade_change", "body.student_id", "body.user_id", "assignment", "body.assignment_id",
	  NULL, "body.score", "body.points_possible" },
	{ "course_grade_change", "body.user_id", NULL, "course", "body.course_id", NULL,
	  "body.final_score", "100" },
	{ "submission_created", "body.user_id", NULL, "assignment", "body.assignment_id",
	  "body.submitted_at", NULL, NULL },
	{ "submission_updated", "body.user_id", NULL, "assignment", "body.assignment_id",
	  "body.submitted_at", NULL, NULL },
	{ "quiz_submitted", "metadata.user_id", NULL, "quiz", "body.quiz_id", NULL, NULL, NULL },
	{ "course_completed", "body.user.id", NULL, "course", "body.course.id",
	  "body.progress.completed_at", NULL, NULL },
	{ "course_progress", "body.user.id", NULL, "course", "body.course.id", NULL, NULL, NULL },
	{ "enrollment_created", "body.user_id", NULL, "course", "body.course_id", NULL, NULL,
	  NULL },
	{ "enrollment_updated", "body.user_id", NULL, "course", "body.course_id", NULL, NULL,
	  NULL },
};

/* What mappings may want to know: each becomes the extension VERB_CANVAS and the last name. */
static const char *const EXTENSIONS[] = {
	"body.type",
	"body.workflow_state",
	"body.course_section_id",
	"body.student_sis_id",
	"body.grading_complete",
	"body.progress.requirement_count",
	"body.progress.requirement_completed_count",
	"metadata.context_sis_source_id",
	"metadata.context_role",
	"metadata.hostname",
};

/* Canvas's kinds have the names that Canvas gives them as Caliper's entities. */
static struct text type_of(const char *kind)
{
	static const struct {
		const char *kind;
		struct text type;
	} types[] = { { "course", TEXT("CourseOffering") },
		      { "assignment", TEXT("AssignableDigitalResource") },
		      { "quiz", TEXT("Assessment") } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].kind, kind) == 0)
			return types[i].type;
	return NOTHING;
}

/* "body.user.id". NULL where there is none, and for null. */
static json_t *at_path(const json_t *event, const char *path)
{
	const json_t *at = event;

	while (at && *path) {
		size_t size = strcspn(path, ".");

		at = json_object_getn(at, path, size);
		path += size + (path[size] == '.');
	}
	return json_is_null(at) ? NULL : (json_t *)at;
}

static bool read_number(const json_t *value, uint64_t *ret_number)
{
	struct text text = json_text(value);
	uint64_t number = 0;

	if (json_is_integer(value) && json_integer_value(value) > 0) {
		*ret_number = (uint64_t)json_integer_value(value);
		return true;
	}
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < '0' || text.data[i] > '9' ||
		    __builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(text.data[i] - '0'), &number))
			return false;
	*ret_number = number;
	return number > 0;
}

/* The id that Canvas has all over the world: some events have the one of their part of it (shard)
 * alone, and the root account's says which that is. */
static bool read_id(const json_t *event, const char *path, uint64_t *ret_id)
{
	uint64_t root;

	if (!path || !read_number(at_path(event, path), ret_id))
		return false;
	if (*ret_id < IDS_OF_SHARD &&
	    read_number(at_path(event, "metadata.root_account_id"), &root) && root >= IDS_OF_SHARD)
		*ret_id += root - root % IDS_OF_SHARD;
	return true;
}

static json_t *make_activity(struct build *build, const char *kind, uint64_t id, struct text name)
{
	char urn[URN_SIZE];

	snprintf(urn, sizeof(urn), URN "%.40s:%" PRIu64, kind, id);
	return build_activity(build, text_of(urn), type_of(kind), name);
}

static json_t *make_account(struct build *build, const char *kind, uint64_t id)
{
	char urn[URN_SIZE];

	snprintf(urn, sizeof(urn), URN "%s:%" PRIu64, kind, id);
	return build_agent(build, text_of(urn));
}

/* The learner; of what is not about one, who did it, or, where Canvas did it itself, its
 * account. */
static int make_actor(struct build *build, const json_t *event, const struct subject *subject,
		      json_t *statement)
{
	uint64_t id = 0;
	bool is_user = subject ? read_id(event, subject->learner, &id) ||
					 read_id(event, subject->or_learner, &id)
			       : read_id(event, "metadata.user_id", &id);

	if (!is_user && subject)
		return build_fault(build, subject->learner, "expected the learner's id: digits");
	if (!is_user)
		read_id(event, "metadata.root_account_id", &id);
	build_set(build, statement, "actor", make_account(build, is_user ? "user" : "account", id));
	return 0;
}

/* The kind of what an event happened in, in small letters: Course is course. */
static bool read_context(const json_t *event, char to[static URN_SIZE], uint64_t *ret_id)
{
	struct text type = json_text(at_path(event, "metadata.context_type"));

	if (!build_is_word(type) || type.size >= URN_SIZE ||
	    !read_id(event, "metadata.context_id", ret_id))
		return false;
	for (size_t i = 0; i < type.size; i++)
		to[i] = type.data[i] >= 'A' && type.data[i] <= 'Z'
				? (char)(type.data[i] - 'A' + 'a')
				: type.data[i];
	to[type.size] = 0;
	return true;
}

static int make_object(struct build *build, const json_t *event, const struct subject *subject,
		       json_t *statement)
{
	char kind[URN_SIZE] = "account";
	struct text name = NOTHING;
	uint64_t id = 0;

	if (subject) {
		if (!read_id(event, subject->id, &id))
			return build_fault(build, subject->id, "expected an id: digits");
		snprintf(kind, sizeof(kind), "%s", subject->kind);
		if (strcmp(kind, "course") == 0)
			name = json_text(at_path(event, "body.course.name"));
	} else if (!read_context(event, kind, &id)) {
		read_id(event, "metadata.root_account_id", &id);
	}
	build_set(build, statement, "object", make_activity(build, kind, id, name));
	return 0;
}

/* The course around an assignment or a quiz. */
static void make_parent(struct build *build, const json_t *event, const struct subject *subject,
			json_t *context)
{
	char kind[URN_SIZE];
	json_t *activities, *parent;
	uint64_t id;

	if (!subject || strcmp(subject->kind, "course") == 0 || !read_context(event, kind, &id) ||
	    strcmp(kind, "course") != 0)
		return;
	parent = build_new(build, json_array());
	build_append(build, parent, make_activity(build, kind, id, NOTHING));
	activities = build_new(build, json_object());
	build_set(build, activities, "parent", parent);
	build_set(build, context, "contextActivities", activities);
}

static void make_extensions(struct build *build, const json_t *event, json_t *context)
{
	json_t *extensions = build_new(build, json_object());
	char iri[URN_SIZE];

	for (size_t i = 0; i < sizeof(EXTENSIONS) / sizeof(EXTENSIONS[0]); i++) {
		json_t *value = at_path(event, EXTENSIONS[i]);

		if (!value || json_is_object(value) || json_is_array(value))
			continue;
		snprintf(iri, sizeof(iri), VERB_CANVAS "%s", strrchr(EXTENSIONS[i], '.') + 1);
		build_set(build, extensions, iri, json_incref(value));
	}
	if (json_object_size(extensions) > 0)
		build_set(build, context, "extensions", json_incref(extensions));
	json_decref(extensions);
}

static void make_context(struct build *build, const json_t *event, const struct subject *subject,
			 json_t *statement)
{
	json_t *context = build_new(build, json_object());

	make_parent(build, event, subject, context);
	make_extensions(build, event, context);
	if (json_object_size(context) > 0)
		build_set(build, statement, "context", json_incref(context));
	json_decref(context);
}

static void make_result(struct build *build, const json_t *event, const struct subject *subject,
			json_t *statement)
{
	json_t *raw = subject && subject->raw ? at_path(event, subject->raw) : NULL;
	bool per_cent = raw && strcmp(subject->max, "100") == 0;
	json_t *max = raw && !per_cent ? at_path(event, subject->max) : NULL, *result, *score;

	if (!json_is_number(raw))
		return;
	score = build_new(build, json_object());
	build_set(build, score, "raw", json_incref(raw));
	if (per_cent || json_is_number(max)) {
		build_set(build, score, "min", build_new(build, json_integer(0)));
		build_set(build, score, "max",
			  per_cent ? build_new(build, json_integer(100)) : json_incref(max));
	}
	result = build_new(build, json_object());
	build_set(build, result, "score", score);
	build_set(build, statement, "result", result);
}

static int make_moment(struct build *build, const json_t *event, const struct subject *subject,
		       json_t *statement)
{
	json_t *own = subject && subject->time ? at_path(event, subject->time) : NULL;
	json_t *time = at_path(event, "metadata.event_time");
	int64_t ms;

	if (json_is_string(own) && moment_parse(json_text(own), &ms))
		time = own;
	if (!json_is_string(time) || !moment_parse(json_text(time), &ms))
		return build_fault(build, "metadata.event_time", "expected %s",
				   FORMAT_TIME.expected);
	build_set(build, statement, "timestamp", json_incref(time));
	return 0;
}

static const struct subject *find_subject(struct text name)
{
	for (size_t i = 0; i < sizeof(SUBJECTS) / sizeof(SUBJECTS[0]); i++)
		if (text_equal(name, text_of(SUBJECTS[i].name)))
			return &SUBJECTS[i];
	return NULL;
}

/* grade_change, quizzes.item_graded */
static bool is_name(struct text name)
{
	for (size_t i = 0; i < name.size; i++)
		if (!build_is_word((struct text){ name.data + i, 1 }) && name.data[i] != '.' &&
		    name.data[i] != '-')
			return false;
	return name.size > 0;
}

static int make_verb(struct build *build, struct text name, json_t *statement)
{
	json_t *verb;

	if (!is_name(name))
		return build_fault(build, "metadata.event_name",
				   "expected a name, as course_completed");
	verb = build_new(build, json_object());
	build_set(build, verb, "id",
		  build_new(build, json_sprintf(VERB_CANVAS "%.*s", (int)name.size, name.data)));
	build_set(build, statement, "verb", verb);
	return 0;
}

int canvas_take(struct build *build, const json_t *event, json_t *statements)
{
	struct text name = json_text(at_path(event, "metadata.event_name"));
	const struct subject *subject = find_subject(name);
	json_t *statement;
	int err;

	if (!json_is_object(at_path(event, "metadata")) || !json_is_object(at_path(event, "body")))
		return build_fault(build, "", "expected {metadata, body}");
	statement = build_new(build, json_object());
	err = make_verb(build, name, statement);
	if (!err)
		err = make_actor(build, event, subject, statement);
	if (!err)
		err = make_object(build, event, subject, statement);
	if (!err)
		err = make_moment(build, event, subject, statement);
	if (err) {
		json_decref(statement);
		return err;
	}
	make_context(build, event, subject, statement);
	make_result(build, event, subject, statement);
	return build_finish(build, statement, statements);
}

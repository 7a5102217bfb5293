/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/body.h"

#include "clients/xapi/read/format.h"
#include "clients/xapi/read/json.h"
#include "clients/xapi/read/rules.h"

#define VERB_VOIDED "http://adlnet.gov/expapi/verbs/voided"

/* Tables refer to one another: a group has agents, a statement's object may be a statement. */
#define PROPERTIES(table) (table), sizeof(table) / sizeof((table)[0])
#define REQUIRED(name, ...)                              \
	{                                                \
		TEXT(name), { __VA_ARGS__ }, true, false \
	}
#define OPTIONAL(name, ...)                               \
	{                                                 \
		TEXT(name), { __VA_ARGS__ }, false, false \
	}
#define SINCE_2_0(name, ...)                             \
	{                                                \
		TEXT(name), { __VA_ARGS__ }, false, true \
	}

static const char *const WORD_AGENT[] = { "Agent", NULL };
static const char *const WORD_GROUP[] = { "Group", NULL };
/* The second is none of xAPI's, and platforms send it. */
static const char *const WORD_ACTIVITY[] = { "Activity", "GroupActivity", NULL };
static const char *const WORD_REF[] = { "StatementRef", NULL };
static const char *const WORD_SUBSTATEMENT[] = { "SubStatement", NULL };
static const char *const WORD_CONTEXT_AGENT[] = { "contextAgent", NULL };
static const char *const WORD_CONTEXT_GROUP[] = { "contextGroup", NULL };
static const char *const WORD_INTERACTION[] = { "true-false",	"choice",   "fill-in",
						"long-fill-in", "matching", "performance",
						"sequencing",	"likert",   "numeric",
						"other",	NULL };

static const struct property ACCOUNT_PROPERTIES[] = {
	REQUIRED("homePage", rule_format, &FORMAT_IRI),
	REQUIRED("name", rule_any_text, NULL),
};
static const struct object_rule ACCOUNT = { PROPERTIES(ACCOUNT_PROPERTIES), NULL, NULL };

/* Of these four exactly one says who it is. */
#define IDENTIFIERS                                                  \
	OPTIONAL("mbox", rule_format, &FORMAT_MAILTO),               \
		OPTIONAL("mbox_sha1sum", rule_format, &FORMAT_SHA1), \
		OPTIONAL("openid", rule_format, &FORMAT_IRI),        \
		OPTIONAL("account", rule_object, &ACCOUNT)

static size_t count_identifiers(const json_t *actor)
{
	static const char *const names[] = { "mbox", "mbox_sha1sum", "openid", "account" };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		n += json_object_get(actor, names[i]) != NULL;
	return n;
}

static bool is_one(const struct check *check, const struct place *place, const json_t *value,
		   const void *of)
{
	(void)of;
	return count_identifiers(value) == 1 ||
	       rule_fault(check, place,
			  "an agent needs exactly one of mbox, mbox_sha1sum, openid and account");
}

/* A group without an identifier is its members; one with an identifier may name them. */
static bool is_some(const struct check *check, const struct place *place, const json_t *value,
		    const void *of)
{
	size_t n = count_identifiers(value);

	(void)of;
	if (n > 1)
		return rule_fault(check, place,
				  "a group may have one of mbox, mbox_sha1sum, openid and "
				  "account, not several");
	return n == 1 || json_array_size(json_object_get(value, "member")) > 0 ||
	       rule_fault(check, place,
			  "a group needs members, or one of mbox, mbox_sha1sum, openid and "
			  "account");
}

static const struct property AGENT_PROPERTIES[] = {
	OPTIONAL("objectType", rule_words, WORD_AGENT),
	OPTIONAL("name", rule_any_text, NULL),
	IDENTIFIERS,
};
static const struct object_rule AGENT = { PROPERTIES(AGENT_PROPERTIES), is_one, NULL };

static const struct object_kind MEMBER[] = { { "Agent", &AGENT, false }, { NULL, NULL, false } };
static const struct array_rule MEMBERS = { { rule_kind, MEMBER }, 0, false, "an array of agents" };

static const struct property GROUP_PROPERTIES[] = {
	REQUIRED("objectType", rule_words, WORD_GROUP),
	OPTIONAL("name", rule_any_text, NULL),
	IDENTIFIERS,
	OPTIONAL("member", rule_array, &MEMBERS),
};
static const struct object_rule GROUP = { PROPERTIES(GROUP_PROPERTIES), is_some, NULL };

static const struct object_kind ACTOR[] = { { "Agent", &AGENT, false },
					    { "Group", &GROUP, false },
					    { NULL, NULL, false } };
static const struct object_kind ONLY_GROUP[] = { { "Group", &GROUP, true }, { NULL, NULL, false } };

static const struct property VERB_PROPERTIES[] = {
	REQUIRED("id", rule_format, &FORMAT_IRI),
	OPTIONAL("display", rule_language_map, NULL),
};
static const struct object_rule VERB = { PROPERTIES(VERB_PROPERTIES), NULL, NULL };

static const struct property COMPONENT_PROPERTIES[] = {
	REQUIRED("id", rule_any_text, NULL),
	OPTIONAL("description", rule_language_map, NULL),
};
static const struct object_rule COMPONENT = { PROPERTIES(COMPONENT_PROPERTIES), NULL, NULL };
static const struct array_rule COMPONENTS = {
	{ rule_object, &COMPONENT }, 0, false, "an array of {id, description}"
};
static const struct array_rule PATTERNS = {
	{ rule_any_text, NULL }, 0, false, "an array of texts"
};

static const struct property DEFINITION_PROPERTIES[] = {
	OPTIONAL("type", rule_format, &FORMAT_IRI),
	OPTIONAL("name", rule_language_map, NULL),
	OPTIONAL("description", rule_language_map, NULL),
	OPTIONAL("moreInfo", rule_format, &FORMAT_IRI),
	OPTIONAL("extensions", rule_extensions, NULL),
	OPTIONAL("interactionType", rule_words, WORD_INTERACTION),
	OPTIONAL("correctResponsesPattern", rule_array, &PATTERNS),
	OPTIONAL("choices", rule_array, &COMPONENTS),
	OPTIONAL("scale", rule_array, &COMPONENTS),
	OPTIONAL("source", rule_array, &COMPONENTS),
	OPTIONAL("target", rule_array, &COMPONENTS),
	OPTIONAL("steps", rule_array, &COMPONENTS),
};
static const struct object_rule DEFINITION = { PROPERTIES(DEFINITION_PROPERTIES), NULL, NULL };

static const struct property ACTIVITY_PROPERTIES[] = {
	OPTIONAL("objectType", rule_words, WORD_ACTIVITY),
	REQUIRED("id", rule_format, &FORMAT_IRI),
	OPTIONAL("definition", rule_object, &DEFINITION),
};
static const struct object_rule ACTIVITY = { PROPERTIES(ACTIVITY_PROPERTIES), NULL, NULL };

static const struct property REF_PROPERTIES[] = {
	REQUIRED("objectType", rule_words, WORD_REF),
	REQUIRED("id", rule_format, &FORMAT_UUID),
};
static const struct object_rule REF = { PROPERTIES(REF_PROPERTIES), NULL, NULL };

/* A raw score beside its bounds is taken: platforms send it (a bonus, a max of 0), and the mapping
 * says what becomes of it. */
static bool is_scaled(const struct check *check, const struct place *place, const json_t *value,
		      const void *of)
{
	const json_t *scaled = json_object_get(value, "scaled");
	const json_t *min = json_object_get(value, "min"), *max = json_object_get(value, "max");
	struct place part = place_in(place, "scaled");

	(void)of;
	if (scaled && !(json_number_value(scaled) >= -1 && json_number_value(scaled) <= 1))
		return rule_fault(check, &part, "expected a number from -1 to 1");
	part = place_in(place, "min");
	return !min || !max || json_number_value(min) <= json_number_value(max) ||
	       rule_fault(check, &part, "expected a number that is not above max");
}

static const struct property SCORE_PROPERTIES[] = {
	OPTIONAL("scaled", rule_number, NULL),
	OPTIONAL("raw", rule_number, NULL),
	OPTIONAL("min", rule_number, NULL),
	OPTIONAL("max", rule_number, NULL),
};
static const struct object_rule SCORE = { PROPERTIES(SCORE_PROPERTIES), is_scaled, NULL };

static const struct property RESULT_PROPERTIES[] = {
	OPTIONAL("score", rule_object, &SCORE),
	OPTIONAL("success", rule_bool, NULL),
	OPTIONAL("completion", rule_bool, NULL),
	OPTIONAL("response", rule_any_text, NULL),
	OPTIONAL("duration", rule_format, &FORMAT_DURATION),
	OPTIONAL("extensions", rule_extensions, NULL),
};
static const struct object_rule RESULT = { PROPERTIES(RESULT_PROPERTIES), NULL, NULL };

static const struct array_rule ACTIVITIES = {
	{ rule_object, &ACTIVITY }, 0, true, "an array of activities, or one"
};

static bool is_not_empty(const struct check *check, const struct place *place, const json_t *value,
			 const void *of)
{
	(void)of;
	return json_object_size(value) > 0 ||
	       rule_fault(check, place, "expected parent, grouping, category or other");
}

static const struct property CONTEXT_ACTIVITIES_PROPERTIES[] = {
	OPTIONAL("parent", rule_array, &ACTIVITIES),
	OPTIONAL("grouping", rule_array, &ACTIVITIES),
	OPTIONAL("category", rule_array, &ACTIVITIES),
	OPTIONAL("other", rule_array, &ACTIVITIES),
};
static const struct object_rule CONTEXT_ACTIVITIES = { PROPERTIES(CONTEXT_ACTIVITIES_PROPERTIES),
						       is_not_empty, NULL };

static const struct array_rule TYPES = {
	{ rule_format, &FORMAT_IRI }, 1, false, "an array of at least one IRI"
};

static const struct property CONTEXT_AGENT_PROPERTIES[] = {
	REQUIRED("objectType", rule_words, WORD_CONTEXT_AGENT),
	REQUIRED("agent", rule_kind, MEMBER),
	OPTIONAL("relevantTypes", rule_array, &TYPES),
};
static const struct object_rule CONTEXT_AGENT = { PROPERTIES(CONTEXT_AGENT_PROPERTIES), NULL,
						  NULL };
static const struct array_rule CONTEXT_AGENTS = {
	{ rule_object, &CONTEXT_AGENT }, 0, false, "an array of contextAgent objects"
};

static const struct property CONTEXT_GROUP_PROPERTIES[] = {
	REQUIRED("objectType", rule_words, WORD_CONTEXT_GROUP),
	REQUIRED("group", rule_kind, ONLY_GROUP),
	OPTIONAL("relevantTypes", rule_array, &TYPES),
};
static const struct object_rule CONTEXT_GROUP = { PROPERTIES(CONTEXT_GROUP_PROPERTIES), NULL,
						  NULL };
static const struct array_rule CONTEXT_GROUPS = {
	{ rule_object, &CONTEXT_GROUP }, 0, false, "an array of contextGroup objects"
};

static const struct property CONTEXT_PROPERTIES[] = {
	OPTIONAL("registration", rule_format, &FORMAT_UUID),
	OPTIONAL("instructor", rule_kind, ACTOR),
	OPTIONAL("team", rule_kind, ONLY_GROUP),
	OPTIONAL("contextActivities", rule_object, &CONTEXT_ACTIVITIES),
	OPTIONAL("revision", rule_any_text, NULL),
	OPTIONAL("platform", rule_any_text, NULL),
	OPTIONAL("language", rule_format, &FORMAT_LANGUAGE),
	OPTIONAL("statement", rule_object, &REF),
	OPTIONAL("extensions", rule_extensions, NULL),
	SINCE_2_0("contextAgents", rule_array, &CONTEXT_AGENTS),
	SINCE_2_0("contextGroups", rule_array, &CONTEXT_GROUPS),
};
static const struct object_rule CONTEXT = { PROPERTIES(CONTEXT_PROPERTIES), NULL, NULL };

static const struct property ATTACHMENT_PROPERTIES[] = {
	REQUIRED("usageType", rule_format, &FORMAT_IRI),
	REQUIRED("display", rule_language_map, NULL),
	OPTIONAL("description", rule_language_map, NULL),
	REQUIRED("contentType", rule_format, &FORMAT_MEDIA_TYPE),
	REQUIRED("length", rule_count, NULL),
	REQUIRED("sha2", rule_format, &FORMAT_SHA2),
	OPTIONAL("fileUrl", rule_format, &FORMAT_IRI),
};
static const struct object_rule ATTACHMENT = { PROPERTIES(ATTACHMENT_PROPERTIES), NULL, NULL };
static const struct array_rule ATTACHMENTS = {
	{ rule_object, &ATTACHMENT }, 0, false, "an array of attachments"
};

static bool is_of_type(const json_t *object, const char *type)
{
	const json_t *own = json_object_get(object, "objectType");

	return own && text_equal(json_text(own), text_of(type));
}

static bool is_activity(const json_t *object)
{
	return !json_object_get(object, "objectType") || is_of_type(object, "Activity") ||
	       is_of_type(object, "GroupActivity");
}

/* revision and platform are of activities only (xAPI part two, 2.4.6). */
static bool is_consistent(const struct check *check, const struct place *place, const json_t *value,
			  const void *of)
{
	static const char *const of_activities[] = { "revision", "platform" };
	const json_t *context = json_object_get(value, "context");
	struct place in_context = place_in(place, "context");

	(void)of;
	if (!context || is_activity(json_object_get(value, "object")))
		return true;
	for (size_t i = 0; i < sizeof(of_activities) / sizeof(of_activities[0]); i++) {
		struct place part = place_in(&in_context, of_activities[i]);

		if (json_object_get(context, of_activities[i]))
			return rule_fault(check, &part,
					  "it may stand only where the object is an Activity");
	}
	return true;
}

/* An authority that is a group is an application and a user: two agents, and no name of its own. */
static bool is_authority(const struct check *check, const struct place *place,
			 const json_t *authority)
{
	return !authority || !is_of_type(authority, "Group") ||
	       (count_identifiers(authority) == 0 &&
		json_array_size(json_object_get(authority, "member")) == 2) ||
	       rule_fault(check, place,
			  "a group here needs exactly two members, and none of mbox, "
			  "mbox_sha1sum, openid and account");
}

static bool is_statement(const struct check *check, const struct place *place, const json_t *value,
			 const void *of)
{
	const json_t *verb = json_object_get(json_object_get(value, "verb"), "id");
	struct place object = place_in(place, "object"), authority = place_in(place, "authority");

	if (text_equal(json_text(verb), text_of(VERB_VOIDED)) &&
	    !is_of_type(json_object_get(value, "object"), "StatementRef"))
		return rule_fault(check, &object,
				  "the verb voided needs a StatementRef here: what it takes back");
	return is_authority(check, &authority, json_object_get(value, "authority")) &&
	       is_consistent(check, place, value, of);
}

/* What a statement and one within it have. */
#define SHARED                                                                     \
	REQUIRED("actor", rule_kind, ACTOR), REQUIRED("verb", rule_object, &VERB), \
		OPTIONAL("result", rule_object, &RESULT),                          \
		OPTIONAL("context", rule_object, &CONTEXT),                        \
		OPTIONAL("timestamp", rule_time, NULL),                            \
		OPTIONAL("attachments", rule_array, &ATTACHMENTS)

#define KINDS                                                                    \
	{ "Activity", &ACTIVITY, false }, { "GroupActivity", &ACTIVITY, false }, \
		{ "Agent", &AGENT, false }, { "Group", &GROUP, false },          \
	{                                                                        \
		"StatementRef", &REF, false                                      \
	}

static const struct object_kind SUBSTATEMENT_OBJECT[] = { KINDS, { NULL, NULL, false } };

static const struct property SUBSTATEMENT_PROPERTIES[] = {
	REQUIRED("objectType", rule_words, WORD_SUBSTATEMENT),
	SHARED,
	REQUIRED("object", rule_kind, SUBSTATEMENT_OBJECT),
};
static const struct object_rule SUBSTATEMENT = { PROPERTIES(SUBSTATEMENT_PROPERTIES), is_consistent,
						 NULL };

static const struct object_kind STATEMENT_OBJECT[] = { KINDS,
						       { "SubStatement", &SUBSTATEMENT, false },
						       { NULL, NULL, false } };

static const struct property STATEMENT_PROPERTIES[] = {
	OPTIONAL("id", rule_format, &FORMAT_UUID),	 SHARED,
	REQUIRED("object", rule_kind, STATEMENT_OBJECT), OPTIONAL("stored", rule_time, NULL),
	OPTIONAL("authority", rule_kind, ACTOR),	 OPTIONAL("version", rule_version, NULL),
};
static const struct object_rule STATEMENT = { PROPERTIES(STATEMENT_PROPERTIES), is_statement,
					      NULL };

/* A version of Moodle's Logstore xAPI has a person's as a list of one. */
static void mend_type(json_t *agent)
{
	json_t *type = json_object_get(agent, "objectType"), *first = json_array_get(type, 0);
	struct text word = json_text(first);

	if (json_array_size(type) == 1 &&
	    (text_equal(word, text_of("Agent")) || text_equal(word, text_of("Group"))))
		json_object_set(agent, "objectType", first);
}

int statement_check(json_t *statement, enum xapi_version version, const char *where,
		    struct fault *ret_fault)
{
	const struct check check = { version, ret_fault };
	const struct place root = place_in(NULL, where);

	mend_type(json_object_get(statement, "actor"));
	mend_type(json_object_get(statement, "object"));
	mend_type(json_object_get(json_object_get(statement, "context"), "instructor"));
	return rule_object(&check, &root, statement, &STATEMENT) ? 0 : LIFT_E_MALFORMED;
}

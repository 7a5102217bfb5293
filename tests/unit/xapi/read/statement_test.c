/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "clients/xapi/read/body.h"

/* A statement of which one part is written in each case. */
#define ACTOR  "\"actor\":{\"account\":{\"homePage\":\"https://lms.test\",\"name\":\"4711\"}}"
#define VERB   "\"verb\":{\"id\":\"http://adlnet.gov/expapi/verbs/completed\"}"
#define OBJECT "\"object\":{\"id\":\"https://lms.test/course/7\"}"

#define WITH_ACTOR(actor)     "{\"actor\":" actor "," VERB "," OBJECT "}"
#define WITH_VERB(verb)	      "{" ACTOR ",\"verb\":" verb "," OBJECT "}"
#define WITH_OBJECT(object)   "{" ACTOR "," VERB ",\"object\":" object "}"
#define WITH(more)	      "{" ACTOR "," VERB "," OBJECT "," more "}"
#define WITH_RESULT(result)   WITH("\"result\":" result)
#define WITH_CONTEXT(context) WITH("\"context\":" context)
#define DEFINED(definition) \
	WITH_OBJECT("{\"id\":\"https://lms.test/q\",\"definition\":" definition "}")
#define MEMBER	  "{\"mbox\":\"mailto:kari@lms.test\"}"
#define UUID	  "\"0b7d2c1e-5a64-4f0c-9d7e-3f1a2b4c5d6e\""
#define ACTIVITY  "{\"id\":\"https://lms.test/course/7\"}"
#define SHA2	  "\"4cfa124a9ccabfe32794bb0ddcc690e7a8a4052a3e506315403c11ed389f52c6\""
#define SUB(more) "{\"objectType\":\"SubStatement\"," ACTOR "," VERB "," OBJECT more "}"
#define ATTACHMENT(more)                                                                         \
	WITH("\"attachments\":[{\"usageType\":\"https://lms.test/diploma\",\"display\":{\"nb\":" \
	     "\"Bevis\"},\"contentType\":\"application/pdf\",\"length\":27,\"sha2\":" SHA2 more  \
	     "}]")

enum { BOTH = -1 };

struct statement_case {
	const char *why;
	const char *json;
	const char *where; /* NULL: it is right */
	int only;	   /* BOTH, or the version that it is tried with */
};

static void check_case(const struct statement_case *one, enum xapi_version version)
{
	json_error_t error;
	json_t *json = json_loads(one->json, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
	struct fault fault = { 0 };
	int err;

	if (!json)
		fail_msg("%s: not JSON: %s: %s", one->why, error.text, one->json);
	err = statement_check(json, version, "statement", &fault);
	if (one->where ? err != LIFT_E_MALFORMED || strcmp(fault.where, one->where) != 0 ||
				 fault.status != 400 || !*fault.text
		       : err != 0)
		fail_msg("%s (version %d): %d, where \"%s\", not \"%s\": %s", one->why, version,
			 err, fault.where, one->where ? one->where : "", fault.text);
	json_decref(json);
}

static void check_cases(const struct statement_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (int version = XAPI_1_0; version <= XAPI_2_0; version++)
			if (cases[i].only == BOTH || cases[i].only == version)
				check_case(&cases[i], (enum xapi_version)version);
}

#define CHECK(cases) check_cases(cases, sizeof(cases) / sizeof((cases)[0]))

static void a_statement_has_an_actor_a_verb_and_an_object(void **state)
{
	static const struct statement_case cases[] = {
		{ "the least", "{" ACTOR "," VERB "," OBJECT "}", NULL, BOTH },
		{ "no actor", "{" VERB "," OBJECT "}", "statement", BOTH },
		{ "no verb", "{" ACTOR "," OBJECT "}", "statement", BOTH },
		{ "no object", "{" ACTOR "," VERB "}", "statement", BOTH },
		{ "a verb as text", WITH_VERB("\"completed\""), "statement.verb", BOTH },
		{ "a verb without id", WITH_VERB("{\"display\":{\"nb\":\"x\"}}"), "statement.verb",
		  BOTH },
		{ "a verb that is no IRI", WITH_VERB("{\"id\":\"completed\"}"), "statement.verb.id",
		  BOTH },
		{ "a scheme that is none", WITH_VERB("{\"id\":\"a=b://lms.test\"}"),
		  "statement.verb.id", BOTH },
		{ "an array", "[]", "statement", BOTH },
		{ "a text", "\"x\"", "statement", BOTH },
		{ "an unknown property", WITH("\"colour\":1"), "statement.colour", BOTH },
		{ "a known one in large letters", WITH("\"Result\":{}"), "statement.Result", BOTH },
	};

	(void)state;
	CHECK(cases);
}

static void its_own_properties_have_their_forms(void **state)
{
	static const struct statement_case cases[] = {
		{ "an id", WITH("\"id\":" UUID), NULL, BOTH },
		{ "in large letters", WITH("\"id\":\"0B7D2C1E-5A64-4F0C-9D7E-3F1A2B4C5D6E\""), NULL,
		  BOTH },
		{ "a digit too many", WITH("\"id\":\"0B7D2C1E-5A64-4F0C-9D7E-3F1A2B4C5D6E1\""),
		  "statement.id", BOTH },
		{ "a letter that is no digit",
		  WITH("\"id\":\"GB7D2C1E-9383-4934-8543-0F91A7A02836\""), "statement.id", BOTH },
		{ "a number", WITH("\"id\":7"), "statement.id", BOTH },
		{ "null", WITH("\"id\":null"), "statement.id", BOTH },
		{ "its version", WITH("\"version\":\"1.0.3\""), NULL, BOTH },
		{ "the short one", WITH("\"version\":\"1.0\""), NULL, BOTH },
		{ "2.0.0", WITH("\"version\":\"2.0.0\""), NULL, XAPI_2_0 },
		{ "2.0.0 in a request of 1.0", WITH("\"version\":\"2.0.0\""), "statement.version",
		  XAPI_1_0 },
		{ "0.9", WITH("\"version\":\"0.9\""), "statement.version", BOTH },
		{ "1.1", WITH("\"version\":\"1.1.0\""), "statement.version", BOTH },
		{ "stored", WITH("\"stored\":\"2026-08-17T09:30:00.000Z\""), NULL, BOTH },
		{ "an authority", WITH("\"authority\":" MEMBER), NULL, BOTH },
		{ "an authority of two",
		  WITH("\"authority\":{\"objectType\":\"Group\",\"member\":[" MEMBER "," MEMBER
		       "]}"),
		  NULL, BOTH },
		{ "of one",
		  WITH("\"authority\":{\"objectType\":\"Group\",\"member\":[" MEMBER "]}"),
		  "statement.authority", BOTH },
		{ "of three",
		  WITH("\"authority\":{\"objectType\":\"Group\",\"member\":[" MEMBER "," MEMBER
		       "," MEMBER "]}"),
		  "statement.authority", BOTH },
		{ "with a name of its own",
		  WITH("\"authority\":{\"objectType\":\"Group\",\"mbox\":\"mailto:a@b.c\","
		       "\"member\":[" MEMBER "," MEMBER "]}"),
		  "statement.authority", BOTH },
	};

	(void)state;
	CHECK(cases);
}

static void an_agent_is_known_by_exactly_one_identifier(void **state)
{
	static const struct statement_case cases[] = {
		{ "mbox", WITH_ACTOR("{\"mbox\":\"mailto:kari@lms.test\"}"), NULL, BOTH },
		{ "its scheme in large letters", WITH_ACTOR("{\"mbox\":\"MAILTO:kari@lms.test\"}"),
		  NULL, BOTH },
		{ "an address alone", WITH_ACTOR("{\"mbox\":\"kari@lms.test\"}"),
		  "statement.actor.mbox", BOTH },
		{ "no address", WITH_ACTOR("{\"mbox\":\"mailto:lms.test\"}"),
		  "statement.actor.mbox", BOTH },
		{ "nobody", WITH_ACTOR("{\"mbox\":\"mailto:@lms.test\"}"), "statement.actor.mbox",
		  BOTH },
		{ "sha1",
		  WITH_ACTOR("{\"mbox_sha1sum\":"
			     "\"701118efa7d923417221208e0fe74f5fda7754a4\"}"),
		  NULL, BOTH },
		{ "a short sha1", WITH_ACTOR("{\"mbox_sha1sum\":\"cd9b00a5\"}"),
		  "statement.actor.mbox_sha1sum", BOTH },
		{ "openid", WITH_ACTOR("{\"openid\":\"https://id.test/7\"}"), NULL, BOTH },
		{ "an openid that is no IRI", WITH_ACTOR("{\"openid\":\"id.test/7\"}"),
		  "statement.actor.openid", BOTH },
		{ "an account without homePage", WITH_ACTOR("{\"account\":{\"name\":\"7\"}}"),
		  "statement.actor.account", BOTH },
		{ "without a name", WITH_ACTOR("{\"account\":{\"homePage\":\"https://lms.test\"}}"),
		  "statement.actor.account", BOTH },
		{ "with a number as name",
		  WITH_ACTOR("{\"account\":{\"homePage\":\"https://lms.test\",\"name\":7}}"),
		  "statement.actor.account.name", BOTH },
		{ "none", WITH_ACTOR("{\"name\":\"Kari\"}"), "statement.actor", BOTH },
		{ "two", WITH_ACTOR("{\"mbox\":\"mailto:a@b.c\",\"openid\":\"https://id.test\"}"),
		  "statement.actor", BOTH },
		{ "a name in Japanese",
		  WITH_ACTOR("{\"name\":\"\u5c71\u7530\",\"mbox\":"
			     "\"mailto:a@b.c\"}"),
		  NULL, BOTH },
		{ "a type that is none",
		  WITH_ACTOR("{\"objectType\":\"Person\",\"mbox\":"
			     "\"mailto:a@b.c\"}"),
		  "statement.actor.objectType", BOTH },
		{ "a type that is a number",
		  WITH_ACTOR("{\"objectType\":1,\"mbox\":\"mailto:a@b.c\"}"),
		  "statement.actor.objectType", BOTH },
		{ "a member of an agent", WITH_ACTOR("{\"mbox\":\"mailto:a@b.c\",\"member\":[]}"),
		  "statement.actor.member", BOTH },
	};

	(void)state;
	CHECK(cases);
}

static void a_group_has_members_or_an_identifier(void **state)
{
	static const struct statement_case cases[] = {
		{ "members", WITH_ACTOR("{\"objectType\":\"Group\",\"member\":[" MEMBER "]}"), NULL,
		  BOTH },
		{ "an identifier",
		  WITH_ACTOR("{\"objectType\":\"Group\",\"mbox\":\"mailto:a@b.c\"}"), NULL, BOTH },
		{ "both",
		  WITH_ACTOR(
			  "{\"objectType\":\"Group\",\"mbox\":\"mailto:a@b.c\",\"member\":[" MEMBER
			  "]}"),
		  NULL, BOTH },
		{ "neither", WITH_ACTOR("{\"objectType\":\"Group\"}"), "statement.actor", BOTH },
		{ "no member at all", WITH_ACTOR("{\"objectType\":\"Group\",\"member\":[]}"),
		  "statement.actor", BOTH },
		{ "two identifiers",
		  WITH_ACTOR("{\"objectType\":\"Group\",\"mbox\":\"mailto:a@b.c\","
			     "\"openid\":\"https://id.test\"}"),
		  "statement.actor", BOTH },
		{ "a group in a group",
		  WITH_ACTOR("{\"objectType\":\"Group\",\"member\":[" MEMBER
			     ",{\"objectType\":\"Group\",\"member\":[" MEMBER "]}]}"),
		  "statement.actor.member[1].objectType", BOTH },
		{ "a member of no form",
		  WITH_ACTOR("{\"objectType\":\"Group\",\"member\":[" MEMBER ",{}]}"),
		  "statement.actor.member[1]", BOTH },
		{ "one member without an array",
		  WITH_ACTOR("{\"objectType\":\"Group\",\"member\":" MEMBER "}"),
		  "statement.actor.member", BOTH },
	};

	(void)state;
	CHECK(cases);
}

static void an_object_is_of_one_of_five_types(void **state)
{
	static const struct statement_case cases[] = {
		{ "an activity", WITH_OBJECT("{\"objectType\":\"Activity\",\"id\":\"urn:x:7\"}"),
		  NULL, BOTH },
		{ "of a course of edX", WITH_OBJECT("{\"id\":\"course-v1:KS+AKS101+2026\"}"), NULL,
		  BOTH },
		{ "a type that platforms send",
		  WITH_OBJECT("{\"objectType\":\"GroupActivity\",\"id\":\"urn:x:7\"}"), NULL,
		  BOTH },
		{ "without an id", WITH_OBJECT("{\"objectType\":\"Activity\"}"), "statement.object",
		  BOTH },
		{ "an id that is no IRI", WITH_OBJECT("{\"id\":\"course 7\"}"),
		  "statement.object.id", BOTH },
		{ "nothing but a scheme", WITH_OBJECT("{\"id\":\"https:\"}"), "statement.object.id",
		  BOTH },
		{ "a NUL in it", WITH_OBJECT("{\"id\":\"https://lms.test/\\u0000\"}"),
		  "statement.object.id", BOTH },
		{ "an agent", WITH_OBJECT("{\"objectType\":\"Agent\",\"mbox\":\"mailto:a@b.c\"}"),
		  NULL, BOTH },
		{ "an agent who is nobody", WITH_OBJECT("{\"objectType\":\"Agent\"}"),
		  "statement.object", BOTH },
		{ "a group", WITH_OBJECT("{\"objectType\":\"Group\",\"mbox\":\"mailto:a@b.c\"}"),
		  NULL, BOTH },
		{ "a reference", WITH_OBJECT("{\"objectType\":\"StatementRef\",\"id\":" UUID "}"),
		  NULL, BOTH },
		{ "a reference to nothing", WITH_OBJECT("{\"objectType\":\"StatementRef\"}"),
		  "statement.object", BOTH },
		{ "a reference to no UUID",
		  WITH_OBJECT("{\"objectType\":\"StatementRef\",\"id\":\"7\"}"),
		  "statement.object.id", BOTH },
		{ "a type that is none",
		  WITH_OBJECT("{\"objectType\":\"Course\",\"id\":\"urn:x:7\"}"),
		  "statement.object.objectType", BOTH },
		{ "voided",
		  "{" ACTOR ",\"verb\":{\"id\":\"http://adlnet.gov/expapi/verbs/voided\"},"
		  "\"object\":{\"objectType\":\"StatementRef\",\"id\":" UUID "}}",
		  NULL, BOTH },
		{ "voided, an activity",
		  WITH_VERB("{\"id\":\"http://adlnet.gov/expapi/verbs/voided\"}"),
		  "statement.object", BOTH },
	};

	(void)state;
	CHECK(cases);
}

static void a_statement_within_one_has_no_id_and_no_other_in_it(void **state)
{
	static const struct statement_case cases[] = {
		{ "one", WITH_OBJECT(SUB("")), NULL, BOTH },
		{ "with result and context",
		  WITH_OBJECT(SUB(",\"result\":{\"success\":true},\"context\":{\"platform\":\"m\"}"
				  ",\"timestamp\":\"2026-08-17T09:30:00Z\"")),
		  NULL, BOTH },
		{ "without an actor",
		  WITH_OBJECT("{\"objectType\":\"SubStatement\"," VERB "," OBJECT "}"),
		  "statement.object", BOTH },
		{ "an id", WITH_OBJECT(SUB(",\"id\":" UUID)), "statement.object.id", BOTH },
		{ "stored", WITH_OBJECT(SUB(",\"stored\":\"2026-08-17T09:30:00Z\"")),
		  "statement.object.stored", BOTH },
		{ "version", WITH_OBJECT(SUB(",\"version\":\"1.0.0\"")), "statement.object.version",
		  BOTH },
		{ "authority", WITH_OBJECT(SUB(",\"authority\":" MEMBER)),
		  "statement.object.authority", BOTH },
		{ "another in it",
		  WITH_OBJECT("{\"objectType\":\"SubStatement\"," ACTOR "," VERB
			      ",\"object\":" SUB("") "}"),
		  "statement.object.object.objectType", BOTH },
		{ "a platform beside an agent",
		  WITH_OBJECT("{\"objectType\":\"SubStatement\"," ACTOR "," VERB
			      ",\"object\":{\"objectType\":\"Agent\",\"mbox\":\"mailto:a@b.c\"},"
			      "\"context\":{\"platform\":\"m\"}}"),
		  "statement.object.context.platform", BOTH },
	};

	(void)state;
	CHECK(cases);
}

static void a_definition_says_what_an_activity_is(void **state)
{
	static const struct statement_case cases[] = {
		{ "nothing", DEFINED("{}"), NULL, BOTH },
		{ "all of it",
		  DEFINED("{\"type\":\"http://adlnet.gov/expapi/activities/cmi.interaction\","
			  "\"name\":{\"nb\":\"Pr\u00f8ve\"},\"description\":{\"nb\":\"x\"},"
			  "\"moreInfo\":\"https://lms.test/q\",\"interactionType\":\"choice\","
			  "\"correctResponsesPattern\":[\"a[,]b\"],\"choices\":[{\"id\":\"a\","
			  "\"description\":{\"nb\":\"A\"}},{\"id\":\"b\"}],\"extensions\":{"
			  "\"https://lms.test/x\":null}}"),
		  NULL, BOTH },
		{ "a text", DEFINED("\"x\""), "statement.object.definition", BOTH },
		{ "a name that is a text", DEFINED("{\"name\":\"x\"}"),
		  "statement.object.definition.name", BOTH },
		{ "a name in no language", DEFINED("{\"name\":{}}"),
		  "statement.object.definition.name", BOTH },
		{ "in a language that is none", DEFINED("{\"name\":{\"norwegian\":\"x\"}}"),
		  "statement.object.definition.name[\"norwegian\"]", BOTH },
		{ "a number in a language", DEFINED("{\"name\":{\"nb\":7}}"),
		  "statement.object.definition.name[\"nb\"]", BOTH },
		{ "null in a language", DEFINED("{\"name\":{\"nb\":null}}"),
		  "statement.object.definition.name[\"nb\"]", BOTH },
		{ "a type that is a word", DEFINED("{\"type\":\"course\"}"),
		  "statement.object.definition.type", BOTH },
		{ "moreInfo that is none", DEFINED("{\"moreInfo\":\"see there\"}"),
		  "statement.object.definition.moreInfo", BOTH },
		{ "moreInfo null", DEFINED("{\"moreInfo\":null}"),
		  "statement.object.definition.moreInfo", BOTH },
		{ "an interaction of no type", DEFINED("{\"interactionType\":\"essay\"}"),
		  "statement.object.definition.interactionType", BOTH },
		{ "an interaction that is a number", DEFINED("{\"interactionType\":7}"),
		  "statement.object.definition.interactionType", BOTH },
		{ "a step without id", DEFINED("{\"steps\":[{\"description\":{\"nb\":\"x\"}}]}"),
		  "statement.object.definition.steps[0]", BOTH },
		{ "a step in no language",
		  DEFINED("{\"steps\":[{\"id\":\"a\",\"description\":{\"a12345\":\"x\"}}]}"),
		  "statement.object.definition.steps[0].description[\"a12345\"]", BOTH },
		{ "an extension that is no IRI", DEFINED("{\"extensions\":{\"sted\":1}}"),
		  "statement.object.definition.extensions[\"sted\"]", BOTH },
		{ "extensions that are a text", DEFINED("{\"extensions\":\"x\"}"),
		  "statement.object.definition.extensions", BOTH },
	};

	(void)state;
	CHECK(cases);
}

static void a_result_is_taken_as_platforms_send_it(void **state)
{
	static const struct statement_case cases[] = {
		{ "nothing", WITH_RESULT("{}"), NULL, BOTH },
		{ "all of it",
		  WITH_RESULT("{\"score\":{\"scaled\":0.95,\"raw\":95,\"min\":0,\"max\":100},"
			      "\"success\":true,\"completion\":false,\"response\":\"x\","
			      "\"duration\":\"PT1H0M0.1S\",\"extensions\":{}}"),
		  NULL, BOTH },
		{ "a score without scaled", WITH_RESULT("{\"score\":{\"raw\":7}}"), NULL, BOTH },
		{ "only min", WITH_RESULT("{\"score\":{\"min\":0}}"), NULL, BOTH },
		{ "a max of 0", WITH_RESULT("{\"score\":{\"raw\":5,\"min\":0,\"max\":0}}"), NULL,
		  BOTH },
		{ "raw above max", WITH_RESULT("{\"score\":{\"raw\":110,\"max\":100}}"), NULL,
		  BOTH },
		{ "scaled above 1", WITH_RESULT("{\"score\":{\"scaled\":1.01}}"),
		  "statement.result.score.scaled", BOTH },
		{ "below -1", WITH_RESULT("{\"score\":{\"scaled\":-1.00001}}"),
		  "statement.result.score.scaled", BOTH },
		{ "min above max", WITH_RESULT("{\"score\":{\"min\":2,\"max\":1}}"),
		  "statement.result.score.min", BOTH },
		{ "a number as text", WITH_RESULT("{\"score\":{\"max\":\"100\"}}"),
		  "statement.result.score.max", BOTH },
		{ "a score that is a number", WITH_RESULT("{\"score\":7}"),
		  "statement.result.score", BOTH },
		{ "success as text", WITH_RESULT("{\"success\":\"true\"}"),
		  "statement.result.success", BOTH },
		{ "completion as number", WITH_RESULT("{\"completion\":1}"),
		  "statement.result.completion", BOTH },
		{ "a response that is none", WITH_RESULT("{\"response\":{}}"),
		  "statement.result.response", BOTH },
		{ "a duration that is none", WITH_RESULT("{\"duration\":\"1 hour\"}"),
		  "statement.result.duration", BOTH },
		{ "a grade", WITH_RESULT("{\"grade\":\"A\"}"), "statement.result.grade", BOTH },
	};

	(void)state;
	CHECK(cases);
}

static void a_context_says_where_it_was(void **state)
{
	static const struct statement_case cases[] = {
		{ "nothing", WITH_CONTEXT("{}"), NULL, BOTH },
		{ "all of 1.0",
		  WITH_CONTEXT("{\"registration\":" UUID ",\"instructor\":" MEMBER
			       ",\"team\":{\"objectType\":\"Group\",\"mbox\":\"mailto:a@b.c\"},"
			       "\"contextActivities\":{\"parent\":" ACTIVITY
			       ",\"grouping\":[" ACTIVITY "],\"category\":[],\"other\":[" ACTIVITY
			       "," ACTIVITY
			       "]},\"revision\":\"1\",\"platform\":\"Moodle\",\"language\":"
			       "\"nb\",\"statement\":{\"objectType\":\"StatementRef\",\"id\":" UUID
			       "},\"extensions\":{\"urn:x:y\":{\"z\":[null,1.5]}}}"),
		  NULL, BOTH },
		{ "a registration that is none", WITH_CONTEXT("{\"registration\":\"7\"}"),
		  "statement.context.registration", BOTH },
		{ "an instructor who is nobody",
		  WITH_CONTEXT("{\"instructor\":{\"objectType\":\"Agent\"}}"),
		  "statement.context.instructor", BOTH },
		{ "a team that is an agent", WITH_CONTEXT("{\"team\":" MEMBER "}"),
		  "statement.context.team", BOTH },
		{ "a team of no form", WITH_CONTEXT("{\"team\":{\"objectType\":\"Group\"}}"),
		  "statement.context.team", BOTH },
		{ "activities of an unknown kind",
		  WITH_CONTEXT("{\"contextActivities\":{\"parents\":" ACTIVITY "}}"),
		  "statement.context.contextActivities.parents", BOTH },
		{ "none", WITH_CONTEXT("{\"contextActivities\":{}}"),
		  "statement.context.contextActivities", BOTH },
		{ "one without an id",
		  WITH_CONTEXT("{\"contextActivities\":{\"parent\":[" ACTIVITY ",{}]}}"),
		  "statement.context.contextActivities.parent[1]", BOTH },
		{ "a language that is none", WITH_CONTEXT("{\"language\":\"something\"}"),
		  "statement.context.language", BOTH },
		{ "a statement without its type", WITH_CONTEXT("{\"statement\":{\"id\":" UUID "}}"),
		  "statement.context.statement", BOTH },
		{ "a revision beside an agent",
		  "{" ACTOR "," VERB ",\"object\":{\"objectType\":\"Agent\",\"mbox\":"
		  "\"mailto:a@b.c\"},\"context\":{\"revision\":\"1\"}}",
		  "statement.context.revision", BOTH },
	};

	(void)state;
	CHECK(cases);
}

#define CONTEXT_AGENT(agent, types) \
	WITH_CONTEXT("{\"contextAgents\":[{\"objectType\":\"contextAgent\"," agent types "}]}")

static void agents_and_groups_of_a_context_came_with_2_0(void **state)
{
	static const struct statement_case cases[] = {
		{ "an agent", CONTEXT_AGENT("\"agent\":" MEMBER, ""), NULL, XAPI_2_0 },
		{ "in 1.0", CONTEXT_AGENT("\"agent\":" MEMBER, ""),
		  "statement.context.contextAgents", XAPI_1_0 },
		{ "with types",
		  CONTEXT_AGENT("\"agent\":" MEMBER, ",\"relevantTypes\":[\"urn:x:y\"]"), NULL,
		  XAPI_2_0 },
		{ "with no type at all",
		  CONTEXT_AGENT("\"agent\":" MEMBER, ",\"relevantTypes\":[]"),
		  "statement.context.contextAgents[0].relevantTypes", XAPI_2_0 },
		{ "with a type that is none",
		  CONTEXT_AGENT("\"agent\":" MEMBER, ",\"relevantTypes\":[\"abc\"]"),
		  "statement.context.contextAgents[0].relevantTypes[0]", XAPI_2_0 },
		{ "nobody", CONTEXT_AGENT("\"agent\":{}", ""),
		  "statement.context.contextAgents[0].agent", XAPI_2_0 },
		{ "without its type", WITH_CONTEXT("{\"contextAgents\":[{\"agent\":" MEMBER "}]}"),
		  "statement.context.contextAgents[0]", XAPI_2_0 },
		{ "a group",
		  WITH_CONTEXT("{\"contextGroups\":[{\"objectType\":\"contextGroup\",\"group\":{"
			       "\"objectType\":\"Group\",\"mbox\":\"mailto:a@b.c\"}}]}"),
		  NULL, XAPI_2_0 },
		{ "a group that is an agent",
		  WITH_CONTEXT(
			  "{\"contextGroups\":[{\"objectType\":\"contextGroup\",\"group\":" MEMBER
			  "}]}"),
		  "statement.context.contextGroups[0].group", XAPI_2_0 },
	};

	(void)state;
	CHECK(cases);
}

static void an_attachment_is_described(void **state)
{
	static const struct statement_case cases[] = {
		{ "one", ATTACHMENT(""), NULL, BOTH },
		{ "none", WITH("\"attachments\":[]"), NULL, BOTH },
		{ "with its address", ATTACHMENT(",\"fileUrl\":\"https://lms.test/1.pdf\""), NULL,
		  BOTH },
		{ "with an address that is none", ATTACHMENT(",\"fileUrl\":\"1.pdf\""),
		  "statement.attachments[0].fileUrl", BOTH },
		{ "not in an array", WITH("\"attachments\":{}"), "statement.attachments", BOTH },
		{ "a number", WITH("\"attachments\":[7]"), "statement.attachments[0]", BOTH },
		{ "only its hash", WITH("\"attachments\":[{\"sha2\":" SHA2 "}]"),
		  "statement.attachments[0]", BOTH },
		{ "with a length that is a text", WITH("\"attachments\":[{\"length\":\"27\"}]"),
		  "statement.attachments[0].length", BOTH },
		{ "with a hash of nothing", WITH("\"attachments\":[{\"sha2\":\"00\"}]"),
		  "statement.attachments[0].sha2", BOTH },
		{ "of no type", WITH("\"attachments\":[{\"contentType\":\"a picture\"}]"),
		  "statement.attachments[0].contentType", BOTH },
	};

	(void)state;
	CHECK(cases);
}

/* As a version of Moodle's plug-in writes it. */
static void a_type_of_a_person_may_be_a_list_of_one(void **state)
{
#define PERSON(type) "{\"objectType\":" type ",\"mbox\":\"mailto:kari@lms.test\"}"
	static const struct statement_case cases[] = {
		{ "an actor", WITH_ACTOR(PERSON("[\"Agent\"]")), NULL, BOTH },
		{ "a group", WITH_ACTOR(PERSON("[\"Group\"]")), NULL, BOTH },
		{ "an object", WITH_OBJECT(PERSON("[\"Agent\"]")), NULL, BOTH },
		{ "an instructor", WITH_CONTEXT("{\"instructor\":" PERSON("[\"Agent\"]") "}"), NULL,
		  BOTH },
		{ "none", WITH_ACTOR(PERSON("[]")), "statement.actor.objectType", BOTH },
		{ "two", WITH_ACTOR(PERSON("[\"Agent\",\"Agent\"]")), "statement.actor.objectType",
		  BOTH },
		{ "of lists", WITH_ACTOR(PERSON("[[\"Agent\"]]")), "statement.actor.objectType",
		  BOTH },
		{ "of none of its words", WITH_ACTOR(PERSON("[\"agent\"]")),
		  "statement.actor.objectType", BOTH },
		{ "of another thing's",
		  WITH_OBJECT("{\"objectType\":[\"Activity\"],\"id\":\"https://lms.test/c\"}"),
		  "statement.object.objectType", BOTH },
	};
	json_t *statement = json_loads(WITH_ACTOR(PERSON("[\"Agent\"]")), 0, NULL);
	struct fault fault = { 0 };

	(void)state;
	CHECK(cases);
	/* It is the same to all who read it then. */
	assert_int_equal(statement_check(statement, XAPI_1_0, "statement", &fault), 0);
	assert_string_equal(json_string_value(json_object_get(json_object_get(statement, "actor"),
							      "objectType")),
			    "Agent");
	json_decref(statement);
}

static void names_that_were_sent_are_cut_and_made_harmless(void **state)
{
	static const char json[] =
		"{\"\\u001b[31m\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6"
		"\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\":1}";
	json_t *statement = json_loads(json, 0, NULL);
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(statement_check(statement, XAPI_1_0, "statement", &fault),
			 LIFT_E_MALFORMED);
	assert_string_equal(fault.where,
			    "statement.?[31m\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6"
			    "\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6\u00e6...");
	assert_string_equal(fault.text,
			    "no such property here; there are: id, actor, verb, result, context, "
			    "timestamp, attachments, object, stored, authority, version");
	json_decref(statement);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_has_an_actor_a_verb_and_an_object),
		cmocka_unit_test(its_own_properties_have_their_forms),
		cmocka_unit_test(an_agent_is_known_by_exactly_one_identifier),
		cmocka_unit_test(a_group_has_members_or_an_identifier),
		cmocka_unit_test(an_object_is_of_one_of_five_types),
		cmocka_unit_test(a_statement_within_one_has_no_id_and_no_other_in_it),
		cmocka_unit_test(a_definition_says_what_an_activity_is),
		cmocka_unit_test(a_result_is_taken_as_platforms_send_it),
		cmocka_unit_test(a_context_says_where_it_was),
		cmocka_unit_test(agents_and_groups_of_a_context_came_with_2_0),
		cmocka_unit_test(an_attachment_is_described),
		cmocka_unit_test(a_type_of_a_person_may_be_a_list_of_one),
		cmocka_unit_test(names_that_were_sent_are_cut_and_made_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

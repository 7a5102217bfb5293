/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/map/learner.h"

#include <stdio.h>

#include "clients/xapi/map/places.h"
#include "clients/xapi/people/key.h"

static struct text copy(const struct statement *statement, struct text text, int *ret_err)
{
	struct text to = { arena_text(statement->arena, text), text.size };

	if (!to.data)
		*ret_err = LIFT_E_MEMORY;
	return to;
}

static void of_mbox(const struct statement *statement, struct text mbox, struct learner *learner,
		    int *ret_err)
{
	char sum[KEY_SUM_SIZE];
	struct text address = key_address(mbox);

	learner->how = "mbox";
	if (statement->map->mbox == MBOX_ADDRESS) {
		learner->id = copy(statement, address, ret_err);
		if (learner->id.data)
			ascii_small((char *)learner->id.data, learner->id.size);
	} else {
		learner->id = copy(statement, (struct text){ sum, key_of_address(address, sum) },
				   ret_err);
	}
}

static void of_sum(const struct statement *statement, struct text sum, struct learner *learner,
		   int *ret_err)
{
	char room[KEY_SUM_SIZE];

	learner->how = "mbox_sha1sum";
	learner->id = copy(statement, (struct text){ room, key_of_sum(sum, room) }, ret_err);
}

static void of_account(const struct statement *statement, struct text homepage, struct text name,
		       struct learner *learner, int *ret_err)
{
	const char *own = statement->platform->homepage;
	char *to;

	learner->how = "account";
	if (name.size == 0)
		return;
	learner->homepage = iri_canonical(statement->arena, homepage);
	if (!learner->homepage.data) {
		*ret_err = LIFT_E_MEMORY;
		return;
	}
	if (homepage.size == 0 || (own && iri_equal(text_of(own), learner->homepage))) {
		learner->id = name;
		return;
	}
	if (!own)
		learner->name = name;
	to = arena_take(statement->arena, 1, learner->homepage.size + 1 + name.size);
	if (!to) {
		*ret_err = LIFT_E_MEMORY;
		return;
	}
	memcpy(to, learner->homepage.data, learner->homepage.size);
	to[learner->homepage.size] = ' ';
	memcpy(to + learner->homepage.size + 1, name.data, name.size);
	learner->id = (struct text){ to, learner->homepage.size + 1 + name.size };
}

/* A name alone is one of where the actor is at home. */
static void of_name(const struct statement *statement, struct text name, struct learner *learner,
		    int *ret_err)
{
	const json_t *actor = json_object_get(statement->json, "actor");

	if (key_address(name).size < name.size)
		of_mbox(statement, name, learner, ret_err);
	else
		of_account(
			statement,
			json_text(json_object_get(json_object_get(actor, "account"), "homePage")),
			name, learner, ret_err);
}

static void of_agent(const struct statement *statement, const json_t *agent,
		     struct learner *learner, int *ret_err)
{
	const json_t *account = json_object_get(agent, "account"), *value;
	char number[24];

	if (json_is_string(agent)) {
		of_name(statement, json_text(agent), learner, ret_err);
	} else if (json_is_integer(agent)) {
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(agent));
		of_name(statement, copy(statement, text_of(number), ret_err), learner, ret_err);
	} else if (json_is_object(account)) {
		of_account(statement, json_text(json_object_get(account, "homePage")),
			   json_text(json_object_get(account, "name")), learner, ret_err);
	} else if ((value = json_object_get(agent, "mbox"))) {
		of_mbox(statement, json_text(value), learner, ret_err);
	} else if ((value = json_object_get(agent, "mbox_sha1sum"))) {
		of_sum(statement, json_text(value), learner, ret_err);
	} else if ((value = json_object_get(agent, "openid"))) {
		learner->how = "openid";
		learner->id = iri_canonical(statement->arena, json_text(value));
		if (!learner->id.data)
			*ret_err = LIFT_E_MEMORY;
	}
}

bool learner_of(const struct statement *statement, const json_t *agent, struct learner *ret_learner,
		char *why, int *ret_err)
{
	struct learner learner = { .how = "" };
	struct text kind = json_text(json_object_get(agent, "objectType"));

	if (text_equal(kind, text_of("Group")) || json_object_get(agent, "member")) {
		snprintf(why, OUTCOME_WHY_MAX,
			 "it is about a group, and an event is about one person: the platform must "
			 "send a statement for each");
		return false;
	}
	of_agent(statement, agent, &learner, ret_err);
	if (*ret_err)
		return false;
	if (learner.id.size == 0) {
		snprintf(why, OUTCOME_WHY_MAX,
			 "the learner has no account, mbox, mbox_sha1sum or openid");
		return false;
	}
	if (learner.id.size > LEARNER_MAX) {
		snprintf(why, OUTCOME_WHY_MAX,
			 "the learner's id would have %zu bytes, and may have %d", learner.id.size,
			 LEARNER_MAX);
		return false;
	}
	*ret_learner = learner;
	return true;
}

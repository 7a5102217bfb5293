/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/xapi/read/body.h"
#include "clients/xapi/read/json.h"
#include "clients/xapi/read/moment.h"
#include "proto/grow.h"

enum { TEXT_ROOM = 2048, NUMBER_SIZE = 32, KEYS_MAX = 64 };

/* How a value is written. */
enum manner {
	AS_IT_IS,
	LEFT_OUT,
	LEFT_OUT_AS, /* where it is the text `of`: what its absence means, too */
	AS_TIME,     /* a moment, with whatever offset it was written */
	IN_SMALL,    /* a UUID: its letters may be large */
	ANY_ORDER,   /* an array, whose items by `part`; or one of them without the array */
};

struct part;

struct key {
	struct text name;
	enum manner manner;
	const char *of;
	const struct part *part;
};

/* An object: the keys that are written in a manner of their own. `rest`: how all others are, where
 * that is not as they are. */
struct part {
	const struct key *keys;
	size_t n_keys;
	const struct key *rest;
};

#define KEYS(table) (table), sizeof(table) / sizeof((table)[0])

/* Names of people, of verbs and of activities, and what describes them, may change in between
 * (xAPI part two, 2.3.1); so may where an attachment is, and the order of what has none. */
static const struct part ACTOR;
static const struct key ACTOR_KEYS[] = {
	{ TEXT("objectType"), LEFT_OUT_AS, "Agent", NULL },
	{ TEXT("name"), LEFT_OUT, NULL, NULL },
	{ TEXT("member"), ANY_ORDER, NULL, &ACTOR },
};
static const struct part ACTOR = { KEYS(ACTOR_KEYS), NULL };

static const struct key VERB_KEYS[] = { { TEXT("display"), LEFT_OUT, NULL, NULL } };
static const struct part VERB = { KEYS(VERB_KEYS), NULL };

static const struct key ACTIVITY_KEYS[] = {
	{ TEXT("objectType"), LEFT_OUT_AS, "Activity", NULL },
	{ TEXT("definition"), LEFT_OUT, NULL, NULL },
};
static const struct part ACTIVITY = { KEYS(ACTIVITY_KEYS), NULL };

static const struct key EACH_ACTIVITIES = { TEXT(""), ANY_ORDER, NULL, &ACTIVITY };
static const struct part CONTEXT_ACTIVITIES = { NULL, 0, &EACH_ACTIVITIES };

static const struct key REF_KEYS[] = { { TEXT("id"), IN_SMALL, NULL, NULL } };
static const struct part REF = { KEYS(REF_KEYS), NULL };

static const struct key WHO_KEYS[] = {
	{ TEXT("agent"), AS_IT_IS, NULL, &ACTOR },
	{ TEXT("group"), AS_IT_IS, NULL, &ACTOR },
	{ TEXT("relevantTypes"), ANY_ORDER, NULL, NULL },
};
static const struct part WHO = { KEYS(WHO_KEYS), NULL };

static const struct key CONTEXT_KEYS[] = {
	{ TEXT("registration"), IN_SMALL, NULL, NULL },
	{ TEXT("instructor"), AS_IT_IS, NULL, &ACTOR },
	{ TEXT("team"), AS_IT_IS, NULL, &ACTOR },
	{ TEXT("contextActivities"), AS_IT_IS, NULL, &CONTEXT_ACTIVITIES },
	{ TEXT("statement"), AS_IT_IS, NULL, &REF },
	{ TEXT("contextAgents"), ANY_ORDER, NULL, &WHO },
	{ TEXT("contextGroups"), ANY_ORDER, NULL, &WHO },
};
static const struct part CONTEXT = { KEYS(CONTEXT_KEYS), NULL };

static const struct key ATTACHMENT_KEYS[] = {
	{ TEXT("display"), LEFT_OUT, NULL, NULL },
	{ TEXT("description"), LEFT_OUT, NULL, NULL },
	{ TEXT("fileUrl"), LEFT_OUT, NULL, NULL },
	{ TEXT("sha2"), IN_SMALL, NULL, NULL },
};
static const struct part ATTACHMENT = { KEYS(ATTACHMENT_KEYS), NULL };

#define SHARED_KEYS                                                                         \
	{ TEXT("actor"), AS_IT_IS, NULL, &ACTOR }, { TEXT("verb"), AS_IT_IS, NULL, &VERB }, \
		{ TEXT("context"), AS_IT_IS, NULL, &CONTEXT },                              \
		{ TEXT("timestamp"), AS_TIME, NULL, NULL },                                 \
	{                                                                                   \
		TEXT("attachments"), ANY_ORDER, NULL, &ATTACHMENT                           \
	}

/* An object of any type: the keys of all of them. */
static const struct part OBJECT;
static const struct key OBJECT_KEYS[] = {
	{ TEXT("objectType"), LEFT_OUT_AS, "Activity", NULL },
	{ TEXT("definition"), LEFT_OUT, NULL, NULL },
	{ TEXT("name"), LEFT_OUT, NULL, NULL },
	{ TEXT("member"), ANY_ORDER, NULL, &ACTOR },
	{ TEXT("object"), AS_IT_IS, NULL, &OBJECT },
	SHARED_KEYS,
};
static const struct part OBJECT = { KEYS(OBJECT_KEYS), NULL };

static const struct key STATEMENT_KEYS[] = {
	{ TEXT("id"), LEFT_OUT, NULL, NULL },	     { TEXT("stored"), LEFT_OUT, NULL, NULL },
	{ TEXT("authority"), LEFT_OUT, NULL, NULL }, { TEXT("version"), LEFT_OUT, NULL, NULL },
	{ TEXT("object"), AS_IT_IS, NULL, &OBJECT }, SHARED_KEYS,
};
static const struct part STATEMENT = { KEYS(STATEMENT_KEYS), NULL };

/* What has been written. What fails sticks. */
struct out {
	char *text;
	size_t size, room;
	bool failed;
};

static void put(struct out *out, const char *data, size_t size)
{
	size_t need = out->size + size + 1;

	if (!out->failed && need > out->room)
		out->failed =
			grow(&out->text, &out->room, need > TEXT_ROOM ? need : TEXT_ROOM, 1) != 0;
	if (out->failed || size == 0)
		return;
	memcpy(out->text + out->size, data, size);
	out->size += size;
}

static void put_char(struct out *out, char c)
{
	put(out, &c, 1);
}

/* Its size stands before it, so that nothing in it needs escaping. */
static void put_text(struct out *out, struct text text)
{
	char size[NUMBER_SIZE];

	put(out, size, (size_t)snprintf(size, sizeof(size), "%zu\"", text.size));
	put(out, text.data, text.size);
}

/* 1, 1.0 and 1e0 are one number. */
static void put_number(struct out *out, const json_t *value)
{
	char text[NUMBER_SIZE];
	double real = json_number_value(value);
	int size;

	if (json_is_integer(value))
		size = snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
	else if (real == floor(real) && fabs(real) < 9e15)
		size = snprintf(text, sizeof(text), "%lld", (long long)real);
	else
		size = snprintf(text, sizeof(text), "%.17g", real);
	put(out, text, (size_t)size);
}

static void put_value(struct out *out, const json_t *value, const struct part *part);

static void put_array(struct out *out, const json_t *array, const struct part *part)
{
	put_char(out, '[');
	for (size_t i = 0; i < json_array_size(array); i++)
		put_value(out, json_array_get(array, i), part);
	put_char(out, ']');
}

static int compare_texts(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* Each item is written, and then they are put in the order of their bytes. */
static void put_sorted(struct out *out, const json_t *array, const struct part *part)
{
	size_t n = json_array_size(array), begin;
	struct text *items = calloc(n + 1, sizeof(*items));
	struct out apart = { 0 };

	out->failed = out->failed || !items;
	for (size_t i = 0; items && i < n; i++) {
		begin = apart.size;
		put_value(&apart, json_array_get(array, i), part);
		items[i].size = apart.size - begin;
	}
	out->failed = out->failed || apart.failed;
	if (!out->failed) {
		begin = 0;
		for (size_t i = 0; i < n; begin += items[i++].size)
			items[i].data = apart.text + begin;
		qsort(items, n, sizeof(*items), compare_texts);
		put_char(out, '[');
		for (size_t i = 0; i < n; i++)
			put(out, items[i].data, items[i].size);
		put_char(out, ']');
	}
	free(apart.text);
	free(items);
}

static void put_any_order(struct out *out, const json_t *value, const struct part *part)
{
	if (json_array_size(value) > 1) {
		put_sorted(out, value, part);
	} else if (json_is_array(value)) {
		put_array(out, value, part);
	} else {
		put_char(out, '[');
		put_value(out, value, part);
		put_char(out, ']');
	}
}

static void put_time(struct out *out, const json_t *value)
{
	char text[NUMBER_SIZE];
	int64_t ms;

	if (json_is_string(value) && moment_parse(json_text(value), &ms))
		put(out, text, (size_t)snprintf(text, sizeof(text), "@%lld", (long long)ms));
	else
		put_value(out, value, NULL);
}

static void put_small(struct out *out, const json_t *value)
{
	size_t begin = out->size;

	put_value(out, value, NULL);
	for (size_t i = begin; !out->failed && i < out->size; i++)
		if (out->text[i] >= 'A' && out->text[i] <= 'Z')
			out->text[i] = (char)(out->text[i] - 'A' + 'a');
}

static const struct key *find_key(const struct part *part, struct text name)
{
	for (size_t i = 0; part && i < part->n_keys; i++)
		if (text_equal(part->keys[i].name, name))
			return &part->keys[i];
	return part ? part->rest : NULL;
}

static bool is_left_out(const struct key *key, const json_t *value)
{
	return key &&
	       (key->manner == LEFT_OUT || (key->manner == LEFT_OUT_AS && json_is_string(value) &&
					    text_equal(json_text(value), text_of(key->of))));
}

static void put_member(struct out *out, struct text name, const json_t *value,
		       const struct part *part)
{
	const struct key *key = find_key(part, name);

	if (is_left_out(key, value))
		return;
	put_text(out, name);
	switch (key ? key->manner : AS_IT_IS) {
	case AS_TIME:
		put_time(out, value);
		break;
	case IN_SMALL:
		put_small(out, value);
		break;
	case ANY_ORDER:
		put_any_order(out, value, key->part);
		break;
	default:
		put_value(out, value, key ? key->part : NULL);
	}
}

/* In the order of the keys' bytes. */
static void put_object(struct out *out, const json_t *object, const struct part *part)
{
	struct text few[KEYS_MAX], *keys = few;
	size_t n = json_object_size(object), i = 0;

	if (n > KEYS_MAX)
		keys = calloc(n, sizeof(*keys));
	if (!keys) {
		out->failed = true;
		return;
	}
	for (void *at = json_object_iter((json_t *)object); at;
	     at = json_object_iter_next((json_t *)object, at))
		keys[i++] = (struct text){ json_object_iter_key(at), json_object_iter_key_len(at) };
	qsort(keys, n, sizeof(*keys), compare_texts);
	put_char(out, '{');
	for (i = 0; i < n; i++)
		put_member(out, keys[i], json_object_getn(object, keys[i].data, keys[i].size),
			   part);
	put_char(out, '}');
	if (keys != few)
		free(keys);
}

static void put_value(struct out *out, const json_t *value, const struct part *part)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		put_object(out, value, part);
		break;
	case JSON_ARRAY:
		put_array(out, value, part);
		break;
	case JSON_STRING:
		put_text(out, json_text(value));
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		put_number(out, value);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		put(out, json_is_null(value) ? "n" : json_is_true(value) ? "t" : "f", 1);
		break;
	}
	put_char(out, ',');
}

int statement_content(const json_t *statement, char **ret_text, size_t *ret_size)
{
	struct out out = { 0 };

	put_value(&out, statement, &STATEMENT);
	put_char(&out, 0);
	if (out.failed) {
		free(out.text);
		return LIFT_E_MEMORY;
	}
	*ret_text = out.text;
	*ret_size = out.size - 1;
	return 0;
}

bool statement_time(const json_t *statement, int64_t *ret_time_ms)
{
	const json_t *timestamp = json_object_get(statement, "timestamp");

	return json_is_string(timestamp) && moment_parse(json_text(timestamp), ret_time_ms);
}

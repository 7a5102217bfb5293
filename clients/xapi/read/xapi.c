/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "clients/xapi/read/attachments.h"
#include "clients/xapi/read/body.h"
#include "clients/xapi/read/format.h"
#include "clients/xapi/read/json.h"
#include "clients/xapi/read/media.h"

enum { WHERE_SIZE = 48 };

int xapi_version_of(const char *header, enum xapi_version *ret_version, struct fault *ret_fault)
{
	struct text text = text_of(header ? header : "");

	if (FORMAT_VERSION_1_0.is(text)) {
		*ret_version = XAPI_1_0;
	} else if (FORMAT_VERSION.is(text)) {
		*ret_version = XAPI_2_0;
	} else {
		fault_set(ret_fault, 400, "X-Experience-API-Version",
			  header ? "this version is not known: 1.0.0 to 1.0.3 and 2.0.0 are"
				 : "the header is missing: it must say 1.0.3 or 2.0.0, or another "
				   "version that is known");
		return LIFT_E_VERSION;
	}
	return 0;
}

/* "statement", or "statements[3]" of several. */
static void print_where(char to[static WHERE_SIZE], bool several, size_t i)
{
	if (several)
		snprintf(to, WHERE_SIZE, "statements[%zu]", i);
	else
		snprintf(to, WHERE_SIZE, "statement");
}

struct numbered {
	const char *id;
	size_t index;
};

static int compare_ids(const void *a, const void *b)
{
	const struct numbered *one = a, *two = b;
	int order = strcasecmp(one->id, two->id);

	return order ? order : (one->index > two->index) - (one->index < two->index);
}

/* No two statements of one request have one id (xAPI part three, 2.1.2). */
static int check_ids(const json_t *statements, struct fault *ret_fault)
{
	size_t n = json_array_size(statements), n_ids = 0;
	struct numbered *ids = calloc(n + 1, sizeof(*ids));
	char where[WHERE_SIZE];
	int err = 0;

	if (!ids)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < n; i++) {
		const json_t *id = json_object_get(json_array_get(statements, i), "id");

		if (id)
			ids[n_ids++] = (struct numbered){ json_string_value(id), i };
	}
	if (n_ids > 1)
		qsort(ids, n_ids, sizeof(*ids), compare_ids);
	for (size_t i = 1; i < n_ids && !err; i++)
		if (strcasecmp(ids[i - 1].id, ids[i].id) == 0) {
			snprintf(where, sizeof(where), "statements[%zu].id", ids[i].index);
			fault_set(ret_fault, 400, where,
				  "statements[%zu] of this request has the same id",
				  ids[i - 1].index);
			err = LIFT_E_MALFORMED;
		}
	free(ids);
	return err;
}

/* The statements of a request. */
struct batch {
	json_t *statements; /* an array */
	bool several;	    /* it was sent as one */
};

/* One statement or an array, each of them checked. Takes over `json`. */
static int take_statements(json_t *json, enum xapi_version version, struct batch *ret_batch,
			   struct fault *ret_fault)
{
	bool several = json_is_array(json);
	char where[WHERE_SIZE];
	json_t *statements = json;
	int err = 0;

	if (!several) {
		statements = json_array();
		if (!statements || json_array_append_new(statements, json) != 0) {
			json_decref(statements ? statements : json);
			return LIFT_E_MEMORY;
		}
	}
	if (json_array_size(statements) > BODY_STATEMENTS_MAX) {
		fault_set(ret_fault, 413, "statements", "a request may have %d statements",
			  BODY_STATEMENTS_MAX);
		err = LIFT_E_MALFORMED;
	}
	for (size_t i = 0; !err && i < json_array_size(statements); i++) {
		print_where(where, several, i);
		err = statement_check(json_array_get(statements, i), version, where, ret_fault);
	}
	if (!err)
		err = check_ids(statements, ret_fault);
	if (err)
		json_decref(statements);
	else
		*ret_batch = (struct batch){ statements, several };
	return err;
}

/* Reads the statements of a request: `text` is JSON. */
static int read_statements(struct text text, enum xapi_version version, struct batch *ret_batch,
			   struct fault *ret_fault)
{
	json_t *json;
	int err = body_json(text, &json, ret_fault);

	return err ? err : take_statements(json, version, ret_batch, ret_fault);
}

int body_xapi(struct text body, const char *content_type, enum xapi_version version,
	      json_t **ret_statements, struct fault *ret_fault)
{
	struct media_part *parts = NULL;
	struct text text = body;
	size_t n_parts = 0;
	struct batch batch = { 0 };
	int err = 0;

	if (content_type && media_is(content_type, "multipart/mixed")) {
		err = media_parts(body, content_type, &parts, &n_parts, ret_fault);
		if (!err)
			err = attachments_first(&parts[0], ret_fault);
		if (!err)
			text = parts[0].content;
	} else if (content_type && !media_is(content_type, "application/json")) {
		fault_set(ret_fault, 400, "Content-Type",
			  "expected application/json or multipart/mixed");
		err = LIFT_E_MALFORMED;
	}
	if (!err)
		err = read_statements(text, version, &batch, ret_fault);
	if (!err) {
		err = attachments_check(batch.statements, batch.several, parts ? parts + 1 : NULL,
					parts ? n_parts - 1 : 0, ret_fault);
		if (err)
			json_decref(batch.statements);
		else
			*ret_statements = batch.statements;
	}
	free(parts);
	return err;
}

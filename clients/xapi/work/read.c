/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a body to statements. Many of them are read at once, by several threads: what is looked at
 * here is the request's own, or does not change.
 */
#include <ctype.h>
#include <stdlib.h>

#include "clients/xapi/read/body.h"
#include "clients/xapi/read/pool.h"
#include "clients/xapi/work/work_internal.h"

static const char *media_type(const struct work *work)
{
	return http_header(work->exchange, "Content-Type");
}

/* Who has logged in with a password may send what is not signed. */
static const json_t *keys_of(const struct bench *bench, const struct work *work)
{
	struct text body = http_body(work->exchange);
	size_t i = 0;

	while (i < body.size && isspace((unsigned char)body.data[i]))
		i++;
	if (!work->signed_only && i < body.size && (body.data[i] == '{' || body.data[i] == '['))
		return NULL;
	return bench->platform->jwks;
}

static int read_statements(const struct bench *bench, struct work *work, struct fault *fault)
{
	struct text body = http_body(work->exchange);
	enum xapi_version version;
	int err;

	switch (work->form) {
	case FORM_CALIPER:
		return body_caliper(body, media_type(work), &work->statements, fault);
	case FORM_CANVAS:
		return body_canvas(body, media_type(work), keys_of(bench, work), bench->now_ms,
				   &work->statements, fault);
	default:
		err = xapi_version_of(http_header(work->exchange, "X-Experience-API-Version"),
				      &version, fault);
		return err ? err
			   : body_xapi(body, media_type(work), version, &work->statements, fault);
	}
}

static void fail_by(struct work *work, const struct fault *fault)
{
	size_t place = strlen(fault->where);

	work_fail(work, fault->status ? (unsigned)fault->status : 400, 0, "%s%s%s", fault->where,
		  place ? ": " : "", fault->text);
	work->place = place ? place + strlen(": ") : 0;
}

/* PUT has one statement, whose id is in the address; it may have it, too. */
static void take_put_id(struct work *work)
{
	const char *asked = http_query(work->exchange, "statementId");
	json_t *one = json_array_get(work->statements, 0);
	const char *own = json_string_value(json_object_get(one, "id"));

	if (work->n != 1)
		work_fail(work, 400, 0, "PUT takes one statement, not %zu: POST takes many",
			  work->n);
	else if (own && strcasecmp(own, asked) != 0)
		work_fail(work, 400, 0, "statement.id: it is not the statementId of the address");
	else
		json_object_set_new(one, "id", json_string(asked));
}

static int read_request(const struct bench *bench, struct work *work)
{
	struct fault fault = { .status = 400 };
	int err = read_statements(bench, work, &fault);
	const int most = bench->config->limits.statements;

	if (err == LIFT_E_MEMORY)
		return err;
	if (err) {
		fail_by(work, &fault);
		return 0;
	}
	work->n = json_array_size(work->statements);
	if (work->n > (size_t)most)
		work_fail(work, 413, 0, "there are %zu statements, and %d may be in one request",
			  work->n, most);
	else if (work->form == FORM_PUT)
		take_put_id(work);
	work->verdicts = calloc(work->n + 1, sizeof(*work->verdicts));
	return work->verdicts ? 0 : LIFT_E_MEMORY;
}

static int read_once(const struct bench *bench, struct work *work)
{
	int err = 0;

	/* What is held, and tried again, is no round's. */
	if (!work->statements) {
		pool_begin();
		err = read_request(bench, work);
	}
	if (!err && !work->status)
		err = work_make_keys(bench, work);
	pool_end();
	return err;
}

void work_read(const struct bench *bench, struct work *work)
{
	if (work->is_read)
		return;
	work->read_err = read_once(bench, work);
	work->is_read = true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/attachments.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "clients/xapi/read/body.h"
#include "clients/xapi/read/json.h"
#include "clients/xapi/read/jws.h"

#define USAGE_SIGNATURE "http://adlnet.gov/expapi/attachments/signature"

enum {
	WHERE_OF_STATEMENT = 48,
	WHERE_SIZE = 96,
	HASH_BYTES_MAX = 64,
	HASH_TEXT = 2 * HASH_BYTES_MAX + 1
};

/* The parts that came, by their hash in small letters: the number of the part, or null before it
 * has come. */
struct arrived {
	json_t *by_hash;
	const struct media_part *parts;
	bool several; /* the statements were sent as an array */
};

static int fault_part(struct fault *fault, size_t part, const char *expected)
{
	char where[WHERE_SIZE];

	snprintf(where, sizeof(where), "part %zu", part + 1);
	fault_set(fault, 400, where, "%s", expected);
	return LIFT_E_MALFORMED;
}

int attachments_first(const struct media_part *part, struct fault *ret_fault)
{
	static const struct text json = TEXT("application/json");

	if (part->type.size >= json.size &&
	    strncasecmp(part->type.data, json.data, json.size) == 0 &&
	    (part->type.size == json.size || strchr("; \t", part->type.data[json.size])))
		return 0;
	return fault_part(ret_fault, 0,
			  "the first part must be the statements, of Content-Type "
			  "application/json");
}

static void small(struct text hash, char to[static HASH_TEXT])
{
	size_t size = hash.size < HASH_TEXT ? hash.size : HASH_TEXT - 1;

	for (size_t i = 0; i < size; i++)
		to[i] = hash.data[i] >= 'A' && hash.data[i] <= 'Z'
				? (char)(hash.data[i] - 'A' + 'a')
				: hash.data[i];
	to[size] = 0;
}

/* The hash of so many digits, as text; false: there is none of that length. */
static bool hash_of(struct text content, size_t digits, char to[static HASH_TEXT])
{
	static const struct {
		size_t digits;
		gnutls_digest_algorithm_t algorithm;
	} algorithms[] = { { 56, GNUTLS_DIG_SHA224 },
			   { 64, GNUTLS_DIG_SHA256 },
			   { 96, GNUTLS_DIG_SHA384 },
			   { 128, GNUTLS_DIG_SHA512 } };
	unsigned char bytes[HASH_BYTES_MAX];

	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (algorithms[i].digits != digits)
			continue;
		if (gnutls_hash_fast(algorithms[i].algorithm, content.data, content.size, bytes) !=
		    0)
			return false;
		for (size_t k = 0; k < digits / 2; k++)
			snprintf(to + 2 * k, 3, "%02x", bytes[k]);
		return true;
	}
	return false;
}

/* A part is what it says that it is, and a statement's. */
static int take_part(struct arrived *arrived, size_t i, struct fault *ret_fault)
{
	const struct media_part *part = &arrived->parts[i];
	char said[HASH_TEXT], is[HASH_TEXT];

	if (part->encoding.size != 6 || strncasecmp(part->encoding.data, "binary", 6) != 0)
		return fault_part(ret_fault, i + 1,
				  "an attachment needs Content-Transfer-Encoding: binary");
	if (part->hash.size == 0)
		return fault_part(ret_fault, i + 1, "an attachment needs X-Experience-API-Hash");
	small(part->hash, said);
	if (!json_object_get(arrived->by_hash, said))
		return fault_part(ret_fault, i + 1,
				  "no statement has an attachment with this X-Experience-API-Hash");
	if (!hash_of(part->content, part->hash.size, is) || strcmp(said, is) != 0)
		return fault_part(
			ret_fault, i + 1,
			"the content is not of the SHA-2 that X-Experience-API-Hash says");
	return json_object_set_new(arrived->by_hash, said, json_integer((json_int_t)i)) == 0
		       ? 0
		       : LIFT_E_MEMORY;
}

/* The content of a statement without its attachments: the signature is one of them, and it was not
 * yet there when it was made. */
static int content_of(const json_t *statement, char **ret_text, size_t *ret_size)
{
	json_t *bare = json_is_object(statement) ? json_copy((json_t *)statement) : json_object();
	int err;

	if (!bare)
		return LIFT_E_MEMORY;
	json_object_del(bare, "attachments");
	err = statement_content(bare, ret_text, ret_size);
	json_decref(bare);
	return err;
}

/* The payload says what the statement says. */
static int compare_signed(const struct jws *jws, const json_t *statement, const char *where,
			  struct fault *ret_fault)
{
	struct text payload = { jws->payload, jws->payload_size };
	char *content[2] = { NULL, NULL };
	size_t size[2];
	json_t *other = NULL;
	struct fault fault;
	int err = body_json(payload, &other, &fault);

	if (!err)
		err = content_of(statement, &content[0], &size[0]);
	if (!err)
		err = content_of(other, &content[1], &size[1]);
	if (!err && (size[0] != size[1] || memcmp(content[0], content[1], size[0]) != 0))
		err = LIFT_E_MALFORMED;
	if (err == LIFT_E_MALFORMED)
		fault_set(ret_fault, 400, where, "the signature is of another statement");
	free(content[0]);
	free(content[1]);
	json_decref(other);
	return err;
}

static int check_signature(const json_t *attachment, struct text content, const json_t *statement,
			   const char *where, struct fault *ret_fault)
{
	static const char *const algorithms[] = { "RS256", "RS384", "RS512" };
	const char *type = json_string_value(json_object_get(attachment, "contentType"));
	struct jws jws;
	bool known = false;
	int err;

	if (!media_is(type, "application/octet-stream")) {
		fault_set(ret_fault, 400, where,
			  "a signature's contentType must be application/octet-stream");
		return LIFT_E_MALFORMED;
	}
	err = jws_read(content, where, &jws, ret_fault);
	if (err)
		return err;
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		known = known || strcmp(jws_algorithm(&jws), algorithms[i]) == 0;
	if (known) {
		err = compare_signed(&jws, statement, where, ret_fault);
	} else {
		fault_set(ret_fault, 400, where, "a signature must be RS256, RS384 or RS512");
		err = LIFT_E_MALFORMED;
	}
	jws_clear(&jws);
	return err;
}

/* A signature is of one statement; so none is read twice. */
static int take_signature(struct arrived *arrived, const char *hash, const json_t *statement,
			  const json_t *attachment, const char *where, struct fault *ret_fault)
{
	const json_t *part = json_object_get(arrived->by_hash, hash);
	int err;

	if (!json_is_integer(part)) {
		fault_set(ret_fault, 400, where, "another attachment is this signature, too");
		return LIFT_E_MALFORMED;
	}
	err = check_signature(attachment, arrived->parts[json_integer_value(part)].content,
			      statement, where, ret_fault);
	if (!err && json_object_set_new(arrived->by_hash, hash, json_true()) != 0)
		err = LIFT_E_MEMORY;
	return err;
}

static int check_one(struct arrived *arrived, const json_t *statement, const json_t *attachment,
		     const char *where, struct fault *ret_fault)
{
	const char *usage = json_string_value(json_object_get(attachment, "usageType"));
	const json_t *part;
	char hash[HASH_TEXT];

	small(json_text(json_object_get(attachment, "sha2")), hash);
	part = json_object_get(arrived->by_hash, hash);
	if (part && !json_is_null(part))
		return strcmp(usage, USAGE_SIGNATURE) == 0
			       ? take_signature(arrived, hash, statement, attachment, where,
						ret_fault)
			       : 0;
	if (json_object_get(attachment, "fileUrl"))
		return 0;
	fault_set(ret_fault, 400, where,
		  "an attachment without fileUrl must come with the request, as a part of "
		  "multipart/mixed");
	return LIFT_E_MALFORMED;
}

/* The attachments of a statement, or of the one within it: to be remembered by their hash, or
 * checked. */
static int each_of(struct arrived *arrived, const json_t *statement, const char *where, bool check,
		   struct fault *ret_fault)
{
	const json_t *attachments = json_object_get(statement, "attachments"), *attachment;
	char at[WHERE_SIZE], hash[HASH_TEXT];
	int err = 0;
	size_t i;

	json_array_foreach(attachments, i, attachment)
	{
		snprintf(at, sizeof(at), "%s.attachments[%zu]", where, i);
		small(json_text(json_object_get(attachment, "sha2")), hash);
		if (check)
			err = check_one(arrived, statement, attachment, at, ret_fault);
		else if (json_object_set_new(arrived->by_hash, hash, json_null()) != 0)
			err = LIFT_E_MEMORY;
		if (err)
			return err;
	}
	return 0;
}

static int each_attachment(struct arrived *arrived, const json_t *statements, bool check,
			   struct fault *ret_fault)
{
	const json_t *statement;
	char where[WHERE_OF_STATEMENT], within[WHERE_OF_STATEMENT];
	int err = 0;
	size_t i;

	json_array_foreach(statements, i, statement)
	{
		if (arrived->several)
			snprintf(where, sizeof(where), "statements[%zu]", i);
		else
			snprintf(where, sizeof(where), "statement");
		snprintf(within, sizeof(within), "%.40s.object", where);
		err = each_of(arrived, statement, where, check, ret_fault);
		if (!err)
			err = each_of(arrived, json_object_get(statement, "object"), within, check,
				      ret_fault);
		if (err)
			return err;
	}
	return 0;
}

int attachments_check(const json_t *statements, bool several, const struct media_part *parts,
		      size_t n_parts, struct fault *ret_fault)
{
	struct arrived arrived = { NULL, parts, several };
	int err = 0;

	if (n_parts > 0) {
		arrived.by_hash = json_object();
		err = arrived.by_hash ? each_attachment(&arrived, statements, false, ret_fault)
				      : LIFT_E_MEMORY;
	}
	for (size_t i = 0; !err && i < n_parts; i++)
		err = take_part(&arrived, i, ret_fault);
	if (!err)
		err = each_attachment(&arrived, statements, true, ret_fault);
	json_decref(arrived.by_hash);
	return err;
}

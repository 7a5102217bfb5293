/* SPDX-License-Identifier: Apache-2.0 */
#include <gnutls/crypto.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sodium.h>

#include "clients/xapi/read/body.h"

/* SHA-256 of "et lite vedlegg". */
#define CONTENT "et lite vedlegg"
#define SHA256	"4cfa124a9ccabfe32794bb0ddcc690e7a8a4052a3e506315403c11ed389f52c6"
#define OTHER	"5cfa124a9ccabfe32794bb0ddcc690e7a8a4052a3e506315403c11ed389f52c6"

#define WHAT                                                                              \
	"\"actor\":{\"mbox\":\"mailto:kari@lms.test\"},\"verb\":{\"id\":\"urn:x:done\"}," \
	"\"object\":{\"id\":\"https://lms.test/7\"}"
#define BARE "{" WHAT
#define ATTACHED(usage, type, sha2)                                                      \
	",\"attachments\":[{\"usageType\":\"" usage "\",\"display\":{\"nb\":\"Bevis\"}," \
	"\"contentType\":\"" type "\",\"length\":27,\"sha2\":\"" sha2 "\"}]"
#define STATEMENT(usage, type, sha2) BARE ATTACHED(usage, type, sha2) "}"
#define WITHIN                                                                              \
	"{\"actor\":{\"mbox\":\"mailto:kari@lms.test\"},\"verb\":{\"id\":\"urn:x:plans\"}," \
	"\"object\":{\"objectType\":\"SubStatement\"," WHAT ATTACHED("urn:x:diploma",       \
								     "text/plain", SHA256) "}}"
#define ONE STATEMENT("https://lms.test/diploma", "text/plain", SHA256)

#define NEXT	   "\r\n--abc\r\n"
#define LAST	   "\r\n--abc--"
#define FIRST	   "--abc\r\nContent-Type: application/json\r\n\r\n"
#define PART(hash) "content-transfer-encoding: binary\r\nX-Experience-API-Hash:" hash "\r\n\r\n"

struct parts_case {
	const char *why;
	struct text body;
	const char *where; /* NULL: it is right */
	const char *type;  /* NULL: the usual Content-Type */
};

static void check_parts(const struct parts_case *one)
{
	const char *type = one->type ? one->type : "multipart/mixed; boundary=abc";
	struct fault fault = { 0 };
	json_t *statements = NULL;
	int err = body_xapi(one->body, type, XAPI_1_0, &statements, &fault);

	if (one->where ? err != LIFT_E_MALFORMED || fault.status != 400 || statements ||
				 strcmp(fault.where, one->where) != 0
		       : err != 0 || json_array_size(statements) != 1)
		fail_msg("%s: %d, %s: %s", one->why, err, fault.where, fault.text);
	json_decref(statements);
}

static void attachments_come_with_their_statements(void **state)
{
	static const struct parts_case cases[] = {
		{ "one", TEXT(FIRST ONE NEXT PART(SHA256) CONTENT LAST), NULL, NULL },
		{ "with more in front and behind",
		  TEXT("hello\r\n" FIRST ONE "\r\n--abc \t\r\n" PART(SHA256) CONTENT LAST
		       "\r\nbye\r\n--abc\r\n"),
		  NULL, NULL },
		{ "a boundary in quotes", TEXT(FIRST ONE NEXT PART(SHA256) CONTENT LAST), NULL,
		  "Multipart/Mixed ; charset=\"x;y\"; BOUNDARY=\"abc\"; z" },
		{ "of the statement within one", TEXT(FIRST WITHIN NEXT PART(SHA256) CONTENT LAST),
		  NULL, NULL },
		{ "of the statement within one, and it is missing", TEXT(FIRST WITHIN LAST),
		  "statement.object.attachments[0]", NULL },
		{ "none is needed", TEXT(FIRST BARE "}" LAST), NULL, NULL },
		{ "a longer line that begins alike",
		  TEXT(FIRST BARE ",\"result\":{\"extensions\":{}}\r\n}" NEXT
				  "X: y\r\n\r\n\r\n--abcd\r\n" LAST),
		  "part 2", NULL },
		{ "the statements alone, and it is missing", TEXT(FIRST ONE LAST),
		  "statement.attachments[0]", NULL },
		{ "one too many", TEXT(FIRST BARE "}" NEXT PART(SHA256) CONTENT LAST), "part 2",
		  NULL },
		{ "another content", TEXT(FIRST ONE NEXT PART(SHA256) CONTENT "s" LAST), "part 2",
		  NULL },
		{ "another hash", TEXT(FIRST ONE NEXT PART(OTHER) CONTENT LAST), "part 2", NULL },
		{ "no hash",
		  TEXT(FIRST ONE NEXT "Content-Transfer-Encoding: binary\r\n\r\n" CONTENT LAST),
		  "part 2", NULL },
		{ "no encoding",
		  TEXT(FIRST ONE NEXT "X-Experience-API-Hash: " SHA256 "\r\n\r\n" CONTENT LAST),
		  "part 2", NULL },
		{ "another encoding",
		  TEXT(FIRST ONE NEXT "Content-Transfer-Encoding: base64\r\n"
				      "X-Experience-API-Hash: " SHA256 "\r\n\r\n" CONTENT LAST),
		  "part 2", NULL },
		{ "the statements are not first",
		  TEXT("--abc\r\n" PART(SHA256) CONTENT NEXT
		       "Content-Type: application/json\r\n\r\n" ONE LAST),
		  "part 1", NULL },
		{ "nothing in it", TEXT("--abc--\r\n"), "part 1", NULL },
		{ "not this boundary", TEXT("--abd\r\n\r\n{}\r\n--abd--"), "part 1", NULL },
		{ "no end", TEXT(FIRST ONE NEXT PART(SHA256) CONTENT), "part 2", NULL },
		{ "headers without an end", TEXT("--abc\r\nContent-Type: application/json" LAST),
		  "part 1", NULL },
		{ "nothing at all", TEXT(""), "part 1", NULL },
		{ "no boundary", TEXT(FIRST ONE LAST), "Content-Type", "multipart/mixed" },
		{ "an empty one", TEXT(FIRST ONE LAST), "Content-Type",
		  "multipart/mixed; boundary=\"\"" },
		{ "one of 71", TEXT(FIRST ONE LAST), "Content-Type",
		  "multipart/mixed; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaa" },
		{ "statements that are wrong", TEXT(FIRST "{}" LAST), "statement", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_parts(&cases[i]);
}

static void hashes_of_each_length_are_known(void **state)
{
	static const struct {
		gnutls_digest_algorithm_t algorithm;
		size_t size;
	} cases[] = { { GNUTLS_DIG_SHA224, 28 },
		      { GNUTLS_DIG_SHA256, 32 },
		      { GNUTLS_DIG_SHA384, 48 },
		      { GNUTLS_DIG_SHA512, 64 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char hash[129], body[2048];
		unsigned char bytes[64];
		struct parts_case one = { "a hash", { body, 0 }, NULL, NULL };

		assert_int_equal(
			gnutls_hash_fast(cases[i].algorithm, CONTENT, strlen(CONTENT), bytes), 0);
		sodium_bin2hex(hash, sizeof(hash), bytes, cases[i].size);
		one.body.size = (size_t)snprintf(body, sizeof(body),
						 FIRST STATEMENT("urn:x:y", "text/plain", "%s")
							 NEXT PART("%s") CONTENT LAST,
						 hash, hash);
		check_parts(&one);
		hash[0] = hash[0] == 'a' ? 'b' : 'a';
		one.where = "part 2";
		one.body.size = (size_t)snprintf(body, sizeof(body),
						 FIRST STATEMENT("urn:x:y", "text/plain", "%s")
							 NEXT PART("%s") CONTENT LAST,
						 hash, hash);
		check_parts(&one);
	}
}

struct signature_case {
	const char *why, *header, *payload, *type;
	const char *where;
};

static void write_base64(char *to, size_t room, const char *text)
{
	sodium_bin2base64(to, room, (const unsigned char *)text, strlen(text),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static void check_signed(const struct signature_case *one)
{
	char header[128], payload[512], jws[768], hash[65], body[4096];
	unsigned char bytes[32];
	struct parts_case parts = { one->why, { body, 0 }, one->where, NULL };

	write_base64(header, sizeof(header), one->header);
	write_base64(payload, sizeof(payload), one->payload);
	snprintf(jws, sizeof(jws), "%s.%s.c2lnbmVk", header, payload);
	crypto_hash_sha256(bytes, (const unsigned char *)jws, strlen(jws));
	sodium_bin2hex(hash, sizeof(hash), bytes, sizeof(bytes));
	parts.body.size =
		(size_t)snprintf(body, sizeof(body),
				 FIRST STATEMENT("http://adlnet.gov/expapi/attachments/signature",
						 "%s", "%s") NEXT PART("%s") "%s" LAST,
				 one->type, hash, hash, jws);
	check_parts(&parts);
}

static void a_signature_is_of_the_statement_that_it_is_with(void **state)
{
	static const char octets[] = "application/octet-stream", rs256[] = "{\"alg\":\"RS256\"}";
	static const char where[] = "statement.attachments[0]";
	static const struct signature_case cases[] = {
		{ "the same", rs256, BARE "}", octets, NULL },
		{ "written otherwise", "{\"alg\":\"RS512\",\"x5c\":[]}",
		  BARE ",\n \"id\":\"0b7d2c1e-5a64-4f0c-9d7e-3f1a2b4c5d6e\" }", octets, NULL },
		{ "another statement", rs256, BARE ",\"result\":{}}", octets, where },
		{ "no JSON", rs256, BARE, octets, where },
		{ "a number", rs256, "7", octets, where },
		{ "a secret instead of a key", "{\"alg\":\"HS256\"}", BARE "}", octets, where },
		{ "no signature at all", "{\"alg\":\"none\"}", BARE "}", octets, where },
		{ "no algorithm", "{}", BARE "}", octets, where },
		{ "a type of text", rs256, BARE "}", "text/plain", where },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_signed(&cases[i]);
}

/* Else a long one would be read as often as statements name it. */
static void a_signature_is_of_one_statement(void **state)
{
	static const char said[] =
		"{\"usageType\":\"http://adlnet.gov/expapi/attachments/signature\","
		"\"display\":{\"nb\":\"x\"},\"length\":1,\"contentType\":"
		"\"application/octet-stream\",\"sha2\":\"%s\"}";
	char header[64], payload[512], jws[768], hash[65], one[512], body[4096];
	unsigned char bytes[32];
	struct parts_case parts = { "twice", { body, 0 }, "statement.attachments[1]", NULL };

	(void)state;
	write_base64(header, sizeof(header), "{\"alg\":\"RS256\"}");
	write_base64(payload, sizeof(payload), BARE "}");
	snprintf(jws, sizeof(jws), "%s.%s.c2lnbmVk", header, payload);
	crypto_hash_sha256(bytes, (const unsigned char *)jws, strlen(jws));
	sodium_bin2hex(hash, sizeof(hash), bytes, sizeof(bytes));
	snprintf(one, sizeof(one), said, hash);
	parts.body.size =
		(size_t)snprintf(body, sizeof(body),
				 FIRST BARE ",\"attachments\":[%s,%s]}" NEXT PART("%s") "%s" LAST,
				 one, one, hash, jws);
	check_parts(&parts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attachments_come_with_their_statements),
		cmocka_unit_test(hashes_of_each_length_are_known),
		cmocka_unit_test(a_signature_is_of_the_statement_that_it_is_with),
		cmocka_unit_test(a_signature_is_of_one_statement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

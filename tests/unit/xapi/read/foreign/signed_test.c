/* SPDX-License-Identifier: Apache-2.0 */
#include <gnutls/abstract.h>
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

#define EVENT(more)                                                                             \
	"{\"metadata\":{\"event_name\":\"logged_in\",\"event_time\":\"2026-08-17T09:30:00Z\"}," \
	"\"body\":{}" more "}"
#define RSA(kid) "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"" kid "\"}"
#define NOW_S	 1787000000

/* Two keys, and the set that a platform publishes of them. */
struct keys {
	gnutls_privkey_t rsa, ec;
	json_t *jwks;
};

static json_t *base64(const void *data, size_t size)
{
	char text[2048];

	sodium_bin2base64(text, sizeof(text), data, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return json_string(text);
}

/* A number of a key, without the 0 in front that the library writes where the first bit is 1; with
 * as many in front as `size` wants. */
static json_t *number(gnutls_datum_t *datum, size_t size)
{
	unsigned char padded[64] = { 0 };
	json_t *json;

	while (datum->size > 1 && datum->data[0] == 0) {
		datum->size--;
		memmove(datum->data, datum->data + 1, datum->size);
	}
	if (size > datum->size) {
		memcpy(padded + size - datum->size, datum->data, datum->size);
		json = base64(padded, size);
	} else {
		json = base64(datum->data, datum->size);
	}
	gnutls_free(datum->data);
	return json;
}

static int make_keys(void **state)
{
	struct keys *keys = calloc(1, sizeof(*keys));
	gnutls_datum_t m, e, x, y;
	gnutls_ecc_curve_t curve;

	assert_non_null(keys);
	assert_int_equal(gnutls_privkey_init(&keys->rsa), 0);
	assert_int_equal(gnutls_privkey_generate(keys->rsa, GNUTLS_PK_RSA, 2048, 0), 0);
	assert_int_equal(gnutls_privkey_init(&keys->ec), 0);
	assert_int_equal(gnutls_privkey_generate(keys->ec, GNUTLS_PK_ECDSA,
						 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
						 0),
			 0);
	assert_int_equal(gnutls_privkey_export_rsa_raw(keys->rsa, &m, &e, NULL, NULL, NULL, NULL,
						       NULL, NULL),
			 0);
	assert_int_equal(gnutls_privkey_export_ecc_raw(keys->ec, &curve, &x, &y, NULL), 0);
	keys->jwks =
		json_pack("{s:[{s:s,s:s,s:o,s:o},{s:s,s:s,s:s,s:o,s:o}]}", "keys", "kty", "RSA",
			  "kid", "r1", "n", number(&m, 0), "e", number(&e, 0), "kty", "EC", "crv",
			  "P-256", "kid", "e1", "x", number(&x, 32), "y", number(&y, 32));
	assert_non_null(keys->jwks);
	*state = keys;
	return 0;
}

static int free_keys(void **state)
{
	struct keys *keys = *state;

	gnutls_privkey_deinit(keys->rsa);
	gnutls_privkey_deinit(keys->ec);
	json_decref(keys->jwks);
	free(keys);
	return 0;
}

/* header.payload.signature; the caller frees it. */
static char *sign(const struct keys *keys, bool ec, const char *header, const char *payload)
{
	json_t *a = base64(header, strlen(header)), *b = base64(payload, strlen(payload)), *c;
	gnutls_datum_t text, signature, r, s;
	unsigned char halves[64] = { 0 };
	char *said = NULL, *all = NULL;

	assert_true(asprintf(&said, "%s.%s", json_string_value(a), json_string_value(b)) > 0);
	text = (gnutls_datum_t){ (unsigned char *)said, (unsigned int)strlen(said) };
	assert_int_equal(gnutls_privkey_sign_data2(ec ? keys->ec : keys->rsa,
						   ec ? GNUTLS_SIGN_ECDSA_SECP256R1_SHA256
						      : GNUTLS_SIGN_RSA_SHA256,
						   0, &text, &signature),
			 0);
	if (ec) {
		assert_int_equal(gnutls_decode_rs_value(&signature, &r, &s), 0);
		while (r.size > 32 && r.data[0] == 0)
			memmove(r.data, r.data + 1, --r.size);
		while (s.size > 32 && s.data[0] == 0)
			memmove(s.data, s.data + 1, --s.size);
		memcpy(halves + 32 - r.size, r.data, r.size);
		memcpy(halves + 64 - s.size, s.data, s.size);
		c = base64(halves, sizeof(halves));
		gnutls_free(r.data);
		gnutls_free(s.data);
	} else {
		c = base64(signature.data, signature.size);
	}
	assert_true(asprintf(&all, "%s.%s", said, json_string_value(c)) > 0);
	gnutls_free(signature.data);
	free(said);
	json_decref(a);
	json_decref(b);
	json_decref(c);
	return all;
}

static int read_it(const struct keys *keys, const char *body, struct fault *fault)
{
	json_t *statements = NULL;
	int err = body_canvas(text_of(body), NULL, keys->jwks, NOW_S * INT64_C(1000), &statements,
			      fault);

	assert_true(err != 0 || json_array_size(statements) == 1);
	json_decref(statements);
	return err;
}

static void a_signed_event_is_taken_from_who_has_the_key(void **state)
{
	static const struct {
		const char *why;
		bool ec;
		const char *header, *payload;
		bool right;
	} cases[] = {
		{ "RSA", false, RSA("r1"), EVENT(""), true },
		{ "P-256", true, "{\"alg\":\"ES256\",\"kid\":\"e1\"}", EVENT(""), true },
		{ "still valid", false, RSA("r1"), EVENT(",\"nbf\":1786999990,\"exp\":1787000010"),
		  true },
		{ "a clock that is late", false, RSA("r1"),
		  EVENT(",\"nbf\":1787000050,\"exp\":1786999950"), true },
		{ "expired", false, RSA("r1"), EVENT(",\"exp\":1786999000"), false },
		{ "not yet valid", false, RSA("r1"), EVENT(",\"nbf\":1787001000"), false },
		{ "expires some time", false, RSA("r1"), EVENT(",\"exp\":\"soon\""), false },
		{ "another key's name", false, RSA("r2"), EVENT(""), false },
		{ "a key of the other kind", false, RSA("e1"), EVENT(""), false },
		{ "no name, and two keys", false, "{\"alg\":\"RS256\"}", EVENT(""), false },
		{ "an algorithm with a secret", false, "{\"alg\":\"HS256\",\"kid\":\"r1\"}",
		  EVENT(""), false },
		{ "no algorithm", false, "{\"alg\":\"none\",\"kid\":\"r1\"}", EVENT(""), false },
		{ "another algorithm", false, "{\"alg\":\"RS512\",\"kid\":\"r1\"}", EVENT(""),
		  false },
		{ "the other algorithm", true, "{\"alg\":\"RS256\",\"kid\":\"r1\"}", EVENT(""),
		  false },
	};
	const struct keys *keys = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *jwt = sign(keys, cases[i].ec, cases[i].header, cases[i].payload);
		struct fault fault = { 0 };
		int err = read_it(keys, jwt, &fault);

		if (cases[i].right ? err != 0
				   : err != LIFT_E_DENIED || fault.status != 401 || !*fault.text)
			fail_msg("%s: %d, status %d: %s", cases[i].why, err, fault.status,
				 fault.text);
		free(jwt);
	}
}

static void one_changed_letter_breaks_a_signature(void **state)
{
	const struct keys *keys = *state;
	char *jwt = sign(keys, false, RSA("r1"), EVENT(""));
	struct fault fault = { 0 };
	size_t size = strlen(jwt);

	for (size_t i = 0; i < size; i += 17) {
		char was = jwt[i];

		jwt[i] = was == 'A' ? 'B' : 'A';
		/* The last letter of a part may have bits that say nothing; it is then refused. */
		assert_int_not_equal(read_it(keys, jwt, &fault), 0);
		jwt[i] = was;
	}
	assert_int_equal(read_it(keys, jwt, &fault), 0);
	free(jwt);
}

static void a_signed_event_may_stand_in_quotes(void **state)
{
	const struct keys *keys = *state;
	char *jwt = sign(keys, false, RSA("r1"), EVENT("")), *quoted = NULL;
	struct fault fault = { 0 };

	assert_true(asprintf(&quoted, " \"%s\"\n", jwt) > 0);
	assert_int_equal(read_it(keys, quoted, &fault), 0);
	free(quoted);
	free(jwt);
}

static void who_must_sign_may_not_leave_it_out(void **state)
{
	const struct keys *keys = *state;
	struct fault fault = { 0 };
	json_t *statements;
	char *jwt = sign(keys, false, RSA("r1"), EVENT(""));

	assert_int_equal(read_it(keys, EVENT(""), &fault), LIFT_E_DENIED);
	assert_int_equal(fault.status, 401);
	assert_int_equal(read_it(keys, "", &fault), LIFT_E_DENIED);
	/* And without keys nobody knows whose it is. */
	assert_int_equal(body_canvas(text_of(jwt), NULL, NULL, 0, &statements, &fault),
			 LIFT_E_DENIED);
	free(jwt);
}

static void what_is_no_signed_text_is_refused(void **state)
{
	static const char *const bodies[] = { "e",
					      "eyJ",
					      "eyJ.x",
					      "e30.e30.",
					      "e30.e30.e30",
					      "eyJhbGciOiJSUzI1NiJ9.!.x",
					      "eyJhbGciOjd9.e30.e30" };
	const struct keys *keys = *state;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct fault fault = { 0 };

		if (read_it(keys, bodies[i], &fault) != LIFT_E_MALFORMED || fault.status != 400)
			fail_msg("%s: status %d: %s", bodies[i], fault.status, fault.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signed_event_is_taken_from_who_has_the_key),
		cmocka_unit_test(one_changed_letter_breaks_a_signature),
		cmocka_unit_test(a_signed_event_may_stand_in_quotes),
		cmocka_unit_test(who_must_sign_may_not_leave_it_out),
		cmocka_unit_test(what_is_no_signed_text_is_refused),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}

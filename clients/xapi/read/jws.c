/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/jws.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <sodium.h>
#include <stdlib.h>

#include "clients/xapi/read/json.h"
#include "proto/err.h"

enum {
	KEY_PART_MAX = 1024, /* bytes of a number of a key: RSA of 8192 bits */
	RSA_BITS_MIN = 2048, /* RFC 7518, 3.3 */
	P256_SIZE = 32,	     /* bytes of a coordinate, and of half a signature */
};

/* *ret_bytes is the caller's (free); LIFT_E_MALFORMED where it is no base64url. */
static int decode(struct text text, char **ret_bytes, size_t *ret_size)
{
	size_t room = text.size / 4 * 3 + 4;
	char *bytes = malloc(room);

	if (!bytes)
		return LIFT_E_MEMORY;
	if (sodium_base642bin((unsigned char *)bytes, room, text.size ? text.data : "", text.size,
			      NULL, ret_size, NULL,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0) {
		free(bytes);
		return LIFT_E_MALFORMED;
	}
	*ret_bytes = bytes;
	return 0;
}

static int read_header(struct text part, json_t **ret_header)
{
	struct fault fault;
	char *bytes = NULL;
	json_t *header = NULL;
	size_t size;
	int err = decode(part, &bytes, &size);

	if (!err)
		err = body_json((struct text){ bytes, size }, &header, &fault);
	free(bytes);
	/* What the header says must be understood has not been (RFC 7515, 4.1.11). */
	if (!err &&
	    (!json_is_string(json_object_get(header, "alg")) || json_object_get(header, "crit"))) {
		json_decref(header);
		err = LIFT_E_MALFORMED;
	}
	if (!err)
		*ret_header = header;
	return err;
}

int jws_read(struct text text, const char *where, struct jws *ret_jws, struct fault *ret_fault)
{
	const char *end = text.data + text.size;
	const char *first = text.size ? memchr(text.data, '.', text.size) : NULL;
	const char *second = first ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;
	struct jws jws = { 0 };
	int err = second ? 0 : LIFT_E_MALFORMED;

	if (!err) {
		jws.is_signed = (struct text){ text.data, (size_t)(second - text.data) };
		err = read_header((struct text){ text.data, (size_t)(first - text.data) },
				  &jws.header);
	}
	if (!err)
		err = decode((struct text){ first + 1, (size_t)(second - first - 1) }, &jws.payload,
			     &jws.payload_size);
	if (!err)
		err = decode((struct text){ second + 1, (size_t)(end - second - 1) },
			     &jws.signature, &jws.signature_size);
	if (err) {
		jws_clear(&jws);
		if (err == LIFT_E_MALFORMED)
			fault_set(ret_fault, 400, where,
				  "expected a signed text (JWS, compact): a header with alg, a "
				  "payload and a signature, in base64url, with points between");
		return err;
	}
	*ret_jws = jws;
	return 0;
}

void jws_clear(struct jws *jws)
{
	json_decref(jws->header);
	free(jws->payload);
	free(jws->signature);
	*jws = (struct jws){ 0 };
}

const char *jws_algorithm(const struct jws *jws)
{
	return json_string_value(json_object_get(jws->header, "alg"));
}

/* A number of a key, in base64url; empty where it is none. */
static gnutls_datum_t key_part(const json_t *key, const char *name, unsigned char *to)
{
	struct text text = json_text(json_object_get(key, name));
	gnutls_datum_t part = { to, 0 };
	size_t size;

	if (text.size && sodium_base642bin(to, KEY_PART_MAX, text.data, text.size, NULL, &size,
					   NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0)
		part.size = (unsigned int)size;
	return part;
}

static bool has_word(const json_t *key, const char *name, const char *word)
{
	const json_t *value = json_object_get(key, name);

	return json_is_string(value) && strcmp(json_string_value(value), word) == 0;
}

static bool take_rsa(const json_t *key, gnutls_pubkey_t to)
{
	unsigned char bytes[2][KEY_PART_MAX];
	gnutls_datum_t n = key_part(key, "n", bytes[0]), e = key_part(key, "e", bytes[1]);
	unsigned int bits = 0;

	return has_word(key, "kty", "RSA") && n.size && e.size &&
	       gnutls_pubkey_import_rsa_raw(to, &n, &e) == 0 &&
	       gnutls_pubkey_get_pk_algorithm(to, &bits) == GNUTLS_PK_RSA && bits >= RSA_BITS_MIN;
}

static bool take_p256(const json_t *key, gnutls_pubkey_t to)
{
	unsigned char bytes[2][KEY_PART_MAX];
	gnutls_datum_t x = key_part(key, "x", bytes[0]), y = key_part(key, "y", bytes[1]);

	return has_word(key, "kty", "EC") && has_word(key, "crv", "P-256") && x.size == P256_SIZE &&
	       y.size == P256_SIZE &&
	       gnutls_pubkey_import_ecc_raw(to, GNUTLS_ECC_CURVE_SECP256R1, &x, &y) == 0;
}

/* JWS writes the two halves one after the other, and the library takes them as DER. */
static bool half_and_half(const struct jws *jws, gnutls_datum_t *ret_signature)
{
	gnutls_datum_t r = { (unsigned char *)jws->signature, P256_SIZE };
	gnutls_datum_t s = { (unsigned char *)jws->signature + P256_SIZE, P256_SIZE };

	return jws->signature_size == 2 * P256_SIZE &&
	       gnutls_encode_rs_value(ret_signature, &r, &s) == 0;
}

static bool as_it_is(const struct jws *jws, gnutls_datum_t *ret_signature)
{
	ret_signature->data = gnutls_malloc(jws->signature_size + 1);
	if (!ret_signature->data)
		return false;
	ret_signature->size = (unsigned int)jws->signature_size;
	memcpy(ret_signature->data, jws->signature, jws->signature_size);
	return true;
}

static const struct algorithm {
	const char *name;
	bool (*take_key)(const json_t *key, gnutls_pubkey_t to);
	bool (*take_signature)(const struct jws *jws, gnutls_datum_t *ret_signature);
	gnutls_sign_algorithm_t algorithm;
} ALGORITHMS[] = {
	{ "RS256", take_rsa, as_it_is, GNUTLS_SIGN_RSA_SHA256 },
	{ "ES256", take_p256, half_and_half, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256 },
};

static bool is_signed_by(const struct jws *jws, const struct algorithm *algorithm,
			 const json_t *key)
{
	gnutls_datum_t text = { (unsigned char *)jws->is_signed.data,
				(unsigned int)jws->is_signed.size };
	gnutls_datum_t signature = { NULL, 0 };
	gnutls_pubkey_t public_key;
	bool right;

	if (gnutls_pubkey_init(&public_key) != 0)
		return false;
	right = algorithm->take_key(key, public_key) &&
		algorithm->take_signature(jws, &signature) &&
		gnutls_pubkey_verify_data2(public_key, algorithm->algorithm, 0, &text,
					   &signature) >= 0;
	gnutls_free(signature.data);
	gnutls_pubkey_deinit(public_key);
	return right;
}

static const json_t *find_key(const struct jws *jws, const json_t *jwks)
{
	const json_t *kid = json_object_get(jws->header, "kid");
	const json_t *keys = json_object_get(jwks, "keys"), *key;
	size_t i;

	if (!kid)
		return json_array_size(keys) == 1 ? json_array_get(keys, 0) : NULL;
	json_array_foreach(keys, i,
			   key) if (json_is_string(kid) &&
				    json_equal(kid, json_object_get(key, "kid"))) return key;
	return NULL;
}

static int denied(struct fault *fault, const char *why)
{
	fault_set(fault, 401, "body", "%s", why);
	return LIFT_E_DENIED;
}

int jws_verify(const struct jws *jws, const json_t *jwks, struct fault *ret_fault)
{
	const struct algorithm *algorithm = NULL;
	const json_t *key = find_key(jws, jwks);

	for (size_t i = 0; i < sizeof(ALGORITHMS) / sizeof(ALGORITHMS[0]); i++)
		if (strcmp(ALGORITHMS[i].name, jws_algorithm(jws)) == 0)
			algorithm = &ALGORITHMS[i];
	if (!algorithm)
		return denied(ret_fault, "the signature must be RS256 or ES256");
	if (!key)
		return denied(ret_fault,
			      "the key set has no key of the signature's kid: fetch the set again");
	return is_signed_by(jws, algorithm, key)
		       ? 0
		       : denied(ret_fault, "the signature is not of this key and text");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/key_file.h"

#include <sodium.h>
#include <stdio.h>

/* What a file says, a line each. */
static const struct member {
	const char *key;
	size_t offset, size; /* of the text, without its 0 */
	bool is_secret;
	const char *right;
} members[] = {
	{ "name", offsetof(struct key_pair, name), KEY_NAME_MAX, false,
	  "name must be 1 to 64 of a-z 0-9 . _ -" },
	{ "public", offsetof(struct key_pair, public), Z85_KEY, false,
	  "public must be 40 characters in quotes, as `lift keygen` writes them" },
	{ "secret", offsetof(struct key_pair, secret), Z85_KEY, true,
	  "secret must be 40 characters in quotes, as `lift keygen` writes them" },
};

enum { N_MEMBERS = sizeof(members) / sizeof(members[0]) };

struct parsing {
	struct yaml_errors *errors;
	struct key_pair *pair;
	unsigned lines[N_MEMBERS]; /* where each is said; 0: not yet */
};

static struct text trimmed(struct text text)
{
	while (text.size && strchr(" \t\r", *text.data)) {
		text.data++;
		text.size--;
	}
	while (text.size && strchr(" \t\r", text.data[text.size - 1]))
		text.size--;
	return text;
}

/* Take what is before a letter, and the letter: false where it is not there. */
static bool cut(struct text *text, char at, struct text *ret_before)
{
	const char *found = text->size ? memchr(text->data, at, text->size) : NULL;
	size_t size = found ? (size_t)(found - text->data) : 0;

	if (!found)
		return false;
	*ret_before = (struct text){ text->data, size };
	*text = (struct text){ found + 1, text->size - size - 1 };
	return true;
}

/* The value behind a colon, of which a comment may follow: in quotes, or a plain word. */
static bool read_value(struct text text, struct text *ret_value)
{
	bool is_quoted = text.size && (*text.data == '"' || *text.data == '\'');
	char quote = is_quoted ? *text.data : ' ';
	struct text rest = text;

	if (is_quoted) {
		rest.data++;
		rest.size--;
	}
	if (!cut(&rest, quote, ret_value)) {
		*ret_value = text;
		return !is_quoted;
	}
	rest = trimmed(rest);
	return rest.size == 0 || *rest.data == '#';
}

static bool is_right(const struct member *member, struct text line, struct text value)
{
	if (member->size == KEY_NAME_MAX)
		return key_is_name(value);
	/* Without quotes, some of its letters would mean something to YAML. */
	return z85_is_key(value) && value.data > line.data && strchr("\"'", value.data[-1]);
}

static void read_member(struct parsing *parsing, size_t i, unsigned number, struct text line)
{
	const struct member *member = &members[i];
	struct text value = { NULL, 0 };

	if (parsing->lines[i])
		yaml_error(parsing->errors, number, "`%s` is there twice: line %u has it",
			   member->key, parsing->lines[i]);
	else if (!read_value(line, &value) || !is_right(member, line, value))
		yaml_error(parsing->errors, number, "%s", member->right);
	else
		memcpy((char *)parsing->pair + member->offset, value.data, value.size);
	parsing->lines[i] = number;
}

static void read_line(struct parsing *parsing, unsigned number, struct text line)
{
	struct text key = { NULL, 0 };
	size_t i = 0;

	line = trimmed(line);
	if (line.size == 0 || *line.data == '#')
		return;
	if (cut(&line, ':', &key))
		for (; i < N_MEMBERS && !text_equal(trimmed(key), text_of(members[i].key)); i++)
			;
	else
		i = N_MEMBERS;
	/* What it is instead is not quoted: it may be the secret. */
	if (i == N_MEMBERS)
		yaml_error(parsing->errors, number,
			   "a key file has the lines `name: ...`, `public: \"...\"` and "
			   "`secret: \"...\"`, and comments");
	else
		read_member(parsing, i, number, trimmed(line));
}

static void check_all_there(struct parsing *parsing)
{
	for (size_t i = 0; i < N_MEMBERS; i++)
		if (!parsing->lines[i])
			yaml_error(parsing->errors, 0, "there is no `%s`%s", members[i].key,
				   members[i].is_secret
					   ? ": it is the public half; the file that is needed is "
					     "called NAME.key"
					   : "");
}

static void check_pair(struct parsing *parsing)
{
	uint8_t public[Z85_KEY_BYTES], secret[Z85_KEY_BYTES], of_secret[Z85_KEY_BYTES];

	z85_decode(text_of(parsing->pair->public), public);
	z85_decode(text_of(parsing->pair->secret), secret);
	if (crypto_scalarmult_base(of_secret, secret) != 0 ||
	    memcmp(of_secret, public, sizeof(public)) != 0)
		yaml_error(parsing->errors, parsing->lines[1],
			   "public is not the public half of secret: bring back the file as `lift "
			   "keygen` wrote it, or make another key");
	sodium_memzero(secret, sizeof(secret));
}

int key_file_parse(struct text text, struct yaml_errors *errors, struct key_pair *ret_pair)
{
	struct parsing parsing = { .errors = errors, .pair = ret_pair };
	size_t n_errors = errors->count;
	struct text line;
	unsigned number = 0;

	sodium_memzero(ret_pair, sizeof(*ret_pair));
	if (text.size > KEY_FILE_MAX)
		yaml_error(errors, 0, "a key file has %d bytes at most, not %zu", KEY_FILE_MAX,
			   text.size);
	else {
		while (cut(&text, '\n', &line))
			read_line(&parsing, ++number, line);
		read_line(&parsing, ++number, text);
		check_all_there(&parsing);
	}
	if (errors->count == n_errors)
		check_pair(&parsing);
	if (errors->count == n_errors)
		return 0;
	sodium_memzero(ret_pair, sizeof(*ret_pair));
	return LIFT_E_CONFIG;
}

size_t key_file_print(const struct key_pair *pair, bool with_secret, char to[static KEY_FILE_MAX])
{
	int size;

	if (with_secret)
		size = snprintf(to, KEY_FILE_MAX,
				"# The secret key of %s for liftd. Show it to nobody; its public "
				"half goes to the operator.\nname: %s\npublic: \"%s\"\nsecret: "
				"\"%s\"\n",
				pair->name, pair->name, pair->public, pair->secret);
	else
		size = snprintf(to, KEY_FILE_MAX,
				"# The public key of %s, for keys.yaml of liftd.\nname: %s\n"
				"public: \"%s\"\n",
				pair->name, pair->name, pair->public);
	return (size_t)size;
}

int key_pair_make(const char *name, struct key_pair *ret_pair)
{
	uint8_t public[Z85_KEY_BYTES], secret[Z85_KEY_BYTES];

	if (sodium_init() < 0)
		return LIFT_E_IO;
	randombytes_buf(secret, sizeof(secret));
	crypto_scalarmult_base(public, secret);
	memset(ret_pair, 0, sizeof(*ret_pair));
	snprintf(ret_pair->name, sizeof(ret_pair->name), "%s", name);
	z85_encode(public, ret_pair->public);
	z85_encode(secret, ret_pair->secret);
	sodium_memzero(secret, sizeof(secret));
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/format.h"

#include <strings.h>

#include "clients/xapi/read/moment.h"

/* What a byte may be: bits. */
enum {
	ALPHA = 1,
	DIGIT = 2,
	HEX = 4,
	TOKEN = 8,   /* of a media type (RFC 6838) */
	NO_IRI = 16, /* never in an IRI: controls, space, <, > and quotes */
	SCHEME = 32, /* of an IRI, behind its first letter */
};

static const unsigned char bits_of[256] = {
	[0 ... ' '] = NO_IRI,
	[0x7f] = NO_IRI,
	['<'] = NO_IRI,
	['>'] = NO_IRI,
	['"'] = NO_IRI,
	['0' ... '9'] = DIGIT | HEX | TOKEN | SCHEME,
	['A' ... 'F'] = ALPHA | HEX | TOKEN | SCHEME,
	['G' ... 'Z'] = ALPHA | TOKEN | SCHEME,
	['a' ... 'f'] = ALPHA | HEX | TOKEN | SCHEME,
	['g' ... 'z'] = ALPHA | TOKEN | SCHEME,
	['+'] = TOKEN | SCHEME,
	['-'] = TOKEN | SCHEME,
	['.'] = TOKEN | SCHEME,
	['!'] = TOKEN,
	['#' ... '\''] = TOKEN,
	['*'] = TOKEN,
	['^' ... '`'] = TOKEN,
	['|'] = TOKEN,
	['~'] = TOKEN,
};

static bool all(struct text text, unsigned bits)
{
	for (size_t i = 0; i < text.size; i++)
		if (!(bits_of[(unsigned char)text.data[i]] & bits))
			return false;
	return text.size > 0;
}

static bool none(struct text text, unsigned bits)
{
	for (size_t i = 0; i < text.size; i++)
		if (bits_of[(unsigned char)text.data[i]] & bits)
			return false;
	return true;
}

static bool is_uuid(struct text text)
{
	if (text.size != 36)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (hyphen ? text.data[i] != '-' : !(bits_of[(unsigned char)text.data[i]] & HEX))
			return false;
	}
	return true;
}

/* A scheme, a colon, and something behind it, without what no IRI has. Whether |, {, } and the like
 * are percent-encoded is not looked at: platforms do not. */
static bool is_iri(struct text text)
{
	const char *colon = text.size ? memchr(text.data, ':', text.size) : NULL;
	struct text scheme;

	if (!colon || colon == text.data || colon == text.data + text.size - 1)
		return false;
	scheme = (struct text){ text.data, (size_t)(colon - text.data) };
	return (bits_of[(unsigned char)scheme.data[0]] & ALPHA) && all(scheme, SCHEME) &&
	       none((struct text){ colon + 1, text.size - scheme.size - 1 }, NO_IRI);
}

static bool is_mailto(struct text text)
{
	static const struct text scheme = TEXT("mailto:");
	struct text address;
	const char *at;

	if (text.size <= scheme.size || strncasecmp(text.data, scheme.data, scheme.size) != 0)
		return false;
	address = (struct text){ text.data + scheme.size, text.size - scheme.size };
	at = memrchr(address.data, '@', address.size);
	return at && at > address.data && at < address.data + address.size - 1 &&
	       none(address, NO_IRI);
}

static bool is_sha1(struct text text)
{
	return text.size == 40 && all(text, HEX);
}

static bool is_sha2(struct text text)
{
	return (text.size == 56 || text.size == 64 || text.size == 96 || text.size == 128) &&
	       all(text, HEX);
}

static bool is_media_type(struct text text)
{
	const char *slash = text.size ? memchr(text.data, '/', text.size) : NULL;
	const char *end = text.size ? memchr(text.data, ';', text.size) : NULL;

	if (!end)
		end = text.data + text.size;
	while (end > text.data && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (!slash || slash >= end)
		return false;
	return all((struct text){ text.data, (size_t)(slash - text.data) }, TOKEN) &&
	       all((struct text){ slash + 1, (size_t)(end - slash - 1) }, TOKEN);
}

/* The next part of a language tag: what is before the next hyphen, or low line: plug-ins of Moodle
 * have sent its own names, as en_us. False: there is none. */
static bool next_part(struct text *rest, struct text *ret_part)
{
	size_t size = 0;

	if (!rest->data)
		return false;
	while (size < rest->size && rest->data[size] != '-' && rest->data[size] != '_')
		size++;
	*ret_part = (struct text){ rest->data, size };
	*rest = size < rest->size ? (struct text){ rest->data + size + 1, rest->size - size - 1 }
				  : (struct text){ NULL, 0 };
	return true;
}

/* The parts of a tag in their order, each with its letters and how often it may stand there
 * (RFC 5646, 2.1). */
enum { ANY_NUMBER = 99 };

static bool is_extlang(struct text part)
{
	return part.size == 3 && all(part, ALPHA);
}

static bool is_script(struct text part)
{
	return part.size == 4 && all(part, ALPHA);
}

static bool is_region(struct text part)
{
	return (part.size == 2 && all(part, ALPHA)) || (part.size == 3 && all(part, DIGIT));
}

static bool is_variant(struct text part)
{
	return (part.size >= 5 && part.size <= 8 && all(part, ALPHA | DIGIT)) ||
	       (part.size == 4 && part.data[0] >= '0' && part.data[0] <= '9' &&
		all(part, ALPHA | DIGIT));
}

/* What is left of a tag: singletons, each followed by at least one part of 2 to 8 (behind x: of 1
 * to 8, to the end). `more`: `part` is one that has been read already. */
static bool is_extensions(struct text rest, struct text part, bool more)
{
	bool empty = true, private = false, begun = false;
	uint64_t seen = 0; /* singletons: each may stand once */

	for (; more; more = next_part(&rest, &part)) {
		if (!all(part, ALPHA | DIGIT) || part.size > 8)
			return false;
		if (part.size == 1 && !private) {
			unsigned char c = (unsigned char)part.data[0];
			uint64_t bit = UINT64_C(1) << ((c & 0x1f) + (c <= '9' ? 32 : 0));

			if ((begun && empty) || (seen & bit))
				return false;
			seen |= bit;
			private = part.data[0] == 'x' || part.data[0] == 'X';
			begun = empty = true;
			continue;
		}
		if (!begun)
			return false;
		empty = false;
	}
	return !begun || !empty;
}

/* Tags from before RFC 5646 that its grammar does not make. */
static bool is_grandfathered(struct text text)
{
	static const char *const tags[] = {
		"en-GB-oed", "i-ami",	  "i-bnn",	"i-default",   "i-enochian",
		"i-hak",     "i-klingon", "i-lux",	"i-mingo",     "i-navajo",
		"i-pwn",     "i-tao",	  "i-tay",	"i-tsu",       "sgn-BE-FR",
		"sgn-BE-NL", "sgn-CH-DE", "art-lojban", "cel-gaulish", "zh-min-nan"
	};

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strlen(tags[i]) == text.size && strncasecmp(tags[i], text.data, text.size) == 0)
			return true;
	return false;
}

static bool is_language(struct text text)
{
	static const struct {
		bool (*is)(struct text part);
		int most;
	} order[] = {
		{ is_extlang, 3 }, { is_script, 1 }, { is_region, 1 }, { is_variant, ANY_NUMBER }
	};
	struct text rest = text, part;
	bool more;

	if (text.size == 0 || !next_part(&rest, &part))
		return false;
	if (part.size == 1)
		return ((part.data[0] == 'x' || part.data[0] == 'X') &&
			is_extensions(rest, part, true)) ||
		       is_grandfathered(text);
	if (part.size > 8 || !all(part, ALPHA))
		return false;
	more = next_part(&rest, &part);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (int n = 0; more && n < order[i].most && order[i].is(part); n++)
			more = next_part(&rest, &part);
	return is_extensions(rest, part, more) || is_grandfathered(text);
}

/* Numbers with their letters, each letter behind the one before it; only the last number may have a
 * fraction. */
static bool is_parts(struct text text, const char *letters)
{
	const char *at = text.data, *end = text.data + text.size;

	while (at < end) {
		const char *begin = at, *letter;

		while (at < end && *at >= '0' && *at <= '9')
			at++;
		if (at == begin)
			return false;
		if (at < end && (*at == '.' || *at == ',')) {
			for (begin = ++at; at < end && *at >= '0' && *at <= '9';)
				at++;
			if (at == begin || at + 1 != end)
				return false;
		}
		letter = at < end ? strchr(letters, *at) : NULL;
		if (!letter || !*letter)
			return false;
		letters = letter + 1;
		at++;
	}
	return text.size > 0;
}

static bool is_duration(struct text text)
{
	struct text date, time;
	const char *t;

	if (text.size < 2 || text.data[0] != 'P')
		return false;
	date = (struct text){ text.data + 1, text.size - 1 };
	if (date.data[date.size - 1] == 'W')
		return is_parts(date, "W");
	t = memchr(date.data, 'T', date.size);
	if (!t)
		return is_parts(date, "YMD");
	time = (struct text){ t + 1, (size_t)(date.data + date.size - t - 1) };
	date.size = (size_t)(t - date.data);
	return (date.size == 0 || (is_parts(date, "YMD") && !memchr(date.data, '.', date.size) &&
				   !memchr(date.data, ',', date.size))) &&
	       is_parts(time, "HMS");
}

/* An offset of minus zero says that it is not known (RFC 3339, 4.3), and xAPI wants to know. */
static bool is_time(struct text text)
{
	static const char *const unknown[] = { "-00", "-0000", "-00:00" };
	int64_t ms;

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		size_t size = strlen(unknown[i]);

		if (text.size > size && memcmp(text.data + text.size - size, unknown[i], size) == 0)
			return false;
	}
	return moment_parse(text, &ms);
}

/* "1.0" or "1.0.N" of a text that begins with 1.0. */
static bool is_patch_of(struct text text, const char *release)
{
	size_t size = strlen(release);

	if (text.size < size || memcmp(text.data, release, size) != 0)
		return false;
	if (text.size == size)
		return true;
	return text.size <= size + 4 && text.data[size] == '.' &&
	       all((struct text){ text.data + size + 1, text.size - size - 1 }, DIGIT);
}

static bool is_version_1_0(struct text text)
{
	return is_patch_of(text, "1.0");
}

static bool is_version(struct text text)
{
	return is_patch_of(text, "1.0") || is_patch_of(text, "2.0");
}

const struct format FORMAT_UUID = { is_uuid, "a UUID, as 0b7d2c1e-5a64-4f0c-9d7e-3f1a2b4c5d6e" },
		    FORMAT_IRI = { is_iri, "an absolute IRI, as https://example.org/course/7" },
		    FORMAT_MAILTO = { is_mailto, "mailto: and an address" },
		    FORMAT_SHA1 = { is_sha1, "a SHA-1 of 40 hexadecimal digits" },
		    FORMAT_SHA2 = { is_sha2, "a SHA-2 of 56, 64, 96 or 128 hexadecimal digits" },
		    FORMAT_LANGUAGE = { is_language, "a language tag (RFC 5646), as nb or en-GB" },
		    FORMAT_MEDIA_TYPE = { is_media_type, "a media type, as text/plain" },
		    FORMAT_DURATION = { is_duration, "a duration (ISO 8601), as PT1H30M or P4W" },
		    FORMAT_TIME = { is_time, "a moment (ISO 8601), as 2026-08-17T09:30:00.000Z" },
		    FORMAT_TIME_RFC3339 = { moment_is_rfc3339,
					    "a moment (RFC 3339) with an offset that is not "
					    "-00:00, as 2026-08-17T09:30:00.000Z" },
		    FORMAT_VERSION_1_0 = { is_version_1_0, "a version of 1.0, as 1.0.3" },
		    FORMAT_VERSION = { is_version, "a version of 1.0 or 2.0, as 2.0.0" };

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/encoding.h"

#define MARKUP                                                                                  \
	"this is HTML or XML, as of a web page: in a spreadsheet, save it as \"CSV UTF-8\"; a " \
	"download may be a message of the server"
#define NO_UTF8 '\xff' /* stands for what cannot be decoded */

/* Windows-1252, 0x80 to 0x9f; above, it is Latin-1. 0: nothing. */
static const uint16_t windows1252[32] = {
	0x20ac, 0,	0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0,	0x017d, 0,	0,	0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,	0x017e, 0x0178,
};

/* Guessing. */

/* The first byte of a character of UTF-8 (RFC 3629). */
static void look_at_first(struct encoding_guess *guess, uint8_t byte)
{
	if (byte < 0xc2 || byte > 0xf4) {
		guess->broken = true;
		return;
	}
	guess->need = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
	guess->low = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
	guess->high = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
}

static void look_at(struct encoding_guess *guess, uint8_t byte)
{
	if (byte >= 0x80 && byte < 0xa0 && !windows1252[byte - 0x80])
		guess->undefined = true;
	if (guess->need > 0 && byte >= guess->low && byte <= guess->high) {
		guess->low = 0x80;
		guess->high = 0xbf;
		guess->multibyte |= --guess->need == 0;
		return;
	}
	guess->broken |= guess->need > 0;
	guess->need = 0;
	if (byte >= 0x80)
		look_at_first(guess, byte);
}

void encoding_look(struct encoding_guess *guess, const char *data, size_t size)
{
	for (size_t i = 0; i < size && guess->size + i < 2; i++)
		guess->first[guess->size + i] = (uint8_t)data[i];
	guess->size += size;
	for (size_t i = 0; i < size; i++)
		if (guess->need > 0 || (uint8_t)data[i] >= 0x80)
			look_at(guess, (uint8_t)data[i]);
}

enum encoding encoding_guessed(const struct encoding_guess *guess)
{
	uint8_t a = guess->first[0], b = guess->first[1];

	if (guess->size >= 2 && ((a == 0xff && b == 0xfe) || (a && !b)))
		return ENCODING_UTF16LE;
	if (guess->size >= 2 && ((a == 0xfe && b == 0xff) || (!a && b)))
		return ENCODING_UTF16BE;
	if ((guess->broken || guess->need > 0) && !guess->multibyte && !guess->undefined)
		return ENCODING_WINDOWS1252;
	return ENCODING_UTF8;
}

/* An archive's first file has its name here, and its bytes behind that. */
enum { ARCHIVE_NAME = 30 };

#define IN_EXCEL "in Excel, File > Save As > \"CSV UTF-8 (Comma delimited)\""
#define IN_CALC	 "in LibreOffice, File > Save As > \"Text CSV\""

static const char *archive_problem(struct text first)
{
	static const struct {
		struct text name;
		const char *problem;
	} programs[] = {
		{ TEXT("[Content_Types].xml"),
		  "this is a workbook of Excel (xlsx), not a CSV file: " IN_EXCEL "; " IN_CALC },
		{ TEXT("_rels/"),
		  "this is a workbook of Excel (xlsx), not a CSV file: " IN_EXCEL "; " IN_CALC },
		{ TEXT("docProps/"),
		  "this is a workbook of Excel (xlsx), not a CSV file: " IN_EXCEL "; " IN_CALC },
		{ TEXT("xl/"),
		  "this is a workbook of Excel (xlsx), not a CSV file: " IN_EXCEL "; " IN_CALC },
		{ TEXT("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
		  "this is a workbook of LibreOffice (ods), not a CSV file: " IN_CALC },
		{ TEXT("Index/"), "this is a workbook of Numbers, not a CSV file: in Numbers, File "
				  "> Export To > CSV, in Unicode (UTF-8)" },
		{ TEXT("Data/"),
		  "this is a workbook of Numbers, not a CSV file: in Numbers, File > "
		  "Export To > CSV, in Unicode (UTF-8)" },
	};

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		size_t size = programs[i].name.size;

		if (first.size >= ARCHIVE_NAME + size &&
		    memcmp(first.data + ARCHIVE_NAME, programs[i].name.data, size) == 0)
			return programs[i].problem;
	}
	return "this is an archive: unpack it; or a workbook: save the sheet as \"CSV UTF-8\"";
}

bool encoding_is_archive(struct text first)
{
	return first.size >= ENCODING_FIRST && memcmp(first.data, "PK\x03\x04", 4) == 0;
}

const char *encoding_problem(struct text first)
{
	static const struct {
		struct text bytes;
		const char *problem;
	} others[] = {
		{ TEXT("\xd0\xcf\x11\xe0"), "this is a workbook of an older Excel (xls), not a CSV "
					    "file: " IN_EXCEL "; " IN_CALC },
		{ TEXT("\x1f\x8b"), "this is compressed: 'zcat FILE | lift publish -' sends it" },
		{ TEXT("BZh"), "this is compressed: 'bzcat FILE | lift publish -' sends it" },
		{ TEXT("\xfd\x37zX"),
		  "this is compressed: 'xzcat FILE | lift publish -' sends it" },
		{ TEXT("\x28\xb5\x2f\xfd"),
		  "this is compressed: 'zstdcat FILE | lift publish -' sends it" },
		{ TEXT("7z\xbc\xaf"), "this is an archive: unpack it" },
		{ TEXT("\xff\xfe\0\0"), "this is UTF-32: save it as UTF-8" },
		{ TEXT("%PDF"), "this is a PDF" },
		{ TEXT("<"), MARKUP },
		{ TEXT("\xef\xbb\xbf<"), MARKUP },
		{ TEXT("\0<"), MARKUP },
		{ TEXT("\xff\xfe<\0"), MARKUP },
		{ TEXT("\xfe\xff\0<"), MARKUP },
	};

	if (encoding_is_archive(first))
		return archive_problem(first);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (first.size >= others[i].bytes.size &&
		    memcmp(first.data, others[i].bytes.data, others[i].bytes.size) == 0)
			return others[i].problem;
	return NULL;
}

/* Decoding. */

static size_t put_character(uint32_t code, char *to)
{
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = n; i > 1; i--, code >>= 6)
		to[i - 1] = (char)(0x80 | (code & 0x3f));
	to[0] = (char)(n == 1 ? code : (0xf00u >> n & 0xff) | code);
	return n;
}

static size_t put_windows1252(uint8_t byte, char *to)
{
	uint32_t code = byte >= 0x80 && byte < 0xa0 ? windows1252[byte - 0x80] : byte;

	if (code == 0 && byte != 0) {
		*to = NO_UTF8;
		return 1;
	}
	return put_character(code, to);
}

/* One unit of UTF-16. The first half of a character waits for the second. */
static size_t put_unit(struct encoding_decoder *decoder, uint16_t unit, char *to)
{
	bool second = unit >= 0xdc00 && unit <= 0xdfff;
	uint16_t high = decoder->high;
	size_t size = 0;

	decoder->high = 0;
	if (high && second)
		return put_character(0x10000 + ((uint32_t)(high - 0xd800) << 10) + (unit - 0xdc00),
				     to);
	if (high || second)
		to[size++] = NO_UTF8;
	if (unit >= 0xd800 && unit <= 0xdbff)
		decoder->high = unit;
	else if (!second)
		size += put_character(unit, to + size);
	return size;
}

static size_t put_byte(struct encoding_decoder *decoder, uint8_t byte, char *to)
{
	uint8_t first = decoder->odd;

	if (decoder->encoding == ENCODING_WINDOWS1252)
		return put_windows1252(byte, to);
	decoder->has_odd = !decoder->has_odd;
	decoder->odd = byte;
	if (decoder->has_odd)
		return 0;
	return put_unit(decoder,
			(uint16_t)(decoder->encoding == ENCODING_UTF16LE ? byte << 8 | first
									 : first << 8 | byte),
			to);
}

size_t encoding_decode(struct encoding_decoder *decoder, const char *data, size_t size, char *to)
{
	size_t used = 0;

	if (size > 0 && decoder->encoding == ENCODING_UTF8) {
		memcpy(to, data, size);
		return size;
	}
	for (size_t i = 0; i < size; i++)
		used += put_byte(decoder, (uint8_t)data[i], to + used);
	return used;
}

size_t encoding_end(struct encoding_decoder *decoder, char *to)
{
	if (!decoder->has_odd && !decoder->high)
		return 0;
	*to = NO_UTF8;
	return 1;
}

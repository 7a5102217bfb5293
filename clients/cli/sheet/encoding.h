/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encoding.h - in which encoding a file of text is, and its bytes as UTF-8.
 *
 * UTF-16 has a byte-order mark, or a zero beside its first letter. Windows-1252, which older
 * spreadsheets write, has none: a file is taken for it only as a whole, where it cannot be UTF-8,
 * not even UTF-8 with some damaged bytes.
 */
#ifndef LIFT_CLI_SHEET_ENCODING_H
#define LIFT_CLI_SHEET_ENCODING_H

#include "proto/bytes.h"

enum encoding { ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODING_WINDOWS1252 };

/* What has been seen of a file; zeros to begin with. */
struct encoding_guess {
	uint64_t size;
	uint8_t first[2];
	uint8_t need, low, high; /* bytes that a character of UTF-8 lacks; the next one's range */
	bool broken;		 /* something is no UTF-8 */
	bool multibyte;		 /* something is a character of UTF-8 of several bytes */
	bool undefined;		 /* a byte that is nothing in Windows-1252 */
};

/* Look at the next bytes of a file. */
void encoding_look(struct encoding_guess *guess, const char *data, size_t size);
enum encoding encoding_guessed(const struct encoding_guess *guess);

/* What is wrong with a file that begins with these bytes, and is no text; NULL: it may be one. The
 * first few tell that it is none; of an archive, as most workbooks are, some more tell of which
 * program. */
enum { ENCODING_FIRST = 4, ENCODING_ARCHIVE = 96 };
const char *encoding_problem(struct text first);
bool encoding_is_archive(struct text first);

/* Decoding, in pieces of any size; zeros but for the encoding to begin with. */
struct encoding_decoder {
	enum encoding encoding;
	uint16_t high; /* the first half of a character of UTF-16; 0: none */
	uint8_t odd;   /* the first byte of a unit of UTF-16 */
	bool has_odd;
};

/* How much room the UTF-8 of so many bytes needs at most. */
#define ENCODING_ROOM(size) (3 * (size) + 2)

/* The next bytes as UTF-8: how many it wrote. What is no character becomes a byte that is no
 * UTF-8. */
size_t encoding_decode(struct encoding_decoder *decoder, const char *data, size_t size, char *to);

/* What is left at the end of the file; room for one byte. */
size_t encoding_end(struct encoding_decoder *decoder, char *to);

#endif

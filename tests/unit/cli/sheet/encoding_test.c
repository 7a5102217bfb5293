/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

#include "clients/cli/sheet/encoding.h"
#include "tests/seed.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *why;
	struct text file;
	enum encoding encoding;
} guesses[] = {
	{ "nothing", TEXT(""), ENCODING_UTF8 },
	{ "ASCII", TEXT("1813,Bronnoy"), ENCODING_UTF8 },
	{ "characters of two, three and four bytes",
	  TEXT("Br\xc3\xb8nn\xc3\xb8y \xe2\x82\xac \xf0\x9f\x98\x80"), ENCODING_UTF8 },
	{ "a byte-order mark of UTF-8", TEXT("\xef\xbb\xbftype"), ENCODING_UTF8 },
	{ "a name as Excel in Norway writes it", TEXT("1813,Br\xf8nn\xf8y\n"),
	  ENCODING_WINDOWS1252 },
	{ "a euro sign of Windows", TEXT("\x80 5"), ENCODING_WINDOWS1252 },
	{ "a letter at the end, which might begin a character of UTF-8", TEXT("Sk\xe5"),
	  ENCODING_WINDOWS1252 },
	{ "two letters after one another that are no UTF-8", TEXT("\xe6\xf8 \xc5\xc5"),
	  ENCODING_WINDOWS1252 },
	{ "UTF-8 with one damaged byte stays UTF-8", TEXT("Br\xc3\xb8nn\xf8y"), ENCODING_UTF8 },
	{ "a byte that is nothing in Windows-1252", TEXT("\xf8 \x81"), ENCODING_UTF8 },
	{ "UTF-8 that was cut short", TEXT("\xc3\xb8 \xc3"), ENCODING_UTF8 },
	{ "half a character of UTF-16 in UTF-8", TEXT("\xed\xa0\x80"), ENCODING_WINDOWS1252 },
	{ "UTF-16 of Windows", TEXT("\xff\xfet\0y\0"), ENCODING_UTF16LE },
	{ "UTF-16, the other way", TEXT("\xfe\xff\0t\0y"), ENCODING_UTF16BE },
	{ "UTF-16 without a mark", TEXT("t\0y\0"), ENCODING_UTF16LE },
	{ "the other way", TEXT("\0t\0y"), ENCODING_UTF16BE },
	{ "zeros", TEXT("\0\0\0\0"), ENCODING_UTF8 },
	{ "half a byte-order mark", TEXT("\xff"), ENCODING_WINDOWS1252 },
};

static void an_encoding_is_known_by_the_whole_file_in_pieces_of_any_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(guesses); i++) {
		struct text file = guesses[i].file;

		for (size_t piece = 1; piece <= file.size + 1; piece++) {
			struct encoding_guess guess = { 0 };

			for (size_t at = 0; at < file.size; at += piece)
				encoding_look(&guess, file.data + at,
					      file.size - at < piece ? file.size - at : piece);
			if (encoding_guessed(&guess) != guesses[i].encoding)
				fail_msg("%s, in pieces of %zu: %d", guesses[i].why, piece,
					 encoding_guessed(&guess));
		}
	}
}

static const struct {
	const char *why;
	enum encoding encoding;
	struct text file, text;
} texts[] = {
	{ "UTF-8 stays as it is", ENCODING_UTF8, TEXT("\xef\xbb\xbf\xff a"),
	  TEXT("\xef\xbb\xbf\xff a") },
	{ "letters of Latin-1", ENCODING_WINDOWS1252, TEXT("Br\xf8nn\xf8y\n"),
	  TEXT("Br\xc3\xb8nn\xc3\xb8y\n") },
	{ "what Windows has added to it", ENCODING_WINDOWS1252, TEXT("\x80\x96\x9f\xa0"),
	  TEXT("\xe2\x82\xac\xe2\x80\x93\xc5\xb8\xc2\xa0") },
	{ "what it has not", ENCODING_WINDOWS1252, TEXT("a\x81"), TEXT("a\xff") },
	{ "UTF-16, with its mark", ENCODING_UTF16LE, TEXT("\xff\xfe\xf8\0\xac\x20"),
	  TEXT("\xef\xbb\xbf\xc3\xb8\xe2\x82\xac") },
	{ "the other way", ENCODING_UTF16BE, TEXT("\xfe\xff\0\xf8\x20\xac"),
	  TEXT("\xef\xbb\xbf\xc3\xb8\xe2\x82\xac") },
	{ "a character of two units", ENCODING_UTF16LE, TEXT("\x3d\xd8\x00\xde"),
	  TEXT("\xf0\x9f\x98\x80") },
	{ "a first half without its second", ENCODING_UTF16LE, TEXT("\x3d\xd8\x61\0"),
	  TEXT("\xff"
	       "a") },
	{ "two first halves", ENCODING_UTF16LE, TEXT("\x3d\xd8\x3d\xd8\x00\xde"),
	  TEXT("\xff\xf0\x9f\x98\x80") },
	{ "a second half alone", ENCODING_UTF16LE, TEXT("\x00\xde\x61\0"),
	  TEXT("\xff"
	       "a") },
	{ "a first half at the end", ENCODING_UTF16LE, TEXT("\x61\0\x3d\xd8"), TEXT("a\xff") },
	{ "half a unit at the end", ENCODING_UTF16BE, TEXT("\0\x61\0"), TEXT("a\xff") },
	{ "a zero", ENCODING_UTF16BE, TEXT("\0\0"), TEXT("\0") },
};

static void a_file_is_decoded_alike_in_pieces_of_any_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct text file = texts[i].file;

		for (size_t piece = 1; piece <= file.size; piece++) {
			struct encoding_decoder decoder = { .encoding = texts[i].encoding };
			char text[ENCODING_ROOM(16)];
			size_t size = 0;

			for (size_t at = 0; at < file.size; at += piece)
				size += encoding_decode(&decoder, file.data + at,
							file.size - at < piece ? file.size - at
									       : piece,
							text + size);
			size += encoding_end(&decoder, text + size);
			if (!text_equal((struct text){ text, size }, texts[i].text))
				fail_msg("%s, in pieces of %zu: %zu bytes", texts[i].why, piece,
					 size);
		}
	}
}

/* Whatever comes, a byte alone, and all bytes at once; the sanitizer sees a byte too many. */
static void what_is_decoded_has_room(void **state)
{
	enum { ROUNDS = 2000, SIZE = 40 };
	unsigned seed = (unsigned)test_seed();

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		size_t size = (size_t)rand_r(&seed) % SIZE + 1, first = 0, used;
		struct encoding_decoder decoder = { .encoding = (enum encoding)(i % 4) };
		char data[SIZE], *room;

		/* Halves of characters, mostly. */
		for (size_t k = 0; k < size; k++)
			data[k] = (char)(0xd0 + rand_r(&seed) % 16);
		first = (size_t)rand_r(&seed) % size;
		room = malloc(ENCODING_ROOM(first));
		encoding_decode(&decoder, data, first, room);
		free(room);
		room = malloc(ENCODING_ROOM(size - first));
		used = encoding_decode(&decoder, data + first, size - first, room);
		assert_true(used <= ENCODING_ROOM(size - first));
		free(room);
		assert_true(encoding_end(&decoder, data) <= 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_encoding_is_known_by_the_whole_file_in_pieces_of_any_size),
		cmocka_unit_test(a_file_is_decoded_alike_in_pieces_of_any_size),
		cmocka_unit_test(what_is_decoded_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

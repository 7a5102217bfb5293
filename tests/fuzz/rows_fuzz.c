/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of events, CSV and JSON: what is heard does not depend on the pieces in which they
 * come.
 *
 * The first byte of an input chooses the format ('c' or 'j'), the next three the sizes of pieces,
 * in turn; the fifth, above 128, is how many KiB more of 'x' each '~' in the file stands for: small
 * inputs hold rows beyond the limit.
 */
#include <inttypes.h>

#include "clients/cli/rows.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 5, N_PIECES = 3, FILE_MAX = 1 << 20 };

/* What a reader said, as bytes. */
struct heard {
	FILE *out;
	uint64_t line, nth; /* the last row's place */
	size_t n;	    /* rows */
	bool csv;	    /* in which a line is one row */
};

static void hear_place(struct heard *heard, uint64_t place)
{
	uint64_t line = row_line(place), nth = row_nth(place);

	REQUIRE(line > heard->line ? nth == 0 : line == heard->line && nth == heard->nth + 1);
	REQUIRE(!heard->csv || nth == 0);
	heard->line = line;
	heard->nth = nth;
	heard->n++;
	fprintf(heard->out, "%" PRIu64 ".%" PRIu64, line, nth);
}

static int hear_event(void *context, struct text event, uint64_t place)
{
	struct heard *heard = context;

	REQUIRE(msg_check(event.data, event.size, 2) == 0);
	hear_place(heard, place);
	fwrite(event.data, 1, event.size, heard->out);
	return 0;
}

static void hear_refused(void *context, uint64_t place, const char *reason)
{
	struct heard *heard = context;

	REQUIRE(*reason && !strchr(reason, '\n'));
	hear_place(heard, place);
	fprintf(heard->out, "! %s\n", reason);
}

/* Is there anything in a file of JSON but what may stand between objects? */
static bool says_something(struct text file)
{
	for (size_t i = 0; i < file.size; i++)
		if (!memchr(" \t\r\n,[]\xef\xbb\xbf", file.data[i], 10))
			return true;
	return false;
}

/* A byte as the size of a piece: 1 to 128 bytes, or 1 to 128 KiB. */
static size_t piece_size(uint8_t byte)
{
	return byte < 128 ? byte + 1u : (byte - 127u) << 10;
}

static enum encoding encoding_of(struct text file)
{
	struct encoding_guess guess = { 0 };

	encoding_look(&guess, file.data, file.size);
	return encoding_guessed(&guess);
}

/* Read a file, in pieces of sizes that follow one another (n = 0: in one piece). */
static struct text read_file(enum rows_format format, struct text file, const uint8_t *sizes,
			     size_t n)
{
	struct heard heard = { .csv = format == ROWS_CSV };
	const struct rows_sink sink = { &heard, hear_event, hear_refused };
	const struct sheet sheet = { .zone = NULL };
	enum encoding encoding = encoding_of(file);
	struct rows *rows;
	char *text = NULL;
	size_t size = 0;
	int err = 0;

	heard.out = open_memstream(&text, &size);
	REQUIRE(heard.out && rows_open(format, encoding, &sheet, &sink, &rows) == 0);
	for (size_t at = 0, i = 0; !err && at < file.size; i++) {
		size_t left = file.size - at, piece = n ? piece_size(sizes[i % n]) : left;

		piece = piece < left ? piece : left;
		err = rows_feed(rows, file.data + at, piece);
		at += piece;
	}
	if (!err)
		err = rows_finish(rows);
	REQUIRE(err == 0 || (err == LIFT_E_MALFORMED && *rows_problem(rows)));
	REQUIRE(err || format == ROWS_CSV || encoding != ENCODING_UTF8 || heard.n > 0 ||
		!says_something(file));
	fprintf(heard.out, "%d %s\n", err, rows_problem(rows));
	fclose(heard.out);
	rows_free(rows);
	return (struct text){ text, size };
}

/* The file that an input stands for, which the caller frees. Exactly as large as it is, for the
 * sanitizer. */
static char *file_of(const uint8_t *data, size_t size, uint8_t kib, size_t *ret_size)
{
	size_t run = kib > 128 ? (kib - 128u) << 10 : 0, used = 0, total = 0;
	char *file;

	for (size_t i = 0; i < size; i++)
		total += run && data[i] == '~' ? run : 1;
	total = total < FILE_MAX ? total : FILE_MAX;
	file = malloc(total ? total : 1);
	REQUIRE(file);
	for (size_t i = 0; i < size && used < total; i++) {
		bool grows = run && data[i] == '~';
		size_t room = total - used, more = grows ? run : 1;

		more = more < room ? more : room;
		memset(file + used, grows ? 'x' : data[i], more);
		used += more;
	}
	*ret_size = total;
	return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text file, whole, pieces;
	enum rows_format format;

	if (size < HEAD)
		return 0;
	format = data[0] & 1 ? ROWS_CSV : ROWS_JSONL;
	file.data = file_of(data + HEAD, size - HEAD, data[HEAD - 1], &file.size);
	rows_format_of(NULL, encoding_of(file), file);
	whole = read_file(format, file, NULL, 0);
	pieces = read_file(format, file, data + 1, N_PIECES);
	REQUIRE(text_equal(whole, pieces));
	free((char *)whole.data);
	free((char *)pieces.data);
	free((char *)file.data);
	return 0;
}

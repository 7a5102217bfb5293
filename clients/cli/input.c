/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/cli/cli.h"

enum { HASH = (INPUT_STREAM - 1) / 2 };

/* The stream is called by what is in the file and by how that is read: whenever the same bytes are
 * to give other rows, or other numbers, this changes. */
static const char reading[] = "rows 3\n";

ssize_t input_read(const struct input *input, char *piece)
{
	ssize_t got;

	do
		got = read(input->fd, piece, INPUT_PIECE);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		complain("%s: %s", input->name, strerror(errno));
	return got;
}

static bool write_piece(int fd, const char *piece, size_t size)
{
	while (size > 0) {
		ssize_t put = write(fd, piece, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		piece += put;
		size -= (size_t)put;
	}
	return true;
}

/* Standard input as a file without a name: it is read twice, once for the stream's name. */
static int spool_input(void)
{
	const char *directory = getenv("TMPDIR");
	const struct input standard = { .name = "standard input", .fd = STDIN_FILENO };
	char path[4096], *piece = malloc(INPUT_PIECE);
	ssize_t got = -1;
	int fd = -1;

	snprintf(path, sizeof(path), "%s/lift-XXXXXX",
		 directory && *directory ? directory : "/tmp");
	if (piece)
		fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0) {
		complain("%s: %s", path, strerror(errno));
		goto fail;
	}
	unlink(path);
	while ((got = input_read(&standard, piece)) > 0) {
		if (!write_piece(fd, piece, (size_t)got)) {
			complain("%s: %s: set TMPDIR to a directory with room for the input", path,
				 strerror(errno));
			got = -1;
			break;
		}
	}
	if (got < 0)
		goto fail;
	free(piece);
	lseek(fd, 0, SEEK_SET);
	return fd;
fail:
	if (fd >= 0)
		close(fd);
	free(piece);
	return -1;
}

int input_open(const char *name)
{
	struct stat stat;
	int fd;

	if (strcmp(name, "-") == 0)
		return spool_input();
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is told, not waited for */
	if (fd < 0 || fstat(fd, &stat) != 0) {
		complain("%s: %s", name, strerror(errno));
	} else if (!S_ISREG(stat.st_mode)) {
		complain("%s: not a file; '-' reads standard input", name);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

void input_hash_begin(crypto_generichash_state *hash)
{
	crypto_generichash_init(hash, NULL, 0, HASH);
	crypto_generichash_update(hash, (const unsigned char *)reading, sizeof(reading) - 1);
}

void input_hash_end(crypto_generichash_state *hash, char stream[static INPUT_STREAM])
{
	unsigned char bytes[HASH];

	crypto_generichash_final(hash, bytes, sizeof(bytes));
	sodium_bin2hex(stream, INPUT_STREAM, bytes, sizeof(bytes));
}

bool input_survey(struct input *input, char *piece)
{
	enum { BEGINNING = 64 };
	const char *ending = strcmp(input->name, "-") == 0 ? NULL : input->name;
	struct encoding_guess guess = { 0 };
	crypto_generichash_state hash;
	struct text beginning = { 0 };
	char begin[BEGINNING] = { 0 };
	ssize_t got;

	input_hash_begin(&hash);
	while ((got = input_read(input, piece)) > 0) {
		if (beginning.size == 0) {
			beginning.data = begin;
			beginning.size = got < BEGINNING ? (size_t)got : BEGINNING;
			memcpy(begin, piece, beginning.size);
		}
		crypto_generichash_update(&hash, (unsigned char *)piece, (size_t)got);
		encoding_look(&guess, piece, (size_t)got);
	}
	if (got < 0)
		return false;
	input_hash_end(&hash, input->stream);
	input->size = guess.size;
	input->encoding = encoding_guessed(&guess);
	if (beginning.size >= ENCODING_FIRST && encoding_problem(beginning))
		input->encoding = ENCODING_UTF8; /* which it is not: the rows say what it is */
	input->format = rows_format_of(ending, input->encoding, beginning);
	if (lseek(input->fd, 0, SEEK_SET) == 0)
		return true;
	complain("%s: %s", input->name, strerror(errno));
	return false;
}

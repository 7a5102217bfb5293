/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clients/cli/cli.h"

bool reading_open(struct reading *reading, const char *name)
{
	*reading = (struct reading){ .input = { .name = name, .fd = input_open(name) } };
	if (reading->input.fd < 0)
		return false;
	reading->piece = malloc(INPUT_PIECE);
	if (!reading->piece) {
		complain("%s: %s", name, strerror(ENOMEM));
		return false;
	}
	if (!input_survey(&reading->input, reading->piece))
		return false;
	if (reading->input.encoding == ENCODING_WINDOWS1252)
		complain("%s: it is not UTF-8 and was read as Windows-1252; in a spreadsheet, save "
			 "it as \"CSV UTF-8\"",
			 name);
	return true;
}

void reading_close(struct reading *reading)
{
	if (reading->input.fd >= 0)
		close(reading->input.fd);
	free(reading->piece);
	*reading = (struct reading){ .input = { .fd = -1 } };
}

static int read_rows(struct reading *reading, struct rows *rows,
		     void (*tick)(void *context, uint64_t done), void *context)
{
	char stream[INPUT_STREAM];
	crypto_generichash_state hash;
	uint64_t done = 0;
	ssize_t got;
	int err = 0;

	input_hash_begin(&hash);
	while (!err && (got = input_read(&reading->input, reading->piece)) != 0) {
		if (got < 0)
			return LIFT_E_IO;
		crypto_generichash_update(&hash, (unsigned char *)reading->piece, (size_t)got);
		err = rows_feed(rows, reading->piece, (size_t)got);
		done += (uint64_t)got;
		if (tick)
			tick(context, done);
	}
	if (!err)
		err = rows_finish(rows);
	input_hash_end(&hash, stream);
	reading->changed = !err && strcmp(stream, reading->input.stream) != 0;
	return err;
}

int reading_rows(struct reading *reading, const struct rows_sink *sink,
		 void (*tick)(void *context, uint64_t done))
{
	struct rows *rows = NULL;
	int err;

	if (lseek(reading->input.fd, 0, SEEK_SET) != 0) {
		complain("%s: %s", reading->input.name, strerror(errno));
		return LIFT_E_IO;
	}
	err = rows_open(reading->input.format, reading->input.encoding, sink, &rows);
	if (err)
		return err;
	err = read_rows(reading, rows, tick, sink->context);
	snprintf(reading->problem, sizeof(reading->problem), "%s", rows_problem(rows));
	rows_free(rows);
	return err;
}

bool reading_complain(const struct reading *reading, int err, int *ret_status)
{
	int status = STATUS_SYSTEM;

	if (err && reading->problem[0]) {
		complain("%s: %s", reading->input.name, reading->problem);
		status = STATUS_REFUSED;
	} else if (!err && reading->changed) {
		complain("%s: the file changed while it was read: publish it again once it no "
			 "longer changes, or a file that grows with --stream NAME --follow",
			 reading->input.name);
	} else if (err != LIFT_E_IO) {
		return false;
	}
	*ret_status = status;
	return true;
}

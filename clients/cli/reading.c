/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clients/cli/cli.h"

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
	if (reading->sheet.places)
		places_reset(reading->sheet.places);
	err = rows_open(reading->input.format, reading->input.encoding, &reading->sheet, sink,
			&rows);
	if (err)
		return err;
	err = read_rows(reading, rows, tick, sink->context);
	snprintf(reading->problem, sizeof(reading->problem), "%s", rows_problem(rows));
	rows_free(rows);
	return err;
}

/* The survey has no use for events; what cannot be read is told when the rows are sent. */

static int take_no_event(void *context, struct text event, uint64_t place)
{
	(void)context;
	(void)event;
	(void)place;
	return 0;
}

static void take_no_refusal(void *context, uint64_t place, const char *reason)
{
	(void)context;
	(void)place;
	(void)reason;
}

/* The stream is called by what is in the file, and by what else its rows depend on. */
static void name_stream(struct reading *reading, const struct sheet_setup *setup)
{
	crypto_generichash_state hash;

	memcpy(reading->stream, reading->input.stream, sizeof(reading->stream));
	if (reading->input.format != ROWS_CSV || !sheet_setup_matters(setup, &reading->sheet))
		return;
	input_hash_begin(&hash);
	crypto_generichash_update(&hash, (const unsigned char *)reading->input.stream,
				  sizeof(reading->input.stream));
	sheet_setup_hash(setup, &reading->sheet, &hash);
	input_hash_end(&hash, reading->stream);
}

/* Look at the days of all rows, and know the zone if they need it. */
static int survey(struct reading *reading, struct sheet_setup *setup)
{
	const struct rows_sink sink = { NULL, take_no_event, take_no_refusal };
	const char *name = reading->input.name;
	char problem[ROWS_PROBLEM_MAX] = "";
	int err, status = STATUS_WELL;

	reading->sheet = sheet_setup_sheet(setup);
	reading->sheet.zone = NULL; /* which matters only where a time wants it */
	reading->sheet.survey = survey_new();
	reading->sheet.surveying = true;
	err = reading->sheet.survey ? reading_rows(reading, &sink, NULL) : LIFT_E_MEMORY;
	reading->sheet.surveying = false;
	if (err == LIFT_E_IO)
		return STATUS_SYSTEM;
	if (err == LIFT_E_MEMORY) {
		complain("%s: %s", name, lift_err_text(err));
		return STATUS_SYSTEM;
	}
	/* What is wrong with the header is told when the rows are sent. */
	if (err)
		return STATUS_WELL;
	if (!survey_conclude(reading->sheet.survey, problem)) {
		complain("%s: %s", name, problem);
		return STATUS_REFUSED;
	}
	if (survey_is_local(reading->sheet.survey))
		status = sheet_setup_zone(setup, name);
	if (status == STATUS_WELL && survey_is_local(reading->sheet.survey))
		reading->sheet.zone = &setup->zone;
	return status;
}

int reading_open(struct reading *reading, const char *name, struct sheet_setup *setup)
{
	int status = STATUS_WELL;

	*reading = (struct reading){ .input = { .name = name, .fd = input_open(name) } };
	if (reading->input.fd < 0)
		return STATUS_SYSTEM;
	reading->piece = malloc(INPUT_PIECE);
	if (!reading->piece) {
		complain("%s: %s", name, strerror(ENOMEM));
		return STATUS_SYSTEM;
	}
	if (!input_survey(&reading->input, reading->piece))
		return STATUS_SYSTEM;
	if (reading->input.encoding == ENCODING_WINDOWS1252)
		complain("%s: it is not UTF-8 and was read as Windows-1252; in a spreadsheet, save "
			 "it as \"CSV UTF-8\"",
			 name);
	if (reading->input.format == ROWS_CSV)
		status = survey(reading, setup);
	name_stream(reading, setup);
	return status;
}

void reading_close(struct reading *reading)
{
	if (reading->input.fd >= 0)
		close(reading->input.fd);
	survey_free(reading->sheet.survey);
	free(reading->piece);
	*reading = (struct reading){ .input = { .fd = -1 } };
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

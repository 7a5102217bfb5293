/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/syncing/list.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "clients/cli/cli.h"
#include "clients/cli/judge.h"
#include "clients/cli/progress.h"
#include "clients/cli/reading.h"
#include "clients/cli/sync/cut.h"

enum { DECODED_AT_ONCE = 4096 }; /* bytes */

struct listing {
	struct reading reading;
	struct progress progress;
	struct msg_reader *reader;
	struct msg_writer *writer;
	struct facts *facts;
	uint64_t refused;
};

/* Rows. */

static void refuse(struct listing *listing, uint64_t place, const char *code, const char *reason)
{
	listing->refused++;
	progress_report(&listing->progress, place, code, (int)strlen(code), reason,
			(int)strlen(reason));
}

static int take_event(void *context, struct text encoded, uint64_t place)
{
	struct listing *listing = context;
	struct event event;
	int err = facts_decode(listing->reader, listing->writer, encoded, &event);

	if (err == LIFT_E_MEMORY)
		return err;
	if (err) {
		refuse(listing, place, lift_err_code(err), lift_err_text(err));
		return 0;
	}
	if (event.type == EVENT_VOIDED) {
		refuse(listing, place, "type",
		       "a list says what stands: what is voided is not in it");
		return 0;
	}
	err = facts_add(listing->facts, &event);
	if (!err)
		listing->facts->items[listing->facts->n - 1].place = place;
	return err;
}

static void take_unreadable(void *context, uint64_t place, const char *reason)
{
	refuse(context, place, "malformed", reason);
}

/* Is it whole? */

static bool is_cut(struct listing *listing, const char *name)
{
	const struct input *input = &listing->reading.input;
	struct encoding_decoder decoder = { .encoding = input->encoding };
	struct cut cut = { .json = input->format == ROWS_JSONL };
	char text[ENCODING_ROOM(DECODED_AT_ONCE)], problem[CUT_PROBLEM_MAX];
	uint64_t line;
	ssize_t got = lseek(input->fd, 0, SEEK_SET) == 0 ? 1 : -1;

	if (got < 0)
		complain("%s: %s", name, strerror(errno));
	while (got > 0 && (got = input_read(input, listing->reading.piece)) > 0) {
		for (ssize_t at = 0; at < got; at += DECODED_AT_ONCE) {
			size_t size =
				(size_t)(got - at < DECODED_AT_ONCE ? got - at : DECODED_AT_ONCE);

			size = encoding_decode(&decoder, listing->reading.piece + at, size, text);
			cut_look(&cut, text, size);
		}
	}
	if (got < 0)
		return true;
	if (!cut_is(&cut, &line, problem))
		return false;
	complain("%s:%" PRIu64 ": %s: is the file cut? Nothing was sent, since what is missing "
		 "would be taken back",
		 name, line, problem);
	return true;
}

static int complain_different(const char *name, const struct fact *a, const struct fact *b)
{
	complain("%s:%" PRIu64 ": the same fact as in line %" PRIu64 ", and it says something else "
		 "of it: a list has each fact once. Nothing was sent",
		 name, row_line(b->place), row_line(a->place));
	return STATUS_REFUSED;
}

/* Of a reading that has come to its end. */
static int conclude(struct listing *listing, const char *name)
{
	const struct fact *a, *b;

	progress_clear(&listing->progress);
	if (listing->refused > 0) {
		complain("%s: %" PRIu64 " row%s cannot be read: nothing was sent, since what %s "
			 "would be taken back",
			 name, listing->refused, listing->refused == 1 ? "" : "s",
			 listing->refused == 1 ? "it says" : "they say");
		return STATUS_REFUSED;
	}
	if (facts_unify(listing->facts, &a, &b) != 0)
		return complain_different(name, a, b);
	return STATUS_WELL;
}

static int read_list(struct listing *listing, const char *name)
{
	const struct rows_sink sink = { listing, take_event, take_unreadable };
	int err, status = STATUS_SYSTEM;

	if (is_cut(listing, name))
		return STATUS_REFUSED;
	listing->reader = msg_reader_new();
	listing->writer = msg_writer_new();
	progress_begin(&listing->progress, name);
	err = listing->reader && listing->writer ? reading_rows(&listing->reading, &sink, NULL)
						 : LIFT_E_MEMORY;
	if (reading_complain(&listing->reading, err, &status))
		return status;
	if (!err)
		return conclude(listing, name);
	complain("%s: %s", name, lift_err_text(err));
	return status;
}

int facts_read_list(const char *name, struct sheet_setup *setup, struct facts *ret_facts)
{
	struct listing listing = { .facts = ret_facts };
	int status = reading_open(&listing.reading, name, setup);

	if (status == STATUS_WELL)
		status = read_list(&listing, name);
	reading_close(&listing.reading);
	msg_reader_free(listing.reader);
	msg_writer_free(listing.writer);
	return status;
}

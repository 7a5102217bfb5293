/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout.h - the journal's databases: the one place for the layout of each key and value, with what
 * writes and what reads it side by side. Pure.
 *
 *   database    key                       value
 *   meta        "format"                  1 byte
 *               "secret"                  the digest of the secret
 *               "id"                      JOURNAL_ID bytes
 *               SUMS_KEY                  for each database, in the order of their numbers, the sum
 *                                         (sum.h) of its records: all but this one. That of entries
 *                                         is nothing: chunks have checksums, and numbers without a
 *                                         gap
 *               LISTENED_KEY              when the daemon listened last 8, and for each time in
 *                                         which it did not: from 8, until 8; absent at first
 *               EDITION_KEY               of one that was written anew (rewrite.h): 8, at random;
 *                                         absent at first
 *               "next_row"                row 8, above all that there have been; absent where the
 *                                         last row is still there
 *               ORDERS_KEY                how many entries are of no stream 8; absent: none
 *               HORIZON_KEY               the latest horizon, ms 8; absent: there is none
 *               TRIMMED_KEY               by which horizon the journal was written anew, ms 8;
 *                                         absent: by none
 *   entries     journal number of the     a chunk (entry.h)
 *               first entry 8
 *   index       stream 4, number in the   journal number 8, for the first entry of each chunk
 *               stream 8
 *   names       kind 1, id 4              the name
 *   streams     id 4                      source 4, the stream's record (stream.h)
 *   stream_ids  source 4, stream's text   id 4
 *   gaps        source 4, stream 4        since 8, missing 8: of each stream of which something is
 *                                         missing
 *   sources     id 4                      accepted 8, rejected 8, last event 8, last received 8,
 *                                         streams 4, gaps 4, missing 8, since 8, rows of the
 *                                         quarantine 4, and for each kind of name how many it has
 *                                         brought that the catalogue did not have 4; streams that
 *                                         are closed 4, last accepted 8, and its rhythm: the
 *                                         greatest week 2, and for each week that is kept, and each
 *                                         kind of silence, minutes 2
 *   quarantine  row 8                     stream 4, number in the stream 8, form 1, received 7,
 *                                         error 1; of form 1, not 0, the size 2 of what a retry
 *                                         needs, and that; what was sent. A row's number is its
 *                                         entry's, or the one behind the last row where rows
 *                                         without an entry (reused) have run ahead
 *   reused      stream 4, number in the   row 8, for each row of that error
 *               stream 8
 *   refused     source 4, row 8           nothing, for each row of the quarantine
 *   forgets     pseudonym 16              journal number 8 of the last order to forget this
 *                                         learner, until it has been carried out in full
 *   objections  hash 16 (secret.h)        nothing, for each learner of whom nothing is to be taken
 *                                         in again
 *
 * Numbers are big-endian, so that keys sort as numbers. Format 1 had no sums; formats 1 and 2 had
 * no stream_ids, gaps and refused, and of a source the first 32 bytes. Formats before 4 had no rows
 * of form 1, and no next_row; formats before 5 no facts with minutes, a state or valid_until;
 * formats before 6 nothing of a source behind its names, and not when the daemon listened; formats
 * before 7 no entries but events, and no forgets and objections.
 *
 * What is written goes to the caller's bytes, and is valid as long as they are. What is read is
 * LIFT_E_CORRUPT where it is not of this layout; nothing is taken for granted of it.
 */
#ifndef LIFTD_JOURNAL_LMDB_LAYOUT_H
#define LIFTD_JOURNAL_LMDB_LAYOUT_H

#include "daemon/journal/journal.h"
#include "daemon/store/sum.h"

enum {
	DB_META,
	DB_ENTRIES,
	DB_INDEX,
	DB_NAMES,
	DB_STREAMS,
	DB_SOURCES,
	DB_QUARANTINE,
	DB_REUSED,
	DB_STREAM_IDS,
	DB_GAPS,
	DB_REFUSED,
	DB_FORGETS,
	DB_OBJECTIONS,
	DB_COUNT,
	DB_COUNT_BEFORE_3 = DB_STREAM_IDS, /* of formats 1 and 2 */
	DB_COUNT_BEFORE_7 = DB_FORGETS,
};

extern const char *const journal_db_names[DB_COUNT];

enum {
	JOURNAL_FORMAT_WITHOUT_SUMS = 1,
	JOURNAL_FORMAT_OF_GAPS = 3,
	JOURNAL_FORMAT_OF_RHYTHMS = 6,
	NUMBER_KEY = 8,
	ID_KEY = 4,
	NAME_KEY = 5,
	INDEX_KEY = 12,
	STREAM_NAME_MAX = 4 + STREAM_MAX,
	STREAM_ROW_MAX = 4 + STREAM_RECORD_MAX,
	PAIR_KEY = 8,
	GAP_ROW = 16,
	REFUSED_KEY = 12,
	SOURCE_ROW_BEFORE_3 = 32,
	SOURCE_ROW_BEFORE_6 = SOURCE_ROW_BEFORE_3 + 28 + 4 * NAME_KINDS,
	SOURCE_ROW = SOURCE_ROW_BEFORE_6 + 12 + 2 + 2 * RHYTHM_WEEKS * SILENCE_KINDS,
	LISTENED_MAX = 8 + 16 * OUTAGES_MAX,
	QUARANTINE_HEAD = 21,
	QUARANTINE_ROW_MAX = QUARANTINE_HEAD + 2 + JOURNAL_SENT_MAX,
	SUMS_BYTES = DB_COUNT * SUM_BYTES,
};
#define SUMS_KEY	"sums"
#define NEXT_ROW_KEY	"next_row"
#define ORDERS_KEY	"orders"
#define HORIZON_KEY	"horizon"
#define TRIMMED_KEY	"trimmed"
#define LISTENED_KEY	"listened"
#define EDITION_KEY	"edition"
#define LISTENED_MS_MAX (INT64_C(1) << 52) /* of any time that may be */

/* A journal number or a row's, as a key or a value. */
struct text number_encode(uint64_t number, uint8_t to[static NUMBER_KEY]);
int number_decode(struct text from, uint64_t *ret_number);

/* The id of a stream or a source. */
struct text id_encode(uint32_t id, uint8_t to[static ID_KEY]);
int id_decode(struct text from, uint32_t *ret_id);

/* The number of a name of a kind. */
struct text name_key_encode(enum name_kind kind, uint32_t id, uint8_t to[static NAME_KEY]);
int name_key_decode(struct text from, enum name_kind *ret_kind, uint32_t *ret_id);

/* A number of a stream: the key of index and reused. */
struct text index_key_encode(uint32_t stream, uint64_t seq, uint8_t to[static INDEX_KEY]);
int index_key_decode(struct text from, uint32_t *ret_stream, uint64_t *ret_seq);

/* The name of a stream: its source, and its text (at most STREAM_MAX bytes). */
struct text stream_name_encode(uint32_t source, struct text stream,
			       uint8_t to[static STREAM_NAME_MAX]);
int stream_name_decode(struct text from, uint32_t *ret_source, struct text *ret_stream);

/* What has been received of a stream. Its id is not part of it, and is set. */
struct text stream_row_encode(const struct stream *stream, uint8_t to[static STREAM_ROW_MAX]);
int stream_row_decode(uint32_t id, struct text from, struct stream *ret_stream);

/* A stream of which something is missing. */
struct text gap_key_encode(uint32_t source, uint32_t stream, uint8_t to[static PAIR_KEY]);
int gap_key_decode(struct text from, uint32_t *ret_source, uint32_t *ret_stream);
struct text gap_row_encode(int64_t since, uint64_t missing, uint8_t to[static GAP_ROW]);
int gap_row_decode(struct text from, int64_t *ret_since, uint64_t *ret_missing);

/* A row of the quarantine, by its source. */
struct text refused_key_encode(uint32_t source, uint64_t row, uint8_t to[static REFUSED_KEY]);
int refused_key_decode(struct text from, uint32_t *ret_source, uint64_t *ret_row);

/* What a source has sent. Of an older format, all else is 0. */
struct text source_row_encode(const struct source_record *record, uint8_t to[static SOURCE_ROW]);
int source_row_decode(struct text from, struct source_record *ret_record);

/* When the daemon listened last, and when it did not. */
struct text listened_encode(int64_t last_ms, const struct outages *outages,
			    uint8_t to[static LISTENED_MAX]);
int listened_decode(struct text from, int64_t *ret_last_ms, struct outages *ret_outages);

/* A refused event; `sent` and `retry` have at most JOURNAL_SENT_MAX bytes together, and are
 * borrowed from what is read. */
struct text quarantined_encode(const struct quarantined *row,
			       uint8_t to[static QUARANTINE_ROW_MAX]);
int quarantined_decode(struct text key, struct text from, struct quarantined *ret_row);

/* A learner who is to be forgotten, and one who objects, as keys. */
struct text pseudonym_key(const uint8_t pseudonym[static PSEUDONYM_BYTES]);
int pseudonym_key_decode(struct text from, uint8_t ret_pseudonym[static PSEUDONYM_BYTES]);

/* The horizon. */
struct text horizon_encode(int64_t horizon_ms, uint8_t to[static NUMBER_KEY]);
int horizon_decode(struct text from, int64_t *ret_horizon_ms);

/* The sums; those of an older format are of its databases, the others are 0. */
struct text sums_encode(const struct sum sums[static DB_COUNT], uint8_t to[static SUMS_BYTES]);
int sums_decode(struct text from, struct sum ret_sums[static DB_COUNT]);

#endif

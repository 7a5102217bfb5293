/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/catalogue/subject.h"
#include "daemon/figures/metrics.h"
#include "daemon/journal/lmdb/layout.h"
#include "daemon/store/store.h"

static void open_journal(struct house *house)
{
	assert_int_equal(journal_open(dir_path(&house->dir, "journal"), house->secret.digest,
				      &house->journal),
			 0);
	assert_int_equal(gate_open(house->config, house->catalogue, &house->secret, house->journal,
				   &house->gate),
			 0);
}

void house_open(struct house *house, const char *config, const char *catalogue)
{
	*house = (struct house){ .config = config_of(config),
				 .catalogue = catalogue_of(catalogue),
				 .writer = msg_writer_new(),
				 .reader = msg_reader_new(),
				 .clock = WORLD_BEGIN + (WORLD_DAYS + 1) * DAY_MS };
	assert_true(house->writer && house->reader);
	dir_begin(&house->dir);
	assert_int_equal(secret_open(house->dir.path, true, &house->secret), 0);
	open_journal(house);
}

void house_close(struct house *house)
{
	house_shut(house);
	catalogue_free(house->catalogue);
	config_free(house->config);
	msg_writer_free(house->writer);
	msg_reader_free(house->reader);
	dir_end(&house->dir);
}

void house_reopen_journal(struct house *house)
{
	assert_null(house->ledger);
	gate_close(house->gate);
	journal_close(house->journal);
	open_journal(house);
}

void house_shut(struct house *house)
{
	house_ledger_close(house);
	gate_close(house->gate);
	journal_close(house->journal);
	house->gate = NULL;
	house->journal = NULL;
}

void house_ledger_open(struct house *house, const char *name, int64_t until)
{
	const char *dir = dir_path(&house->dir, name);
	struct ledger_progress progress = { .part = chance_of(50) ? 1 + chance(40) : 0 };
	int err = ledger_open(dir, house->journal, house->catalogue, until, &house->ledger);

	house->is_built = err == LIFT_E_NOT_FOUND;
	if (house->is_built)
		err = ledger_build(dir, house->journal, house->catalogue, until, &progress,
				   &house->ledger);
	assert_int_equal(err, 0);
}

void house_ledger_close(struct house *house)
{
	ledger_close(house->ledger);
	house->ledger = NULL;
}

struct stream *house_stream(struct house *house, const char *source, const char *stream)
{
	struct stream *found;
	int err = journal_find_stream(house->journal, text_of(source), text_of(stream), &found);

	assert_int_equal(err, found ? 0 : LIFT_E_NOT_FOUND);
	return found;
}

void house_spoil_stream(struct house *house)
{
	const char *dir = dir_path(&house->dir, "journal");
	uint8_t key[ID_KEY];
	struct store *store;
	struct store_txn txn;

	gate_close(house->gate);
	journal_close(house->journal);
	assert_int_equal(store_open(dir, journal_db_names, DB_COUNT, STORE_ROOM_MAX, &store), 0);
	assert_int_equal(store_begin(store, true, &txn), 0);
	store_put(&txn, DB_STREAMS, id_encode(0, key), text_of("spoilt"));
	assert_int_equal(store_commit(&txn), 0);
	store_close(store);
	open_journal(house);
}

static int take(struct house *house)
{
	struct batch batch;

	assert_int_equal(batch_decode(house->reader, msg_written(house->writer), &batch), 0);
	return gate_take(house->gate, NULL, &batch, house->clock);
}

int house_send(struct house *house, const char *source, const char *stream, uint64_t seq,
	       const struct event *events, uint32_t n)
{
	msg_writer_clear(house->writer);
	batch_begin(house->writer, "events", text_of(source), text_of(stream), seq, n);
	for (uint32_t i = 0; i < n; i++)
		event_encode(house->writer, &events[i]);
	return take(house);
}

int house_send_raw(struct house *house, const char *source, const char *stream, uint64_t seq,
		   struct text maps, uint32_t n)
{
	msg_writer_clear(house->writer);
	batch_begin(house->writer, "events", text_of(source), text_of(stream), seq, n);
	msg_raw(house->writer, maps);
	return take(house);
}

void house_apply_some(struct house *house)
{
	uint64_t added;
	bool more;

	if (chance_of(50))
		assert_int_equal(journal_commit(house->journal), 0);
	if (chance_of(20))
		assert_int_equal(ledger_apply(house->ledger, 0, &more, &added), 0);
	if (chance_of(20)) {
		ledger_stop_at(house->ledger, ledger_applied(house->ledger) + 1 + chance(30));
		assert_int_equal(ledger_apply(house->ledger, 0, &more, &added), 0);
		ledger_stop_at(house->ledger, UINT64_MAX);
	}
	if (chance_of(15))
		assert_int_equal(ledger_commit(house->ledger), 0);
}

void house_apply_all(struct house *house)
{
	uint64_t added;
	bool more = true;

	while (more)
		assert_int_equal(ledger_apply(house->ledger, 0, &more, &added), 0);
	assert_int_equal(ledger_applied(house->ledger), journal_last(house->journal));
	assert_int_equal(ledger_commit(house->ledger), 0);
	assert_int_equal(ledger_committed(house->ledger), journal_last(house->journal));
}

/* Tallies. */

static void keep(void *context, const struct tally_key *key, int64_t n)
{
	struct tallies_read *read = context;

	if (read->n == read->room) {
		read->room = 2 * read->room + 64;
		read->items = realloc(read->items, read->room * sizeof(*read->items));
		assert_non_null(read->items);
	}
	read->items[read->n++] = (struct tally){ *key, n };
}

void tallies_read(const struct tallies *from, const struct catalogue *catalogue,
		  struct tallies_read *ret_read)
{
	*ret_read = (struct tallies_read){ 0 };
	for (uint32_t home = 0; home < catalogue->n_regions; home++) {
		/* One subject more of each kind than there are: nothing may be there. */
		for (enum kind kind = 0; kind < KINDS; kind++)
			for (uint32_t i = 0; i <= kind_subjects(catalogue, kind); i++)
				assert_int_equal(from->range(from->source, home,
							     subject_of(kind, i), keep, ret_read),
						 0);
	}
}

void map_tallies(struct tally_map *map, struct tallies_read *ret_read)
{
	const struct tally_group *groups;
	size_t n;

	*ret_read = (struct tallies_read){ 0 };
	assert_int_equal(tally_map_groups(map, &groups, &n), 0);
	for (size_t g = 0; g < n; g++)
		for (size_t i = 0; i < groups[g].n; i++) {
			struct tally_key key = tally_key_of(groups[g].home, groups[g].subject,
							    groups[g].parts[i].what);

			keep(ret_read, &key, groups[g].parts[i].n);
		}
}

void house_tallies(struct house *house, struct tallies_read *ret_read)
{
	struct ledger_view view;
	struct tallies tallies;

	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	tallies = ledger_view_tallies(&view);
	tallies_read(&tallies, house->catalogue, ret_read);
	assert_int_equal(ledger_view_err(&view), 0);
	ledger_view_end(&view);
}

void tallies_free(struct tallies_read *read)
{
	free(read->items);
	*read = (struct tallies_read){ 0 };
}

void assert_tallies_equal(const struct tally *found, size_t n_found, const struct tally *expected,
			  size_t n_expected, const char *when)
{
	for (size_t i = 0; i < n_found && i < n_expected; i++) {
		const struct tally_key *a = &found[i].key, *b = &expected[i].key;
		uint8_t a_bytes[TALLY_KEY_BYTES], b_bytes[TALLY_KEY_BYTES];

		tally_key_encode(a, a_bytes);
		tally_key_encode(b, b_bytes);
		if (memcmp(a_bytes, b_bytes, TALLY_KEY_BYTES) != 0 || found[i].n != expected[i].n)
			fail_msg("%s: tally %zu is home %u subject %x facet %u.%u bucket %llu: "
				 "%lld, not "
				 "home %u subject %x facet %u.%u bucket %llu: %lld",
				 when, i, a->home, a->subject, a->facet, a->part,
				 (unsigned long long)a->bucket, (long long)found[i].n, b->home,
				 b->subject, b->facet, b->part, (unsigned long long)b->bucket,
				 (long long)expected[i].n);
	}
	if (n_found != n_expected)
		fail_msg("%s: %zu tallies, not %zu", when, n_found, n_expected);
}

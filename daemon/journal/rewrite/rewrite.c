/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/rewrite/rewrite.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "daemon/journal/rewrite/internal.h"

/* Beginning. */

/* What the one that is there has of its sources: how far it has come. */
static void take_source(void *context, uint32_t id, struct text name,
			const struct source_record *record)
{
	struct rewrite *rewrite = context;
	struct rewritten_source *source;

	(void)name;
	rewrite->err = rewrite_source_of(rewrite, id, &source);
	if (rewrite->err)
		return;
	source->last_event = record->last_event;
	memcpy(source->names, record->names, sizeof(source->names));
}

static int read_sources(struct rewrite *rewrite)
{
	struct journal_view view;
	int err = journal_view_begin(rewrite->to, &view);

	if (!err)
		err = journal_view_sources(&view, take_source, rewrite);
	journal_view_end(&view);
	return err ? err : rewrite->err;
}

static int check_identity(const struct rewrite *rewrite, uint64_t edition)
{
	return memcmp(journal_id(rewrite->to), journal_id(rewrite->from), JOURNAL_ID) == 0 &&
			       journal_edition(rewrite->to) == edition
		       ? 0
		       : LIFT_E_CORRUPT;
}

/* Neither is larger than the old one but by what a page holds of a few records. */
static uint64_t room_for(const struct journal *from)
{
	return 2 * journal_bytes(from) + (UINT64_C(256) << 20);
}

int rewrite_open(const char *dir, struct journal *from, const uint8_t secret_digest[static 16],
		 uint64_t edition, const struct rewrite_rules *rules, struct rewrite **ret_rewrite)
{
	struct rewrite *rewrite = calloc(1, sizeof(*rewrite));
	struct stat info;
	bool is_new = stat(dir, &info) != 0;
	int err;

	if (!rewrite)
		return LIFT_E_MEMORY;
	rewrite->from = from;
	rewrite->rules = rules ? *rules : (struct rewrite_rules){ .context = NULL };
	err = journal_open_within(dir, secret_digest, room_for(from), &rewrite->to);
	if (!err && is_new) {
		journal_set_identity(rewrite->to, journal_id(from), edition);
		err = journal_commit(rewrite->to);
	}
	if (!err)
		err = check_identity(rewrite, edition);
	if (!err)
		err = read_sources(rewrite);
	if (err) {
		rewrite_close(rewrite);
		return err;
	}
	rewrite->next = journal_last(rewrite->to) + 1;
	*ret_rewrite = rewrite;
	return 0;
}

struct journal *rewrite_journal(struct rewrite *rewrite)
{
	return rewrite->to;
}

void rewrite_close(struct rewrite *rewrite)
{
	if (!rewrite)
		return;
	journal_close(rewrite->to);
	for (int kind = 0; kind < NAME_KINDS; kind++)
		free(rewrite->numbers[kind].of);
	free(rewrite->sources);
	free(rewrite);
}

/* Going on. */

/* What was written is durable; with an error it is as if it had not been. */
static int end_with(struct rewrite *rewrite, int err)
{
	if (err)
		journal_fail(rewrite->to, err);
	return journal_commit(rewrite->to);
}

int rewrite_follow(struct rewrite *rewrite, uint64_t most, bool *ret_more)
{
	struct store_txn txn;
	int err = store_begin(journal_store(rewrite->from), false, &txn), end;

	if (!err)
		err = rewrite_entries(rewrite, &txn, most, ret_more);
	store_abort(&txn);
	end = end_with(rewrite, err);
	return err ? err : end;
}

int rewrite_finish(struct rewrite *rewrite)
{
	struct store_txn txn;
	bool more;
	int err = store_begin(journal_store(rewrite->from), false, &txn), end;

	if (!err)
		err = rewrite_entries(rewrite, &txn, UINT64_MAX, &more);
	if (!err)
		err = rewrite_rest(rewrite, &txn);
	store_abort(&txn);
	end = end_with(rewrite, err);
	return err ? err : end;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/ledger/compare.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "daemon/catalogue/subject.h"
#include "daemon/ledger/internal.h"
#include "proto/day.h"

/* One of the two ledgers, at a learner. */
struct side {
	struct store_txn *txn;
	struct store_cursor learners;
	struct pieces pieces;
	struct learner learner;
};

struct compare {
	struct side ledger, built;
	const struct catalogue *catalogue;
	struct journal_view *names;
	char *text;
};

/* What is in one of them and not in the other, or with another value: a value's data is NULL where
 * there is none. */
typedef int record_fn(struct compare *compare, struct text key, struct text ledger,
		      struct text built);

__attribute__((format(printf, 2, 3))) static int differ(struct compare *compare, const char *format,
							...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(compare->text, COMPARE_TEXT, format, args);
	va_end(args);
	return LIFT_E_DIFFERENT;
}

/* Words. */

enum bucket { BUCKET_NONE, BUCKET_DAY, BUCKET_MONTH, BUCKET_NUMBER, BUCKET_SPAN };

static const struct {
	const char *name;
	enum bucket bucket;
} facets[FACETS] = {
	[FACET_STARTED] = { "started", BUCKET_DAY },
	[FACET_COMPLETED] = { "completed", BUCKET_DAY },
	[FACET_PASSED] = { "passed", BUCKET_DAY },
	[FACET_WITHDRAWN] = { "withdrawn", BUCKET_NONE },
	[FACET_ASSESSED] = { "assessed", BUCKET_NONE },
	[FACET_PASSED_FIRST] = { "passed at the first attempt", BUCKET_NONE },
	[FACET_ATTEMPTS] = { "attempts", BUCKET_NONE },
	[FACET_SCORE] = { "best score in percent", BUCKET_NUMBER },
	[FACET_SCORE_SUM] = { "sum of best scores in 1/10000", BUCKET_NONE },
	[FACET_TOOK] = { "days from started to completed", BUCKET_NUMBER },
	[FACET_GAIN] = { "learners with a gain", BUCKET_NONE },
	[FACET_GAIN_SUM] = { "sum of gains in 1/10000", BUCKET_NONE },
	[FACET_LAST] = { "last activity", BUCKET_DAY },
	[FACET_OPEN] = { "last activity of who has not ended", BUCKET_DAY },
	[FACET_HOURS] = { "hour of the week", BUCKET_NUMBER },
	[FACET_MONTH_LEARNERS] = { "learners who attended", BUCKET_MONTH },
	[FACET_MONTH_MINUTES] = { "minutes", BUCKET_MONTH },
	[FACET_MONTH_HOURS] = { "whole hours", BUCKET_MONTH },
	[FACET_NOMINAL] = { "nominal minutes", BUCKET_NONE },
	[FACET_ENROLLED] = { "enrolled", BUCKET_NONE },
	[FACET_NOT_STARTED] = { "not started", BUCKET_NONE },
	[FACET_MOVED] = { "moved from one value to another", BUCKET_NUMBER },
	[FACET_TARGET] = { "target", BUCKET_NONE },
	[FACET_BY_STARTED] = { "started, by attribute", BUCKET_NONE },
	[FACET_BY_COMPLETED] = { "completed, by attribute", BUCKET_NONE },
	[FACET_BY_PASSED] = { "passed, by attribute", BUCKET_NONE },
	[FACET_BY_LEARNERS] = { "learners, by attribute", BUCKET_NONE },
	[FACET_BY_MINUTES] = { "minutes, by attribute", BUCKET_NONE },
	[FACET_EARNED] = { "earned", BUCKET_NONE },
	[FACET_STRETCH] = { "competence held", BUCKET_SPAN },
	[FACET_LEVEL] = { "level", BUCKET_SPAN },
	[FACET_REQUIREMENT] = { "requirement", BUCKET_SPAN },
	[FACET_BY_HOLDERS] = { "competence held, by attribute", BUCKET_SPAN },
	[FACET_FROM] = { "moved here from region", BUCKET_NUMBER },
};

static const char *region_code(const struct catalogue *catalogue, uint32_t home)
{
	return home < catalogue->n_regions ? catalogue->regions[home].code : "?";
}

static const char *module_id(const struct catalogue *catalogue, uint32_t module)
{
	return module < catalogue->n_modules ? catalogue->modules[module].id : "?";
}

static void bucket_words(const struct tally_key *key, char *to, size_t room)
{
	char day[DAY_TEXT] = "";

	switch (key->facet < FACETS ? facets[key->facet].bucket : BUCKET_NUMBER) {
	case BUCKET_DAY:
		day_print((int32_t)key->bucket, day);
		snprintf(to, room, " on %s", day);
		break;
	case BUCKET_MONTH:
		snprintf(to, room, " in %04u-%02u", 1970 + (unsigned)key->bucket / 12,
			 (unsigned)key->bucket % 12 + 1);
		break;
	case BUCKET_NUMBER:
		snprintf(to, room, " %" PRIu64, (uint64_t)key->bucket);
		break;
	case BUCKET_SPAN:
		day_print(span_begin(key->bucket), day);
		snprintf(to, room, " from %s for %u days", day,
			 (unsigned)(key->bucket & SPAN_DAYS_MAX));
		break;
	case BUCKET_NONE:
		*to = 0;
	}
}

/* Records. */

/* Of a tally that one of the two has, or both with other counts; 0: it has none. */
static int tally_differs(struct compare *compare, const struct tally_key *key, int64_t ledger,
			 int64_t built)
{
	enum kind kind = subject_kind(key->subject);
	char bucket[64];

	bucket_words(key, bucket, sizeof(bucket));
	return differ(compare,
		      "region %s, %s %s, %s%s (part %u): the ledger has %" PRId64
		      ", the journal gives %" PRId64,
		      region_code(compare->catalogue, key->home),
		      kind < KINDS ? kind_name(kind) : "?",
		      subject_id(compare->catalogue, key->subject),
		      key->facet < FACETS ? facets[key->facet].name : "?", bucket,
		      (unsigned)key->part, ledger, built);
}

/* How they are cut into runs says nothing. */
static int tallies_differ(struct compare *compare)
{
	struct tally_walk ledger, built;
	struct tally a, b;
	bool has_a, has_b;
	int err = 0, walked;

	tally_walk_begin(&ledger, compare->ledger.txn);
	tally_walk_begin(&built, compare->built.txn);
	do {
		has_a = tally_walk_next(&ledger, &a);
		has_b = tally_walk_next(&built, &b);
	} while (has_a && has_b && tally_compare(&a.key, &b.key) == 0 && a.n == b.n);
	if (has_a || has_b) {
		int by = !has_b ? -1 : !has_a ? 1 : tally_compare(&a.key, &b.key);

		err = tally_differs(compare, by <= 0 ? &a.key : &b.key, by <= 0 ? a.n : 0,
				    by >= 0 ? b.n : 0);
	}
	walked = tally_walk_end(&ledger);
	if (walked == LIFT_E_CORRUPT)
		err = differ(compare, "the counts of the ledger cannot be read");
	else if (walked)
		err = walked; /* nothing is said of how they differ */
	walked = tally_walk_end(&built);
	return walked ? walked : err;
}

static int seen_differs(struct compare *compare, struct text bytes, struct text ledger,
			struct text built)
{
	const uint8_t *at = (const uint8_t *)bytes.data;
	struct text source = text_of("?");

	if (ledger.data && built.data)
		return 0;
	if (bytes.size != SEEN_KEY)
		return differ(compare, "a record of sources in the ledger has a broken key");
	journal_view_name(compare->names, NAME_SOURCE, (uint32_t)get_be(at, 4), &source);
	return differ(compare, "source %.*s, module %s, region %s: %s", (int)source.size,
		      source.data, module_id(compare->catalogue, (uint32_t)get_be(at + 4, 4)),
		      region_code(compare->catalogue, (uint32_t)get_be(at + 8, 4)),
		      ledger.data ? "the ledger has seen it, the journal has no such event"
				  : "the journal has it, the ledger has not seen it");
}

static int load(struct side *side, struct text number)
{
	if (number.size != NUMBER_BYTES)
		return LIFT_E_CORRUPT;
	return pieces_load(&side->learners,
			   (uint32_t)get_be((const uint8_t *)number.data, NUMBER_BYTES),
			   &side->pieces, &side->learner);
}

/* The fact that they part at is there in one of them, or in both with other values. */
static int facts_differ(struct compare *compare)
{
	const struct learner *ledger = &compare->ledger.learner, *built = &compare->built.learner;
	const struct fact *fact;
	bool in_ledger;
	size_t i = 0;

	while (i < ledger->n && i < built->n &&
	       fact_compare(&ledger->facts[i], &built->facts[i]) == 0)
		i++;
	if (i == ledger->n && i == built->n)
		return 0;
	in_ledger = i == built->n ||
		    (i < ledger->n && fact_compare(&ledger->facts[i], &built->facts[i]) < 0);
	fact = in_ledger ? &ledger->facts[i] : &built->facts[i];
	return differ(
		compare,
		"a learner (who is not named) has %zu facts in the ledger, %zu by the journal; the "
		"first that only %s has is about %s%s",
		ledger->n, built->n, in_ledger ? "the ledger" : "the journal",
		fact->module == FACT_NO_MODULE ? "no module of the catalogue" : "module ",
		fact->module == FACT_NO_MODULE ? "" : module_id(compare->catalogue, fact->module));
}

static int learner_differs(struct compare *compare, struct text pseudonym, struct text ledger,
			   struct text built)
{
	int err;

	if (!ledger.data || !built.data)
		return differ(compare, "a learner (who is not named) is %s",
			      ledger.data ? "in the ledger, and not in the journal"
					  : "in the journal, and not in the ledger");
	err = load(&compare->built, built);
	if (err)
		return err;
	err = load(&compare->ledger, ledger);
	if (err == LIFT_E_CORRUPT || (!err && memcmp(compare->ledger.learner.pseudonym,
						     pseudonym.data, PSEUDONYM_BYTES) != 0))
		return differ(compare,
			      "the facts of a learner (who is not named) cannot be read in the "
			      "ledger");
	if (!err && compare->ledger.learner.source != compare->built.learner.source)
		return differ(compare, "a learner (who is not named) was first told of by another "
				       "source than the ledger has");
	return err ? err : facts_differ(compare);
}

/* Both, in order of keys. */

struct reading {
	struct store_cursor cursor;
	struct text key, value;
	bool more;
};

static void begin(struct reading *reading, struct store_txn *txn, int db)
{
	store_cursor_open(txn, db, &reading->cursor);
	reading->more = store_seek(&reading->cursor, (struct text){ NULL, 0 }, &reading->key,
				   &reading->value);
}

static void go_on(struct reading *reading)
{
	reading->more = store_next(&reading->cursor, &reading->key, &reading->value);
}

/* As LMDB orders keys: by bytes, the shorter one first. */
static int compare_keys(const struct reading *a, const struct reading *b)
{
	size_t size = a->key.size < b->key.size ? a->key.size : b->key.size;
	int order;

	if (!a->more || !b->more)
		return a->more ? -1 : 1;
	order = memcmp(a->key.data, b->key.data, size);
	return order ? order : (a->key.size > b->key.size) - (a->key.size < b->key.size);
}

static int merge(struct compare *compare, int db, record_fn *fn)
{
	struct text none = { NULL, 0 };
	struct reading ledger, built;
	int err = 0;

	begin(&ledger, compare->ledger.txn, db);
	begin(&built, compare->built.txn, db);
	while (!err && (ledger.more || built.more)) {
		int order = compare_keys(&ledger, &built);

		err = fn(compare, order <= 0 ? ledger.key : built.key,
			 order <= 0 ? ledger.value : none, order >= 0 ? built.value : none);
		if (!err && order <= 0)
			go_on(&ledger);
		if (!err && order >= 0)
			go_on(&built);
	}
	store_cursor_close(&ledger.cursor);
	store_cursor_close(&built.cursor);
	if (!err)
		err = compare->ledger.txn->err ? compare->ledger.txn->err : compare->built.txn->err;
	return err;
}

static void side_clear(struct side *side)
{
	store_cursor_close(&side->learners);
	pieces_free(&side->pieces);
	learner_free(&side->learner);
}

int ledger_compare(struct store_txn *ledger, struct store_txn *built,
		   const struct catalogue *catalogue, struct journal_view *names,
		   char text[static COMPARE_TEXT])
{
	struct compare compare = { .ledger.txn = ledger,
				   .built.txn = built,
				   .catalogue = catalogue,
				   .names = names,
				   .text = text };
	int err;

	store_cursor_open(ledger, LDB_LEARNERS, &compare.ledger.learners);
	store_cursor_open(built, LDB_LEARNERS, &compare.built.learners);
	err = tallies_differ(&compare);
	if (!err)
		err = merge(&compare, LDB_SEEN, seen_differs);
	if (!err)
		err = merge(&compare, LDB_NUMBERS, learner_differs);
	side_clear(&compare.ledger);
	side_clear(&compare.built);
	return err;
}

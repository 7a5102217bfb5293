/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>

#include "daemon/base/names.h"
#include "daemon/ledger/internal.h"
#include "daemon/ledger/taken_out.h"
#include "proto/grow.h"

/* Gathering a stretch. */

struct gathering {
	struct ledger *ledger;
	struct journal_view *view;
	uint32_t stream, source; /* of the last entry */
};

static int resolve_module(struct gathering *gathering, uint32_t id, uint32_t *ret_module)
{
	struct ledger *ledger = gathering->ledger;
	size_t before = ledger->room_modules;
	struct text name;

	if (grow(&ledger->modules, &ledger->room_modules, (size_t)id + 1,
		 sizeof(*ledger->modules)) != 0)
		return LIFT_E_MEMORY;
	for (size_t i = before; i < ledger->room_modules; i++)
		ledger->modules[i] = UNRESOLVED;
	if (ledger->modules[id] == UNRESOLVED) {
		if (!journal_view_name(gathering->view, NAME_MODULE, id, &name))
			return LIFT_E_CORRUPT;
		ledger->modules[id] = catalogue_module(ledger->catalogue, name);
	}
	*ret_module = ledger->modules[id];
	return 0;
}

static struct known_seen *known_seen(struct ledger *ledger, uint32_t source, uint32_t module,
				     uint32_t home)
{
	uint64_t mixed = ((uint64_t)source * 31 + module) * 1000003 + home;

	return &ledger->known_seen[mixed * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (KNOWN_SEEN - 1)];
}

static int note_unknown(struct gathering *gathering, uint32_t module, uint32_t home)
{
	struct ledger *ledger = gathering->ledger;
	uint32_t count = names_count(ledger->seen), id;
	struct record_writer writer;
	struct text key;
	uint8_t bytes[SEEN_KEY];
	int err;

	put_be(bytes, gathering->source, 4);
	put_be(bytes + 4, module, 4);
	put_be(bytes + 8, home, 4);
	key = (struct text){ (char *)bytes, sizeof(bytes) };
	err = names_add(ledger->seen, key, &id);
	if (err || names_count(ledger->seen) == count)
		return err;
	record_writer_open(&writer, ledger, LDB_SEEN);
	record_write(&writer, key, record_none, (struct text){ "", 0 });
	record_writer_close(&writer);
	ledger_tell_seen(ledger, gathering->view, key);
	return 0;
}

/* Which sources have sent what from where: for the `sources` of a metric. */
static int note_seen(struct gathering *gathering, uint32_t module, uint32_t home)
{
	struct known_seen *known = known_seen(gathering->ledger, gathering->source, module, home);
	int err;

	if (known->is_there && known->source == gathering->source && known->module == module &&
	    known->home == home)
		return 0;
	err = note_unknown(gathering, module, home);
	if (!err)
		*known = (struct known_seen){ gathering->source, module, home, true };
	return err;
}

static_assert(FACT_NO_MODULE == CATALOGUE_NONE, "an unknown module is a claim of a profile");

/* Does what is behind `known_at` count at all, and does it as more than a claim of a profile? */
static bool is_known(const struct ledger *ledger, uint64_t number, uint8_t type, bool *ret_claims)
{
	bool later = ledger->known_at > 0 && number > ledger->known_at;

	*ret_claims = later && !(ledger->later == LEDGER_CORRECTIONS && type == EVENT_VOIDED);
	return !later || (ledger->later != LEDGER_NOTHING &&
			  (!ledger->later_to || number <= ledger->later_to));
}

static int gather_forget(struct ledger *ledger, const struct entry *entry)
{
	struct pending *pending = &ledger->stretch[ledger->n_stretch];

	if (ledger->is_building)
		return 0;
	*pending = (struct pending){ .source = SOURCE_FORGET };
	memcpy(pending->learner, entry->learner, PSEUDONYM_BYTES);
	ledger->n_stretch++;
	ledger->n_forgets++;
	return 0;
}

static int gather(void *context, uint64_t number, uint32_t stream, const struct entry *entry)
{
	struct gathering *gathering = context;
	struct ledger *ledger = gathering->ledger;
	struct pending *pending = &ledger->stretch[ledger->n_stretch];
	bool claims;
	int err;

	if (entry->what == ENTRY_FORGET)
		return gather_forget(ledger, entry);
	if (!entry_counts(entry) || !is_known(ledger, number, entry->fact.type, &claims))
		return 0;
	if (stream != gathering->stream &&
	    !journal_view_stream_source(gathering->view, stream, &gathering->source))
		return LIFT_E_CORRUPT;
	gathering->stream = stream;
	memcpy(pending->learner, entry->learner, PSEUDONYM_BYTES);
	pending->source = gathering->source;
	pending->fact = entry->fact;
	err = resolve_module(gathering, entry->fact.module, &pending->fact.module);
	if (!err)
		err = profiles_resolve(&ledger->profiles, gathering->view, entry->fact.profile);
	if (err)
		return err;
	if (pending->fact.module != FACT_NO_MODULE && !claims)
		err = note_seen(gathering, pending->fact.module,
				ledger->profiles.items[entry->fact.profile]->home);
	else
		pending->fact = fact_of_claim(&entry->fact);
	/* Its source has sent it, whoever is forgotten. */
	ledger->n_stretch += !ledger_is_forgotten(ledger, entry->learner, number);
	return err;
}

/* Applying it. */

uint16_t ledger_first_source(const struct place *first, const struct place *end)
{
	const struct pending *event = first->event;

	for (; first < end; first++)
		if (first->event < event)
			event = first->event;
	return (uint16_t)event->source;
}

/* The last order to forget a learner among what the stretch has of it; NULL: there is none. */
static const struct pending *last_forget(const struct ledger *ledger, const struct place *first,
					 const struct place *end)
{
	const struct pending *last = NULL;

	for (; ledger->n_forgets > 0 && first < end; first++)
		if (first->event->source == SOURCE_FORGET && (!last || first->event > last))
			last = first->event;
	return last;
}

/* The facts of one learner behind an order to forget it (NULL: all of them), and the source of the
 * first one, if it has none from before that counts. */
static int gather_facts(struct ledger *ledger, const struct pending *forget,
			const struct place *first, const struct place *end, size_t *ret_n)
{
	const struct pending *first_event = NULL;
	size_t n = 0;

	if (grow(&ledger->facts, &ledger->room_facts, (size_t)(end - first),
		 sizeof(*ledger->facts)) != 0)
		return LIFT_E_MEMORY;
	for (; first < end; first++) {
		if (forget && first->event <= forget)
			continue;
		if (!first_event || first->event < first_event)
			first_event = first->event;
		ledger->facts[n++] = first->event->fact;
	}
	if ((forget || ledger->learner.n == 0) && first_event)
		ledger->learner.source = (uint16_t)first_event->source;
	*ret_n = n;
	return 0;
}

/* After a horizon nothing older is received; but it may be that it was, and is applied only now. */
static bool has_older(const struct place *first, const struct place *end, int64_t horizon)
{
	while (horizon > 0 && first < end && first->event->fact.time >= horizon)
		first++;
	return horizon > 0 && first < end;
}

/* Facts from before a restart may have profiles that have not been met since; mostly it is one. */
static int resolve_profiles(struct ledger *ledger, struct journal_view *view)
{
	const struct learner *learner = &ledger->learner;
	int err = 0;

	for (size_t i = 0; i < learner->n && !err; i++)
		if (i == 0 || learner->facts[i].profile != learner->facts[i - 1].profile)
			err = profiles_resolve(&ledger->profiles, view, learner->facts[i].profile);
	return err;
}

/* Where facts go, too: contribution before, forget it, add the facts, take out what is older than
 * the horizon, contribution after. */
static int apply_and_take_out(struct ledger *ledger, bool forget, size_t n, size_t *ret_new)
{
	struct learner *learner = &ledger->learner;
	struct change *change = &ledger->change;
	int err = learner_contribute(learner, &ledger->profiles, ledger->until, &change->before);

	if (forget)
		learner_clear(learner);
	*ret_new = 0;
	for (size_t i = 0; i < n && !err; i++) {
		bool is_new;

		err = learner_add(learner, &ledger->facts[i], &is_new);
		*ret_new += !err && is_new;
	}
	if (!err && *ret_new == 0 && !forget)
		return 0;
	if (!err && ledger->horizon > 0)
		err = learner_retain(learner, &ledger->profiles, ledger->horizon);
	if (!err)
		err = learner_contribute(learner, &ledger->profiles, ledger->until, &change->after);
	return err ? err
		   : contribution_add_difference(ledger->held, &change->before, &change->after);
}

/* All events of one learner. */
static int apply_learner(struct ledger *ledger, struct journal_view *view,
			 struct record_writer *writer, const struct place *first,
			 const struct place *end, uint64_t *added)
{
	const struct pending *forget = last_forget(ledger, first, end);
	struct learner *learner = &ledger->learner;
	uint32_t number = (uint32_t)first->rank;
	size_t n = 0, n_new = 0;
	int err = pieces_load(&writer->cursor, number, &ledger->pieces, learner);

	memcpy(learner->pseudonym, first->event->learner, PSEUDONYM_BYTES);
	if (!err)
		err = resolve_profiles(ledger, view);
	if (!err)
		err = gather_facts(ledger, forget, first, end, &n);
	if (!err && (forget || has_older(first, end, ledger->horizon)))
		err = apply_and_take_out(ledger, forget, n, &n_new);
	else if (!err)
		err = learner_change(&ledger->change, learner, &ledger->profiles, ledger->until,
				     ledger->facts, n, ledger->held, &n_new);
	*added += n_new;
	if (err || (n_new == 0 && !forget))
		return err;
	err = pieces_save(writer, number, &ledger->pieces, learner);
	if (!err && learner->n == 0)
		ledger_remove_number(ledger, first->event->learner);
	return err;
}

int ledger_gather(struct ledger *ledger, struct journal_view *view, uint64_t from, uint64_t most,
		  uint64_t *ret_next)
{
	struct gathering gathering = { .ledger = ledger, .view = view, .stream = UINT32_MAX };

	ledger->n_stretch = ledger->n_forgets = 0;
	return journal_view_read(view, from, most, gather, &gathering, ret_next);
}

/* Who is new comes behind all others, and not on a page each, as a cursor counts it. */
static size_t pages_of(size_t counted, size_t n_new)
{
	enum { NEW_A_PAGE = 16 };

	return (counted > n_new ? counted - n_new : 0) + n_new / NEW_A_PAGE;
}

static int apply_stretch(struct ledger *ledger, struct journal_view *view, uint64_t *added)
{
	const struct place *end = ledger->places + ledger->n_stretch, *next;
	struct record_writer writer;
	uint32_t number = ledger->next_number;
	size_t pages = ledger->dirty_pages, n_new;
	int err;

	ledger_order_stretch(ledger);
	pages = ledger->dirty_pages - pages; /* of numbers */
	n_new = ledger->next_number - number;
	record_writer_open(&writer, ledger, LDB_LEARNERS);
	err = ledger->txn.err;
	for (const struct place *p = ledger->places; p < end && !err; p = next) {
		place_fetch(p, end);
		for (next = p + 1; next < end && next->rank == p->rank; next++)
			place_fetch(next, end);
		err = apply_learner(ledger, view, &writer, p, next, added);
	}
	ledger->dirty_pages += pages_of(writer.cursor.dirty_pages, n_new);
	/* Events that were known already say nothing of those that come; nor do pages that were
	 * dirty already: the next ones may be of others. */
	if (*added >= LEDGER_STRETCH_TELLS) {
		ledger->last_events = *added;
		ledger->last_pages = pages + pages_of(writer.cursor.touched_pages, n_new);
	}
	record_writer_close(&writer);
	if (!err)
		tally_map_tell_fresh(ledger->held, ledger->watcher.changed,
				     ledger->watcher.context);
	return err ? err : ledger->txn.err;
}

/* The number to apply up to. */
static uint64_t end_of(const struct ledger *ledger)
{
	uint64_t last = journal_last(ledger->journal);

	return ledger->end && ledger->end <= last ? ledger->end - 1 : last;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Whole chunks are read: leave room for the last one. And no more than what will call for a commit,
 * by what the last stretch did: dirty pages are memory. */
static uint64_t most_of(const struct ledger *ledger)
{
	uint64_t pages = ledger->dirty_pages < LEDGER_DIRTY_PAGES
				 ? LEDGER_DIRTY_PAGES - ledger->dirty_pages
				 : 0;
	uint64_t most = ledger->last_pages > 0 ? pages * ledger->last_events / ledger->last_pages
					       : LEDGER_STRETCH;

	/* Of one that has just been opened nothing is known. */
	if (most < LEDGER_STRETCH_MIN || (ledger->last_pages == 0 && ledger->next_number > 0))
		return LEDGER_STRETCH_MIN;
	return least(most, LEDGER_STRETCH - CHUNK_MAX);
}

int ledger_apply(struct ledger *ledger, int64_t steady_ms, bool *ret_more, uint64_t *ret_added)
{
	struct journal_view view;
	uint64_t next, end = end_of(ledger);
	int err;

	*ret_more = false;
	*ret_added = 0;
	if (ledger_applied(ledger) >= end)
		return 0;
	if (ledger_applied(ledger) == ledger_committed(ledger)) {
		ledger->begun_ms = steady_ms;
		ledger->dirty_pages = 0;
		ledger->begun_number = ledger->next_number;
	}
	err = journal_view_begin(ledger->journal, &view);
	if (!err)
		err = ledger_begin(ledger);
	profiles_trim(&ledger->profiles);
	if (!err)
		err = ledger_gather(ledger, &view, ledger_applied(ledger) + 1,
				    least(most_of(ledger), end - ledger_applied(ledger)), &next);
	if (!err)
		err = apply_stretch(ledger, &view, ret_added);
	journal_view_end(&view);
	if (err)
		return ledger_undo(ledger, err);
	atomic_store(&ledger->applied, next - 1);
	*ret_more = next - 1 < end_of(ledger);
	return 0;
}

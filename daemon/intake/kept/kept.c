/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/kept/kept.h"

#include <stdlib.h>

#include "daemon/base/names.h"

int keeper_open(struct keeper *keeper, const struct catalogue *catalogue,
		const struct secret *secret, struct journal *journal)
{
	*keeper = (struct keeper){ .catalogue = catalogue, .secret = secret, .journal = journal };
	keeper->scratch = msg_writer_new();
	keeper->retry = msg_writer_new();
	keeper->pseudonyms = pseudonyms_new(secret);
	keeper->known = said_profiles_new();
	if (screen_open(&keeper->screen, catalogue, journal) == 0 && keeper->scratch &&
	    keeper->retry && keeper->pseudonyms && keeper->known)
		return 0;
	keeper_close(keeper);
	return LIFT_E_MEMORY;
}

void keeper_close(struct keeper *keeper)
{
	msg_writer_free(keeper->scratch);
	msg_writer_free(keeper->retry);
	pseudonyms_free(keeper->pseudonyms);
	said_profiles_free(keeper->known);
	counted_close(&keeper->counted);
	screen_close(&keeper->screen);
}

static void forget(struct keeper *keeper)
{
	counted_forget(&keeper->counted);
	said_profiles_forget(keeper->known);
}

void keeper_forget(struct keeper *keeper)
{
	pseudonyms_forget(keeper->pseudonyms);
}

void keeper_settle(struct keeper *keeper, bool durable)
{
	screen_settle(&keeper->screen, durable);
	if (!durable)
		forget(keeper);
}

void keeper_switch(struct keeper *keeper, const struct catalogue *catalogue, struct meant *meant)
{
	forget(keeper);
	screen_switch(&keeper->screen, catalogue, meant);
	keeper->catalogue = catalogue;
}

/* Names. */

/* A new one. */
static int add_name(struct keeper *keeper, const struct stream *stream, enum name_kind kind,
		    struct text name, bool is_known, uint32_t *ret_id)
{
	struct text source = { NULL, 0 };
	int err;

	if (is_known)
		return journal_add_name(keeper->journal, kind, name, ret_id);
	err = journal_add_unknown(keeper->journal, stream, kind, name, ret_id);
	if (err || kind == NAME_PROFILE)
		return err;
	journal_get_name(keeper->journal, NAME_SOURCE, stream->source, &source);
	screen_note(&keeper->screen, source, kind, name);
	return 0;
}

static int module_id(struct keeper *keeper, const struct stream *stream, struct text module,
		     uint32_t *ret_id)
{
	*ret_id = journal_find_name(keeper->journal, NAME_MODULE, module);
	return *ret_id != NAMES_NONE ? 0
				     : add_name(keeper, stream, NAME_MODULE, module,
						counted_module(keeper->catalogue, module), ret_id);
}

static int region_id(struct keeper *keeper, const struct stream *stream, struct text region,
		     uint32_t *ret_id)
{
	*ret_id = journal_find_name(keeper->journal, NAME_REGION, region);
	return *ret_id != NAMES_NONE ? 0
				     : add_name(keeper, stream, NAME_REGION, region,
						counted_region(keeper->catalogue, region), ret_id);
}

/* Attributes that the catalogue counts by, as numbers: what is not counted by is not kept. */
static int add_counted_attrs(struct keeper *keeper, const struct stream *stream,
			     const struct event *event, struct profile_key *key)
{
	struct profile_attr kept;

	for (size_t i = 0; i < event->n_attrs; i++) {
		const struct event_attr *attr = &event->attrs[i];
		uint32_t dimension = catalogue_dimension(keeper->catalogue, attr->name);
		int err;

		if (dimension == CATALOGUE_NONE)
			continue;
		err = journal_add_name(keeper->journal, NAME_DIMENSION, attr->name,
				       &kept.dimension);
		kept.value = journal_find_name(keeper->journal, NAME_VALUE, attr->value);
		if (!err && kept.value == NAMES_NONE)
			err = add_name(keeper, stream, NAME_VALUE, attr->value,
				       counted_value(keeper->catalogue, dimension, attr->value),
				       &kept.value);
		if (err)
			return err;
		profile_key_add(key, kept);
	}
	return 0;
}

static int find_profile(struct keeper *keeper, const struct stream *stream,
			const struct event *event, uint32_t *ret_id)
{
	struct profile_key key = { 0 };
	uint8_t bytes[PROFILE_MAX];
	struct text name;
	int err = region_id(keeper, stream, event->region, &key.region);

	if (!err)
		err = add_counted_attrs(keeper, stream, event, &key);
	if (err)
		return err;
	keeper->has_others = key.n < event->n_attrs;
	name = profile_key_encode(&key, bytes);
	*ret_id = journal_find_name(keeper->journal, NAME_PROFILE, name);
	return *ret_id != NAMES_NONE ? 0
				     : add_name(keeper, stream, NAME_PROFILE, name,
						counted_profile(keeper->catalogue, event), ret_id);
}

static int profile_id(struct keeper *keeper, const struct stream *stream, const struct event *event,
		      uint32_t *ret_id)
{
	const struct profile_known *found;
	struct profile_known known;
	int err;

	profile_said_of(event, &known.said);
	found = said_profiles_find(keeper->known, &known.said);
	if (found) {
		keeper->has_others = found->has_others;
		*ret_id = found->id;
		return 0;
	}
	err = find_profile(keeper, stream, event, ret_id);
	if (err)
		return err;
	known.id = *ret_id;
	known.has_others = keeper->has_others;
	said_profiles_keep(keeper->known, &known);
	return 0;
}

/* All but the numbers of its names. */
static void fill_entry(struct keeper *keeper, struct text name_space, const struct event *event,
		       struct entry *entry)
{
	struct fact *fact = &entry->fact;

	entry->refused = false;
	entry->what = ENTRY_EVENT;
	fact->time = event->time;
	fact->type = (uint8_t)event->type;
	fact->voids = (uint8_t)event->voids;
	fact->voids_time = event->voids_time;
	fact->result = event->result;
	fact->valid_until = event->valid_until;
	pseudonyms_find(keeper->pseudonyms, name_space, event->learner, entry->learner);
}

int keeper_entry(struct keeper *keeper, struct text name_space, const struct stream *stream,
		 const struct event *event, struct entry *ret_entry)
{
	int err = screen_event(&keeper->screen, stream, event);

	if (!err)
		err = module_id(keeper, stream, event->module, &ret_entry->fact.module);
	if (!err)
		err = profile_id(keeper, stream, event, &ret_entry->fact.profile);
	if (!err)
		fill_entry(keeper, name_space, event, ret_entry);
	return err;
}

bool keeper_refuses(const struct keeper *keeper, struct text name_space, struct text learner)
{
	uint8_t objection[PSEUDONYM_BYTES];

	if (!keeper->refuses || journal_objections(keeper->journal) == 0)
		return false;
	secret_objection(keeper->secret, name_space, learner, objection);
	return journal_has_objection(keeper->journal, objection);
}

void keeper_refused(struct keeper *keeper, const struct batch *batch, uint32_t i, int err,
		    struct entry *ret_entry)
{
	ret_entry->refused = true;
	ret_entry->what = ENTRY_EVENT;
	ret_entry->err = err;
	msg_writer_clear(keeper->scratch);
	batch_event_raw(batch, i, keeper->scratch);
	secret_refused_digest(keeper->secret, msg_written(keeper->scratch), ret_entry->digest);
}

/* Attributes that the catalogue counts by, as a map. A value that it does not have may be anything,
 * an id in a wrong place, too: false. */
static bool write_counted_attrs(const struct keeper *keeper, const struct event *event,
				struct msg_writer *writer)
{
	msg_map_begin(writer);
	for (size_t i = 0; i < event->n_attrs; i++) {
		const struct event_attr *attr = &event->attrs[i];
		uint32_t dimension = catalogue_dimension(keeper->catalogue, attr->name);

		if (dimension == CATALOGUE_NONE)
			continue;
		if (!counted_value(keeper->catalogue, dimension, attr->value))
			return false;
		msg_text(writer, attr->name);
		msg_text(writer, attr->value);
	}
	msg_map_end(writer);
	return true;
}

/* Of an event that can be read: its learner's pseudonym, and the attributes. The rest is in what
 * was sent. */
static void keep_retry(struct keeper *keeper, struct text name_space, const struct batch *batch,
		       uint32_t i)
{
	struct entry entry;
	struct event event;

	if (batch_event(batch, i, &event) != 0)
		return;
	secret_pseudonym(keeper->secret, name_space, event.learner, entry.learner);
	msg_writer_clear(keeper->retry);
	msg_raw(keeper->retry, (struct text){ (char *)entry.learner, sizeof(entry.learner) });
	if (write_counted_attrs(keeper, &event, keeper->retry))
		journal_keep_retry(keeper->journal, msg_written(keeper->retry));
}

static bool is_person(void *context, struct text text)
{
	return screen_rule(context, text) != PERSON_NONE;
}

void keeper_keep_sent(struct keeper *keeper, struct text name_space, const struct batch *batch,
		      uint32_t i)
{
	struct screen *screen = &keeper->screen;
	struct event event;
	bool is_whole;

	/* Of who objects nothing is kept, and nothing of what is too old to be. */
	if (batch_event(batch, i, &event) == 0 &&
	    (event.time < journal_horizon(keeper->journal) ||
	     keeper_refuses(keeper, name_space, event.learner)))
		return;
	msg_writer_clear(keeper->scratch);
	is_whole = batch_event_outline(batch, i, keeper->scratch, screen->strict ? is_person : NULL,
				       screen);
	journal_keep_sent(keeper->journal, msg_written(keeper->scratch));
	if (is_whole)
		keep_retry(keeper, name_space, batch, i);
}

int keeper_recall(struct keeper *keeper, struct msg_reader *reader, const struct quarantined *row,
		  struct text source, struct batch *ret_batch,
		  uint8_t ret_learner[static PSEUDONYM_BYTES])
{
	struct text attrs;
	int err;

	if (row->retry.size <= PSEUDONYM_BYTES || row->sent.size == 0)
		return LIFT_E_NOT_FOUND;
	attrs = (struct text){ row->retry.data + PSEUDONYM_BYTES,
			       row->retry.size - PSEUDONYM_BYTES };
	memcpy(ret_learner, row->retry.data, PSEUDONYM_BYTES);
	msg_writer_clear(keeper->retry);
	err = batch_of_outline(keeper->retry, reader, row->sent, attrs, source,
			       text_of(RETRY_STREAM));
	return err ? err : batch_decode(reader, msg_written(keeper->retry), ret_batch);
}

/* What has been kept. */

static bool same_bytes(const struct entry *a, const struct entry *b)
{
	uint8_t a_bytes[ENTRY_MAX], b_bytes[ENTRY_MAX];
	size_t a_size = entry_encode(a, a_bytes), b_size = entry_encode(b, b_bytes);

	return a_size == b_size && memcmp(a_bytes, b_bytes, a_size) == 0;
}

static bool has_attr(const struct event *event, struct text name, struct text value)
{
	for (size_t i = 0; i < event->n_attrs; i++)
		if (text_equal(event->attrs[i].name, name))
			return text_equal(event->attrs[i].value, value);
	return false;
}

/* Is a profile that was kept that of an event? Attributes which were not kept may not have been
 * counted by then: they are no difference, but it is told if they are counted now. */
static bool same_profile(const struct keeper *keeper, uint32_t profile, const struct event *event,
			 bool *ret_uncounted)
{
	struct journal *journal = keeper->journal;
	struct profile_key kept;
	struct text bytes, region, name, value;
	size_t n_counted = 0, n_kept = 0;

	if (!journal_get_name(journal, NAME_PROFILE, profile, &bytes) ||
	    profile_key_decode(bytes, &kept) != 0 ||
	    !journal_get_name(journal, NAME_REGION, kept.region, &region) ||
	    !text_equal(region, event->region))
		return false;
	for (uint32_t i = 0; i < kept.n; i++) {
		if (!journal_get_name(journal, NAME_DIMENSION, kept.attrs[i].dimension, &name) ||
		    !journal_get_name(journal, NAME_VALUE, kept.attrs[i].value, &value) ||
		    !has_attr(event, name, value))
			return false;
		n_kept += catalogue_dimension(keeper->catalogue, name) != CATALOGUE_NONE;
	}
	for (size_t i = 0; i < event->n_attrs; i++)
		n_counted += catalogue_dimension(keeper->catalogue, event->attrs[i].name) !=
			     CATALOGUE_NONE;
	*ret_uncounted = n_counted > n_kept;
	return true;
}

bool keeper_is_same(struct keeper *keeper, struct text name_space, const struct batch *batch,
		    uint32_t i, const struct entry *kept, bool *ret_uncounted)
{
	struct entry sent = *kept;
	struct event event;

	*ret_uncounted = false;
	if (kept->refused) {
		keeper_refused(keeper, batch, i, kept->err, &sent);
		return same_bytes(kept, &sent);
	}
	if (batch_event(batch, i, &event) != 0)
		return false;
	fill_entry(keeper, name_space, &event, &sent);
	sent.fact.module = journal_find_name(keeper->journal, NAME_MODULE, event.module);
	return same_bytes(kept, &sent) &&
	       same_profile(keeper, kept->fact.profile, &event, ret_uncounted);
}

void keeper_note_unknown(struct keeper *keeper, const struct event *event,
			 const struct entry *entry, struct unknown *unknown)
{
	counted_note(&keeper->counted, &keeper->screen, event, entry, keeper->has_others, unknown);
}

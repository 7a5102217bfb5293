/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/access/access.h"

#include "daemon/journal/profile_key.h"
#include "daemon/roster/record.h"

/* What is claimed of a person with an event. */

static int write_profile(const struct access_by *by, uint32_t profile, struct msg_writer *writer)
{
	struct text name, region, dimension, value;
	struct profile_key key;
	int err = journal_view_name(by->journal, NAME_PROFILE, profile, &name)
			  ? profile_key_decode(name, &key)
			  : LIFT_E_CORRUPT;

	if (err)
		return err;
	if (!journal_view_name(by->journal, NAME_REGION, key.region, &region))
		return LIFT_E_CORRUPT;
	msg_key_text(writer, "region", region);
	if (key.n == 0)
		return 0;
	msg_str(writer, "attrs");
	msg_map_begin(writer);
	for (uint32_t i = 0; i < key.n && !err; i++) {
		if (!journal_view_name(by->journal, NAME_DIMENSION, key.attrs[i].dimension,
				       &dimension) ||
		    !journal_view_name(by->journal, NAME_VALUE, key.attrs[i].value, &value))
			err = LIFT_E_CORRUPT;
		if (err)
			continue;
		msg_text(writer, dimension);
		msg_text(writer, value);
	}
	msg_map_end(writer);
	return err;
}

/* What happened. */

static void write_result(const struct event_result *result, struct msg_writer *writer)
{
	if (result->score >= 0) {
		msg_str(writer, "score");
		msg_real(writer, (double)result->score / SCORE_ONE);
	}
	if (result->passed >= 0)
		msg_key_bool(writer, "passed", result->passed);
	if (result->phase != PHASE_NONE)
		msg_key_str(writer, "phase", event_phase_name(result->phase));
	if (result->minutes > 0)
		msg_key_int(writer, "minutes", result->minutes);
	if (result->state != STATE_NONE)
		msg_key_str(writer, "state", event_state_name(result->state));
}

static void write_valid(int32_t valid_until, struct msg_writer *writer)
{
	char day[DAY_TEXT];

	if (valid_until == 0)
		return;
	day_print(valid_until, day);
	msg_key_str(writer, "valid_until", valid_until == VALID_FOR_EVER ? "for ever" : day);
}

/* In an open map. */
static int write_fact(const struct access_by *by, const struct fact *fact,
		      struct msg_writer *writer)
{
	msg_key_str(writer, "type", event_type_name((enum event_type)fact->type));
	msg_key_int(writer, "time", fact->time);
	if (fact->type == EVENT_VOIDED) {
		msg_str(writer, "voids");
		msg_map_begin(writer);
		msg_key_str(writer, "type", event_type_name((enum event_type)fact->voids));
		if (fact->voids_time != EVENT_NO_TIME)
			msg_key_int(writer, "time", fact->voids_time);
		write_result(&fact->result, writer);
		msg_map_end(writer);
	} else {
		write_result(&fact->result, writer);
	}
	write_valid(fact->valid_until, writer);
	return write_profile(by, fact->profile, writer);
}

int access_fact_write(const struct access_by *by, const struct fact *fact,
		      struct msg_writer *writer)
{
	int err;

	msg_map_begin(writer);
	if (fact->module != FACT_NO_MODULE)
		msg_key_str(writer, "module", by->catalogue->modules[fact->module].id);
	err = write_fact(by, fact, writer);
	msg_map_end(writer);
	return err;
}

/* Where it came from. */

static void write_origin(const struct access_by *by, uint32_t stream, uint64_t seq,
			 int64_t received, struct msg_writer *writer)
{
	struct text name;
	uint32_t source;

	if (journal_view_stream_source(by->journal, stream, &source) &&
	    journal_view_name(by->journal, NAME_SOURCE, source, &name))
		msg_key_text(writer, "source", name);
	if (journal_view_name(by->journal, NAME_STREAM, stream, &name) && name.size >= 4)
		msg_key_text(writer, "stream", (struct text){ name.data + 4, name.size - 4 });
	msg_key_int(writer, "seq", (int64_t)seq);
	msg_key_int(writer, "received", received);
}

int access_entry_write(const struct access_by *by, uint64_t number, uint32_t stream,
		       const struct entry *entry, struct msg_writer *writer)
{
	struct text module;
	int64_t received;
	uint64_t seq;
	int err = journal_view_origin(by->journal, number, &received, &seq);

	if (err)
		return err;
	msg_map_begin(writer);
	msg_key_int(writer, "number", (int64_t)number);
	if (entry->what == ENTRY_FORGET) {
		msg_key_int(writer, "received", received);
		msg_key_str(writer, "type", "forget");
		msg_map_end(writer);
		return 0;
	}
	write_origin(by, stream, seq, received, writer);
	if (journal_view_name(by->journal, NAME_MODULE, entry->fact.module, &module))
		msg_key_text(writer, "module", module);
	err = write_fact(by, &entry->fact, writer);
	msg_map_end(writer);
	return err;
}

void access_refused_write(const struct access_by *by, const struct quarantined *row,
			  struct msg_writer *writer)
{
	msg_map_begin(writer);
	msg_key_int(writer, "number", (int64_t)row->number);
	write_origin(by, row->stream, row->seq, row->received, writer);
	msg_key_str(writer, "code", lift_err_code(row->err));
	if (row->sent.size > 0) {
		msg_str(writer, "sent");
		msg_raw(writer, row->sent);
	}
	msg_map_end(writer);
}

/* What is kept for a retry begins with the pseudonym. */
const uint8_t *access_whose(const struct quarantined *row)
{
	return row->retry.size >= PSEUDONYM_BYTES ? (const uint8_t *)row->retry.data : NULL;
}

/* How the person counts. */

static void write_latest(const struct access_by *by, const struct learner_profile *latest,
			 struct msg_writer *writer)
{
	const struct catalogue *catalogue = by->catalogue;

	msg_key_str(writer, "home", catalogue->regions[latest->home].code);
	msg_str(writer, "values");
	msg_map_begin(writer);
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++) {
		const struct dimension *dimension = &catalogue->dimensions[d];
		uint32_t value = latest->values[d];

		msg_key_str(writer, dimension->name,
			    value < dimension->n_values ? dimension->values[value] : "unknown");
	}
	msg_map_end(writer);
}

static int write_profiles(const struct access_by *by, const struct learner *learner,
			  struct msg_writer *writer)
{
	struct learner_profile latest;
	struct profiles profiles;
	int err = 0;

	profiles_init(&profiles, by->catalogue);
	for (size_t i = 0; i < learner->n && !err; i++)
		err = profiles_resolve(&profiles, by->journal, learner->facts[i].profile);
	if (!err) {
		learner_profile(learner, &profiles, by->until, LATEST, &latest);
		write_latest(by, &latest, writer);
	}
	profiles_clear(&profiles);
	return err;
}

/* The programmes that the person is in, as a list of people would have them; and competences. */
static int write_records(const struct access_by *by, const struct learner *learner,
			 struct msg_writer *writer)
{
	const struct catalogue *catalogue = by->catalogue;
	struct record_of of = { .catalogue = catalogue,
				.programme_alone = true,
				.until = by->until,
				.today = by->today,
				.from = DAY_MIN,
				.to = DAY_MAX,
				.names = by->journal };
	struct recorder *recorder;
	bool there;
	int err = 0;

	msg_str(writer, "programmes");
	msg_map_begin(writer);
	for (of.programme = 0; of.programme < catalogue->n_programmes && !err; of.programme++) {
		recorder = recorder_new(&of);
		err = recorder ? recorder_is_there(recorder, learner, &there) : LIFT_E_MEMORY;
		if (!err && there) {
			msg_str(writer, catalogue->programmes[of.programme].id);
			err = recorder_write(recorder, learner, writer);
		}
		recorder_free(recorder);
	}
	msg_map_end(writer);
	if (err)
		return err;
	of.programme = CATALOGUE_NONE;
	of.programme_alone = false;
	recorder = recorder_new(&of);
	msg_str(writer, "holds");
	err = recorder ? recorder_write(recorder, learner, writer) : LIFT_E_MEMORY;
	recorder_free(recorder);
	return err;
}

int access_standing_write(const struct access_by *by, const struct learner *learner,
			  struct msg_writer *writer)
{
	struct text source;
	int err;

	if (journal_view_name(by->journal, NAME_SOURCE, learner->source, &source))
		msg_key_text(writer, "first_source", source);
	err = write_profiles(by, learner, writer);
	return err ? err : write_records(by, learner, writer);
}

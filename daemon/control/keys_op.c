/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what, and who has done what.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/audit/audit.h"
#include "daemon/audit/read.h"
#include "daemon/base/log.h"
#include "daemon/base/state.h"
#include "daemon/control/internal.h"
#include "daemon/net/descriptors.h"

/* Keys. */

/* Of one key in an answer, at most: each of its texts has 64 bytes. */
enum { KEY_BYTES = 512, TEXT_BYTES = 67 };

static size_t bytes_most(const struct key *key)
{
	return KEY_BYTES +
	       TEXT_BYTES * (key->publics.n + key->sources.n + key->regions.n + key->audiences.n +
			     key->roster_sources.n + key->roster_regions.n + key->forget_sources.n);
}

static void write_texts(struct msg_writer *writer, const char *name, const struct key_texts *texts)
{
	msg_str(writer, name);
	msg_array(writer, texts->n);
	for (size_t i = 0; i < texts->n; i++)
		msg_str(writer, texts->items[i]);
}

static void write_deeds(struct msg_writer *writer, const struct deeds *deeds)
{
	int64_t last = deeds ? atomic_load(&deeds->last_ms) : 0;

	msg_key_moment(writer, "last", last);
	msg_str(writer, "last_what");
	if (last)
		msg_str(writer, deed_name((enum deed)atomic_load(&deeds->last)));
	else
		msg_nil(writer);
	msg_key_int(writer, "accepted", deeds ? (int64_t)atomic_load(&deeds->accepted) : 0);
	msg_key_int(writer, "refused", deeds ? (int64_t)atomic_load(&deeds->refused) : 0);
}

static void write_key(struct msg_writer *writer, struct keyring *keyring, const struct key *key)
{
	msg_map_begin(writer);
	msg_key_str(writer, "name", key->name);
	write_texts(writer, "public", &key->publics);
	write_texts(writer, "sources", &key->sources);
	write_texts(writer, "regions", &key->regions);
	write_texts(writer, "audiences", &key->audiences);
	msg_key_bool(writer, "control", key->control);
	write_texts(writer, "roster_sources", &key->roster_sources);
	write_texts(writer, "roster_regions", &key->roster_regions);
	write_texts(writer, "forget_sources", &key->forget_sources);
	write_deeds(writer, keyring_deeds(keyring, key->name));
	msg_key_int(writer, "connections", descriptors_by_key(key->publics.items, key->publics.n));
	msg_map_end(writer);
}

int control_keys(struct control *control, const struct client *client,
		 const struct request *request)
{
	struct msg_writer *writer = control->writer;
	struct keyview *view = &control->view;
	size_t n, next = 0;
	const struct key *all = keys_all(keyview_keys(view, NULL), &n);
	int err = 0;

	(void)request;
	do {
		size_t room = CONTROL_PAGE_BYTES;

		msg_writer_clear(writer);
		msg_map_begin(writer);
		msg_key_int(writer, "v", 1);
		msg_key_bool(writer, "ok", true);
		msg_str(writer, "keys");
		msg_array_begin(writer);
		for (; next < n && bytes_most(&all[next]) <= room; next++) {
			room -= bytes_most(&all[next]);
			write_key(writer, view->keyring, &all[next]);
		}
		msg_array_end(writer);
		msg_key_bool(writer, "more", next < n);
		msg_map_end(writer);
		err = control_send(control, client, msg_written(writer));
	} while (next < n && !err);
	return err;
}

/* The audit log: written. */

/* An id that the catalogue does not have may be anything, somebody's too. */
struct text control_known_id(const struct control *control, enum kind kind, struct text id)
{
	for (int k = 0; k < KINDS; k++)
		if ((kind == KINDS || (int)kind == k) &&
		    subject_find(control->parts.catalogue, (enum kind)k, id) != CATALOGUE_NONE)
			return id;
	return id.size > 0 ? text_of("?") : id;
}

struct audit control_deed(const struct control *control, const struct waiting *waiting,
			  const char *op)
{
	struct audit deed = { .op = text_of(op), .ids = AUDIT_NO_IDS };

	deed.region = (struct text){ waiting->region_code, waiting->region_size };
	if (waiting->kind != KINDS)
		deed.kind = text_of(kind_name(waiting->kind));
	deed.id = control_known_id(control, waiting->kind,
				   (struct text){ waiting->id, waiting->id_size });
	return deed;
}

/* Why the log cannot be written is for whoever can mend it, not for an audience. */
static void refuse_audit(struct control *control, const struct client *client)
{
	char path[PATH_MAX], text[PATH_MAX + 256];
	const char *why = strerror(errno);

	if (client->door->audience) {
		control_refuse(control, client, LIFT_E_AUDIT);
		return;
	}
	state_path(path, control->parts.config->state, STATE_AUDIT);
	snprintf(text, sizeof(text), "%s: %s: %s", lift_err_text(LIFT_E_AUDIT), path, why);
	msg_writer_clear(control->writer);
	msg_map_begin(control->writer);
	msg_key_int(control->writer, "v", 1);
	msg_key_bool(control->writer, "ok", false);
	msg_key_str(control->writer, "code", lift_err_code(LIFT_E_AUDIT));
	msg_key_str(control->writer, "text", text);
	msg_map_end(control->writer);
	control_send(control, client, msg_written(control->writer));
	stats_add(control->stats, STAT_requests_refused, 1);
}

bool control_note(struct control *control, const struct client *client, struct audit deed)
{
	const struct config_audience *audience = client->door->audience;

	deed.time = control->now.utc_ms;
	deed.key = text_of(client->key);
	if (audience)
		deed.audience = text_of(audience->name);
	if (deed.result.size == 0)
		deed.result = text_of("ok");
	if (audit_write(control->parts.config->state, &deed) == 0)
		return true;
	refuse_audit(control, client);
	return false;
}

void control_on_month(void *context, const struct now *now)
{
	struct control *control = context;
	const struct config *config = control->parts.config;
	int64_t month = audit_month(now->utc_ms, config->audit_months);
	uint64_t dropped;

	/* A log that a wrong clock has emptied cannot be had again. */
	if (clock_leapt(&control->leap, now) || month == control->month)
		return;
	control->month = month;
	if (audit_drop(config->state, month, &dropped) != 0)
		log_error("audit log: lines that are too old stay: reason=\"%s\"", strerror(errno));
	else if (dropped > 0)
		log_notice("audit log: lines dropped that were too old: n=%llu",
			   (unsigned long long)dropped);
}

/* And read. */

static void write_text(struct msg_writer *writer, const char *key, struct text text)
{
	if (text.size > 0)
		msg_key_text(writer, key, text);
}

static void write_deed(void *context, const struct audit *deed)
{
	struct msg_writer *writer = context;

	msg_map_begin(writer);
	msg_key_int(writer, "time", deed->time);
	write_text(writer, "key", deed->key);
	write_text(writer, "audience", deed->audience);
	write_text(writer, "op", deed->op);
	write_text(writer, "source", deed->source);
	write_text(writer, "region", deed->region);
	write_text(writer, "kind", deed->kind);
	write_text(writer, "id", deed->id);
	if (deed->ids != AUDIT_NO_IDS)
		msg_key_int(writer, "ids", deed->ids);
	if (deed->number > 0)
		msg_key_int(writer, "number", (int64_t)deed->number);
	if (deed->release > 0)
		msg_key_int(writer, "release", (int64_t)deed->release);
	write_text(writer, "result", deed->result);
	msg_map_end(writer);
}

int control_audit(struct control *control, const struct client *client,
		  const struct request *request)
{
	const struct audit_wish wish = { (int64_t)request->since, request->key, request->deed };
	struct msg_writer *writer = control->writer;
	uint64_t next;
	int err;

	msg_writer_clear(writer);
	msg_map_begin(writer);
	msg_key_int(writer, "v", 1);
	msg_key_bool(writer, "ok", true);
	msg_str(writer, "rows");
	msg_array_begin(writer);
	err = audit_read(control->parts.config->state, &wish, request->after, write_deed, writer,
			 &next);
	if (err)
		return err;
	msg_array_end(writer);
	msg_str(writer, "next");
	if (next)
		msg_int(writer, (int64_t)next);
	else
		msg_nil(writer);
	msg_map_end(writer);
	return control_send(control, client, msg_written(writer));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/reading.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/log.h"
#include "daemon/catalogue/load.h"
#include "daemon/change/alive.h"
#include "daemon/change/differ.h"
#include "daemon/change/losses.h"
#include "daemon/intake/speaker.h"
#include "daemon/last_good.h"
#include "daemon/publish/audience.h"
#include "proto/reloaded.h"

/* It counts for nothing. */
static size_t forget_key(const char *keys[], size_t n, const char *key)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(keys[i], key) != 0)
			keys[kept++] = keys[i];
	return kept;
}

/* Their audiences are those that there are. */
static int read_keys(const struct reading_parts *parts, struct reading *reading)
{
	struct config config = *parts->config;
	int err;

	config.keys = reading->config->keys;
	err = keys_load(&config, &reading->keys_errors, &reading->keys);
	return err ? err : speakers_check(reading->keys, reading->catalogue, &reading->keys_errors);
}

int reading_make(const struct reading_parts *parts, struct reading *reading)
{
	const struct config *config;
	int err, config_err;

	*reading = (struct reading){ .config_errors = { .file = parts->config_place.path },
				     .stops = parts->stops,
				     .context = parts->context };
	config_err = config_load(&parts->config_place, &reading->config_errors, &reading->config);
	config = reading->config ? reading->config : parts->latest;
	reading->path = parts->catalogue_path ? parts->catalogue_path : config->catalogue;
	reading->catalogue_errors.file = reading->path;
	err = catalogue_load(reading->path, &reading->catalogue_errors, &reading->catalogue);
	/* Those that there are, and those that there will be after a restart. */
	if (!err)
		err = audience_check(parts->config, reading->catalogue, &reading->catalogue_errors);
	if (!err && !config_err)
		config_err = audience_check(reading->config, reading->catalogue,
					    &reading->config_errors);
	if (!err && !config_err)
		config_err = read_keys(parts, reading);
	if (!reading->config)
		return config_err;
	reading->n_taken = config_differs(parts->latest, reading->config, true, reading->taken);
	if (parts->catalogue_path)
		reading->n_taken = forget_key(reading->taken, reading->n_taken, "catalogue");
	reading->n_restart =
		config_differs(parts->config, reading->config, false, reading->restart);
	return err ? err : config_err;
}

void reading_clear(struct reading *reading)
{
	config_free(reading->config);
	catalogue_free(reading->catalogue);
	yaml_errors_clear(&reading->config_errors);
	yaml_errors_clear(&reading->catalogue_errors);
	yaml_errors_clear(&reading->keys_errors);
	keys_free(reading->keys);
	changes_free(&reading->changes);
	changes_free(&reading->alive);
	changes_free(&reading->loses);
	*reading = (struct reading){ 0 };
}

/* Without figures nobody knows who is in what goes from the catalogue that has been taken last:
 * that of the start may not have been looked at yet. */
static int lose_all_that_goes(const struct reading_parts *parts, struct reading *reading,
			      const struct catalogue *newest)
{
	struct catalogue *kept = NULL;
	struct changes changes = { .n = 0 };
	int err = last_good_load(parts->config, &kept);

	if (err == LIFT_E_MEMORY)
		return err;
	catalogues_differ(kept ? kept : newest, reading->catalogue, &changes);
	for (size_t i = 0; i < changes.n; i++) {
		struct change_row row = changes.rows[i];

		if (!change_goes(&row) || strcmp(row.what, "alias") == 0 ||
		    strcmp(row.what, "target") == 0)
			continue;
		row.how = "loses";
		changes_add(&reading->loses, &row, "%s %s%s%s: nobody knows yet how many learners",
			    row.what, row.id, row.of ? " of dimension " : "", row.of ? row.of : "");
	}
	err = changes_err(&changes);
	changes_free(&changes);
	catalogue_free(kept);
	return err ? err : changes_err(&reading->loses);
}

static int lose_shown(struct reading *reading, const struct catalogue *serving,
		      const struct catalogue *newest, struct ledger_view *ledger,
		      struct journal_view *journal)
{
	struct losses losses = { .stops = reading->stops, .context = reading->context };
	struct losses known = losses;
	int err = losses_find(serving, reading->catalogue, ledger, journal, &losses);

	/* What an earlier reload was allowed to lose may still be there. */
	if (!err && losses.n > 0 && !catalogue_counts_alike(serving, newest)) {
		err = losses_find(serving, newest, ledger, journal, &known);
		losses_forget(&losses, &known);
	}
	if (!err)
		err = losses_say(&losses, serving, ledger, CHANGE_ROWS_MAX, &reading->loses);
	if (losses.n > reading->loses.n)
		reading->loses_left_out = losses.n - reading->loses.n;
	losses_free(&losses);
	losses_free(&known);
	return err;
}

static int lose_figures(struct reading *reading, const struct catalogue *serving,
			struct ledger *ledger, const struct catalogue *newest,
			struct journal_view *journal)
{
	struct ledger_view view;
	int err = ledger_view_begin(ledger, &view);

	if (!err)
		err = lose_shown(reading, serving, newest, &view, journal);
	ledger_view_end(&view);
	return err;
}

static int find_losses(const struct reading_parts *parts, struct reading *reading,
		       const struct catalogue *newest, struct journal_view *journal)
{
	struct generation *generation = generation_get(parts->generations);
	int err = 0;

	if (!generation->ledger && journal_last(parts->journal) > 0) {
		err = lose_all_that_goes(parts, reading, newest);
	} else if (generation->ledger &&
		   !catalogue_counts_alike(generation->catalogue, reading->catalogue)) {
		err = lose_figures(reading, generation->catalogue, generation->ledger, newest,
				   journal);
	}
	generation_put(parts->generations, generation);
	return err;
}

int reading_compare(const struct reading_parts *parts, struct reading *reading,
		    const struct catalogue *newest)
{
	struct journal_view journal;
	int err;

	catalogues_differ(newest, reading->catalogue, &reading->changes);
	err = changes_err(&reading->changes);
	if (err)
		return err;
	err = journal_view_begin(parts->journal, &journal);
	if (!err && !catalogue_counts_alike(newest, reading->catalogue))
		err = catalogue_revives(newest, reading->catalogue, &journal, &reading->alive);
	if (!err)
		err = find_losses(parts, reading, newest, &journal);
	journal_view_end(&journal);
	return err;
}

int reading_of_start(const char *path, struct catalogue *catalogue, struct journal *journal,
		     const struct catalogue *before, struct ledger *ledger,
		     bool (*stops)(void *context), void *context, struct reading *ret_reading)
{
	struct reading *reading = ret_reading;
	struct journal_view view;
	int err = journal_view_begin(journal, &view);

	*reading = (struct reading){ .path = path,
				     .catalogue = catalogue_keep(catalogue),
				     .stops = stops,
				     .context = context };
	reading->catalogue_errors.file = path;
	if (!err)
		err = lose_figures(reading, before, ledger, before, &view);
	journal_view_end(&view);
	return err;
}

/* Saying it. */

static void log_refused(enum alert alert, const char *what, const struct yaml_errors *errors,
			int err)
{
	const char *text = errors->text ? errors->text : "";

	log_alert(alert, "%s refused, the old one stays: path=%s code=%s errors=%zu first=\"%.*s\"",
		  what, errors->file ? errors->file : "-", lift_err_code(err), errors->count,
		  (int)strcspn(text, "\n"), text);
}

static void log_keys(const struct reading *reading, const char *what, const char *const *keys,
		     size_t n)
{
	for (size_t i = 0; i < n; i++)
		log_notice("configuration read again, %s: path=%s key=%s", what,
			   reading->config_errors.file, keys[i]);
}

static size_t count_loses(const struct reading *reading)
{
	return reading->loses.n + reading->loses_left_out;
}

bool reading_loses(const struct reading *reading)
{
	return count_loses(reading) > 0;
}

/* Is it the catalogue that is refused? It is, too, where nothing is said of either. */
static bool is_catalogue(const struct reading *reading)
{
	return reading->catalogue_errors.count > 0 ||
	       (reading->config_errors.count == 0 && reading->keys_errors.count == 0);
}

void reading_log(const struct reading *reading, int err, const char *change)
{
	/* How many learners is no matter of the log. */
	if (err == LIFT_E_LOSES)
		log_alert(ALERT_CATALOGUE_REFUSED,
			  "catalogue refused, figures of learners would go, the old one stays: "
			  "path=%s code=loses loses=%zu first=\"%s %s\"",
			  reading->path, count_loses(reading), reading->loses.rows[0].what,
			  reading->loses.rows[0].id);
	else if (err && reading->keys_errors.count > 0)
		log_refused(ALERT_CONFIG_REFUSED, "file of keys", &reading->keys_errors, err);
	else if (err && reading->config_errors.count > 0)
		log_refused(ALERT_CONFIG_REFUSED, "configuration", &reading->config_errors, err);
	if (err && err != LIFT_E_LOSES && is_catalogue(reading))
		log_refused(ALERT_CATALOGUE_REFUSED, "catalogue", &reading->catalogue_errors, err);
	if (!err) {
		log_notice("catalogue read again: path=%s regions=%u modules=%u changes=%zu "
			   "loses=%zu change=%s",
			   reading->path, catalogue_regions_named(reading->catalogue),
			   reading->catalogue->n_modules, reading->changes.n, count_loses(reading),
			   change);
		log_keys(reading, "taken", reading->taken, reading->n_taken);
	}
	log_keys(reading, "waits for a restart", reading->restart, reading->n_restart);
}

static char *loses_why(const struct reading *reading)
{
	const struct change_row *first = reading->loses.rows;
	char *text;

	if (asprintf(&text, "figures of learners would go: %s %.*s%s", first->what,
		     YAML_EXCERPT(text_of(first->id)),
		     count_loses(reading) > 1 ? ", and others" : "") < 0)
		return NULL;
	return text;
}

void reading_state(const struct reading *reading, int err, struct files_state *ret_files)
{
	*ret_files = (struct files_state){ .n_restart = reading->n_restart };
	memcpy(ret_files->restart, reading->restart, sizeof(reading->restart));
	if (err == LIFT_E_LOSES) {
		ret_files->catalogue_wrong = loses_why(reading);
		return;
	}
	if (err && reading->config_errors.count > 0)
		ret_files->config_wrong = last_good_why(err, &reading->config_errors);
	else if (err && reading->keys_errors.count > 0)
		ret_files->config_wrong = last_good_why(err, &reading->keys_errors);
	if (err && is_catalogue(reading))
		ret_files->catalogue_wrong = last_good_why(err, &reading->catalogue_errors);
}

/* Of all files; empty where there is no memory. */
static struct text lines_of(const struct reading *reading)
{
	const struct yaml_errors *a = &reading->config_errors, *b = &reading->catalogue_errors,
				 *c = &reading->keys_errors;
	char *text;

	if (asprintf(&text, "%s%s%s", a->text ? a->text : "", b->text ? b->text : "",
		     c->text ? c->text : "") < 0)
		return (struct text){ NULL, 0 };
	return text_of(text);
}

static struct change_rows rows_of(const struct changes *changes, size_t left_out)
{
	return (struct change_rows){ changes->rows, changes->n, left_out };
}

struct text reading_answer(const struct reading *reading, int err, const char *change)
{
	struct text lines = lines_of(reading), written = { NULL, 0 };
	struct msg_writer *writer = msg_writer_new();
	const struct reloaded reloaded = { .err = err,
					   .errors = lines.data,
					   .change = change,
					   .changes = rows_of(&reading->changes, 0),
					   .alive = rows_of(&reading->alive, 0),
					   .loses = rows_of(&reading->loses,
							    reading->loses_left_out),
					   .taken = reading->taken,
					   .n_taken = reading->n_taken,
					   .restart = reading->restart,
					   .n_restart = reading->n_restart };
	char *copy = NULL;

	if (writer) {
		reloaded_encode(writer, &reloaded);
		written = msg_written(writer);
		copy = written.size ? malloc(written.size) : NULL;
	}
	if (copy)
		memcpy(copy, written.data, written.size);
	msg_writer_free(writer);
	free((char *)lines.data);
	return (struct text){ copy, copy ? written.size : 0 };
}

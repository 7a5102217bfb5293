/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the figures of then to those of now, or of another report, in steps that differ in one thing
 * alone (frozen/causes.h):
 *
 *   as frozen
 *   of the same events and day, by the catalogue of now           the catalogue
 *   and what later events say of people's homes and attributes    moved
 *   and what they take back                                       corrected
 *   all events up to the later number                             late
 *   of the other report's day                                     day
 *   as frozen there                                               the catalogue
 */
#include "clients/cli/report_diff.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clients/cli/frozen/causes.h"
#include "clients/cli/frozen/print.h"
#include "clients/cli/report/places.h"
#include "clients/cli/report_moment.h"
#include "clients/cli/text/print.h"

/* One of the two: what was answered when it was frozen. NULL: now. */
struct side {
	const json_t *answers;
};

struct diff {
	const struct diff_wish *wish;
	const struct asked *asked;
	struct side first, second;
	json_t *inside;		 /* codes of the report's region and of those in it; NULL: all */
	const char *region;	 /* the report's */
	json_t *rows[STEPS_MAX]; /* of the export that is being compared, that were asked for */
	json_t *found;
	int asked_so_far; /* exports: shown on a terminal */
	int status;
};

/* Asking. */

static void show_progress(struct diff *diff, bool is_end)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (is_end)
		fprintf(stderr, "\r%*s\r", 40, "");
	else
		fprintf(stderr, "\r%d exports asked for", ++diff->asked_so_far);
}

static json_t *ask(struct diff *diff, const json_t *export, const struct moment *moment,
		   json_t **ret_head)
{
	if (diff->status != STATUS_WELL)
		return NULL;
	show_progress(diff, false);
	return moment_ask(diff->asked, export, diff->region, moment, ret_head, &diff->status);
}

/* The steps of one export. */

static void add_step(struct steps *steps, const json_t *rows, enum cause cause)
{
	steps->items[steps->n].rows = rows;
	steps->items[steps->n++].cause = cause;
}

/* The steps are by one catalogue: that of now. */
static void check_catalogue(struct diff *diff, const json_t *head, const json_t *now)
{
	if (diff->status != STATUS_WELL ||
	    strcmp(json_text(head, "catalogue"), json_text(now, "catalogue")) == 0)
		return;
	complain("the daemon has taken another catalogue meanwhile: ask again");
	diff->status = STATUS_SYSTEM;
}

/* Asked for, and the next step; `now` is the head of what was asked first. */
static void ask_step(struct diff *diff, struct steps *steps, const json_t *export,
		     const json_t *now, const struct moment *moment, enum cause cause)
{
	json_t *head = NULL;
	json_t *rows = ask(diff, export, moment, &head);

	diff->rows[steps->n] = rows;
	check_catalogue(diff, head, now);
	if (rows)
		add_step(steps, rows, cause);
	json_decref(head);
}

static void forget_rows(struct diff *diff)
{
	for (size_t i = 0; i < STEPS_MAX; i++) {
		json_decref(diff->rows[i]);
		diff->rows[i] = NULL;
	}
}

/* Is it by the catalogue that a figure differs which stands on the same events and day? By the same
 * one, it is counted otherwise. */
static enum cause catalogue_of(const json_t *export, const json_t *head)
{
	return strcmp(json_text(export, "catalogue"), json_text(head, "catalogue")) == 0
		       ? CAUSE_OTHERWISE
		       : CAUSE_CATALOGUE;
}

static bool differ(struct diff *diff, const json_t *a, const json_t *b)
{
	struct steps steps = { .n = 0 };
	json_t *found;
	bool any;

	add_step(&steps, a, CAUSE_NONE);
	add_step(&steps, b, CAUSE_UNKNOWN);
	found = causes_find(&steps);
	if (!found)
		diff->status = STATUS_SYSTEM;
	any = json_array_size(found) > 0;
	json_decref(found);
	return any;
}

/* Is the difference in the report's region, and what is it of? */
static bool is_inside(const struct diff *diff, const json_t *row)
{
	return !diff->inside || json_object_get(diff->inside, json_text(row, "region"));
}

static void keep_found(struct diff *diff, const struct steps *steps, const char *name,
		       const json_t *export)
{
	json_t *found = diff->status == STATUS_WELL ? causes_find(steps) : NULL, *one;
	size_t i;

	json_array_foreach(found, i, one)
	{
		if (!is_inside(diff, json_object_get(one, "row")))
			continue;
		json_object_set_new(one, "export", json_string(name));
		json_object_set(one, "as_of", json_object_get(export, "as_of"));
		json_array_append(diff->found, one);
	}
	if (!found && diff->status == STATUS_WELL)
		diff->status = STATUS_SYSTEM;
	json_decref(found);
}

/* The steps from the events of one number to those of a later one. */
static void ask_events(struct diff *diff, struct steps *steps, const json_t *export,
		       const json_t *head, json_int_t from, json_int_t to)
{
	const char *as_of = json_text(export, "as_of");
	const struct moment moments[] = {
		{ as_of, from, NULL, 0 },
		{ as_of, from, "profiles", to },
		{ as_of, from, "corrections", to },
		{ as_of, to, NULL, 0 },
	};
	const enum cause causes[] = { catalogue_of(export, head), CAUSE_MOVED, CAUSE_CORRECTED,
				      CAUSE_LATE };

	for (size_t i = 0; i < (to > from ? 4 : 1) && diff->status == STATUS_WELL; i++)
		ask_step(diff, steps, export, head, &moments[i], causes[i]);
}

static int complain_order(const struct diff *diff, json_int_t from, json_int_t to)
{
	if (diff->second.answers)
		complain("'%s' stands on journal number %lld, and '%s' on %lld: name the earlier "
			 "one first",
			 diff->wish->first, (long long)from, diff->wish->second, (long long)to);
	else
		complain("'%s' stands on journal number %lld, and the daemon's journal ends with "
			 "%lld: it is that of another daemon, or of an older backup",
			 diff->wish->first, (long long)from, (long long)to);
	return STATUS_REFUSED;
}

/* A report that was not told its number can be compared, and no more. */
static bool has_number(const json_t *export)
{
	return json_object_get(export, "applied") != NULL;
}

static void compare_now(struct diff *diff, const char *name, const json_t *export)
{
	const json_t *rows = json_object_get(diff->first.answers, name);
	json_int_t from = json_number(export, "applied"), to;
	struct steps steps = { .n = 0 };
	const struct moment live = { .as_of = json_text(export, "as_of") };
	json_t *head = NULL, *now = ask(diff, export, &live, &head);

	to = json_number(head, "applied");
	if (now && differ(diff, rows, now)) {
		add_step(&steps, rows, CAUSE_NONE);
		if (!has_number(export) || !has_number(head))
			add_step(&steps, now, CAUSE_UNKNOWN);
		else if (to < from)
			diff->status = complain_order(diff, from, to);
		else if (from == 0) /* there was nothing then */
			add_step(&steps, now, CAUSE_LATE);
		else
			ask_events(diff, &steps, export, head, from, to);
		keep_found(diff, &steps, name, export);
	}
	forget_rows(diff);
	json_decref(now);
	json_decref(head);
}

static void compare_two(struct diff *diff, const char *name, const json_t *export,
			const json_t *other)
{
	const json_t *rows = json_object_get(diff->first.answers, name);
	const json_t *last = json_object_get(diff->second.answers, name);
	json_int_t from = json_number(export, "applied"), to = json_number(other, "applied");
	const struct moment live = { .as_of = json_text(other, "as_of") };
	const struct moment last_day = { live.as_of, to, NULL, 0 };
	struct steps steps = { .n = 0 };
	json_t *head = NULL;

	if (!differ(diff, rows, last))
		return;
	add_step(&steps, rows, CAUSE_NONE);
	if (!has_number(export) || !has_number(other) || from == 0) {
		add_step(&steps, last, CAUSE_UNKNOWN);
	} else if (to < from) {
		diff->status = complain_order(diff, from, to);
	} else {
		json_decref(ask(diff, export, &live, &head));
		ask_events(diff, &steps, export, head, from, to);
		if (strcmp(live.as_of, json_text(export, "as_of")) != 0)
			ask_step(diff, &steps, export, head, &last_day, CAUSE_DAY);
		add_step(&steps, last, catalogue_of(other, head));
	}
	keep_found(diff, &steps, name, other);
	forget_rows(diff);
	json_decref(head);
}

/* All of them. */

static int compare_all(struct diff *diff)
{
	json_t *exports = json_object_get(diff->first.answers, "exports"), *export;
	const json_t *others = json_object_get(diff->second.answers, "exports");
	const char *name;

	json_object_foreach(exports, name, export)
	{
		const json_t *other = json_object_get(others, name);

		if (diff->status != STATUS_WELL)
			break;
		if (!diff->second.answers)
			compare_now(diff, name, export);
		else if (other)
			compare_two(diff, name, export, other);
	}
	return diff->status;
}

/* The codes of a region and of those in it, by the report's catalogue. */
static json_t *codes_inside(const json_t *answers, const char *region)
{
	const json_t *regions = json_object_get(json_object_get(answers, "catalogue"), "regions");
	json_t *codes = json_object(), *wanted = json_pack("[s]", region);
	struct arena arena = { 0 };
	struct places places;
	bool *inside;

	if (places_read(regions, &arena, &places) == 0) {
		inside = places_inside(&places, wanted, &arena);
		for (size_t i = 0; inside && i < places.n; i++)
			if (inside[i])
				json_object_set_new(codes, places.items[i].code, json_true());
		places_clear(&places);
	}
	arena_free(&arena);
	json_decref(wanted);
	return codes;
}

/* Are both of the same programme and region? */
static int check_alike(const struct diff_wish *wish, const json_t *a, const json_t *b)
{
	static const char *const keys[] = { "programme", "region" };
	const json_t *asked_a = json_object_get(a, "asked"), *asked_b = json_object_get(b, "asked");

	for (size_t i = 0; b && i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(json_text(asked_a, keys[i]), json_text(asked_b, keys[i])) == 0)
			continue;
		complain("'%s' is of %s %s, and '%s' of %s: they cannot be compared", wish->first,
			 keys[i], json_text(asked_a, keys[i]), wish->second,
			 json_text(asked_b, keys[i]));
		return STATUS_REFUSED;
	}
	return STATUS_WELL;
}

static int print_found(const struct diff *diff, const json_t *first, const json_t *second)
{
	const struct keep_wish *keep = diff->wish->keep;
	FILE *out = keep->output ? fopen(keep->output, "w") : stdout;
	bool failed;

	if (out && keep->csv)
		differences_print_csv(out, keep->csv, diff->found);
	else if (out)
		differences_print_text(out, first, second, diff->found);
	failed = !out || ferror(out);
	if (out && out != stdout)
		failed |= fclose(out) != 0;
	if (!failed || !keep->output)
		return STATUS_WELL; /* standard output is looked at last of all */
	complain("%s: %s", keep->output, strerror(errno));
	return STATUS_SYSTEM;
}

static int diff_records(const struct cli *cli, const struct diff_wish *wish, const json_t *first,
			const json_t *second)
{
	struct diff diff = { .wish = wish,
			     .first = { json_object_get(first, "answers") },
			     .second = { json_object_get(second, "answers") },
			     .found = json_array() };
	struct endpoints endpoints;
	struct asked asked;
	int status = check_alike(wish, diff.first.answers, diff.second.answers);

	diff.region = json_text(json_object_get(diff.first.answers, "asked"), "region");
	if (status == STATUS_WELL)
		status = endpoints_find(cli, wish->audience, &endpoints);
	if (status != STATUS_WELL) {
		json_decref(diff.found);
		return status;
	}
	status = asked_choose(&endpoints, wish->audience, &asked);
	if (strcmp(diff.region, "all") != 0)
		diff.inside = codes_inside(diff.first.answers, diff.region);
	diff.asked = &asked;
	if (status == STATUS_WELL)
		status = compare_all(&diff);
	show_progress(&diff, true);
	if (status == STATUS_WELL)
		status = print_found(&diff, first, second);
	endpoints_clear(&endpoints);
	json_decref(diff.inside);
	json_decref(diff.found);
	return status;
}

int report_diff(const struct cli *cli, const struct diff_wish *wish)
{
	int status = STATUS_WELL;
	json_t *first = keep_read(wish->dir, wish->first, &status), *second = NULL;

	if (first && wish->second)
		second = keep_read(wish->dir, wish->second, &status);
	if (status == STATUS_WELL)
		status = diff_records(cli, wish, first, second);
	json_decref(first);
	json_decref(second);
	return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/control/internal.h"
#include "daemon/figures/export.h"

/*
 * The exact plane: a piece in each round, all of them from one view of the ledger. Between two of
 * them the loop hears all others; what a reload changes meanwhile is for the next export.
 */

/* Of a round: what makes some ten milliseconds, whether there are lines or none. */
static const struct export_most piece = { .lines = 1000, .looks = 20000 };

struct exporting {
	struct going going; /* the first: others know it by this */
	struct counted counted;
	struct catalogue *catalogue; /* kept, and so is: */
	struct ledger *ledger;
	struct ledger_view view;
	struct catalogue_sight sight; /* a copy of the door's, of what an export looks at */
	char id[MODULE_MAX];
	struct export_wish wish;
	struct page_head head;
	struct export *export;
};

static struct exporting *exporting_of(const struct waiting *waiting)
{
	return (struct exporting *)waiting->going;
}

/* Where its catalogue was kept, the rest was begun. */
static void stop(struct exporting *exporting)
{
	exporting->going.goes_on = false;
	export_end(exporting->export);
	exporting->export = NULL;
	free(exporting->sight.regions);
	exporting->sight.regions = NULL;
	if (!exporting->catalogue)
		return;
	ledger_view_end(&exporting->view);
	ledger_close(exporting->ledger);
	catalogue_free(exporting->catalogue);
	exporting->catalogue = NULL;
}

static void free_exporting(struct going *going)
{
	stop((struct exporting *)going);
	free(going);
}

static void wish_of(const struct waiting *waiting, struct export_wish *ret_wish)
{
	*ret_wish = (struct export_wish){ .kind = waiting->kind,
					  .region = waiting->region,
					  .id = { waiting->id, waiting->id_size },
					  .today = waiting->today,
					  .sight = door_sight(waiting->client.door) };
}

/* A view of its own, which lasts. */
static int begin(struct control *control, const struct waiting *waiting)
{
	struct exporting *exporting = exporting_of(waiting);
	uint32_t n_regions = control->parts.catalogue->n_regions;
	int err = ledger_view_begin(control->parts.ledger, &exporting->view);

	if (err)
		return err;
	exporting->catalogue = catalogue_keep(control->generation->catalogue);
	exporting->ledger = ledger_keep(control->parts.ledger);
	exporting->counted = (struct counted){ control, ledger_view_tallies(&exporting->view) };
	wish_of(waiting, &exporting->wish);
	memcpy(exporting->id, waiting->id, waiting->id_size);
	exporting->wish.id.data = exporting->id;
	if (exporting->wish.sight) {
		exporting->sight.regions = malloc(n_regions * sizeof(bool));
		if (!exporting->sight.regions)
			return LIFT_E_MEMORY;
		memcpy(exporting->sight.regions, exporting->wish.sight->regions,
		       n_regions * sizeof(bool));
		exporting->wish.sight = &exporting->sight;
	}
	return export_begin(exporting->catalogue, &exporting->wish, &exporting->export);
}

static int send_piece(struct control *control, const struct waiting *waiting)
{
	struct exporting *exporting = exporting_of(waiting);
	struct tallies tallies = control_count(&exporting->counted);
	bool more;
	int err;

	page_begin(control, &waiting->client, &exporting->head);
	err = export_some(exporting->export, &tallies, piece, page_add, control, &more);
	if (!err)
		err = ledger_view_err(&exporting->view);
	if (!err)
		err = more ? page_send(control) : page_end(control);
	exporting->going.goes_on = !err && more;
	if (!exporting->going.goes_on)
		stop(exporting);
	return err;
}

/* Of another day: the counts are those of this round alone. */
static int send_scanned(struct control *control, const struct waiting *waiting,
			struct ledger_view *ledger, const struct tallies *tallies)
{
	struct export_wish wish;
	int err;

	wish_of(waiting, &wish);
	page_begin(control, &waiting->client, &exporting_of(waiting)->head);
	err = export_figures(control->parts.catalogue, tallies, &wish, page_add, control);
	if (!err)
		err = ledger_view_err(ledger);
	return err ? err : page_end(control);
}

/* False: it may not be answered, which has been said. */
static bool note_exact(struct control *control, const struct waiting *waiting,
		       struct ledger_view *ledger)
{
	struct page_head *head = &exporting_of(waiting)->head;
	struct audit deed = control_deed(control, waiting, "export");

	head->today = waiting->today;
	head->sees_all = !door_sight(waiting->client.door);
	head->applied = deed.number = ledger_view_applied(ledger);
	catalogue_text_digest(control->parts.catalogue, head->catalogue);
	return control_note(control, &waiting->client, deed);
}

static int export_now(struct control *control, const struct waiting *waiting,
		      struct ledger_view *ledger, const struct tallies *tallies)
{
	struct exporting *exporting = exporting_of(waiting);
	int err;

	if (waiting->scan)
		return note_exact(control, waiting, ledger)
			       ? send_scanned(control, waiting, ledger, tallies)
			       : 0;
	err = begin(control, waiting);
	if (!err && note_exact(control, waiting, &exporting->view))
		return send_piece(control, waiting);
	stop(exporting);
	return err;
}

/*
 * The open plane: the rows of a release, as they were made. Of another day there are none: each
 * further day would be one more look at the same people.
 */

enum {
	LISTED = 8, /* releases that a refusal names: the last ones */
	LISTED_TEXT = 64,
	REFUSAL_TEXT = 200 + LISTED * LISTED_TEXT,
};

struct opening {
	struct control *control;
	const struct client *client;
	const struct request *request;
	enum kind kind; /* KINDS: all */
	struct json_text *json;
};

/* Refusals. */

/* By their heads: whoever may ask for what there is not has no whole files read. */
static void list_releases(const char *state, char *to, size_t room)
{
	struct release_info *infos = NULL;
	char day[DAY_TEXT];
	size_t n = 0, size = 0;

	if (releases_list(state, &infos, &n) != 0)
		n = 0;
	size = (size_t)snprintf(to, room, "%s",
				n == 0	     ? "there is none yet"
				: n == 1     ? "there is"
				: n > LISTED ? "the last ones are"
					     : "there are");
	for (size_t i = n > LISTED ? n - LISTED : 0; i < n && size < room; i++) {
		day_print(infos[i].day, day);
		size += (size_t)snprintf(to + size, room - size, " %u (%s)%s", infos[i].number,
					 infos[i].err ? "damaged" : day, i + 1 < n ? "," : "");
	}
	free(infos);
}

static void refuse(const struct opening *opening, const char *why)
{
	struct control *control = opening->control;
	char listed[LISTED * LISTED_TEXT], text[REFUSAL_TEXT];
	const struct work work = { .err = LIFT_E_RELEASE, .text = { text, 0 } };
	struct work refusal = work;

	list_releases(control->parts.config->state, listed, sizeof(listed));
	refusal.text.size = (size_t)snprintf(text, sizeof(text), "%s: %s", why, listed);
	msg_writer_clear(control->writer);
	work_encode(control->writer, &refusal);
	control_send(control, opening->client, msg_written(control->writer));
	stats_add(control->stats, STAT_requests_refused, 1);
}

/* Which one. */

static int find_of_day(const struct control *control, int32_t day, struct release **ret_release)
{
	struct release_info *infos = NULL;
	size_t n = 0;
	int err = releases_list(control->parts.config->state, &infos, &n), found = LIFT_E_RELEASE;

	while (!err && n-- > 0 && found)
		if (!infos[n].err && infos[n].day == day)
			found = shelf_get(control->shelf, infos[n].number, ret_release);
	free(infos);
	return err ? err : found;
}

/* 0 and no release: it has been refused. */
static int find(const struct opening *opening, struct release **ret_release)
{
	const struct request *request = opening->request;
	struct shelf *shelf = opening->control->shelf;
	bool names_day = request->as_of.size > 0 && !text_equal(request->as_of, text_of("today"));
	char why[128];
	int32_t day = 0;
	int err = names_day ? day_parse(request->as_of, &day) : 0;

	if (!err && request->release > UINT32_MAX)
		err = LIFT_E_RELEASE;
	if (!err && names_day && request->release == 0)
		err = find_of_day(opening->control, day, ret_release);
	else if (!err)
		err = shelf_get(shelf, (uint32_t)request->release, ret_release);
	if (!err && names_day && release_info(*ret_release)->day != day) {
		release_put(*ret_release);
		err = LIFT_E_RELEASE;
	}
	if (err != LIFT_E_RELEASE)
		return err;
	*ret_release = NULL;
	if (names_day)
		snprintf(why, sizeof(why),
			 "the open plane has figures of its releases only, and none is as of %.*s",
			 (int)request->as_of.size, request->as_of.data);
	else if (request->release > 0)
		snprintf(why, sizeof(why), "there is no release %llu",
			 (unsigned long long)request->release);
	else
		snprintf(why, sizeof(why), "nothing has been released");
	refuse(opening, why);
	return 0;
}

/* Its rows. */

static bool is_wished(const struct opening *opening, const struct release_row *row)
{
	const struct request *request = opening->request;
	const struct catalogue_sight *sight = door_sight(opening->client->door);
	uint32_t region;

	if ((opening->kind != KINDS && opening->kind != row->kind) ||
	    (request->id.size > 0 && !text_equal(request->id, row->id)) ||
	    (request->region.size > 0 && !text_equal(request->region, row->region)))
		return false;
	if (!sight)
		return true;
	region = catalogue_region(opening->control->parts.catalogue, row->region);
	return region != CATALOGUE_NONE && sight->regions[region];
}

static int send_rows(const struct opening *opening, const struct release *release)
{
	size_t n = release_info(release)->n_rows;
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		struct release_row row;

		release_row(release, i, &row);
		if (!is_wished(opening, &row))
			continue;
		loop_count_round(opening->control->loop);
		err = export_row(opening->json,
				 &(struct export_row){ row.region, row.id, row.kind, row.metrics },
				 page_add, opening->control);
	}
	return err ? err : page_end(opening->control);
}

static bool note_open(const struct opening *opening, const struct release_info *info)
{
	const struct request *request = opening->request;
	struct audit deed = { .op = TEXT("export"),
			      .region = request->region, /* it is the catalogue's */
			      .id = control_known_id(opening->control, opening->kind, request->id),
			      .ids = AUDIT_NO_IDS,
			      .number = info->applied,
			      .release = info->number };

	if (opening->kind != KINDS)
		deed.kind = text_of(kind_name(opening->kind));
	return control_note(opening->control, opening->client, deed);
}

static int answer(struct opening *opening, const struct release *release)
{
	const struct release_info *info = release_info(release);
	struct page_head head = { .today = info->day,
				  .sees_all = !opening->client->door->audience,
				  .release = info->number,
				  .applied = info->applied };
	int err;

	memcpy(head.catalogue, info->catalogue, sizeof(head.catalogue));
	/* What an open audience reads is for anybody: that is no deed, and costs no disk. */
	if (!door_is_open(opening->client->door) && !note_open(opening, info))
		return 0;
	opening->json = json_text_new();
	if (!opening->json)
		return LIFT_E_MEMORY;
	page_begin(opening->control, opening->client, &head);
	err = send_rows(opening, release);
	json_text_free(opening->json);
	return err;
}

static int export_open(struct control *control, const struct client *client,
		       const struct request *request)
{
	struct opening opening = { .control = control,
				   .client = client,
				   .request = request,
				   .kind = request->kind.size > 0 ? kind_of(request->kind)
								  : KINDS };
	struct release *release = NULL;
	int err = 0;

	if (request->known_at > 0 || request->later.size > 0)
		return LIFT_E_PLANE;
	if (request->kind.size > 0 && opening.kind == KINDS)
		return LIFT_E_KIND;
	err = control_find_region(control, client, request->region);
	if (!err)
		err = find(&opening, &release);
	if (!err && release)
		err = answer(&opening, release);
	release_put(release);
	return err;
}

int control_export(struct control *control, const struct client *client,
		   const struct request *request)
{
	struct exporting *exporting;
	struct waiting *waiting;
	int err;

	if (door_is_open(client->door) && (text_equal(request->plane, text_of("exact")) ||
					   request->known_at > 0 || request->later.size > 0))
		return LIFT_E_OPEN;
	if (door_is_open(client->door) || text_equal(request->plane, text_of("open")))
		return export_open(control, client, request);
	if (request->known_at > 0)
		return control_export_known(control, client, request);
	if (request->later.size > 0)
		return LIFT_E_LATER;
	err = control_read_wish(control, client, request, &waiting);
	if (err)
		return err;
	exporting = calloc(1, sizeof(*exporting));
	if (!exporting)
		return LIFT_E_MEMORY;
	exporting->going.next = send_piece;
	exporting->going.free = free_exporting;
	waiting->going = &exporting->going;
	control_wait(control, waiting, client, export_now);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/state.h"

enum { CHANGED_MAX = 500 /* topics that are named; where there are more, it is all */ };

bool web_is_open(const struct web *web)
{
	const char *plane = json_string_value(json_object_get(web->standing.beat, "plane"));

	return plane && strcmp(plane, "open") == 0;
}

json_t *web_state_show(const struct web *web)
{
	static const char *const kept[] = { "epoch",	"time",	    "as_of",
					    "complete", "sources",  "sources_left_out",
					    "release",	"protected" };
	const struct standing *standing = &web->standing;
	const struct web_config *config = web->config;
	json_t *state = standing->is_whole ? json_object() : NULL;

	if (!state)
		return NULL;
	json_object_set_new(state, "tick", json_integer((json_int_t)standing->tick));
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		json_t *value = json_object_get(standing->beat, kept[i]);

		if (value)
			json_object_set(state, kept[i], value);
	}
	json_object_set_new(state, "stale", json_boolean(standing->is_stale));
	json_object_set_new(state, "plane", json_string(web_is_open(web) ? "open" : "exact"));
	json_object_set_new(state, "title", json_string(config->title));
	json_object_set_new(state, "language",
			    config->language ? json_string(config->language) : json_null());
	json_object_set_new(state, "outlines", json_boolean(web->outlines != NULL));
	json_object_set_new(state, "version", json_string(LIFT_VERSION));
	return state;
}

static json_t *list_changes(const struct lift_picture_news *news)
{
	json_t *changed;

	if (news->what == LIFT_PICTURE_WHOLE || news->n_changes > CHANGED_MAX)
		return NULL;
	changed = json_array();
	for (size_t i = 0; changed && i < news->n_changes; i++)
		json_array_append_new(changed, json_string(news->changes[i].topic));
	return changed;
}

/* `changed` is taken over; NULL: all. */
static void tell(struct web *web, json_t *changed)
{
	json_t *state = web_state_show(web);

	if (state)
		feed_tell(web->feed, state, changed);
	json_decref(changed);
	json_decref(state);
}

void web_state_remind(struct web *web)
{
	if (web->standing.is_whole && web->standing.is_stale)
		tell(web, json_array());
}

/* Answers say of which epoch and day they are: another one makes them others, though no figure is.
 */
static bool is_other(const json_t *beat, const json_t *before)
{
	static const char *const keys[] = { "epoch", "as_of", "release" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!json_equal(json_object_get(beat, keys[i]), json_object_get(before, keys[i])))
			return true;
	return false;
}

void web_state_take(struct web *web, const struct lift_picture_news *news)
{
	struct standing *standing = &web->standing;
	bool is_news = news->n_changes || news->what == LIFT_PICTURE_WHOLE ||
		       (news->beat && is_other(news->beat, standing->beat));

	standing->is_stale = news->what == LIFT_PICTURE_STALE;
	if (news->what == LIFT_PICTURE_WHOLE)
		standing->is_whole = true;
	if (news->beat) {
		standing->tick = news->tick;
		json_decref(standing->beat);
		standing->beat = json_incref((json_t *)news->beat);
	}
	if (is_news)
		standing->change++;
	tell(web, list_changes(news));
}

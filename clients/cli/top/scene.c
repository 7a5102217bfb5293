/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/scene.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/text/print.h"
#include "proto/err.h"

enum { TOPIC_MAX = 640, DEPTH_MAX = 64 };

static const struct {
	const char *name, *names;
	const char *told[2]; /* figures that are news */
} kinds[KINDS] = {
	{ "people", "people", { NULL, NULL } },
	{ "programme", "programmes", { "participants", "completed" } },
	{ "module", "modules", { "started", "completed" } },
	{ "competence", "competences", { "holders", "lapsed" } },
};

const char *kind_singular(enum kind kind)
{
	return kinds[kind].name;
}

const char *kind_plural(enum kind kind)
{
	return kinds[kind].names;
}

int scene_open(struct scene *scene, enum language language)
{
	*scene = (struct scene){ .language = language,
				 .bodies = json_object(),
				 .changes = json_object(),
				 .places = json_object() };
	return scene->bodies && scene->changes && scene->places ? 0 : LIFT_E_MEMORY;
}

static void forget_catalogue(struct scene *scene)
{
	free(scene->regions);
	free(scene->subjects);
	free(scene->links);
	scene->regions = NULL;
	scene->subjects = NULL;
	scene->links = NULL;
	scene->n_regions = scene->n_subjects = 0;
	json_object_clear(scene->places);
	json_decref(scene->catalogue);
	scene->catalogue = NULL;
}

void scene_close(struct scene *scene)
{
	forget_catalogue(scene);
	json_decref(scene->places);
	json_decref(scene->bodies);
	json_decref(scene->changes);
	json_decref(scene->beat);
}

/* The catalogue. */

static const json_t *list_of(const struct scene *scene, const char *name)
{
	return json_object_get(scene->catalogue, name);
}

static const char *level_of(const struct scene *scene, const char *level)
{
	const json_t *row;
	const char *label;
	size_t i;

	json_array_foreach(list_of(scene, "levels"), i, row)
	{
		if (strcmp(json_text(row, "level"), level) != 0)
			continue;
		label = label_in(scene->language, json_object_get(row, "label"));
		return label ? label : level;
	}
	return level;
}

static void read_regions(struct scene *scene)
{
	const json_t *row;
	size_t i;

	json_array_foreach(list_of(scene, "regions"), i, row)
	{
		struct region *region = &scene->regions[i];
		const char *code = json_text(row, "code");

		*region = (struct region){ .code = code,
					   .label = label_of(scene->language, row, "code"),
					   .level = level_of(scene, json_text(row, "level")),
					   .json = row };
		region->is_special = strcmp(code, "all") == 0 || strcmp(code, "unassigned") == 0;
		if (region->is_special && !json_object_get(row, "label"))
			region->label = *code == 'a' ? "Everywhere" : "Unassigned";
		json_object_set_new(scene->places, code, json_integer((json_int_t)i));
	}
	scene->n_regions = json_array_size(list_of(scene, "regions"));
}

size_t scene_region(const struct scene *scene, const char *code)
{
	const json_t *at = json_object_get(scene->places, code);

	return at ? (size_t)json_integer_value(at) : NOWHERE;
}

/* Of each region those that name it as a parent; of all, those without any. `fill` or count. */
static size_t link_regions(struct scene *scene, bool fill)
{
	size_t all = scene_region(scene, "all"), total = 0, j;
	const json_t *name;

	for (size_t i = 0; i < scene->n_regions; i++) {
		struct region *region = &scene->regions[i];
		size_t n = 0;

		json_array_foreach(json_object_get(region->json, "parents"), j, name)
		{
			const char *code = json_string_value(name);
			size_t parent = code ? scene_region(scene, code) : NOWHERE;

			if (parent == NOWHERE || parent == i)
				continue;
			n++;
			if (fill)
				scene->regions[parent].children[scene->regions[parent].n_children] =
					i;
			scene->regions[parent].n_children++;
		}
		if (n == 0 && all != NOWHERE && i != all) {
			n++;
			if (fill)
				scene->regions[all].children[scene->regions[all].n_children] = i;
			scene->regions[all].n_children++;
		}
		region->n_parents = n;
		total += n;
	}
	return total;
}

static int read_tree(struct scene *scene)
{
	size_t total = link_regions(scene, false), at = 0;

	scene->links = calloc(total + 1, sizeof(*scene->links));
	if (!scene->links)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < scene->n_regions; i++) {
		scene->regions[i].children = scene->links + at;
		at += scene->regions[i].n_children;
		scene->regions[i].n_children = 0;
	}
	link_regions(scene, true);
	return 0;
}

static void read_subjects(struct scene *scene)
{
	const json_t *row;
	size_t i;

	scene->subjects[0] = (struct subject){ KIND_PEOPLE, "all", "Everybody", NULL };
	scene->n_subjects = 1;
	for (enum kind kind = KIND_PROGRAMME; kind < KINDS; kind++) {
		json_array_foreach(list_of(scene, kinds[kind].names), i, row)
		{
			scene->subjects[scene->n_subjects++] =
				(struct subject){ kind, json_text(row, "id"),
						  label_of(scene->language, row, "id"), row };
		}
	}
}

static int take_catalogue(struct scene *scene, const json_t *body)
{
	size_t n_subjects = 1;

	forget_catalogue(scene);
	scene->catalogue = json_incref((json_t *)body);
	for (enum kind kind = KIND_PROGRAMME; kind < KINDS; kind++)
		n_subjects += json_array_size(list_of(scene, kinds[kind].names));
	scene->regions =
		calloc(json_array_size(list_of(scene, "regions")) + 1, sizeof(*scene->regions));
	scene->subjects = calloc(n_subjects, sizeof(*scene->subjects));
	if (!scene->regions || !scene->subjects)
		return LIFT_E_MEMORY;
	read_regions(scene);
	read_subjects(scene);
	return read_tree(scene);
}

size_t scene_subject(const struct scene *scene, enum kind kind, const char *id)
{
	for (size_t i = 0; i < scene->n_subjects; i++)
		if (scene->subjects[i].kind == kind && strcmp(scene->subjects[i].id, id) == 0)
			return i;
	return NOWHERE;
}

bool scene_is_place(const struct scene *scene, size_t region)
{
	return scene->regions[region].n_children == 0 && !scene->regions[region].is_special;
}

static void mark(const struct scene *scene, size_t at, bool *marks, int depth)
{
	const struct region *region = &scene->regions[at];

	if (marks[at])
		return;
	marks[at] = true;
	for (size_t i = 0; i < region->n_children && depth < DEPTH_MAX; i++)
		mark(scene, region->children[i], marks, depth + 1);
}

void scene_mark(const struct scene *scene, size_t region, bool *marks)
{
	if (region < scene->n_regions)
		mark(scene, region, marks, 0);
}

/* Figures. */

static const json_t *body_of(const struct scene *scene, size_t region, size_t subject)
{
	char topic[TOPIC_MAX];

	if (region >= scene->n_regions || subject >= scene->n_subjects)
		return NULL;
	snprintf(topic, sizeof(topic), "metric/%s/%s/%s", scene->regions[region].code,
		 kinds[scene->subjects[subject].kind].name, scene->subjects[subject].id);
	return json_object_get(scene->bodies, topic);
}

const json_t *scene_metrics(const struct scene *scene, size_t region, size_t subject)
{
	const json_t *metrics = json_object_get(body_of(scene, region, subject), "metrics");

	return json_is_object(metrics) ? metrics : NULL;
}

const json_t *scene_sources(const struct scene *scene, size_t region, size_t subject)
{
	return json_object_get(body_of(scene, region, subject), "sources");
}

bool scene_has_changed(const struct scene *scene, size_t region, size_t subject, int64_t now_ms)
{
	char topic[TOPIC_MAX];
	const json_t *since;

	if (region >= scene->n_regions || subject >= scene->n_subjects)
		return false;
	snprintf(topic, sizeof(topic), "metric/%s/%s/%s", scene->regions[region].code,
		 kinds[scene->subjects[subject].kind].name, scene->subjects[subject].id);
	since = json_object_get(scene->changes, topic);
	return since && now_ms - json_integer_value(since) < SCENE_CHANGED_MS;
}

/* "Vega: participants +3, completed +1 (Autumn)": of a place, since what is above it says the
 * same. */
static void tell(struct scene *scene, const json_t *old, const json_t *body, int64_t now_ms)
{
	size_t region = scene_region(scene, json_text(body, "region")), size = 0, subject;
	enum kind kind = KIND_PEOPLE;
	char text[SCENE_NEWS / 4] = "";

	while (kind < KINDS && strcmp(kinds[kind].name, json_text(body, "kind")) != 0)
		kind++;
	if (kind == KINDS || kind == KIND_PEOPLE || region == NOWHERE ||
	    scene->regions[region].n_children > 0)
		return;
	for (int i = 0; i < 2 && size < sizeof(text); i++) {
		const char *metric = kinds[kind].told[i];
		json_int_t more;

		if (!__builtin_sub_overflow(json_number(json_object_get(body, "metrics"), metric),
					    json_number(json_object_get(old, "metrics"), metric),
					    &more) &&
		    more != 0)
			size += (size_t)snprintf(text + size, sizeof(text) - size,
						 "%s %s %+" JSON_INTEGER_FORMAT, size ? "," : "",
						 metric, more);
	}
	subject = scene_subject(scene, kind, json_text(body, "id"));
	if (size == 0 || (scene->told > 0 && subject != scene->told))
		return;
	snprintf(scene->news, sizeof(scene->news), "%s:%s (%s)", scene->regions[region].label, text,
		 subject == NOWHERE ? json_text(body, "id") : scene->subjects[subject].label);
	scene->news_ms = now_ms;
}

int scene_take(struct scene *scene, const char *topic, const json_t *body, int64_t now_ms,
	       bool aloud)
{
	const json_t *old = json_object_get(scene->bodies, topic);

	if (strcmp(topic, "catalogue") == 0)
		return body ? take_catalogue(scene, body) : 0;
	if (aloud &&
	    !json_equal(json_object_get(old, "metrics"), json_object_get(body, "metrics"))) {
		if (json_object_set_new_nocheck(scene->changes, topic, json_integer(now_ms)) != 0)
			return LIFT_E_MEMORY;
		tell(scene, old, body, now_ms);
	}
	if (!body)
		json_object_del(scene->bodies, topic);
	else if (json_object_set_nocheck(scene->bodies, topic, (json_t *)body) != 0)
		return LIFT_E_MEMORY;
	return 0;
}

/* What is no news any more. */
static void forget_changes(struct scene *scene, int64_t now_ms)
{
	const char *topic;
	json_t *since;
	void *next;

	json_object_foreach_safe(scene->changes, next, topic, since)
	{
		if (now_ms - json_integer_value(since) >= SCENE_CHANGED_MS)
			json_object_del(scene->changes, topic);
	}
}

void scene_beat(struct scene *scene, const json_t *beat, int64_t now_ms)
{
	scene->stale = !beat;
	if (!beat)
		return;
	forget_changes(scene, now_ms);
	json_decref(scene->beat);
	scene->beat = json_incref((json_t *)beat);
	scene->tick_ms = now_ms;
	scene->whole = true;
}

const char *scene_as_of(const struct scene *scene)
{
	return json_text(scene->beat, "as_of");
}

bool scene_is_open(const struct scene *scene)
{
	return strcmp(json_text(scene->beat, "plane"), "open") == 0;
}

size_t scene_late(const struct scene *scene)
{
	const json_t *source;
	size_t i, n = 0;

	json_array_foreach(json_object_get(scene->beat, "sources"), i, source)
	{
		n += json_number(source, "late_since") > 0;
	}
	return n;
}

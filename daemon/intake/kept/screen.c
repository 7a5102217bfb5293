/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/kept/screen.h"

#include <stdlib.h>

#include "daemon/base/calendar.h"
#include "daemon/base/names.h"
#include "proto/day.h"
#include "proto/grow.h"

enum { NOT_ASKED, NOBODY, SOMEBODY };

uint8_t *answers_at(struct answers *answers, uint32_t id)
{
	size_t before = answers->room;

	if (id >= answers->room) {
		if (grow(&answers->of, &answers->room, (size_t)id + 1, 1) != 0)
			return NULL;
		memset(answers->of + before, 0, answers->room - before);
	}
	return &answers->of[id];
}

void answers_forget(struct answers *answers)
{
	if (answers->of)
		memset(answers->of, 0, answers->room);
}

static void forget(struct screen *screen)
{
	for (int kind = 0; kind < NAME_KINDS; kind++)
		answers_forget(&screen->looks[kind]);
}

int screen_open(struct screen *screen, const struct catalogue *catalogue, struct journal *journal)
{
	*screen = (struct screen){ .catalogue = catalogue, .journal = journal };
	screen->noted = persons_new();
	return screen->noted ? 0 : LIFT_E_MEMORY;
}

void screen_close(struct screen *screen)
{
	for (int kind = 0; kind < NAME_KINDS; kind++)
		free(screen->looks[kind].of);
	persons_free(screen->noted);
	meant_free(screen->meant);
}

void screen_switch(struct screen *screen, const struct catalogue *catalogue, struct meant *meant)
{
	forget(screen);
	meant_free(screen->meant);
	screen->meant = meant;
	screen->catalogue = catalogue;
	memset(screen->looked, 0, sizeof(screen->looked));
	memset(screen->held, 0, sizeof(screen->held));
	screen->told = false;
	persons_clear(screen->noted);
	if (screen->persons)
		persons_clear(screen->persons);
}

void screen_settle(struct screen *screen, bool durable)
{
	if (!durable) {
		forget(screen);
		persons_clear(screen->noted);
	} else if (screen->persons) {
		persons_move(screen->noted, screen->persons);
	}
}

void screen_set_time(struct screen *screen, int64_t utc_ms)
{
	int32_t month, mday, year;

	day_to_date((int32_t)(utc_ms / DAY_MS), &year, &month, &mday);
	screen->year = year;
}

/* What the catalogue has. */

/* Made when it is needed first; NULL: out of memory. */
static const struct meant *index_of(struct screen *screen)
{
	if (!screen->meant && meant_new(screen->catalogue, &screen->meant) != 0)
		return NULL;
	return screen->meant;
}

struct text screen_meant(struct screen *screen, enum unknown_kind kind, struct text attr,
			 struct text text)
{
	const struct meant *meant = index_of(screen);

	return meant ? meant_find(meant, kind, attr, text) : (struct text){ NULL, 0 };
}

static bool is_called(const char *id, const char *name, const struct label *label, struct text text)
{
	bool is = text_equal(text, text_of(id)) || text_equal(text, text_of(name));

	for (int i = 0; i < LANGUAGES; i++)
		is |= label->in[i] && text_equal(text, text_of(label->in[i]));
	return is;
}

/* What no event names, but somebody might. */
static bool is_programme_or_competence(const struct catalogue *catalogue, struct text text)
{
	for (uint32_t i = 0; i < catalogue->n_programmes; i++)
		if (is_called(catalogue->programmes[i].id, catalogue->programmes[i].name,
			      &catalogue->programmes[i].label, text))
			return true;
	for (uint32_t i = 0; i < catalogue->n_competences; i++)
		if (is_called(catalogue->competences[i].id, catalogue->competences[i].name,
			      &catalogue->competences[i].label, text))
			return true;
	return false;
}

enum person_rule screen_rule(struct screen *screen, struct text text)
{
	enum person_rule rule = person_like(text, screen->year);
	const struct meant *meant = rule == PERSON_NONE ? NULL : index_of(screen);

	if (rule == PERSON_NONE || (meant && meant_has(meant, text)) ||
	    is_programme_or_competence(screen->catalogue, text))
		return PERSON_NONE;
	return rule;
}

/* What comes. */

static void note(struct screen *screen, struct text source, enum name_kind kind,
		 enum person_rule rule, struct text name, bool refused)
{
	persons_note(screen->noted, &(struct person_note){ source, name, kind, rule, refused });
}

void screen_note(struct screen *screen, struct text source, enum name_kind kind, struct text name)
{
	/* Where it is strict, it has been judged. */
	enum person_rule rule = screen->strict ? PERSON_NONE : screen_rule(screen, name);

	if (rule != PERSON_NONE)
		note(screen, source, kind, rule, name, false);
}

/* Of a name that the journal has, it is known. */
static enum person_rule rule_of(struct screen *screen, enum name_kind kind, struct text name)
{
	uint32_t id = journal_find_name(screen->journal, kind, name);
	uint8_t *looks = id == NAMES_NONE ? NULL : answers_at(&screen->looks[kind], id);
	enum person_rule rule;

	if (looks && *looks == NOBODY)
		return PERSON_NONE;
	rule = screen_rule(screen, name);
	if (looks)
		*looks = rule == PERSON_NONE ? NOBODY : SOMEBODY;
	return rule;
}

static int judge(struct screen *screen, struct text source, enum name_kind kind, struct text name)
{
	enum person_rule rule = rule_of(screen, kind, name);

	if (rule == PERSON_NONE)
		return 0;
	note(screen, source, kind, rule, name, true);
	return LIFT_E_NAME;
}

int screen_event(struct screen *screen, const struct stream *stream, const struct event *event)
{
	struct text source = { NULL, 0 };
	int err;

	if (!screen->strict)
		return 0;
	journal_get_name(screen->journal, NAME_SOURCE, stream->source, &source);
	err = judge(screen, source, NAME_MODULE, event->module);
	if (!err)
		err = judge(screen, source, NAME_REGION, event->region);
	/* Of attributes that nothing counts by, nothing is kept. */
	for (size_t i = 0; i < event->n_attrs && !err; i++)
		if (catalogue_dimension(screen->catalogue, event->attrs[i].name) != CATALOGUE_NONE)
			err = judge(screen, source, NAME_VALUE, event->attrs[i].value);
	return err;
}

int screen_stream(struct screen *screen, struct text source, struct text stream)
{
	enum person_rule rule;
	int err;

	if (!screen->strict)
		return 0;
	err = judge(screen, source, NAME_SOURCE, source);
	rule = err ? PERSON_NONE : screen_rule(screen, stream);
	if (rule == PERSON_NONE)
		return err;
	note(screen, source, NAME_STREAM, rule, stream, true);
	return LIFT_E_NAME;
}

/* What is there. */

static const enum name_kind readable[] = { NAME_SOURCE, NAME_MODULE, NAME_REGION, NAME_VALUE };
enum { N_READABLE = sizeof(readable) / sizeof(readable[0]) };

static void tell_held(struct screen *screen)
{
	for (size_t i = 0; i < N_READABLE; i++)
		for (int rule = 0; rule < PERSON_RULES; rule++)
			persons_set_held(screen->persons, readable[i], (enum person_rule)rule,
					 screen->held[readable[i]][rule]);
	screen->told = true;
}

/* Those of a kind, so many at most; how many. */
static uint32_t look(struct screen *screen, enum name_kind kind, uint32_t most)
{
	uint32_t n = journal_count_committed(screen->journal, kind) - screen->looked[kind];
	enum person_rule rule;
	struct text name;

	n = n < most ? n : most;
	for (uint32_t i = 0; i < n; i++) {
		if (!journal_get_name(screen->journal, kind, screen->looked[kind]++, &name))
			continue;
		rule = screen_rule(screen, name);
		if (rule == PERSON_NONE)
			continue;
		screen->held[kind][rule]++;
		screen->told = false;
	}
	return n;
}

bool screen_go_on(struct screen *screen, int64_t utc_ms)
{
	uint32_t left = SCREEN_LOOKS;

	if (!screen->persons)
		return false;
	screen_set_time(screen, utc_ms);
	for (size_t i = 0; i < N_READABLE && left > 0; i++)
		left -= look(screen, readable[i], left);
	if (left > 0 && !screen->told)
		tell_held(screen);
	return left == 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/learner/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/contribution/contribution.h"
#include "proto/iso8601.h"
#include "tests/unit/world.h"

/* Facts. */

static const struct {
	const char *word;
	uint8_t type, voids;
	int16_t score;
	int8_t passed;
} words[] = {
	{ "started", EVENT_STARTED, 0, -1, -1 },
	{ "completed", EVENT_COMPLETED, 0, -1, -1 },
	{ "withdrawn", EVENT_WITHDRAWN, 0, -1, -1 },
	{ "passed", EVENT_ASSESSED, 0, -1, 1 },
	{ "failed", EVENT_ASSESSED, 0, 10000, 0 },
	{ "0.6", EVENT_ASSESSED, 0, 6000, -1 },
	{ "0.5999", EVENT_ASSESSED, 0, 5999, -1 },
	{ "completed-not", EVENT_VOIDED, EVENT_COMPLETED, -1, -1 },
	{ "attended", EVENT_ATTENDED, 0, -1, -1 },
	{ "attended-not", EVENT_VOIDED, EVENT_ATTENDED, -1, -1 },
	{ "applied", EVENT_ENROLLED, 0, -1, -1 },
	{ "waiting", EVENT_ENROLLED, 0, -1, -1 },
	{ "admitted", EVENT_ENROLLED, 0, -1, -1 },
	{ "admitted-not", EVENT_VOIDED, EVENT_ENROLLED, -1, -1 },
	{ "enrolled-not", EVENT_VOIDED, EVENT_ENROLLED, -1, -1 },
};

/* Who says what. */
enum { RANA, BODO, NORD, PLACES };
static const struct {
	const char *place;
	uint32_t n;
	struct claim claims[2];
} profiles_said[PLACES] = {
	[RANA] = { "rana", 2, { { 0, 0, { "nurse", 5 } }, { 1, 1, { "night", 5 } } } },
	[BODO] = { "bodo", 1, { { 0, 1, { "carer", 5 } } } },
	[NORD] = { "nord", 0, { { 0 } } },
};

/* Cut a text at a sign; what is behind it, "" where there is none. */
static const char *cut(char *text, char sign)
{
	char *at = strchr(text, sign);

	if (!at)
		return "";
	*at = '\0';
	return at + 1;
}

static uint32_t place_of(const char *name)
{
	uint32_t place = RANA;

	while (*name && place < PLACES && strcmp(profiles_said[place].place, name) != 0)
		place++;
	assert_true(place < PLACES);
	return place;
}

static struct fact fact_of(const struct catalogue *catalogue, char *word, char *module,
			   const char *time)
{
	const char *last_day = cut(word, '>'), *minutes = cut(word, ':');
	struct fact fact = { .profile = place_of(cut(module, '@')), .voids_time = EVENT_NO_TIME };
	size_t w = 0;

	fact.module = catalogue_module(catalogue, text_of(module));
	while (w < sizeof(words) / sizeof(words[0]) && strcmp(words[w].word, word) != 0)
		w++;
	assert_true(w < sizeof(words) / sizeof(words[0]) && fact.module != CATALOGUE_NONE);
	fact.type = words[w].type;
	fact.voids = words[w].voids;
	fact.result = (struct event_result){ .score = words[w].score, .passed = words[w].passed };
	fact.result.minutes = (uint16_t)strtoul(minutes, NULL, 10);
	if (fact.type == EVENT_ENROLLED || fact.voids == EVENT_ENROLLED)
		fact.result.state = event_state_of((struct text){ word, strcspn(word, "-") });
	if (*last_day)
		fact.valid_until = event_valid_until_of(text_of(last_day));
	assert_true(iso8601_parse(text_of(time), &fact.time));
	return fact;
}

static void add_facts(struct learner *learner, const struct catalogue *catalogue, const char *texts)
{
	char word[40], module[16], time[40];
	int taken;

	for (; sscanf(texts, " %39s %15s %39[^,]%n", word, module, time, &taken) == 3;
	     texts += taken, texts += *texts == ',') {
		struct fact fact = fact_of(catalogue, word, module, time);
		bool added;

		assert_int_equal(learner_add(learner, &fact, &added), 0);
		assert_true(added);
	}
	assert_int_equal(*texts, '\0');
}

/* Contributions as texts. */

static const char *day_of(int32_t day)
{
	static char texts[2][DAY_TEXT];
	static int turn;

	day_print(day, texts[++turn % 2]);
	return texts[turn % 2];
}

static void print_span(FILE *file, uint64_t span)
{
	int32_t end = span_end(span);

	fprintf(file, "%s..%s", day_of(span_begin(span)), end == INT32_MAX ? "" : day_of(end));
}

static void print_month(FILE *file, int32_t month)
{
	fprintf(file, " %d-%02d", 1970 + month / 12, 1 + month % 12);
}

static void print_tally(FILE *file, const struct catalogue *catalogue, const struct tally *tally)
{
	static const char *const names[FACETS] = {
		[FACET_STARTED] = "started",
		[FACET_COMPLETED] = "completed",
		[FACET_WITHDRAWN] = "withdrawn",
		[FACET_LAST] = "last",
		[FACET_OPEN] = "open",
		[FACET_TARGET] = "target",
		[FACET_BY_STARTED] = "by",
		[FACET_BY_COMPLETED] = "by-completed",
		[FACET_EARNED] = "earned",
		[FACET_STRETCH] = "stretch",
		[FACET_LEVEL] = "level",
		[FACET_REQUIREMENT] = "requirement",
		[FACET_BY_HOLDERS] = "holders",
		[FACET_MONTH_LEARNERS] = "month",
		[FACET_MONTH_MINUTES] = "minutes",
		[FACET_MONTH_HOURS] = "whole",
		[FACET_NOMINAL] = "nominal",
		[FACET_ENROLLED] = "enrolled",
		[FACET_NOT_STARTED] = "not-started",
		[FACET_MOVED] = "moved",
		[FACET_BY_MINUTES] = "by-minutes",
		[FACET_FROM] = "from",
	};
	const struct tally_key *key = &tally->key;

	assert_non_null(names[key->facet]);
	fprintf(file, " %s", names[key->facet]);
	switch (key->facet) {
	case FACET_STARTED:
	case FACET_COMPLETED:
	case FACET_LAST:
	case FACET_OPEN:
		fprintf(file, " %s", day_of((int32_t)key->bucket));
		break;
	case FACET_MONTH_LEARNERS:
	case FACET_MONTH_MINUTES:
	case FACET_MONTH_HOURS:
		print_month(file, (int32_t)key->bucket);
		break;
	case FACET_ENROLLED:
		fprintf(file, " %s", event_state_name(key->part));
		break;
	case FACET_FROM:
		fprintf(file, " %s", catalogue->regions[key->bucket].code);
		break;
	case FACET_MOVED:
		fprintf(file, " %u %u>%u", key->part, (unsigned)key->bucket >> 8,
			(unsigned)key->bucket & 0xff);
		break;
	case FACET_TARGET:
	case FACET_BY_STARTED:
	case FACET_BY_COMPLETED:
	case FACET_BY_MINUTES:
		fprintf(file, " %u", key->part);
		break;
	case FACET_STRETCH:
	case FACET_LEVEL:
	case FACET_REQUIREMENT:
	case FACET_BY_HOLDERS:
		fprintf(file, " %u ", key->part);
		print_span(file, key->bucket);
		break;
	}
	if (tally->n != 1)
		fprintf(file, " *%lld", (long long)tally->n);
	fputc(',', file);
}

/* The tallies of one kind in some facets, hours summed; where they are not of rana. */
static char *print_kind(const struct contribution *contribution, const struct catalogue *catalogue,
			enum kind kind, uint64_t facets)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	long long hours = 0;
	uint32_t home = catalogue_home(catalogue, text_of("rana"));

	assert_non_null(file);
	for (size_t i = 0; i < contribution->n; i++) {
		const struct tally *tally = &contribution->items[i];

		if (subject_kind(tally->key.subject) != kind)
			continue;
		if (tally->key.home != home)
			fprintf(file, " at %s:", catalogue->regions[tally->key.home].code);
		home = tally->key.home;
		if (tally->key.facet == FACET_HOURS)
			hours += tally->n;
		else if (facets & UINT64_C(1) << tally->key.facet)
			print_tally(file, catalogue, tally);
	}
	if (hours)
		fprintf(file, " hours %lld,", hours);
	assert_int_equal(fclose(file), 0);
	return text;
}

void told_check(const char *why, const char *catalogue_text, const char *facts, enum kind kind,
		uint64_t facets, const char *expected)
{
	struct catalogue *catalogue = catalogue_of(catalogue_text);
	struct profile *items[PLACES];
	struct profiles profiles = { catalogue, items, PLACES, PLACES };
	struct learner learner = { 0 };
	struct contribution contribution = { 0 };
	char *found;

	for (int p = 0; p < PLACES; p++) {
		struct text place = text_of(profiles_said[p].place);

		items[p] = profile_new(catalogue_home(catalogue, place), place,
				       profiles_said[p].claims, profiles_said[p].n);
	}
	add_facts(&learner, catalogue, facts);
	assert_int_equal(learner_contribute(&learner, &profiles, INT64_MAX, &contribution), 0);
	found = print_kind(&contribution, catalogue, kind, facets);
	if (strcmp(found, expected) != 0)
		fail_msg("%s:\n%s\nnot\n%s", why, found, expected);
	free(found);
	contribution_free(&contribution);
	learner_free(&learner);
	for (int p = 0; p < PLACES; p++)
		free(items[p]);
	catalogue_free(catalogue);
}

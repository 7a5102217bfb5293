/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/words/definition.h"

#include <stdlib.h>

#include "daemon/catalogue/subject.h"
#include "daemon/figures/words/programme_words.h"
#include "daemon/figures/words/words.h"
#include "daemon/tally/tally.h"

struct definition {
	const char *figure, *text;
};

static const struct definition of_module[] = {
	{ "started",
	  "Learners with a standing fact of {subject} that is no withdrawal or enrolment: "
	  "those who have completed, been assessed or attended have started, too. "
	  "Counted from the earliest fact on." },
	{ "withdrawn", "Those who have not completed {subject}, and whose latest fact there is a "
		       "withdrawal." },
	{ "completed",
	  "Those with a standing fact of the type completed, from the earliest one on." },
	{ "assessed", "Those with at least one standing assessment." },
	{ "passed",
	  "Those with an assessment that is passed: the platform has said so, or, if it has "
	  "not, the score is {pass_mark} or more." },
	{ "passed_first",
	  "Those whose first assessment is passed; of several at one moment, the one "
	  "with the lowest score is the first." },
	{ "attempts", "The standing assessments of all of them: not learners." },
	{ "completion_rate", "completed, of started." },
	{ "pass_rate", "passed, of assessed." },
	{ "score",
	  "Of the best score of each learner who has one: n, how many these are; mean; median, "
	  "down to a whole percent; histogram, in ten bins of ten percent, with 100% in the "
	  "last." },
	{ "days_to_complete",
	  "Whole days of 24 hours from a learner's start to the first completion: n, how many have "
	  "completed; median; p90, the number of days within which nine in ten of these did." },
	{ "gain",
	  "By how much scores rose: a learner's best assessment of the phase post less the first "
	  "one of the phase pre; where no phase is given, and there are two scores or more, the "
	  "best later one less the first. n, how many have both; mean." },
	{ "active_7d", "Those whose latest fact of {subject} is fewer than 7 days before {day}." },
	{ "active_30d",
	  "Those whose latest fact of {subject} is fewer than 30 days before {day}." },
	{ "stalled",
	  "Those who have neither completed nor withdrawn, and whose latest fact is more "
	  "than {stalled} before {day}." },
	{ "by", "started, completed and passed{reported} {by}" },
	{ "daily",
	  "How many started, completed and passed, on the local day ({timezone}) on which each "
	  "first happened; days on which nothing did are left out." },
	{ "hours", "Standing facts, not learners, by the local hour of the week ({timezone}): 168 "
		   "numbers from Monday 00:00." },
	{ "minutes", "reported: the minutes of all standing presences. nominal: {nominal}." },
	{ "monthly", "By local month ({timezone}): {months}." },
	{ "enrolment",
	  "Learners by the latest state in which they are enrolled: applied, waiting, admitted. "
	  "Those who have withdrawn are in none." },
	{ "not_started", "Those of admitted who have not started." },
};

static const struct definition of_programme[] = {
	{ "participants",
	  "Learners at home {places}{then} with a standing fact, dated {window}, that is no "
	  "withdrawal or enrolment, in a module of the programme: {modules}.{members}" },
	{ "withdrawn",
	  "Participants who have not completed, and whose latest {left} is a withdrawal." },
	{ "completed", "Participants who have {done} {complete} in these days, since the time of "
		       "the last one needed." },
	{ "completion_rate", "completed, of participants." },
	{ "active_7d",
	  "Participants whose latest fact in these modules and days is fewer than 7 days "
	  "before {day}." },
	{ "active_30d", "Participants whose latest fact in these modules and days is fewer than 30 "
			"days before {day}." },
	{ "stalled",
	  "Participants who have neither completed nor withdrawn, and whose latest fact is "
	  "more than {stalled} before {day}." },
	{ "reached", "Leaf regions (with none below them) with a participant at home there, of the "
		     "programme's that are inside this region: {leaves}." },
	{ "by", "participants and completed{reported} {by}" },
	{ "daily", "How many became participants, with their first fact that is no withdrawal or "
		   "enrolment, and completed, "
		   "by local day ({timezone}); days on which nobody did are left out." },
	{ "hours",
	  "Standing facts in these modules and days, not learners, by the local hour of the "
	  "week ({timezone}): 168 numbers from Monday 00:00." },
	{ "minutes",
	  "reported: of the presences in these modules and days. nominal: of the modules that "
	  "each participant has done, the minutes that the catalogue gives for them." },
	{ "monthly", "By local month ({timezone}): {months}." },
	{ "enrolment", "Learners, participants or not, {enrolled}. Those who have withdrawn are in "
		       "none." },
	{ "not_started", "Those of admitted who are no participants yet." },
	{ "moves",
	  "By dimension, participants whose value was another when they came than it is now: the "
	  "value then, the value now, how many. They came with their first fact that counts and "
	  "is no withdrawal or enrolment. By what is then, or by what is now, they are counted "
	  "in all other figures: {profile}." },
	{ "targets", "What the programme aims at, and how far it is; {aim}: {targets}." },
};

static const struct definition of_competence[] = {
	{ "holders",
	  "Learners with a grant of {subject} that holds on {day}. It is granted by: "
	  "{grants}. Where an event says until when it is valid, it is to the end of that "
	  "day instead." },
	{ "lapsed", "Learners who had a grant before, and have none that holds on {day}." },
	{ "levels",
	  "holders by level: the greatest among a learner's grants that hold on {day}. Levels "
	  "that nobody has are left out." },
	{ "expiring_30d", "holders whose grants have all ended by the 30th day after {day}, if "
			  "none is earned meanwhile." },
	{ "expiring_60d", "holders whose grants have all ended by the 60th day after {day}, if "
			  "none is earned meanwhile." },
	{ "expiring_90d", "holders whose grants have all ended by the 90th day after {day}, if "
			  "none is earned meanwhile." },
	{ "by", "holders {by}" },
	{ "daily",
	  "Stretches begun and ended, by local day ({timezone}), up to {day}: grants of a "
	  "learner that touch or overlap make one stretch. Days without any are left out." },
	{ "coverage", "holders, of the headcount: {headcount}." },
	{ "requirements",
	  "Holders of a level or more with certain attributes (n), the headcount that needs it "
	  "(of), "
	  "and what is still to be trained (gap: of less n, not below 0): {requirements}.{each}" },
};

static const struct definition of_people[] = {
	{ "learners", "Learners with a standing fact that is no withdrawal or enrolment in any "
		      "module of the catalogue." },
	{ "active_7d", "Those whose latest fact in a module that they have started is fewer than 7 "
		       "days before {day}." },
	{ "active_30d",
	  "Those whose latest fact in a module that they have started is fewer than 30 "
	  "days before {day}." },
	{ "reached",
	  "Leaf regions (with none below them) with a learner at home there, of those inside "
	  "this region: {leaves}." },
	{ "by", "learners {by}" },
};

#define ROWS(table) .rows = table, .n = sizeof(table) / sizeof((table)[0])
static const struct {
	const struct definition *rows;
	size_t n;
} tables[KINDS] = {
	[KIND_MODULE] = { ROWS(of_module) },
	[KIND_PROGRAMME] = { ROWS(of_programme) },
	[KIND_COMPETENCE] = { ROWS(of_competence) },
	[KIND_PEOPLE] = { ROWS(of_people) },
};

static const struct definition counted[] = {
	{ NULL, "Learners {home}." },
	{ NULL, "{homes}" },
	{ NULL, "A fact is the content of an event: learner, module, type, time and result. Events "
		"with the same content are one fact, whichever platform sent them. A fact stands "
		"unless a voided event takes it back." },
	{ "enrolment", "To be enrolled is not to do something: enrolments count in enrolment and "
		       "not_started alone, and where it is asked who has withdrawn." },
	{ NULL, "As of {day}: {time}." },
};

static bool has_minutes(const struct definition_of *of)
{
	return of->has.minutes;
}

static bool has_reported(const struct definition_of *of)
{
	return of->has.reported;
}

static bool has_enrolled(const struct definition_of *of)
{
	return of->has.enrolled;
}

static bool has_moves(const struct definition_of *of)
{
	return of->catalogue->programmes[subject_index(of->subject)].profile != PROFILE_UNSAID;
}

static bool has_targets(const struct definition_of *of)
{
	return of->region == REGION_ALL || programme_targets_shown(of) > 0;
}

/* Those that a metric has only then. */
static const struct {
	const char *figure;
	bool (*applies)(const struct definition_of *of);
} conditions[] = {
	{ "minutes", has_minutes },	 { "monthly", has_reported }, { "enrolment", has_enrolled },
	{ "not_started", has_enrolled }, { "moves", has_moves },      { "targets", has_targets },
};

static bool applies(const struct definition *definition, const struct definition_of *of)
{
	for (size_t i = 0; definition->figure && i < sizeof(conditions) / sizeof(conditions[0]);
	     i++)
		if (strcmp(conditions[i].figure, definition->figure) == 0)
			return conditions[i].applies(of);
	return true;
}

/* Written. */

static int write_words(struct msg_writer *writer, const struct definition_of *of, const char *text)
{
	char *words = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&words, &size);
	bool well = out != NULL;

	if (out)
		words_write(out, of, text);
	if (out && (ferror(out) | fclose(out)))
		well = false;
	if (well)
		msg_text(writer, (struct text){ words, size });
	free(words);
	return well ? 0 : LIFT_E_MEMORY;
}

int counted_encode(struct msg_writer *writer, const struct definition_of *of)
{
	int err = 0;

	msg_array_begin(writer);
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]) && !err; i++)
		if (applies(&counted[i], of))
			err = write_words(writer, of, counted[i].text);
	msg_array_end(writer);
	return err;
}

int definitions_encode(struct msg_writer *writer, const struct definition_of *of)
{
	enum kind kind = subject_kind(of->subject);
	int err;

	msg_array_begin(writer);
	for (size_t i = 0; i < tables[kind].n; i++) {
		const struct definition *definition = &tables[kind].rows[i];

		if (!applies(definition, of))
			continue;
		msg_map_begin(writer);
		msg_key_str(writer, "figure", definition->figure);
		msg_str(writer, "text");
		err = write_words(writer, of, definition->text);
		if (err)
			return err;
		msg_map_end(writer);
	}
	msg_array_end(writer);
	return 0;
}

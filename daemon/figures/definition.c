/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/figures/definition.h"

#include <stdlib.h>

#include "daemon/catalogue/subject.h"
#include "daemon/figures/words.h"
#include "daemon/learner/tally.h"

struct definition {
	const char *figure, *text;
};

static const struct definition of_module[] = {
	{ "started",
	  "Learners with a standing fact of {subject} that is no withdrawal: those who have "
	  "completed or been assessed have started, too. Counted from the earliest fact on." },
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
	{ "by", "started, completed and passed {by}" },
	{ "daily",
	  "How many started, completed and passed, on the local day ({timezone}) on which each "
	  "first happened; days on which nothing did are left out." },
	{ "hours", "Standing facts, not learners, by the local hour of the week ({timezone}): 168 "
		   "numbers from Monday 00:00." },
};

static const struct definition of_programme[] = {
	{ "participants",
	  "Learners at home {places} with a standing fact, dated {window}, that is no "
	  "withdrawal, in a module of the programme: {modules}." },
	{ "withdrawn",
	  "Participants who have not completed, and whose latest fact in these modules "
	  "and days is a withdrawal." },
	{ "completed",
	  "Participants who have completed {complete} in these days, since the time of "
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
	{ "by", "participants and completed {by}" },
	{ "daily", "How many became participants, with their first fact that is no withdrawal, and "
		   "completed, "
		   "by local day ({timezone}); days on which nobody did are left out." },
	{ "hours",
	  "Standing facts in these modules and days, not learners, by the local hour of the "
	  "week ({timezone}): 168 numbers from Monday 00:00." },
	{ "targets", "What the programme aims at, and how far it is; in every region together: "
		     "{targets}." },
};

static const struct definition of_competence[] = {
	{ "holders", "Learners with a grant of {subject} that holds on {day}. It is granted by: "
		     "{grants}." },
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
	  "and what is still to be trained (gap: of less n, not below 0): {requirements}." },
};

static const struct definition of_people[] = {
	{ "learners", "Learners with a standing fact that is no withdrawal in any module of the "
		      "catalogue." },
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
	const char *only_all; /* a figure of the region `all` alone */
} tables[KINDS] = {
	[KIND_MODULE] = { ROWS(of_module) },
	[KIND_PROGRAMME] = { ROWS(of_programme), .only_all = "targets" },
	[KIND_COMPETENCE] = { ROWS(of_competence) },
	[KIND_PEOPLE] = { ROWS(of_people) },
};

static const char *const counted[] = {
	"Learners {home}.",
	"A learner's home is the region that the learner's latest event gave; when it changes, all "
	"earlier facts of the learner move along. Of each attribute that is counted by, too, the "
	"latest value is used.",
	"A fact is the content of an event: learner, module, type, time and result. Events with "
	"the same content are one fact, whichever platform sent them. A fact stands unless a "
	"voided event takes it back.",
	"As of {day}: {time}.",
};

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
	enum { N = sizeof(counted) / sizeof(counted[0]) };
	int err = 0;

	msg_array(writer, N);
	for (size_t i = 0; i < N && !err; i++)
		err = write_words(writer, of, counted[i]);
	return err;
}

static bool applies(const struct definition *definition, const struct definition_of *of)
{
	const char *only_all = tables[subject_kind(of->subject)].only_all;

	return of->region == REGION_ALL || !only_all || strcmp(definition->figure, only_all) != 0;
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

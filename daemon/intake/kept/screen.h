/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screen.h - names that are kept readable, looked at before they are: does one look like a person
 * (person_like.h)? What the catalogue has, under any of its names, is nobody.
 *
 * It is asked once of each name: where it comes into the journal's dictionaries, and, where such
 * names are refused, of those that the journal has already, by number. What has been found is
 * noted, and moved to where status finds it once it is durable.
 */
#ifndef LIFTD_INTAKE_KEPT_SCREEN_H
#define LIFTD_INTAKE_KEPT_SCREEN_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/intake/kept/meant.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/persons.h"

enum { SCREEN_LOOKS = 500 /* names that the journal has, in a round: less than 0.1 ms */ };

/* What is known of the journal's names of a kind, by number: a byte for each, 0 before it is
 * asked. */
struct answers {
	uint8_t *of;
	size_t room;
};

/* The place of a number's answer; NULL: out of memory. All are 0 again. */
uint8_t *answers_at(struct answers *answers, uint32_t id);
void answers_forget(struct answers *answers);

struct screen {
	const struct catalogue *catalogue;
	struct journal *journal;
	bool strict;		 /* such names are refused */
	int year;		 /* of now */
	struct persons *persons; /* for status; NULL: it is not told */
	struct persons *noted;	 /* the same since the last commit */
	struct meant *meant;	 /* of the catalogue; NULL: not yet needed */
	struct answers looks[NAME_KINDS];
	uint32_t looked[NAME_KINDS]; /* so many of the journal's names have been looked at */
	uint64_t held[NAME_KINDS][PERSON_RULES];
	bool told; /* what is held, for status */
};

/* Borrows what it is given. LIFT_E_MEMORY. */
int screen_open(struct screen *screen, const struct catalogue *catalogue, struct journal *journal);
void screen_close(struct screen *screen);
/* Another catalogue, and its index, which changes hands (NULL: it is made when it is needed). */
void screen_switch(struct screen *screen, const struct catalogue *catalogue, struct meant *meant);
/* What has been noted holds, or has been undone, with the names that are new. */
void screen_settle(struct screen *screen, bool durable);
/* What time it is. */
void screen_set_time(struct screen *screen, int64_t utc_ms);

/* What was probably meant by a text (meant_find). */
struct text screen_meant(struct screen *screen, enum unknown_kind kind, struct text attr,
			 struct text text);

/* By which rule a text looks like a person. */
enum person_rule screen_rule(struct screen *screen, struct text text);

/* A source's name, or one that it has brought, is new in the journal. */
void screen_note(struct screen *screen, struct text source, enum name_kind kind, struct text name);

/* Where such names are refused: is one of an event's, of a stream's, or of its source's? Then
 * LIFT_E_NAME, and it is noted. */
int screen_event(struct screen *screen, const struct stream *stream, const struct event *event);
int screen_stream(struct screen *screen, struct text source, struct text stream);

/* Look at some of the names that the journal has, as long as there are some that have not been
 * looked at: are there more? */
bool screen_go_on(struct screen *screen, int64_t utc_ms);

#endif

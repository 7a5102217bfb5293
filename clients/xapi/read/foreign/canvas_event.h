/* SPDX-License-Identifier: Apache-2.0 */
/*
 * canvas_event.h - a Live Event of Canvas, in Canvas's own form, as a statement.
 *
 *   verb     VERB_CANVAS and the event's name
 *   actor    of what is about a learner, the learner: not the teacher who gave the grade. An
 *            account whose homePage is urn:instructure:canvas:user, and whose name is the id that
 *            Canvas has all over the world. Not the id of the student information system: not all
 *            events of one learner have it, and nobody must become two. It is an extension
 *   object   urn:instructure:canvas:course:ID, assignment or quiz: as Canvas names them in
 *            Caliper's form. Of other events, what they happened in
 *   parent   of an assignment and a quiz, the course
 *   result   score and points_possible as raw and max, min 0; final_score in per cent
 *   time     when it was completed or submitted, else event_time
 *   context  extensions, each VERB_CANVAS and its name: type and workflow_state of an enrolment,
 *            course_section_id, student_sis_id, context_sis_source_id and others
 *
 * Canvas gives events no id: the statement has none.
 */
#ifndef LIFT_XAPI_READ_FOREIGN_CANVAS_EVENT_H
#define LIFT_XAPI_READ_FOREIGN_CANVAS_EVENT_H

#include "clients/xapi/read/foreign/build.h"

/* One event, added to `statements`. LIFT_E_MALFORMED with the fault, LIFT_E_MEMORY. */
int canvas_take(struct build *build, const json_t *event, json_t *statements);

#endif

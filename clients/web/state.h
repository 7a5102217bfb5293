/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h - how things stand: which tick it is, how old that is, which sources are late.
 */
#ifndef LIFT_WEB_STATE_H
#define LIFT_WEB_STATE_H

#include "clients/web/web.h"

/* Take in what the picture says, and tell it to who listens. */
void web_state_take(struct web *web, const struct lift_picture_news *news);
/* Tell it again while liftd is silent, each second: who hears nothing at all must think that it is
 * lift-web that has gone. */
void web_state_remind(struct web *web);
/* Is the audience of the open plane: are its figures those of a release, and protected? */
bool web_is_open(const struct web *web);
/* What /api/v1/state says; the caller's (json_decref); NULL: there is nothing yet, or no memory. */
json_t *web_state_show(const struct web *web);

#endif

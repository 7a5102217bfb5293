/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screen.h - all of the screen: its first line, which says what it shows, what the reader is at,
 * what has just changed, and its last line, which says how old that is and who is late.
 */
#ifndef LIFT_CLI_TOP_SCREEN_H
#define LIFT_CLI_TOP_SCREEN_H

#include "clients/cli/top/view.h"

enum { SCREEN_COLUMNS_LEAST = 40, SCREEN_ROWS_LEAST = 10, SCREEN_COLUMNS = 80, SCREEN_ROWS = 24 };

/* On an empty page. `endpoint` is where the daemon is; now_ms by the clock that never goes back,
 * `waited_ms` how long the first figures have been waited for. */
void screen_show(struct page *page, const struct scene *scene, struct view *view,
		 const char *endpoint, int64_t now_ms, int64_t waited_ms);

#endif

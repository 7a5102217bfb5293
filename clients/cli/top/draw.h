/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draw.h - the terminal, by ncurses, which nobody else knows: a page goes onto it, keys come from
 * it. However the process ends, but by SIGKILL, the terminal is as it was before.
 */
#ifndef LIFT_CLI_TOP_DRAW_H
#define LIFT_CLI_TOP_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "clients/cli/top/page.h"

/* Standard input and output are a terminal. False where TERM says none that this can be shown on.
 * Handlers of signals that end the program well must be there before. */
bool draw_open(bool colour);
void draw_close(void);

void draw_size(int *ret_rows, int *ret_columns);
void draw_page(const struct page *page);

/* The next key that was pressed (keys.h); false: there is none. PRESS_NONE: one that means nothing,
 * or the size is another now. */
bool draw_key(uint32_t *ret_key);

#endif

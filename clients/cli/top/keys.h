/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - which key does what, as one table, by which keys are read and the help is written.
 *
 * A key is the character that it types, or one of PRESS_... for those that type none.
 */
#ifndef LIFT_CLI_TOP_KEYS_H
#define LIFT_CLI_TOP_KEYS_H

#include <stddef.h>
#include <stdint.h>

enum press {
	PRESS_BACKSPACE = 8,
	PRESS_TAB = 9,
	PRESS_ENTER = 10,
	PRESS_ESCAPE = 27,
	PRESS_DELETE = 127,
	PRESS_UP = 0x110000, /* beyond Unicode */
	PRESS_DOWN,
	PRESS_LEFT,
	PRESS_RIGHT,
	PRESS_PAGE_UP,
	PRESS_PAGE_DOWN,
	PRESS_HOME,
	PRESS_END,
	PRESS_BACK_TAB,
	PRESS_NONE,
};

enum action {
	ACTION_NONE,
	ACTION_UP,
	ACTION_DOWN,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_FIRST,
	ACTION_LAST,
	ACTION_INTO,
	ACTION_BACK,
	ACTION_CLEAR,	    /* back, or the filter goes */
	ACTION_NEXT_REGION, /* without leaving the page */
	ACTION_PREVIOUS_REGION,
	ACTION_TOGGLE,
	ACTION_OPEN_ALL,
	ACTION_CLOSE_ALL,
	ACTION_LIST,
	ACTION_FILTER,
	ACTION_SORT,
	ACTION_REVERSE,
	ACTION_NEXT_SUBJECT,
	ACTION_PREVIOUS_SUBJECT,
	ACTION_EVERYBODY,
	ACTION_PROGRAMMES,
	ACTION_MODULES,
	ACTION_COMPETENCES,
	ACTION_SOURCES,
	ACTION_HELP,
	ACTION_QUIT,
};

enum { KEYS_OF_ACTION = 4 };

struct key_row {
	enum action action;
	uint32_t keys[KEYS_OF_ACTION]; /* the rest are 0 */
	const char *names, *help;
};

extern const struct key_row key_rows[];
extern const size_t n_key_rows;

enum action key_action(uint32_t key);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/keys.h"

const struct key_row key_rows[] = {
	{ ACTION_UP, { PRESS_UP, 'k' }, "Up, k", "one row up" },
	{ ACTION_DOWN, { PRESS_DOWN, 'j' }, "Down, j", "one row down" },
	{ ACTION_PAGE_UP, { PRESS_PAGE_UP, 'b' }, "Page up, b", "a screen up" },
	{ ACTION_PAGE_DOWN, { PRESS_PAGE_DOWN, 'f' }, "Page down, f", "a screen down" },
	{ ACTION_FIRST, { PRESS_HOME, 'g' }, "Home, g", "to the first row" },
	{ ACTION_LAST, { PRESS_END, 'G' }, "End, G", "to the last row" },
	{ ACTION_INTO, { PRESS_ENTER, PRESS_RIGHT, 'l', '\r' }, "Enter, Right, l", "into it" },
	{ ACTION_BACK, { PRESS_LEFT, 'h' }, "Left, h", "back, or up a region" },
	{ ACTION_CLEAR, { PRESS_ESCAPE }, "Esc", "back, or end a filter" },
	{ ACTION_NEXT_REGION, { 'n' }, "n", "the next region" },
	{ ACTION_PREVIOUS_REGION, { 'N' }, "N", "the region before" },
	{ ACTION_TOGGLE, { ' ' }, "Space", "open or close a region" },
	{ ACTION_OPEN_ALL, { '+', '=' }, "+", "open all regions" },
	{ ACTION_CLOSE_ALL, { '-' }, "-", "close all regions" },
	{ ACTION_LIST, { 't' }, "t", "as a tree, or a list" },
	{ ACTION_FILTER, { '/' }, "/", "only names with ..." },
	{ ACTION_SORT, { 's' }, "s", "sort by next column" },
	{ ACTION_REVERSE, { 'r' }, "r", "the other way round" },
	{ ACTION_NEXT_SUBJECT, { PRESS_TAB }, "Tab", "the next subject" },
	{ ACTION_PREVIOUS_SUBJECT, { PRESS_BACK_TAB }, "Shift-Tab", "the one before" },
	{ ACTION_EVERYBODY, { 'e' }, "e", "everybody" },
	{ ACTION_PROGRAMMES, { 'p' }, "p", "choose a programme" },
	{ ACTION_MODULES, { 'm' }, "m", "choose a module" },
	{ ACTION_COMPETENCES, { 'c' }, "c", "choose a competence" },
	{ ACTION_SOURCES, { 'o' }, "o", "sources: late, gaps" },
	{ ACTION_HELP, { '?' }, "?", "this page" },
	{ ACTION_QUIT, { 'q' }, "q", "quit" },
};

const size_t n_key_rows = sizeof(key_rows) / sizeof(key_rows[0]);

enum action key_action(uint32_t key)
{
	for (size_t i = 0; i < n_key_rows; i++)
		for (int j = 0; j < KEYS_OF_ACTION; j++)
			if (key != 0 && key_rows[i].keys[j] == key)
				return key_rows[i].action;
	return ACTION_NONE;
}

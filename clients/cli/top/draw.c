/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/draw.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <signal.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "clients/cli/top/keys.h"

#undef columns /* of term.h */

enum { ESCAPE_MS = 25, REDRAW_KEY = 12, PAIRS_FROM = 1 };

/* What a style is: always, and with colours. */
static const struct {
	attr_t plain, coloured;
	short colour; /* -1: the terminal's own */
} styles[STYLES] = {
	[STYLE_PLAIN] = { A_NORMAL, A_NORMAL, -1 },
	[STYLE_TITLE] = { A_REVERSE, A_REVERSE, -1 },
	[STYLE_HEAD] = { A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE, -1 },
	[STYLE_DIM] = { A_NORMAL, A_DIM, -1 },
	[STYLE_STRONG] = { A_BOLD, A_BOLD, -1 },
	[STYLE_BAR] = { A_NORMAL, A_NORMAL, COLOR_CYAN },
	[STYLE_CHANGED] = { A_BOLD, A_BOLD, COLOR_YELLOW },
	[STYLE_GOOD] = { A_NORMAL, A_NORMAL, COLOR_GREEN },
	[STYLE_WARN] = { A_BOLD, A_BOLD, COLOR_RED },
	[STYLE_CURSOR] = { A_REVERSE, A_REVERSE, -1 },
};

static bool coloured;

/* A fault: the terminal is given back by what was prepared, since nothing else may be called. */
static struct termios before;
static char goodbye[256];

static void give_back(int signal)
{
	ssize_t n = write(STDOUT_FILENO, goodbye, strlen(goodbye));

	(void)n;
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	raise(signal); /* its own way, since the handler is gone */
}

static void prepare_fault(void)
{
	static const char *const ends[] = { "sgr0", "rmkx", "cnorm", "rmcup" };
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT };
	struct sigaction action = { .sa_handler = give_back,
				    .sa_flags = SA_RESETHAND | SA_NODEFER };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *text = tigetstr((char *)ends[i]);

		if (text && text != (char *)-1 &&
		    strlen(goodbye) + strlen(text) < sizeof(goodbye) - 2)
			strcat(goodbye, text);
	}
	strcat(goodbye, "\n");
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigaction(faults[i], &action, NULL);
}

static void prepare_colours(bool colour)
{
	coloured = colour && has_colors() && start_color() == OK && use_default_colors() == OK &&
		   COLOR_PAIRS > PAIRS_FROM + STYLES;
	for (short i = 0; coloured && i < STYLES; i++)
		init_pair(PAIRS_FROM + i, styles[i].colour, -1);
}

/* Asked before newterm, which does not tidy up where it fails. */
static bool is_known(void)
{
	int err;

	if (setupterm(NULL, STDOUT_FILENO, &err) != OK)
		return false;
	del_curterm(cur_term);
	return true;
}

bool draw_open(bool colour)
{
	if (tcgetattr(STDIN_FILENO, &before) != 0 || !is_known() || !newterm(NULL, stdout, stdin))
		return false;
	prepare_fault();
	prepare_colours(colour);
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	return true;
}

void draw_close(void)
{
	endwin();
}

void draw_size(int *ret_rows, int *ret_columns)
{
	getmaxyx(stdscr, *ret_rows, *ret_columns);
}

static void put_cell(int row, int column, const struct cell *cell)
{
	wchar_t text[CELL_CODES + 1] = { 0 };
	attr_t attributes = coloured ? styles[cell->style].coloured : styles[cell->style].plain;
	short pair = coloured ? PAIRS_FROM + cell->style : 0;
	cchar_t character;

	for (int i = 0; i < CELL_CODES; i++)
		text[i] = (wchar_t)cell->code[i];
	if (text[0] && setcchar(&character, text, attributes, pair, NULL) == OK)
		mvadd_wch(row, column, &character);
}

void draw_page(const struct page *page)
{
	erase();
	for (int row = 0; page->cells && row < page->rows; row++)
		for (int column = 0; column < page->columns; column++)
			put_cell(row, column, &page->cells[row * page->columns + column]);
	refresh();
}

bool draw_key(uint32_t *ret_key)
{
	static const struct {
		wint_t code;
		uint32_t key;
	} keys[] = {
		{ KEY_UP, PRESS_UP },	      { KEY_DOWN, PRESS_DOWN },
		{ KEY_LEFT, PRESS_LEFT },     { KEY_RIGHT, PRESS_RIGHT },
		{ KEY_PPAGE, PRESS_PAGE_UP }, { KEY_NPAGE, PRESS_PAGE_DOWN },
		{ KEY_HOME, PRESS_HOME },     { KEY_END, PRESS_END },
		{ KEY_BTAB, PRESS_BACK_TAB }, { KEY_BACKSPACE, PRESS_BACKSPACE },
		{ KEY_ENTER, PRESS_ENTER },   { KEY_DC, PRESS_DELETE },
	};
	wint_t code;
	int result = get_wch(&code);

	*ret_key = PRESS_NONE;
	if (result == ERR)
		return false;
	if (result == OK) {
		if (code == REDRAW_KEY)
			clearok(curscr, TRUE);
		*ret_key = code == '\r' ? PRESS_ENTER : (uint32_t)code;
		return true;
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].code == code)
			*ret_key = keys[i].key;
	return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/gateway/program.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

#include "clients/http/password.h"

enum { EXIT_USAGE = 2 };

void program_no_core(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

int program_complain(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry '%s --help'.\n", program_invocation_short_name);
	return EXIT_USAGE;
}

/* Passwords. */

/* A line without its end; false: there is none, or it is too long. */
static bool read_line(char *to, size_t room)
{
	struct termios usual, silent;
	bool is_terminal = tcgetattr(STDIN_FILENO, &usual) == 0;
	bool is_read;

	if (is_terminal) {
		silent = usual;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		fputs("New password: ", stderr);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	}
	setvbuf(stdin, NULL, _IONBF, 0); /* no copy of it in a buffer */
	is_read = fgets(to, (int)room, stdin) != NULL;
	if (is_terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
		fputc('\n', stderr);
	}
	if (is_read)
		to[strcspn(to, "\r\n")] = 0;
	return is_read;
}

int program_print_password(void)
{
	char password[PASSWORD_MAX + 3] = "", hash[PASSWORD_HASH_MAX];
	int err = read_line(password, sizeof(password)) ? 0 : LIFT_E_VALUE;

	if (!err)
		err = password_hash(text_of(password), hash);
	sodium_memzero(password, sizeof(password));
	if (err) {
		fprintf(stderr,
			err == LIFT_E_VALUE ? "%s: a password has %d to %d bytes\n"
					    : "%s: out of memory (%d, %d)\n",
			program_invocation_short_name, PASSWORD_MIN, PASSWORD_MAX);
		return EXIT_FAILURE;
	}
	if (isatty(STDIN_FILENO))
		fputs("Behind `password:` in the configuration, in quotes:\n", stderr);
	puts(hash);
	return EXIT_SUCCESS;
}

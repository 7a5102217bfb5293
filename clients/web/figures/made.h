/* SPDX-License-Identifier: Apache-2.0 */
/*
 * made.h - the body of an answer, as it was made.
 */
#ifndef LIFT_WEB_FIGURES_MADE_H
#define LIFT_WEB_FIGURES_MADE_H

#include <stdbool.h>
#include <stddef.h>

struct made {
	const char *type; /* of the body, a text of the program's */
	const char
		*encoding;   /* of the body, where it is no matter of ours; NULL: we may press it */
	const char *caching; /* Cache-Control; NULL: it is to be asked about each time */
	const char *vary;    /* NULL: by Accept-Encoding alone */
	char file[80];	     /* it is a download of this name; empty: it is none */
	char *body;	     /* the answer's own: free() */
	size_t size;
};

/* The body with gzip, the caller's; NULL: it would not be shorter, or there is no memory. */
char *made_pressed(const struct made *made, size_t *ret_size);
/* Does an Accept-Encoding take gzip? NULL: there is none. */
bool made_takes_gzip(const char *accepted);
/* Press it beforehand, for a client that takes gzip. */
void made_press(struct made *made);

#endif

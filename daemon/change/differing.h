/* SPDX-License-Identifier: Apache-2.0 */
/*
 * differing.h - rows of what one catalogue has and another has not, as they are found.
 */
#ifndef LIFTD_CHANGE_DIFFERING_H
#define LIFTD_CHANGE_DIFFERING_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/change/change.h"

extern const char change_comes[], change_goes_away[], change_changes[];

/* Two catalogues, and what has been found; `from` and `to` change places, so that what comes and
 * what goes is one question. */
struct differing {
	const struct catalogue *from, *to;
	const char *how; /* is what `from` has and `to` has not */
	struct changes *changes;
};

/* Something comes or goes; so does something of something. */
void row_add(const struct differing *d, const char *what, const char *id);
void row_add_of(const struct differing *d, const char *what, const char *id, const char *of_what,
		const char *of);

/* Keys of something that are not what they were: "name, pass_mark"; and a row, if there are any. */
enum { KEYS_MAX = 240 /* bytes */ };
struct keys {
	char text[KEYS_MAX];
	size_t size;
};
void key_differs(struct keys *keys, const char *key, bool differs);
void row_add_changed(const struct differing *d, const char *what, const char *id,
		     const struct keys *keys);

bool texts_same(const char *a, const char *b);
bool labels_same(const struct label *a, const struct label *b);

/* Conditions name dimensions and values, whose numbers are each catalogue's own. */
bool where_same(const struct differing *d, const struct where *a, const struct where *b);

/* A row for each alias that others have not. */
void differ_aliases(const struct differing *d, const char *of_what, const char *of,
		    const char *const *aliases, uint32_t n, const char *const *others,
		    uint32_t n_others);

/* Rows of programmes and their targets; of what changes in them where it is asked for. */
void differ_programmes(const struct differing *d, bool changes);

#endif

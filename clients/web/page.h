/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.h - the page's files, as its build has made them: read at the start, with those that are
 * pressed already (.gz) beside them.
 */
#ifndef LIFT_WEB_PAGE_H
#define LIFT_WEB_PAGE_H

#include "clients/http/http.h"

struct page;

/* On failure why, in a sentence: LIFT_E_IO, LIFT_E_TOO_MANY, LIFT_E_MEMORY. */
int web_page_load(const char *directory, struct page **ret_page, char ret_why[static 400]);
void web_page_free(struct page *page);
/* Answer with the file of this path ("/" is index.html, as is what has no point): false: none. */
bool web_page_answer(const struct page *page, struct http_exchange *exchange, const char *path);

#endif

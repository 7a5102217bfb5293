/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printer.h - a thread that makes long answers, one after the other, while the loop goes on.
 */
#ifndef LIFT_WEB_FIGURES_PRINTER_H
#define LIFT_WEB_FIGURES_PRINTER_H

#include "clients/http/http.h"
#include "clients/web/figures/print.h"

struct printer;

struct printer *printer_new(void); /* NULL: no thread, or out of memory */
void printer_free(struct printer *printer);
int printer_fd(const struct printer *printer); /* readable: printer_next */
/* Take it over, for somebody who waits; false: there are too many. */
bool printer_add(struct printer *printer, struct print *print, struct http_exchange *exchange);
/* Is one of this key, of the same figures, being made, or soon will be? */
bool printer_has(struct printer *printer, const char *key, uint64_t change);
/* One that is made, the caller's; NULL: none is. */
struct print *printer_next(struct printer *printer, struct http_exchange **ret_exchange);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/routes.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "clients/web/api.h"

enum { DATED_MAX = 256 }; /* requests that wait for days, and long answers */

struct route {
	const char *path;
	api_fn *answer;
};

/* All other paths are the page's. */
static const struct route routes[] = {
	{ "/api/v1/state", api_state },
	{ "/api/v1/catalogue", api_catalogue },
	{ "/api/v1/figures", api_figures },
	{ "/api/v1/figures.csv", api_figures },
	{ "/api/v1/figures.xlsx", api_figures },
	{ "/api/v1/releases", api_releases },
	{ "/api/v1/events", api_events },
	{ "/api/v1/outlines", api_outlines },
	{ "/metrics", api_metrics },
};

static const struct route *find_route(const char *path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	return NULL;
}

static void answer_page(struct web *web, struct http_exchange *exchange)
{
	const char *path = http_path(exchange);

	if (strcmp(path, "/api/v1/openapi.json") == 0)
		path = "/openapi.json";
	else if (strncmp(path, "/api/", 5) == 0)
		path = "/.";
	if (!web_page_answer(web->page, exchange, path))
		web_answer_problem(exchange, 404, 0,
				   "there is nothing here: /api/v1/openapi.json says "
				   "what there is");
}

static void keep_waiting(struct waiting **list, struct http_exchange *exchange, const char *name)
{
	struct waiting *waiting = malloc(sizeof(*waiting));

	if (!waiting) {
		web_answer_problem(exchange, 503, 1, "out of memory");
		return;
	}
	*waiting = (struct waiting){ .next = *list, .exchange = exchange };
	snprintf(waiting->name, sizeof(waiting->name), "%s", name);
	*list = waiting;
}

/* Whoever asks may have it. */
static void admit(struct web *web, struct http_exchange *exchange)
{
	const struct route *route = find_route(http_path(exchange));

	if (!route) {
		answer_page(web, exchange);
	} else if (route->answer(web, exchange) == API_WAITS) {
		/* Each is kept until that comes, also where its client has gone. */
		if (web->n_dated >= DATED_MAX) {
			web_answer_problem(exchange, 503, 2,
					   "too many are waiting for answers that take long");
			return;
		}
		web->n_dated++;
		keep_waiting(&web->dated, exchange, "");
	}
}

static void go_on(struct web *web)
{
	struct waiting *list = web->dated;

	web->dated = NULL;
	web->n_dated = 0;
	while (list) {
		struct waiting *waiting = list;

		list = waiting->next;
		admit(web, waiting->exchange);
		free(waiting);
	}
}

void web_routes_days(struct web *web)
{
	days_take(web->days);
	go_on(web);
}

void web_routes_printed(struct web *web)
{
	api_figures_printed(web);
	go_on(web);
	web->printed = 0;
}

/* Who it is. */

static void turn_away(struct web *web, struct http_exchange *exchange)
{
	if (gateway_log_allowed(&web->stranger_limit, web->steady_ms, 10000))
		gateway_log(GATEWAY_LOG_WARNING, "a request was not answered: status=401");
	web_answer_problem(exchange, 401, 0, "a name and its password are needed");
}

/* A page of another host can make a browser ask this machine, under a name of its own that it lets
 * point here: where nobody is asked who he is, only this machine's own names are answered. */
static bool is_named_here(const struct http_exchange *exchange)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };
	const char *host = http_header(exchange, "Host");

	for (size_t i = 0; host && i < sizeof(names) / sizeof(names[0]); i++) {
		size_t size = strlen(names[i]);

		if (strncasecmp(host, names[i], size) == 0 &&
		    (host[size] == 0 || host[size] == ':'))
			return true;
	}
	return http_by_proxy(exchange);
}

/* NULL: it does not say, or says it twice: one of them may be the client's own. */
static const char *name_by_proxy(const struct web *web, const struct http_exchange *exchange)
{
	const char *header = web->config->user_header;
	const char *user =
		header && http_by_proxy(exchange) ? http_header_alone(exchange, header) : NULL;

	return user && *user ? user : NULL;
}

static void ask(struct web *web, struct http_exchange *exchange)
{
	const char *header = http_header(exchange, "Authorization");
	char name[WEB_USER_NAME_MAX + 1] = "", password[PASSWORD_MAX + 1] = "";
	enum password_verdict verdict = PASSWORD_WRONG;
	int retry_s = 1;

	if (header && web->config->n_users && password_of_basic(header, name, password))
		verdict = passwords_ask(web->passwords, text_of(name), text_of(password),
					web_config_password(web->config, name), http_peer(exchange),
					web->steady_ms, exchange, &retry_s);
	sodium_memzero(password, sizeof(password));
	switch (verdict) {
	case PASSWORD_RIGHT:
		http_go_on(exchange, name);
		break;
	case PASSWORD_WAIT:
		keep_waiting(&web->asked, exchange, name);
		break;
	case PASSWORD_FULL:
		web_answer_problem(
			exchange, 429, retry_s,
			"too many passwords are being looked at, or were wrong: try again "
			"in %d s",
			retry_s);
		break;
	default:
		turn_away(web, exchange);
	}
}

void web_routes_passwords(struct web *web)
{
	void *with;
	bool is_right;

	while (passwords_next(web->passwords, web->steady_ms, &with, &is_right)) {
		struct waiting **at = &web->asked, *waiting;

		while (*at && (*at)->exchange != with)
			at = &(*at)->next;
		waiting = *at;
		if (!waiting)
			continue;
		*at = waiting->next;
		if (is_right)
			http_go_on(waiting->exchange, waiting->name);
		else
			turn_away(web, waiting->exchange);
		free(waiting);
	}
}

/* The server's calls. */

void web_routes_head(void *context, struct http_exchange *exchange)
{
	struct web *web = context;
	const struct web_config *config = web->config;
	const char *method = http_method(exchange), *user = name_by_proxy(web, exchange);
	char name[HTTP_WHO_MAX];

	snprintf(name, sizeof(name), "%s", user ? user : "");
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		web_answer_problem(exchange, 405, 0, "only GET and HEAD are answered");
	else if (user)
		http_go_on(exchange, name);
	else if (config->n_users)
		ask(web, exchange);
	else if (config->user_header)
		web_answer_problem(exchange, 403, 0, "the reverse proxy does not say who this is");
	else if (!config->anyone && !is_named_here(exchange))
		web_answer_problem(exchange, 403, 0,
				   "this is for readers on its own machine, as localhost: "
				   "lift-web.yaml(5) says how others may read");
	else
		http_go_on(exchange, config->anyone ? NULL : "local");
}

void web_routes_request(void *context, struct http_exchange *exchange)
{
	admit(context, exchange);
}

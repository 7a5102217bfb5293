/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/routes.h"

#include <sodium.h>
#include <stdio.h>

#include "clients/xapi/answer.h"
#include "clients/xapi/read/body.h"
#include "clients/xapi/read/format.h"
#include "clients/xapi/status.h"

enum { AUTHORIZATION_MAX = 600 };

enum what {
	WHAT_WORK,   /* it brings statements */
	WHAT_STATUS, /* a platform asks about itself */
	WHAT_ABOUT,
	WHAT_CLOSED, /* it is part of an LRS, and not of this one */
};

struct route {
	const char *method, *path; /* a path that ends with a slash: and whatever is behind it */
	enum what what;
	enum work_form form;
	bool has_version; /* the header X-Experience-API-Version is needed */
	unsigned status;  /* closed: the answer, and why */
	const char *why;
};

static const char write_only[] =
	"this gateway takes statements and hands none out: figures are at liftd's dashboards";
static const char no_documents[] =
	"this gateway keeps no documents of activities and agents, only statements";

static const struct route routes[] = {
	{ "POST", "/xapi/statements", WHAT_WORK, FORM_POST, true, 0, NULL },
	{ "PUT", "/xapi/statements", WHAT_WORK, FORM_PUT, true, 0, NULL },
	{ "GET", "/xapi/statements", WHAT_CLOSED, 0, false, 403, write_only },
	{ "GET", "/xapi/about", WHAT_ABOUT, 0, false, 0, NULL },
	{ "GET", "/xapi/activities/", WHAT_CLOSED, 0, false, 404, no_documents },
	{ "GET", "/xapi/agents/", WHAT_CLOSED, 0, false, 404, no_documents },
	{ "*", "/xapi/activities/", WHAT_CLOSED, 0, false, 403, no_documents },
	{ "*", "/xapi/agents/", WHAT_CLOSED, 0, false, 403, no_documents },
	{ "POST", "/caliper", WHAT_WORK, FORM_CALIPER, false, 0, NULL },
	{ "POST", "/canvas", WHAT_WORK, FORM_CANVAS, false, 0, NULL },
	{ "POST", "/canvas/", WHAT_WORK, FORM_CANVAS, false, 0, NULL },
	{ "GET", "/status", WHAT_STATUS, FORM_STATUS, false, 0, NULL },
};

/* Behind the prefix of the configuration; NULL: it is not there. */
static const char *own_path(const struct gateway *gateway, const struct http_exchange *exchange)
{
	const char *path = http_path(exchange), *prefix = gateway->config->path;
	size_t size = strlen(prefix);

	return strncmp(path, prefix, size) == 0 ? path + size : NULL;
}

static bool path_is(const char *path, const char *route)
{
	size_t size = strlen(route);

	if (strncmp(path, route, size - (route[size - 1] == '/')) != 0)
		return false;
	path += size - (route[size - 1] == '/');
	if (route[size - 1] == '/') /* "/canvas/" is /canvas itself; /canvas/x is not */
		return *path == 0 || *path == '/';
	return *path == 0 || strcmp(path, "/") == 0;
}

static const struct route *find_route(const struct gateway *gateway,
				      const struct http_exchange *exchange, bool *ret_is_there)
{
	const char *path = own_path(gateway, exchange), *method = http_method(exchange);

	*ret_is_there = false;
	for (size_t i = 0; path && i < sizeof(routes) / sizeof(routes[0]); i++) {
		const char *wanted = routes[i].method;

		if (!path_is(path, routes[i].path))
			continue;
		*ret_is_there = true;
		if (strcmp(wanted, "*") == 0 || strcmp(wanted, method) == 0 ||
		    (strcmp(wanted, "GET") == 0 && strcmp(method, "HEAD") == 0))
			return &routes[i];
	}
	return NULL;
}

/* Canvas cannot log in: the platform is in the address, and what it sends is signed. */
static const char *signer_of(const struct gateway *gateway, const struct http_exchange *exchange)
{
	const char *path = own_path(gateway, exchange);
	const size_t before = strlen("/canvas/");

	return path && strncmp(path, "/canvas/", before) == 0 && path[before] ? path + before
									      : NULL;
}

/* Whoever has to be helped looks into the log: which request was not taken, and why. What anybody
 * can trigger has a limit of its own, so that it hides nothing of those who have logged in. */
static void log_stranger(struct gateway *gateway, const char *platform, unsigned status,
			 const char *why)
{
	if (gateway_log_allowed(&gateway->stranger_limit, gateway->steady_ms, 10000))
		gateway_log(GATEWAY_LOG_WARNING,
			    "a request was not taken: platform=%s status=%u reason=\"%s\"",
			    platform ? platform : "unknown", status, why);
}

/* The head. */

static unsigned check_version(struct http_exchange *exchange, char why[static 400])
{
	struct fault fault = { .status = 400 };
	enum xapi_version version;

	if (!xapi_version_of(http_header(exchange, "X-Experience-API-Version"), &version, &fault))
		return 0;
	snprintf(why, 400, "X-Experience-API-Version: %s", fault.text);
	return 400;
}

static unsigned check_work(const struct route *route, struct http_exchange *exchange,
			   const char *signer, char why[static 400])
{
	const char *id = http_query(exchange, "statementId");

	if (!signer && !http_header(exchange, "Authorization")) {
		snprintf(why, 400,
			 "who are you? Basic authentication is needed, with the name and the "
			 "password of a platform");
		return 401;
	}
	if (route->form == FORM_POST && http_query(exchange, "method")) {
		snprintf(why, 400,
			 "the alternate request syntax (?method=) is not taken here: send the "
			 "request itself");
		return 400;
	}
	if (route->form == FORM_PUT && !(id && FORMAT_UUID.is(text_of(id)))) {
		snprintf(why, 400, "PUT needs ?statementId=, the id of the statement: %s",
			 FORMAT_UUID.expected);
		return 400;
	}
	return route->has_version ? check_version(exchange, why) : 0;
}

/* Who it is. */

/* Its body is read now, and then it comes again. */
static void let_in(struct work *work)
{
	http_go_on(work->exchange, work->signed_only ? NULL : work->platform);
	work_free(work);
}

static void admit(struct gateway *gateway, struct work *work)
{
	if (work->form == FORM_STATUS) {
		answer_json(work->exchange, 200, status_show(gateway, work->platform));
		work_free(work);
		return;
	}
	work->next = NULL;
	*gateway->pending_end = work;
	gateway->pending_end = &work->next;
	gateway->n_pending++;
}

static void turn_away(struct gateway *gateway, struct work *work)
{
	struct platform_counts *counts =
		xapi_config_platform(gateway->config, text_of(work->platform))
			? counts_of(&gateway->counts, work->platform)
			: NULL;

	/* The log alone tells which of the two it is. A name that is not known is not repeated: it
	 * may be a password that was typed into the wrong field. */
	log_stranger(gateway, counts ? work->platform : NULL, 401,
		     !counts		 ? "no platform of the configuration has this name"
		     : work->signed_only ? "it has no `jwks`, and did not log in"
					 : "this is not its password");
	work_fail(work, 401, 0, "no platform has this name and password");
	if (counts)
		work_count(work, counts, gateway->now_ms);
	answer_work(work);
	work_free(work);
}

/* A name and a password: as Basic has them, or behind `Bearer`, where that is all that a platform
 * can send. */
static bool take_credentials(const struct http_exchange *exchange, char name[static 65],
			     char password[static PASSWORD_MAX + 1])
{
	const char *header = http_header(exchange, "Authorization");
	char basic[AUTHORIZATION_MAX];
	bool right;

	if (!header)
		return false;
	if (strncasecmp(header, "Bearer ", 7) == 0) {
		snprintf(basic, sizeof(basic), "Basic %s", header + 7);
		header = basic;
	}
	right = password_of_basic(header, name, password);
	sodium_memzero(basic, sizeof(basic));
	return right;
}

static void ask(struct gateway *gateway, struct work *work)
{
	const struct xapi_platform *platform;
	char password[PASSWORD_MAX + 1] = "";
	enum password_verdict verdict = PASSWORD_WRONG;
	int retry_s = 1;

	if (take_credentials(work->exchange, work->platform, password)) {
		platform = xapi_config_platform(gateway->config, text_of(work->platform));
		verdict = passwords_ask(gateway->passwords, text_of(work->platform),
					text_of(password), platform ? platform->password : NULL,
					http_peer(work->exchange), gateway->steady_ms, work,
					&retry_s);
	}
	sodium_memzero(password, sizeof(password));
	switch (verdict) {
	case PASSWORD_RIGHT:
		let_in(work);
		break;
	case PASSWORD_WAIT:
		work->next = gateway->asked;
		gateway->asked = work;
		break;
	case PASSWORD_FULL:
		answer_problem(work->exchange, 429, retry_s,
			       "too many passwords are being looked at, or were wrong: try again "
			       "in %d s",
			       retry_s);
		work_free(work);
		break;
	default:
		turn_away(gateway, work);
	}
}

static bool may_sign(const struct gateway *gateway, const char *signer)
{
	const struct xapi_platform *platform =
		xapi_config_platform(gateway->config, text_of(signer));

	return platform && platform->jwks;
}

void routes_passwords(struct gateway *gateway)
{
	void *with;
	bool is_right;

	while (passwords_next(gateway->passwords, gateway->steady_ms, &with, &is_right)) {
		for (struct work **at = &gateway->asked; *at; at = &(*at)->next)
			if (*at == with) {
				*at = (*at)->next;
				break;
			}
		if (is_right)
			let_in(with);
		else
			turn_away(gateway, with);
	}
}

/* A request of somebody; NULL: out of memory, which is answered. */
static struct work *begin(struct http_exchange *exchange, const struct route *route,
			  const char *who, bool signed_only)
{
	struct work *work = work_new();

	if (!work) {
		answer_problem(exchange, 503, 1, "out of memory");
		return NULL;
	}
	work->exchange = exchange;
	work->form = route->form;
	work->signed_only = signed_only;
	snprintf(work->platform, sizeof(work->platform), "%s", who ? who : "");
	return work;
}

/* At its head, so that nobody fills the memory with a body whose password is wrong. */
static void ask_who(struct gateway *gateway, struct http_exchange *exchange,
		    const struct route *route)
{
	const char *signer = signer_of(gateway, exchange);
	bool signs = signer && !http_header(exchange, "Authorization");
	struct work *work = begin(exchange, route, signs ? signer : NULL, signs);

	if (work && !signs)
		ask(gateway, work);
	else if (work && may_sign(gateway, signer))
		let_in(work);
	else if (work)
		turn_away(gateway, work);
}

void routes_head(void *context, struct http_exchange *exchange)
{
	struct gateway *gateway = context;
	bool is_there;
	const struct route *route = find_route(gateway, exchange, &is_there);
	char why[400] = "";
	unsigned status = 0;

	if (!route) {
		status = is_there ? 405 : 404;
		snprintf(why, sizeof(why), "%s",
			 is_there ? "not by this method"
				  : "there is nothing here: statements go to /xapi/statements, "
				    "Caliper's to /caliper, Canvas's to /canvas");
	} else if (route->what == WHAT_CLOSED) {
		status = route->status;
		snprintf(why, sizeof(why), "%s", route->why);
	} else if (route->what != WHAT_ABOUT) {
		status = check_work(route, exchange, signer_of(gateway, exchange), why);
	}
	if (status) {
		log_stranger(gateway, NULL, status, why);
		answer_problem(exchange, status, 0, "%s", why);
	} else if (route->what == WHAT_ABOUT) {
		http_go_on(exchange, NULL);
	} else {
		ask_who(gateway, exchange, route);
	}
}

/* The whole of it. */

static void take(struct gateway *gateway, struct http_exchange *exchange, const struct route *route)
{
	const char *who = http_who(exchange), *signer = signer_of(gateway, exchange);
	struct work *work = begin(exchange, route, who ? who : signer, !who);

	if (!work)
		return;
	/* Since its head there may have been a reload. */
	if (work->signed_only ? may_sign(gateway, work->platform)
			      : xapi_config_platform(gateway->config, text_of(who)) != NULL)
		admit(gateway, work);
	else
		turn_away(gateway, work);
}

void routes_request(void *context, struct http_exchange *exchange)
{
	struct gateway *gateway = context;
	bool is_there;
	const struct route *route = find_route(gateway, exchange, &is_there);

	if (!route || route->what == WHAT_CLOSED) /* the head has been answered */
		answer_problem(exchange, 404, 0, "there is nothing here");
	else if (route->what == WHAT_ABOUT)
		answer_json(exchange, 200, status_about());
	else
		take(gateway, exchange, route);
}

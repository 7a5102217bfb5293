/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a client, over a real socket, to all that lift-web answers, of figures that never
 * change: whatever is asked, an answer is HTTP, each that says it is JSON is, and nothing is left
 * of one who has gone. The first byte says where the client pauses.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clients/web/routes.h"
#include "clients/web/state.h"
#include "tests/fuzz/fuzz.h"

enum { LONG_MS = 600000, ROUNDS_MAX = 100000, ANSWER_MAX = 1 << 20 };

/* The figures, in place of a daemon's. */

static const char catalogue_text[] =
	"{\"timezone\":\"Europe/Oslo\",\"regions\":[{\"code\":\"18\",\"name\":\"Nordland\","
	"\"level\":\"county\",\"parents\":[]},{\"code\":\"1833\",\"name\":\"Rana \\\"by\\\"\","
	"\"level\":\"municipality\",\"parents\":[\"18\"],\"label\":{\"nb\":\"Rana\",\"en\":7}}],"
	"\"modules\":[{\"id\":\"a/b.c\",\"name\":\"A, \\\"b\\\"\\nc\",\"grants\":[]}],"
	"\"programmes\":[],\"competences\":[]}";
static const char metrics_text[] =
	"{\"started\":12,\"completed\":9,\"learners\":3,\"completion_rate\":{\"n\":9,\"of\":12,"
	"\"value\":0.75},\"by\":{\"role\":{\"nurse.night\":{\"started\":8},\"=cmd()\":{}}},"
	"\"daily\":[[\"2025-10-13\",5,2,2]],\"coverage\":null,\"levels\":{\"1\":2},\"targets\":"
	"[{\"measure\":\"hours\",\"where\":{\"role\":\"a\\\"b\"},\"n\":1,\"of\":null}],"
	"\"requirements\":[{\"level\":1,\"where\":{},\"n\":0,\"of\":null,\"gap\":null}]}";
static const char *const topics[] = { "metric/18/people/all", "metric/1833/module/a/b.c",
				      "metric/1833/programme/p", "metric/18/competence/c" };

static json_t *made(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);

	REQUIRE(json);
	return json;
}

const json_t *lift_picture_find(const struct lift_picture *picture, const char *topic)
{
	static json_t *catalogue;

	(void)picture;
	if (!catalogue)
		catalogue = made(catalogue_text);
	return strcmp(topic, "catalogue") == 0 ? catalogue : NULL;
}

static const json_t *body_of_all(void)
{
	static json_t *body;

	if (!body)
		body = json_pack("{s:o, s:[s]}", "metrics", made(metrics_text), "sources",
				 "moodle");
	return body;
}

int lift_picture_each(const struct lift_picture *picture, const char *beginning,
		      lift_message_fn *fn, void *context)
{
	int err = 0;

	(void)picture, (void)beginning;
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]) && !err; i++)
		err = fn(context, topics[i], body_of_all());
	return err;
}

/* Each day is first waited for. */
enum days_verdict days_ask(struct days *days, const struct day_wish *wish, int64_t now_ms,
			   const struct day **ret_day)
{
	static struct day day;
	static bool is_here;

	(void)days, (void)now_ms;
	if (!day.rows)
		day.rows = json_pack("[{s:s, s:s, s:s, s:o}]", "region", "18", "kind", "people",
				     "id", "all", "metrics", made(metrics_text));
	day.wish = *wish;
	day.state = DAY_HERE;
	snprintf(day.as_of, sizeof(day.as_of), "%s", wish->day);
	*ret_day = &day;
	is_here = !is_here;
	return is_here ? DAYS_WAIT : DAYS_HERE;
}

void days_take(struct days *days)
{
	(void)days;
}

/* The gateway. */

static struct page *page_of_one_file(void)
{
	char dir[] = "/tmp/web_fuzz.XXXXXX", path[64], why[400];
	struct page *page;
	FILE *file;

	REQUIRE(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/index.html", dir);
	file = fopen(path, "w");
	REQUIRE(file && fputs("<!doctype html>", file) >= 0 && fclose(file) == 0);
	REQUIRE(web_page_load(dir, &page, why) == 0);
	unlink(path);
	rmdir(dir);
	return page;
}

static struct web *gateway(void)
{
	static const struct http_limits patient = { .head_ms = LONG_MS,
						    .body_ms = LONG_MS,
						    .idle_ms = LONG_MS,
						    .answer_ms = LONG_MS,
						    .send_ms = LONG_MS };
	static struct web web;
	struct yaml_errors errors = { .file = "f" };

	if (web.http)
		return &web;
	REQUIRE(sodium_init() >= 0);
	REQUIRE(web_config_parse(
			text_of("anyone: yes\nmetrics: {series_max: 40, kinds: [people, programme, "
				"competence, module]}\n"),
			"f", &errors, &web.config) == 0);
	web.page = page_of_one_file();
	web.feed = feed_new();
	web.answers = web_answers_new();
	web.printer = printer_new();
	web.standing.is_whole = true;
	web.standing.beat = made("{\"epoch\":1,\"time\":1760428800012,\"as_of\":\"2025-10-14\","
				 "\"complete\":true,\"sources\":[{\"source\":\"moodle\","
				 "\"last_event\":null,\"last_received\":1,\"missing\":0}]}");
	REQUIRE(web.feed && web.answers);
	REQUIRE(http_open(&(struct http_options){ .listen = "127.0.0.1:0",
						  .limits = patient,
						  .head = web_routes_head,
						  .request = web_routes_request,
						  .context = &web },
			  &web.http) == 0);
	return &web;
}

struct heard {
	char bytes[ANSWER_MAX + 1];
	size_t n;
};

static void run_all(struct web *web, int client, struct heard *heard)
{
	int i = 0;

	for (struct pollfd fd = { .fd = http_fd(web->http), .events = POLLIN };
	     poll(&fd, 1, 0) > 0 || http_timeout_ms(web->http) == 0; i++) {
		ssize_t n;

		REQUIRE(i < ROUNDS_MAX);
		http_run(web->http);
		web_routes_days(web);
		while ((n = recv(client, heard->bytes + heard->n, ANSWER_MAX - heard->n,
				 MSG_DONTWAIT)) > 0)
			heard->n += heard->n + (size_t)n < ANSWER_MAX ? (size_t)n : 0;
	}
}

/* The first answer, where the whole of it is there. */
static void check_heard(struct heard *heard)
{
	char *end, *length;
	size_t size;

	heard->bytes[heard->n] = 0;
	if (heard->n == 0)
		return;
	REQUIRE(strncmp(heard->bytes, "HTTP/1.1 ", 9) == 0);
	end = strstr(heard->bytes, "\r\n\r\n");
	if (!end)
		return;
	*end = 0;
	length = strcasestr(heard->bytes, "\nContent-Length: ");
	size = length ? strtoul(length + 17, NULL, 10) : 0;
	if (size && strcasestr(heard->bytes, "application/json") &&
	    !strcasestr(heard->bytes, "gzip") && end + 4 + size == heard->bytes + heard->n) {
		json_t *json = json_loadb(end + 4, size, 0, NULL);

		REQUIRE(json);
		json_decref(json);
	}
}

static void tick(struct web *web)
{
	json_t *state = web_state_show(web);

	REQUIRE(state);
	web->standing.tick++;
	feed_tell(web->feed, state, NULL);
	json_decref(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct heard heard;
	struct web *web = gateway();
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = htons(http_port(web->http)) };
	struct linger at_once = { 1, 0 };
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t pause;

	REQUIRE(client >= 0);
	heard.n = 0;
	if (size > 0) {
		pause = (size - 1) * data[0] / 256;
		REQUIRE(connect(client, (struct sockaddr *)&to, sizeof(to)) == 0);
		run_all(web, client, &heard);
		send(client, data + 1, pause, MSG_NOSIGNAL);
		run_all(web, client, &heard);
		tick(web);
		send(client, data + 1 + pause, size - 1 - pause, MSG_NOSIGNAL);
		run_all(web, client, &heard);
		tick(web);
		run_all(web, client, &heard);
		check_heard(&heard);
	}
	setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(client);
	http_end_streams(web->http); /* which would be looked at only now and then */
	run_all(web, -1, &heard);
	REQUIRE(http_connections(web->http) == 0);
	REQUIRE(feed_listeners(web->feed) == 0);
	return 0;
}

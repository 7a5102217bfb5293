/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends statements of about 1 KB to a gateway, by connections that are kept:
 *
 *   xapi_bench PORT LOGIN CONNECTIONS BATCH STATEMENTS
 *
 * LOGIN is the line `Authorization: Basic ...`. Prints statements a second, and how long answers
 * took. Each statement gives an event, of one of 10,000 learners.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256, STATEMENT_MAX = 2048, REPLY_MAX = 65536, LEARNERS = 10000 };

struct connection {
	int fd;
	int64_t sent_us;
	char reply[REPLY_MAX + 1];
	size_t size;
};

struct load {
	const char *login;
	int n, batch, port;
	long statements, next, done, answers;
	int64_t *took_us;
	char *body, *request;
	struct connection connections[CONNECTIONS_MAX];
};

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void die(const char *what)
{
	fprintf(stderr, "xapi_bench: %s\n", what);
	exit(1);
}

/* As a Moodle would say it: names, descriptions, the course around it. */
static int statement_print(char to[static STATEMENT_MAX], long i)
{
	static const char words[] =
		"Hverdagsrehabilitering: mål, tiltak og samarbeid rundt brukeren, med oppgaver til "
		"egen praksis og en test til slutt. For ansatte i hjemmetjenesten og på sykehjem.";

	return snprintf(
		to, STATEMENT_MAX,
		"{\"actor\":{\"objectType\":\"Agent\",\"name\":\"Kari Nordmann\",\"account\":{"
		"\"homePage\":\"https://moodle.example\",\"name\":\"user%ld\"}},\"verb\":{\"id\":"
		"\"http://adlnet.gov/expapi/verbs/completed\",\"display\":{\"en\":\"completed\"}},"
		"\"object\":{\"objectType\":\"Activity\",\"id\":\"https://moodle.example/mod/quiz/"
		"view.php?id=%ld\",\"definition\":{\"type\":\"http://adlnet.gov/expapi/activities/"
		"assessment\",\"name\":{\"nb\":\"Test %ld\"},\"description\":{\"nb\":\"%s\"}}},"
		"\"timestamp\":\"2025-%02ld-%02ldT%02ld:%02ld:00+02:00\",\"result\":{\"score\":{"
		"\"raw\":%ld,\"min\":0,\"max\":100,\"scaled\":%.2f},\"success\":true,"
		"\"completion\":true},\"context\":{\"platform\":\"Moodle\",\"language\":\"nb\","
		"\"contextActivities\":{\"grouping\":[{\"objectType\":\"Activity\",\"id\":"
		"\"https://moodle.example/course/view.php?id=%ld\",\"definition\":{\"type\":"
		"\"http://id.tincanapi.com/activitytype/lms/course\"}}],\"category\":[{\"id\":"
		"\"http://moodle.org\",\"definition\":{\"type\":\"http://id.tincanapi.com/"
		"activitytype/source\"}}]}}}",
		i % LEARNERS, i / LEARNERS % 50, i / LEARNERS % 50, words, 1 + i % 9, 1 + i % 28,
		i / 24 % 24, i % 60, i % 101, (double)(i % 101) / 100, i % 7);
}

static void send_next(struct load *load, struct connection *connection)
{
	char *at = load->body;
	int size, head;

	if (load->next >= load->statements) {
		connection->sent_us = 0;
		return;
	}
	if (load->batch > 1)
		*at++ = '[';
	for (int i = 0; i < load->batch && load->next < load->statements; i++) {
		if (i)
			*at++ = ',';
		at += statement_print(at, load->next++);
	}
	if (load->batch > 1)
		*at++ = ']';
	size = (int)(at - load->body);
	head = sprintf(load->request,
		       "POST /xapi/statements HTTP/1.1\r\nHost: bench\r\n%s\r\n"
		       "X-Experience-API-Version: 1.0.3\r\nContent-Type: application/json\r\n"
		       "Content-Length: %d\r\n\r\n",
		       load->login, size);
	memcpy(load->request + head, load->body, (size_t)size);
	connection->sent_us = now_us();
	for (int sent = 0; sent < head + size;) {
		ssize_t n = send(connection->fd, load->request + sent, (size_t)(head + size - sent),
				 MSG_NOSIGNAL);

		if (n <= 0)
			die("the gateway has closed a connection");
		sent += (int)n;
	}
}

/* A whole answer? */
static void receive(struct load *load, struct connection *connection)
{
	ssize_t got = recv(connection->fd, connection->reply + connection->size,
			   REPLY_MAX - connection->size, 0);
	const char *end, *length;

	if (got <= 0)
		die("the gateway has closed a connection");
	connection->size += (size_t)got;
	connection->reply[connection->size] = 0;
	end = strstr(connection->reply, "\r\n\r\n");
	length = end ? strstr(connection->reply, "Content-Length: ") : NULL;
	if (!length || connection->size < (size_t)(end + 4 - connection->reply) +
						  strtoul(length + 16, NULL, 10))
		return;
	if (strncmp(connection->reply, "HTTP/1.1 200", 12) != 0)
		die(connection->reply);
	load->took_us[load->answers++] = now_us() - connection->sent_us;
	connection->size = 0;
	send_next(load, connection);
}

static void open_all(struct load *load)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)load->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	for (int i = 0; i < load->n; i++) {
		load->connections[i].fd = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(load->connections[i].fd, (struct sockaddr *)&to, sizeof(to)) != 0)
			die("nobody listens on that port");
		send_next(load, &load->connections[i]);
	}
}

static void run(struct load *load)
{
	struct pollfd fds[CONNECTIONS_MAX];
	long requests = (load->statements + load->batch - 1) / load->batch;

	open_all(load);
	for (int i = 0; i < load->n; i++)
		fds[i] = (struct pollfd){ .fd = load->connections[i].fd, .events = POLLIN };
	while (load->answers < requests) {
		poll(fds, (nfds_t)load->n, -1);
		for (int i = 0; i < load->n; i++)
			if (fds[i].revents)
				receive(load, &load->connections[i]);
	}
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static struct load load;
	char one[STATEMENT_MAX];
	int64_t from_us;
	double s;

	if (argc != 6)
		die("usage: xapi_bench PORT LOGIN CONNECTIONS BATCH STATEMENTS");
	load.port = atoi(argv[1]);
	load.login = argv[2];
	load.n = atoi(argv[3]);
	load.batch = atoi(argv[4]);
	load.statements = atol(argv[5]);
	if (load.n < 1 || load.n > CONNECTIONS_MAX || load.batch < 1 || load.statements < 1)
		die("nothing to do");
	load.body = malloc((size_t)load.batch * STATEMENT_MAX + 4);
	load.request = malloc((size_t)load.batch * STATEMENT_MAX + 4096);
	load.took_us = calloc((size_t)load.statements + 1, sizeof(*load.took_us));
	if (!load.body || !load.request || !load.took_us)
		die("out of memory");
	from_us = now_us();
	run(&load);
	s = (double)(now_us() - from_us) / 1e6;
	qsort(load.took_us, (size_t)load.answers, sizeof(*load.took_us), by_time);
	printf("answered\t%ld\tstatements of %d bytes, %d a request, %d connections\t%.0f\t"
	       "statements/s\tp50 %.1f\tp99 %.1f\tmost %.1f ms\n",
	       load.statements, statement_print(one, 1), load.batch, load.n,
	       (double)load.statements / s, (double)load.took_us[load.answers / 2] / 1000,
	       (double)load.took_us[load.answers * 99 / 100] / 1000,
	       (double)load.took_us[load.answers - 1] / 1000);
	return 0;
}

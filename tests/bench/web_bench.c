/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listens to a lift-web by many connections at once:
 *
 *   web_bench PORT LISTENERS SECONDS
 *
 * Prints how many events came, and how long after liftd's tick (its `time`, by this machine's
 * clock) each was there: of all, and of those in which something had changed.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 65536, KEPT = 255, AT_ONCE = 256, TOOK_MAX = 4 << 20 };

/* The end of what has come and was not looked through yet. */
struct listener {
	int fd;
	size_t n;
	char kept[KEPT + 1];
	long events;
	int64_t time_ms; /* of the event whose `changed` is not there yet; 0: none */
	int64_t at_ms;
};

struct took {
	int32_t *ms;
	size_t n;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void die(const char *what)
{
	fprintf(stderr, "web_bench: %s\n", what);
	exit(1);
}

static void listen_to(struct listener *listener, int port)
{
	static const char request[] = "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (listener->fd < 0 || connect(listener->fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    send(listener->fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0)
		die("nobody answers, or there are too few descriptors");
}

static void add(struct took *took, int64_t ms)
{
	if (took->n < TOOK_MAX)
		took->ms[took->n++] = (int32_t)ms;
}

/* An event begins with its time, and ends with what has changed. */
static void look_through(struct listener *listener, char *text, struct took *all,
			 struct took *changed)
{
	static const char time_key[] = "\"time\":", changed_key[] = "\"changed\":";

	for (;;) {
		char *at = strstr(text, listener->time_ms ? changed_key : time_key);

		if (!at || strlen(at) < 25)
			return;
		if (!listener->time_ms) {
			listener->time_ms = strtoll(at + strlen(time_key), NULL, 10);
			listener->at_ms = now_ms();
			listener->events++;
			/* The first one is of a tick that may be long ago. */
			if (listener->events > 1)
				add(all, listener->at_ms - listener->time_ms);
		} else {
			if (listener->events > 1 && strncmp(at + strlen(changed_key), "[]", 2))
				add(changed, now_ms() - listener->time_ms);
			listener->time_ms = 0;
		}
		text = at + 1;
		*text = ' ';
	}
}

static void hear(struct listener *listener, struct took *all, struct took *changed)
{
	static char text[KEPT + READ_BYTES + 1];
	ssize_t n;
	size_t size, keep;

	memcpy(text, listener->kept, listener->n);
	n = recv(listener->fd, text + listener->n, READ_BYTES, 0);
	if (n <= 0)
		die("a listener was cut off");
	size = listener->n + (size_t)n;
	text[size] = 0;
	look_through(listener, text, all, changed);
	/* What has been found is not found again: its first letter is gone. */
	keep = size < 30 ? size : 30;
	memcpy(listener->kept, text + size - keep, keep);
	listener->n = keep;
}

static int compare(const void *a, const void *b)
{
	int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;

	return (left > right) - (left < right);
}

static void print(const char *what, struct took *took)
{
	qsort(took->ms, took->n, sizeof(*took->ms), compare);
	if (took->n)
		printf("%s\t%zu\tp50 %d ms\tp99 %d ms\tmax %d ms\n", what, took->n,
		       took->ms[took->n / 2], took->ms[took->n * 99 / 100], took->ms[took->n - 1]);
}

int main(int argc, char **argv)
{
	int n = argc > 3 ? atoi(argv[2]) : 0, epoll = epoll_create1(0);
	struct listener *listeners = calloc((size_t)n + 1, sizeof(*listeners));
	struct took all = { malloc(TOOK_MAX * sizeof(int32_t)), 0 };
	struct took changed = { malloc(TOOK_MAX * sizeof(int32_t)), 0 };
	struct epoll_event events[AT_ONCE];
	int64_t end_ms;
	long least = -1;

	if (n < 1 || !listeners || !all.ms || !changed.ms || epoll < 0)
		die("usage: web_bench PORT LISTENERS SECONDS");
	for (int i = 0; i < n; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = &listeners[i] };

		listen_to(&listeners[i], atoi(argv[1]));
		epoll_ctl(epoll, EPOLL_CTL_ADD, listeners[i].fd, &event);
	}
	end_ms = now_ms() + atoi(argv[3]) * INT64_C(1000);
	while (now_ms() < end_ms) {
		int ready = epoll_wait(epoll, events, AT_ONCE, 100);

		for (int i = 0; i < ready; i++)
			hear(events[i].data.ptr, &all, &changed);
	}
	for (int i = 0; i < n; i++)
		if (least < 0 || listeners[i].events < least)
			least = listeners[i].events;
	printf("listeners\t%d\tof whom each has heard %ld events or more\n", n, least);
	print("events", &all);
	print("changes", &changed);
	return least > 0 ? 0 : 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* cc follow.c $(pkg-config --cflags --libs liblift) && ./a.out metric/1813/ */
#include <lift/lift.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	const char *topic = argc > 1 ? argv[1] : "metric/1813/";
	struct lift_picture_options options = { .publish = "ipc:///run/liftd/publish",
						.snapshot = "ipc:///run/liftd/snapshot",
						.topics = &topic,
						.n_topics = 1 };
	struct lift_picture_news news;
	struct lift_picture *picture;

	if (argc > 3) {
		options.publish = argv[2];
		options.snapshot = argv[3];
	}
	if (lift_picture_open(&options, &picture) != 0) {
		fprintf(stderr, "%s\n", lift_error_text());
		return 1;
	}
	while (lift_picture_next(picture, -1, &news) == 0) {
		if (news.what == LIFT_PICTURE_STALE)
			puts("nothing new: these figures may be old");
		for (size_t i = 0; i < news.n_changes; i++) {
			const json_t *metrics = json_object_get(news.changes[i].body, "metrics");

			printf("%s: started %lld\n", news.changes[i].topic,
			       (long long)json_integer_value(json_object_get(metrics, "started")));
		}
		fflush(stdout);
	}
	fprintf(stderr, "%s\n", lift_error_text());
	lift_picture_close(picture);
	return 1;
}

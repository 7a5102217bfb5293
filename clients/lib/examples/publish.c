/* SPDX-License-Identifier: Apache-2.0 */
/* cc publish.c $(pkg-config --cflags --libs liblift) && ./a.out ipc:///run/liftd/intake my.db */
#include <lift/lift.h>
#include <stdio.h>
#include <time.h>

int main(int argc, char **argv)
{
	struct lift_outbox_options options = { .path = argc > 2 ? argv[2] : "outbox.db",
					       .source = "my-platform",
					       .endpoint = argc > 1 ? argv[1]
								    : "ipc:///run/liftd/intake" };
	struct lift_event event = { .type = LIFT_COMPLETED,
				    .time_ms = (int64_t)time(NULL) * 1000,
				    .learner = "anna",
				    .module = "vt-basics",
				    .region = "1813" };
	struct lift_outbox *outbox;

	if (lift_outbox_open(&options, &outbox) != 0 || lift_publish(outbox, &event) != 0) {
		fprintf(stderr, "%s\n", lift_error_text());
		return 1;
	}
	/* It is on this machine's disk; a platform just goes on. Who ends may wait a moment. */
	if (lift_outbox_wait(outbox, 5000) != 0)
		fprintf(stderr, "%s; the next run hands them over\n", lift_error_text());
	lift_outbox_close(outbox);
	return 0;
}

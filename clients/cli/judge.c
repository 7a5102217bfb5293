/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/judge.h"

int judge_event(struct judge *judge, struct text encoded, struct event *ret_event)
{
	struct batch batch;
	int err;

	judge->reader = judge->reader ? judge->reader : msg_reader_new();
	judge->writer = judge->writer ? judge->writer : msg_writer_new();
	if (!judge->reader || !judge->writer)
		return LIFT_E_MEMORY;
	msg_writer_clear(judge->writer);
	batch_begin(judge->writer, NULL, text_of("x"), text_of("x"), 1, 1);
	msg_raw(judge->writer, encoded);
	err = batch_decode(judge->reader, msg_written(judge->writer), &batch);
	return err ? err : batch_event(&batch, 0, ret_event);
}

void judge_clear(struct judge *judge)
{
	msg_reader_free(judge->reader);
	msg_writer_free(judge->writer);
	*judge = (struct judge){ NULL, NULL };
}

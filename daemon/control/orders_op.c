/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control/internal.h"
#include "proto/err_code.h"

static int ask(struct control *control, const struct client *client, const struct order *order)
{
	struct order_waiting *waiting = &control->ordering[control->n_ordering];
	uint64_t number;

	if (!control->orders || control->n_ordering == ORDERS_MAX)
		return LIFT_E_BUSY;
	number = orders_ask(control->orders, order);
	if (number == 0)
		return LIFT_E_BUSY;
	*waiting = (struct order_waiting){ *client, number };
	control->n_ordering++;
	wake_send(control->ordered);
	return 0;
}

int control_close_stream(struct control *control, const struct client *client,
			 const struct request *request)
{
	struct order order = { .what = ORDER_CLOSE };

	if (!source_is_valid(request->source))
		return LIFT_E_SOURCE;
	if (request->stream.size < 1 || request->stream.size > STREAM_MAX)
		return LIFT_E_STREAM;
	memcpy(order.source, request->source.data, request->source.size);
	memcpy(order.stream, request->stream.data, request->stream.size);
	order.source_size = request->source.size;
	order.stream_size = request->stream.size;
	return ask(control, client, &order);
}

int control_accept_clock(struct control *control, const struct client *client,
			 const struct request *request)
{
	(void)request;
	return ask(control, client, &(struct order){ .what = ORDER_RECEIPT });
}

static int change_quarantine(struct control *control, const struct client *client,
			     const struct request *request, struct order *order)
{
	if (request->source.size > 0 && !source_is_valid(request->source))
		return LIFT_E_SOURCE;
	if (request->code.size > 0 && !(order->rows.code = lift_err_of_code(request->code)))
		return LIFT_E_CODE;
	memcpy(order->source, request->source.data ? request->source.data : "",
	       request->source.size);
	order->source_size = request->source.size;
	order->rows.after = request->after;
	order->rows.to = request->to;
	order->rows.before = (int64_t)request->before;
	return ask(control, client, order);
}

int control_drop(struct control *control, const struct client *client,
		 const struct request *request)
{
	return change_quarantine(control, client, request, &(struct order){ .what = ORDER_DROP });
}

int control_retry(struct control *control, const struct client *client,
		  const struct request *request)
{
	return change_quarantine(control, client, request, &(struct order){ .what = ORDER_RETRY });
}

static void answer(struct control *control, const struct client *client, const struct order *order)
{
	const struct closed closed = { { order->source, order->source_size },
				       { order->stream, order->stream_size },
				       order->next,
				       order->missing };

	if (order->err) {
		control_refuse(control, client, order->err);
		return;
	}
	msg_writer_clear(control->writer);
	if (order->what == ORDER_CLOSE)
		closed_ok_encode(control->writer, &closed);
	else if (order->what == ORDER_RECEIPT)
		ok_encode(control->writer);
	else
		quarantine_changed_encode(control->writer, order->rows.gone, order->rows.staying,
					  order->rows.n_staying, order->rows.next);
	control_send(control, client, msg_written(control->writer));
}

void control_obeyed(struct control *control)
{
	struct order order;

	while (control->orders && orders_take_done(control->orders, &order)) {
		size_t i = 0;

		while (i < control->n_ordering && control->ordering[i].number != order.number)
			i++;
		if (i == control->n_ordering)
			continue;
		answer(control, &control->ordering[i].client, &order);
		control->ordering[i] = control->ordering[--control->n_ordering];
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_object.h - one event of a batch as msgpack-c's object, for what is wanted of few: of those
 * that are refused, all as they came. For proto/event*.c alone.
 */
#ifndef LIFT_PROTO_EVENT_OBJECT_H
#define LIFT_PROTO_EVENT_OBJECT_H

#include "proto/event.h"
#include "proto/msg_object.h"

/* Event i, until the reader's next use, or the next call; NULL: out of memory. */
const msgpack_object *batch_object(const struct batch *batch, uint32_t i);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reach.h - is anybody at an endpoint, and may this user talk to it?
 *
 * ZeroMQ connects without a word to what is not there, and waits. Here it is asked first.
 */
#ifndef LIFT_CLI_REACH_H
#define LIFT_CLI_REACH_H

/* NULL: there is no endpoint. STATUS_WELL, also where it cannot be said; else one line has said
 * what stands in the way, and what would help: STATUS_SYSTEM. */
int reach(const char *endpoint);

#endif

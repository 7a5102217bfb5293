/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault.h - what is wrong with a body that was sent, and where.
 */
#ifndef LIFT_XAPI_READ_FAULT_H
#define LIFT_XAPI_READ_FAULT_H

struct fault {
	int status;	 /* HTTP: 400 unless another fits better */
	char where[160]; /* "statements[3].actor.mbox"; "line 3, column 14" where it is no JSON */
	char text[240];	 /* what was expected, in one sentence; of what was sent only a few bytes,
			  * and nothing of who it is about */
};

#endif

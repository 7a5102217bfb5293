/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standard_files.h - standard input, output and error are open, or stay out of the way.
 */
#ifndef LIFT_PROTO_STANDARD_FILES_H
#define LIFT_PROTO_STANDARD_FILES_H

/*
 * First of all in a program. Where one of the three is closed, its number would be given to the
 * next file that is opened: a lock, a pipe or a socket, which then is read from and printed to. It
 * is given to /dev/null, opened the wrong way round: who reads from standard input, or prints, is
 * told that it is closed (EBADF), as before.
 */
void standard_files_open(void);

#endif

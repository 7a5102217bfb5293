/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.h - what the gateways' programs have in common at their start.
 */
#ifndef LIFT_GATEWAY_PROGRAM_H
#define LIFT_GATEWAY_PROGRAM_H

/* What is in memory, ids of learners and keys, is not for a core file, nor for another process of
 * the same user. */
void program_no_core(void);
/* Say what is wrong with the command line, and where help is: the exit status of that. */
__attribute__((format(printf, 1, 2))) int program_complain(const char *format, ...);
/* --password: read one, and print what stands behind `password:`. An exit status. */
int program_print_password(void);

#endif

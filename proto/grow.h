/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grow.h - an array that grows, of items of any kind.
 *
 * An empty one is NULL with a room of 0; it is freed with free().
 */
#ifndef LIFT_PROTO_GROW_H
#define LIFT_PROTO_GROW_H

#include <stddef.h>

/*
 * Room for at least `n` items of `size` bytes. `items` is the address of the array's pointer, and
 * *room the number of items that it has room for now. Room doubles at least, so that items may be
 * added one by one; new room holds anything. LIFT_E_MEMORY, also where so many bytes cannot be:
 * array and room are then as they were.
 */
int grow(void *items, size_t *room, size_t n, size_t size);

#endif

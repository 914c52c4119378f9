/* Families of resources, for who makes a plan of them. */
#ifndef PLAN_FAMILIES_H
#define PLAN_FAMILIES_H

#include "maker.h"

/* Behind all resources of the file: who is whose parent, and which of them take part. Those that are
 * not selected are marked as walked, and stay where one that takes part descends from them. */
void families_select(struct maker *m, const struct weir_strs *only);

#endif

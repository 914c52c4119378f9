/* The time of day as a pipeline file and its state have it: RFC 3339, UTC, in whole seconds. */
#ifndef PLAN_NOW_H
#define PLAN_NOW_H

enum { NOW_SIZE = 32 };

void now_text(char out[NOW_SIZE]);

#endif

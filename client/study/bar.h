/*
 * bar: a horizontal bar in eighths of a column, or in '#' where there is no UTF-8.
 */
#ifndef STUDY_BAR_H
#define STUDY_BAR_H

#include <stdbool.h>
#include <stddef.h>

enum { BAR_SIZE = 3 * 512 + 1 };

/* value of max as a part of `columns`; more than nothing is never drawn as nothing. The columns
 * it takes. */
int bar_draw(double value, double max, int columns, bool is_utf8, char out[BAR_SIZE]);

#endif

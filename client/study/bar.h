/*
 * bar: draws a horizontal bar in eighths of a column, or with '#' without UTF-8.
 */
#ifndef STUDY_BAR_H
#define STUDY_BAR_H

#include <stdbool.h>
#include <stddef.h>

enum { BAR_SIZE = 3 * 512 + 1 };

/* Draws value/max of `columns`; a value above 0 is always visible. Returns the columns that it
 * takes. */
int bar_draw(double value, double max, int columns, bool is_utf8, char out[BAR_SIZE]);

#endif

/*
 * names: a list of distinct names for people: "mood, rating".
 */
#ifndef STUDY_NAMES_H
#define STUDY_NAMES_H

#include <stddef.h>

enum { NAMES_SIZE = 256 };

struct names {
	char text[NAMES_SIZE];
	size_t len;
};

/* Adds a name, made safe to print. When the text is full, it ends with ", …". */
void names_add(struct names *names, const char *name);

#endif

/*
 * names: a list of names as people read it, each once: "mood, rating".
 */
#ifndef STUDY_NAMES_H
#define STUDY_NAMES_H

#include <stddef.h>

enum { NAMES_SIZE = 256 };

struct names {
	char text[NAMES_SIZE];
	size_t len;
};

/* Cleaned for people. Once the text is full: ", …" and no more. */
void names_add(struct names *names, const char *name);

#endif

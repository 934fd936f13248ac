/*
 * every_kind: a row of the method table, for tests only, with the kinds that methods may have and
 * that few of them use.
 */
#ifndef TESTS_UNIT_EVERY_KIND_H
#define TESTS_UNIT_EVERY_KIND_H

#include "common/method.h"

enum every_kind_param {
	EVERY_TEXT,
	EVERY_REAL,
	EVERY_TAGS,   /* TEXTS of TEXT */
	EVERY_LABELS, /* TEXTS of NAME */
	EVERY_GOALS,  /* IDS of INT */
	EVERY_FILES,  /* IDS of UUID */
	EVERY_TEAMS,  /* OBJECTS */
	EVERY_AFTER,  /* CURSOR_INT; bodies may not have the name `cursor` */
	EVERY_AT,     /* LOCAL_INSTANT */
	EVERY_THINGS, /* VALUES */
	EVERY_BEHIND, /* CURSOR_TEXT */
	EVERY_COUNT
};

extern const struct method every_kind;

#endif

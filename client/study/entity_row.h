/*
 * entity_row: prints a row of an entity for people.
 */
#ifndef STUDY_ENTITY_ROW_H
#define STUDY_ENTITY_ROW_H

#include "client/study/command.h"
#include "client/study/entity.h"

struct zone;

/* How rows are printed. */
struct entity_style {
	const struct study *study;
	const struct entity *entity; /* NULL: the rows are of several */
	const struct zone *zone;     /* of instants; NULL: UTC, with a Z */
};

/* Appends a value as it stands in a table; the text is not yet safe for a terminal. An absent value
 * appends nothing. */
void entity_row_text(struct buf *out, const struct entity_style *style,
	const struct entity_field *field, const struct study_value *value);

/* "task 7: Read chapter 4", at most one line. */
void entity_row_caption(const struct entity_style *style, const struct study_value *row);

/* Every field that is not null, one per line. */
void entity_row_show(const struct entity_style *style, const struct study_value *row);

#endif

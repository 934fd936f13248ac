/*
 * model: what templates see of the descriptions in schema/entities.
 *
 * A view shows one part of them: an entity, one of its fields, and so on. It has names, each with a
 * text or with a list of views. The names of an entity stand in model.c, those of a field and the
 * lists of fields in model_field.c. A name that a view does not have is that of the outer view.
 *
 *	struct view all = { .is_change = true }, entity;
 *	if (view_open(&all, SPAN("entities"), &entity))
 *		while (view_next(&entity))
 *			view_text(&entity, SPAN("table"), &text);
 */
#ifndef SCHEMA_GENERATE_MODEL_H
#define SCHEMA_GENERATE_MODEL_H

#include "common/buf.h"
#include "schema/entities/entities.h"

/* A name with its text. */
struct text {
	const char *name, *text; /* NULL: empty */
	char blank;              /* stands for each _ of the text */
};

/* The text of a condition. */
static inline const char *yes(bool holds)
{
	return holds ? "yes" : "";
}

struct view {
	const struct view *outer;
	const struct entity *entity; /* NULL: all */
	struct field field;          /* a param and an order are also fields. Its kind is 0: none */
	struct text texts[3];        /* of a part that has no more */
	bool is_change;              /* also shows the fields that are FIELD_WRITES_ONLY */
	bool is_descending;          /* an order */
	bool is_source;              /* a filter, by which an index finds rows */

	/* The list in which it is, and where the list goes on. */
	struct span list;
	const struct list_row *row;
	size_t index;
	bool is_last; /* view_next does not set it */
};

/* NULL: there is no description of that name. */
const struct entity *model_entity(struct span name);

/* Appends the text of a name. False: no view has it. */
bool view_text(const struct view *v, struct span name, struct buf *text);

/* Opens a list, before its first view. False: there is no list of that name. */
bool view_open(const struct view *v, struct span list, struct view *item);

/* Moves to the next view of the list. False: the list has ended. */
bool view_next(struct view *item);

/* The innermost field from here outwards; NULL: none. */
const struct field *view_field(const struct view *v);

/* The names of the view's own field. */
bool field_text(const struct view *v, struct span name, struct buf *text);

/* Whether it is a list of fields; whether the view's own field is in it. */
bool field_is_list(struct span list);
bool field_is_in(const struct view *v, struct span list);

/* Appends the text of that name, in any case. False: no row has it. */
bool text_find(const struct text *rows, size_t count, struct span name, struct buf *text);

/* What follows the beginning in a name, in any case; empty: the name does not begin so. */
struct span text_behind(struct span name, struct span begin);

#endif

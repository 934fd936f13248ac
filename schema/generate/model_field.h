/* model_field: a field of a description, and a param of a list, as a record of its templates. */
#ifndef SCHEMA_GENERATE_MODEL_FIELD_H
#define SCHEMA_GENERATE_MODEL_FIELD_H

#include "schema/entities/entities.h"
#include "schema/generate/record.h"

void model_field_describe(struct record *r, const struct field *f);

/* Sets a copy of the text with `between` for each _ */
void model_words(struct record *r, const char *name, const char *text, char between);

#endif

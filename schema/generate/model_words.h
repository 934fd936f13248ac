/*
 * model_words: what a param or a field of a response may be, in words, for schema/rpc.md.
 *
 *	words           of a param: "text, 1 to 200 characters"
 *	response_words  of a response: "integer, 0 to 1440; or nil"
 *	absent_words    what a create does without it: "nil means the default"
 */
#ifndef SCHEMA_GENERATE_MODEL_WORDS_H
#define SCHEMA_GENERATE_MODEL_WORDS_H

#include "schema/entities/entities.h"
#include "schema/generate/record.h"

/* Adds words and absent_words to the record of the field. */
void model_words_put_params(struct record *r, const struct field *f);

/* Adds response_words. */
void model_words_put_response(struct record *r, const struct entity *e, const struct field *f);

#endif

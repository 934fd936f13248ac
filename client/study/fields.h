/*
 * fields: gets the fields of a session from a JSON object.
 */
#ifndef STUDY_FIELDS_H
#define STUDY_FIELDS_H

#include "client/study/names.h"
#include "client/study/record.h"
#include "common/buf.h"

/* The object must have passed json_scan. Texts are copied to `texts`, from which `out` borrows.
 * Names that are not fields of a session are added to `ignored`. False: `why` names the refused
 * member. */
bool fields_of_json(struct span object, struct buf *texts, struct names *ignored,
	struct named_texts *out, struct refusal *why);

#endif

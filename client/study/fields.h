/*
 * fields: the members of a JSON object that are fields of a session.
 */
#ifndef STUDY_FIELDS_H
#define STUDY_FIELDS_H

#include "client/study/names.h"
#include "client/study/record.h"
#include "common/buf.h"

/* An object that json_scan took. Its texts are put into `texts`, which `out` borrows; names that
 * are no field of a session go to `ignored`. False: a member is refused, and `why` says so. */
bool fields_of_json(struct span object, struct buf *texts, struct names *ignored,
	struct named_texts *out, struct refusal *why);

#endif

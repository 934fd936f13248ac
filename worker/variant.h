/*
 * variant: chooses the row of the method table that runs a request.
 *
 * A method can have variants (common/method.h): rows that follow its own one. A variant answers the
 * same as its method, but its statement does less. A variant fits a request
 *
 *   - with the variant's value of `sort`, if the method has this param, and
 *   - without values of the other params that the variant does not have.
 *
 * The params of a variant are the first params of its method, so the values of the request are the
 * variant's, too. The pages of one list use one variant: `limit` and `cursor` do not choose it.
 *
 * A variant with `leaves_unanswered` answers only requests that succeed in the usual way. A request
 * without a row was not done: the method runs it next (worker/outcome.h). It runs all of them if
 * the statement failed because somebody else was first. The method also runs the requests that are
 * retried singly.
 *
 * To add a variant, add its row behind the others, set `variants`, and add a statement of its name.
 */
#ifndef WORKER_VARIANT_H
#define WORKER_VARIANT_H

#include "worker/request.h"

/* Returns the first variant that fits; otherwise the method. */
const struct method *variant_of(const struct request *r);

/* Lets the method run the request if its variant may leave it unanswered. */
void variant_leave(struct request *r);

#endif

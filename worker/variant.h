/*
 * variant: chooses the row of the method table that runs a request.
 *
 * A method can have variants (common/method.h): rows that follow its own one. A variant answers the
 * same as its method, but its statement does less. A variant fits a request
 *
 *   - with the variant's value of `sort`, and
 *   - without values of the other params that the variant does not have.
 *
 * The params of a variant are the first params of its method, so the values of the request are the
 * variant's, too. The pages of one list use one variant: `limit` and `cursor` do not choose it.
 * To add a variant, add its row behind the others, set `variants`, and add a statement of its name.
 */
#ifndef WORKER_VARIANT_H
#define WORKER_VARIANT_H

#include "worker/request.h"

/* Returns the first variant that fits; otherwise the method. */
const struct method *variant_of(const struct request *r);

#endif

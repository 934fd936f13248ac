/*
 * token_marks: records that personal tokens are in use, once a day for each.
 *
 * A mark is a call of tokens.mark_used that nobody waits for. A token has at most one in flight,
 * and at most TOKEN_MARKS_MAX are in flight: a further one is left out. A mark that fails or is
 * left out is made later, because the next answer of credentials.get still says that it is missing.
 *
 *	struct token_marks *marks = token_marks_new(workers);
 *	token_marks_put(marks, account, token_id);
 *	...
 *	token_marks_free(&marks);
 */
#ifndef GATEWAY_TOKEN_MARKS_H
#define GATEWAY_TOKEN_MARKS_H

#include "gateway/workers.h"

enum { TOKEN_MARKS_MAX = 64, TOKEN_MARK_DEADLINE_MS = 5000 };

struct token_marks;

struct token_marks *token_marks_new(struct workers *workers); /* NULL: no memory */
void token_marks_free(struct token_marks **m); /* cancels what is in flight; accepts NULL inside */

/* Token ids count within an account. */
void token_marks_put(struct token_marks *m, int64_t account, int64_t token_id);

size_t token_marks_count(const struct token_marks *m); /* in flight */

#endif

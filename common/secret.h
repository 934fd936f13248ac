/*
 * secret: finds the secrets in the values of settings, hides them, and knows weak ones.
 *
 * A value is a secret as a whole, or it is a URL or connection string of libpq that may contain a
 * password. A text that cannot be read as either is hidden as a whole.
 *
 *	struct buf shown = { 0 };
 *	secret_put_hidden(SECRET_IN_URL, "postgresql://me:pw@db/study", &shown);
 *	                                                  appends postgresql://me:***@db/study
 */
#ifndef COMMON_SECRET_H
#define COMMON_SECRET_H

#include "common/buf.h"

enum secret_form { SECRET_NONE, SECRET_WHOLE, SECRET_IN_URL };

/* Appends the value with "***" for each secret. */
void secret_put_hidden(enum secret_form form, const char *value, struct buf *out);

/* True if the value contains a secret that is not empty. */
bool secret_exists(enum secret_form form, const char *value);

/* True if a secret in the value is one that documentation, tutorials or defaults use, or the same
 * as the name of its user. Case, "-", "_" and blanks make no difference. */
bool secret_is_weak(enum secret_form form, const char *value);

#endif

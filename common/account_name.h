/*
 * account_name: which texts may be the username or the e-mail of an account; pure.
 *
 * A username has no "@", so that no username is the e-mail of somebody else. The database checks
 * both again: is_username and is_email of schema/deploy/usernames.sql.
 *
 *	if (!account_name_is_username(text))
 *		return ST_INVALID_INPUT;
 */
#ifndef COMMON_ACCOUNT_NAME_H
#define COMMON_ACCOUNT_NAME_H

#include "common/span.h"

/* `text` is valid UTF-8. True for one word (name_is_word of common/name.h) without "@". */
bool account_name_is_username(struct span text);

/* `text` is valid UTF-8. True for a word, "@" and a domain: words with dots between them, at least
 * two, or "localhost". Finds typing errors; only a mail server can tell whether an address
 * exists. */
bool account_name_is_email(struct span text);

#endif

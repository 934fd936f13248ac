/*
 * login_name: what all spellings of a user name or an e-mail have in common; pure.
 *
 * The database finds one account by many spellings: text_key (schema/deploy/search_keys.sql)
 * ignores case and how accents are composed. All names with one text_key have one login_name_key,
 * so that no spelling of a name has a limit of its own. The key is coarser:
 *
 *   - It ignores accents: "Müller" and "muller" have one key. Who can use up the limit of a name
 *     can do so by the name itself, so this gives nobody power over another person.
 *   - The names that no account has are one: longer ones, those that are not UTF-8, and those with
 *     a CJK compatibility ideograph, which the stored form never has (NFC replaces it). So the
 *     spellings of an account have one key, or two if its name has such an ideograph.
 *
 *	uint32_t key[LOGIN_NAME_KEY_MAX];
 *	size_t len = login_name_key(SPAN("Ada"), key);      "ada"
 */
#ifndef GATEWAY_LOGIN_NAME_H
#define GATEWAY_LOGIN_NAME_H

#include <stdint.h>

#include "common/method.h"
#include "common/span.h"

/* A character has at most three letters. */
enum { LOGIN_NAME_KEY_MAX = 3 * EMAIL_MAX_CHARS };

/* Returns the number of code points of the key. It can be 0. */
size_t login_name_key(struct span name, uint32_t key[LOGIN_NAME_KEY_MAX]);

#endif

/*
 * password_list: widely known passwords, which nobody may choose.
 *
 * A file with one password per line, such as password.lst of John the Ripper: lines that begin with
 * "#!comment:" are comments. ASCII letters match in upper and lower case. Passwords of fewer than
 * PASSWORD_LIST_LENGTH_MIN bytes are left out, because they are too short to be chosen.
 *
 *	if (password_list_open("/usr/share/john/password.lst", &list, &why) != ST_OK) ...
 *	st = password_list_check(list, &password, &why);
 *	password_list_free(&list);
 */
#ifndef COMMON_PASSWORD_LIST_H
#define COMMON_PASSWORD_LIST_H

#include "common/span.h"
#include "common/status.h"

struct password_list;

enum { PASSWORD_LIST_LENGTH_MIN = 8, PASSWORD_LIST_BYTES_MAX = 4 << 20 };

/* The text of an error begins with the path. ST_NOT_FOUND, ST_SYSTEM: the file cannot be opened.
 * ST_BAD_SETTING: it is longer than PASSWORD_LIST_BYTES_MAX, or others can change it.
 * ST_NO_MEMORY. */
enum status password_list_open(
	const char *path, struct password_list **out, struct fail *why) MUST_CHECK;

bool password_list_has(const struct password_list *l, struct span password);

/* A new password, and the names of its account. */
struct new_password {
	struct span text;
	const char *field; /* the param that has it; NULL: none */
	struct span names[4];
};

/* ST_WEAK_PASSWORD: the password is on the list (NULL: there is none), or it is one of the names in
 * any case of ASCII letters. */
enum status password_list_check(const struct password_list *l, const struct new_password *password,
	struct fail *why) MUST_CHECK;
size_t password_list_count(const struct password_list *l);
void password_list_free(struct password_list **l);

#endif

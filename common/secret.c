#include "common/secret.h"

#include <ctype.h>
#include <string.h>

/* Secrets that anybody can guess or look up, without "-", "_", blanks and capital letters. */
static const char *const weak_table[] = {
	/* of the service that this one replaces */
	"devsecretkey", "jwtsecretkey", "testsecretkey", "testsecretkeyfromenv",
	/* of the documentation of Flask, FastAPI and JSON Web Tokens */
	"192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
	"09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
	"5#y2l\"f4q8z\\n\\xec]/", "your256bitsecret", "astringsecretatleast256bitslong",
	/* of tutorials */
	"secret", "secretkey", "supersecret", "supersecretkey", "mysecret", "mysecretkey",
	"mysecretpassword", "yoursecret", "yoursecretkey", "yoursecretkeyhere", "yourjwtsecret",
	"yourjwtsecretkey", "yourpassword", "jwtsecret", "devsecret", "devkey", "testsecret",
	"thisissecret", "thisisasecret", "topsecret", "hardtoguessstring", "notsecret", "insecure",
	/* defaults of databases and images */
	"postgres", "postgresql", "studytracker", "admin", "administrator", "root", "user", "guest",
	"default", "example", "demo", "dev", "development", "test", "testing", "production",
	/* the most frequent passwords */
	"password", "password1", "password123", "passw0rd", "p@ssw0rd", "passwd", "pass", "pwd",
	"123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890",
	"qwerty", "abc123", "letmein", "welcome", "admin123", "changeit",
};

/* A text with one of these was meant to be replaced. */
static const char *const placeholder_table[] = { "changeme", "changethis", "changeinproduction",
	"replaceme", "replacethis" };

static const char *const secret_name_table[] = { "password", "sslpassword", "scram_client_key",
	"oauth_client_secret" };

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { PARTS_MAX = 64, PLAIN_MAX = 128 };

/* A named part of a value; the value as a whole has no name. */
struct part {
	struct span name, value;
	bool is_secret;
};

struct parts {
	struct part list[PARTS_MAX]; /* in the order of the text */
	size_t count;
	char escape; /* of the parts: '%' in URLs, '\\' in connection strings */
	bool is_unclear;
};

static bool is_secret_name(struct span name)
{
	for (size_t i = 0; i < COUNT(secret_name_table); i++)
		if (span_is_nocase(name, secret_name_table[i]))
			return true;
	return false;
}

static void add_part(struct parts *p, struct span name, struct span value)
{
	if (p->count == PARTS_MAX) {
		p->is_unclear = true;
		return;
	}
	p->list[p->count++] = (struct part){ name, value, is_secret_name(name) };
}

/* The bytes from `from` to `to`. */
static struct span between(const char *from, const char *to)
{
	return (struct span){ from, (size_t)(to - from) };
}

/* SCHEME://[USER[:PASSWORD]@]HOSTS[/DATABASE][?NAME=VALUE[&…]]. The password ends at the last "@"
 * of the text, so that one with an unescaped "@" or "/" is hidden, too. */
static void split_url(struct parts *p, const char *rest)
{
	const char *user_end = rest + strcspn(rest, ":@");
	const char *at = strrchr(rest, '@');
	p->escape = '%';
	if (*user_end == ':' && at && at > user_end) {
		add_part(p, SPAN("user"), between(rest, user_end));
		add_part(p, SPAN("password"), between(user_end + 1, at));
		rest = at + 1;
	}
	const char *query = strchr(rest, '?');
	struct span pairs = span_of(query ? query + 1 : "");
	while (pairs.len) {
		struct span value = span_cut(&pairs, '&');
		struct span name = span_cut(&value, '=');
		add_part(p, name, value);
	}
}

/* Returns the end of a value of a connection string, which may be quoted; NULL if a quote or a
 * character is missing. */
static const char *value_end(const char *at, bool is_quoted)
{
	for (; *at && (is_quoted ? *at != '\'' : !isspace((unsigned char)*at)); at++)
		if (*at == '\\' && !*++at)
			return NULL;
	return is_quoted && !*at ? NULL : at;
}

static const char *skip_space(const char *at)
{
	while (isspace((unsigned char)*at))
		at++;
	return at;
}

/* NAME=VALUE NAME='VALUE' …, with backslashes before special characters. */
static void split_connection_string(struct parts *p, const char *at)
{
	p->escape = '\\';
	while (*(at = skip_space(at)) && !p->is_unclear) {
		struct span name = { at, strcspn(at, "= \t\r\n\f\v") };
		at = skip_space(at + name.len);
		if (*at != '=') {
			p->is_unclear = true;
			return;
		}
		at = skip_space(at + 1);
		bool is_quoted = *at == '\'';
		const char *end = value_end(at + is_quoted, is_quoted);
		if (!end) {
			p->is_unclear = true;
			return;
		}
		add_part(p, name, between(at + is_quoted, end));
		at = end + is_quoted;
	}
}

static void split(struct parts *p, enum secret_form form, const char *value)
{
	const char *scheme = strstr(value, "://");
	*p = (struct parts){ .count = 0 };
	if (form == SECRET_WHOLE) {
		p->list[0] = (struct part){ .value = span_of(value), .is_secret = true };
		p->count = 1;
	} else if (form == SECRET_IN_URL && scheme
		   && strcspn(value, "= '") > (size_t)(scheme - value)) {
		split_url(p, scheme + 3);
	} else if (form == SECRET_IN_URL) {
		split_connection_string(p, value);
	}
}

void secret_put_hidden(enum secret_form form, const char *value, struct buf *out)
{
	struct parts parts;
	const char *at = value;
	split(&parts, form, value);
	if (parts.is_unclear) {
		buf_text(out, "***");
		return;
	}
	for (const struct part *part = parts.list; part < parts.list + parts.count; part++)
		if (part->is_secret && part->value.len) {
			buf_span(out, between(at, part->value.bytes));
			buf_text(out, "***");
			at = part->value.bytes + part->value.len;
		}
	buf_text(out, at);
}

bool secret_exists(enum secret_form form, const char *value)
{
	struct parts parts;
	split(&parts, form, value);
	for (const struct part *part = parts.list; part < parts.list + parts.count; part++)
		if (part->is_secret && part->value.len)
			return true;
	return parts.is_unclear;
}

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* Unescapes the character at the start of *rest and drops it. */
static char next_character(struct span *rest, char escape)
{
	char c = *rest->bytes;
	size_t used = 1;
	if (c == '%' && escape == '%' && rest->len > 2 && hex(rest->bytes[1]) >= 0
		&& hex(rest->bytes[2]) >= 0) {
		c = (char)(hex(rest->bytes[1]) * 16 + hex(rest->bytes[2]));
		used = 3;
	} else if (c == '\\' && escape == '\\' && rest->len > 1) {
		c = rest->bytes[1];
		used = 2;
	}
	*rest = span_drop(*rest, used);
	return c;
}

/* Writes the text as weak_table has it; false if it is longer than every weak secret. */
static bool simplify(struct span text, char escape, char plain[PLAIN_MAX])
{
	size_t len = 0;
	while (text.len) {
		char c = next_character(&text, escape);
		if (strchr("-_ ", c)) /* a NUL byte, too */
			continue;
		if (len == PLAIN_MAX - 1)
			return false;
		plain[len++] = (char)tolower((unsigned char)c);
	}
	plain[len] = '\0';
	return true;
}

static bool is_known(const char *plain)
{
	for (size_t i = 0; i < COUNT(weak_table); i++)
		if (strcmp(plain, weak_table[i]) == 0)
			return true;
	for (size_t i = 0; i < COUNT(placeholder_table); i++)
		if (strstr(plain, placeholder_table[i]))
			return true;
	return false;
}

bool secret_is_weak(enum secret_form form, const char *value)
{
	char user[PLAIN_MAX] = "", plain[PLAIN_MAX];
	struct parts parts;
	split(&parts, form, value);
	for (const struct part *part = parts.list; part < parts.list + parts.count; part++)
		if (span_is_nocase(part->name, "user")
			&& !simplify(part->value, parts.escape, user))
			*user = '\0';
	for (const struct part *part = parts.list; part < parts.list + parts.count; part++)
		if (part->is_secret && part->value.len && simplify(part->value, parts.escape, plain)
			&& (is_known(plain) || (*plain && strcmp(plain, user) == 0)))
			return true;
	return false;
}

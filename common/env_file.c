#include "common/env_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/utf8.h"

static const char name_start[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
static const char digits[] = "0123456789";

/* Reads the text of `file` in place: a text becomes shorter when it is unquoted. */
struct reader {
	struct env_file *file;
	char *at; /* the text ends with a NUL byte and contains no other */
	size_t line;
	struct fail *why;
};

static enum status refuse(const struct reader *r, size_t line, const char *rule)
{
	return fail_set(r->why, ST_BAD_SETTING, "%.200s:%zu: %s", r->file->path, line, rule);
}

static void skip_blanks(struct reader *r)
{
	while (*r->at == ' ' || *r->at == '\t')
		r->at++;
}

/* A text in the buffer of the reader. */
struct part {
	char *bytes;
	size_t len;
};

/* The length of a line break; 0 if there is none. check_lines allows no other '\r'. */
static size_t break_length(const char *at)
{
	size_t len = *at == '\r';
	return len + (at[len] == '\n');
}

/* Goes past the end of the line; false if something else follows. */
static bool end_line(struct reader *r)
{
	size_t len = break_length(r->at);
	r->at += len;
	r->line += len > 0;
	return len > 0 || !*r->at;
}

static void skip_comment(struct reader *r)
{
	r->at += strcspn(r->at, "\n");
	(void)end_line(r);
}

static enum status read_name(struct reader *r, struct part *name)
{
	static const char export[] = "export";
	if (strncmp(r->at, export, sizeof export - 1) == 0
		&& (r->at[sizeof export - 1] == ' ' || r->at[sizeof export - 1] == '\t')) {
		r->at += sizeof export - 1;
		skip_blanks(r);
	}
	name->bytes = r->at;
	if (*r->at && strchr(name_start, *r->at))
		while (*r->at && (strchr(name_start, *r->at) || strchr(digits, *r->at)))
			r->at++;
	name->len = (size_t)(r->at - name->bytes);
	skip_blanks(r);
	if (name->len == 0 || *r->at != '=')
		return refuse(r, r->line,
			"it must be NAME=VALUE or a comment that begins with \"#\"; a name has "
			"letters, digits and \"_\"");
	r->at++;
	skip_blanks(r);
	return ST_OK;
}

/* Returns the rule that an unquoted value breaks, or NULL. `before` is the character before it. */
static const char *why_quote(char before, const char *value, size_t len)
{
	for (size_t i = 0; i < len; before = value[i++]) {
		if (value[i] == '\\')
			return "a value with a backslash must stand between single quotes";
		if (value[i] == '$')
			return "a value with \"$\" must stand between single quotes";
		if (value[i] == '#' && (before == ' ' || before == '\t'))
			return "a value with \" #\" must stand between quotes, and a comment on a "
			       "line of its own";
	}
	return NULL;
}

static enum status read_unquoted(struct reader *r, struct part *value)
{
	char *start = r->at;
	r->at += strcspn(r->at, "\r\n");
	*value = (struct part){ start, (size_t)(r->at - start) };
	const char *rule = why_quote(start[-1], start, value->len); /* "=" or a blank comes first */
	if (rule)
		return refuse(r, r->line, rule);
	while (value->len && (start[value->len - 1] == ' ' || start[value->len - 1] == '\t'))
		value->len--;
	return ST_OK;
}

/* Goes past the backslash before a character between double quotes. */
static enum status unescape(struct reader *r)
{
	static const char specials[] = "\"\\$`";
	if (*r->at == '$' || *r->at == '`')
		return refuse(r, r->line,
			"\"$\" and \"`\" need a backslash between double quotes, or single quotes");
	if (*r->at != '\\')
		return ST_OK;
	if (!r->at[1] || !strchr(specials, r->at[1]))
		return refuse(r, r->line,
			"between double quotes, a backslash may stand only before \" \\ $ or `");
	r->at++;
	return ST_OK;
}

static enum status read_quoted(struct reader *r, struct part *value)
{
	const char quote = *r->at++;
	const size_t first_line = r->line;
	char *start = r->at, *to = start;
	while (*r->at && *r->at != quote) {
		enum status st = quote == '"' ? unescape(r) : ST_OK;
		if (st != ST_OK)
			return st;
		r->line += *r->at == '\n';
		*to++ = *r->at++;
	}
	if (!*r->at)
		return refuse(r, first_line, "the closing quote is missing");
	r->at++;
	*value = (struct part){ start, (size_t)(to - start) };
	skip_blanks(r);
	if (*r->at && !break_length(r->at))
		return refuse(r, r->line, "nothing may follow the closing quote");
	return ST_OK;
}

static enum status add_entry(struct reader *r, struct env_entry entry)
{
	struct env_file *f = r->file;
	if (f->count == f->cap) {
		size_t cap = f->cap ? f->cap * 2 : 16;
		struct env_entry *grown = realloc(f->entries, cap * sizeof *grown);
		if (!grown)
			return ST_NO_MEMORY;
		f->entries = grown;
		f->cap = cap;
	}
	f->entries[f->count++] = entry;
	return ST_OK;
}

static enum status read_assignment(struct reader *r)
{
	struct part name = { 0 }, value = { 0 };
	const size_t line = r->line;
	enum status st = read_name(r, &name);
	if (st != ST_OK)
		return st;
	st = *r->at == '"' || *r->at == '\'' ? read_quoted(r, &value) : read_unquoted(r, &value);
	if (st != ST_OK)
		return st;
	(void)end_line(r);
	name.bytes[name.len] = '\0';   /* "=" or a blank stands there */
	value.bytes[value.len] = '\0'; /* a line break or the quote, which is read, or the end */
	return add_entry(r, (struct env_entry){ name.bytes, value.bytes, line });
}

static enum status read_all(struct reader *r)
{
	enum status st = ST_OK;
	while (*r->at && st == ST_OK) {
		skip_blanks(r);
		if (*r->at == '#')
			skip_comment(r);
		else if (!end_line(r))
			st = read_assignment(r);
	}
	return st;
}

static bool has_control(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (((unsigned char)s.bytes[i] < 0x20 && s.bytes[i] != '\t') || s.bytes[i] == 0x7f)
			return true;
	return false;
}

/* Checks the rules that every line must follow, whatever it means. */
static enum status check_lines(const struct reader *r, struct span rest)
{
	for (size_t line = 1; rest.len; line++) {
		struct span bytes = span_cut(&rest, '\n');
		if (bytes.len && bytes.bytes[bytes.len - 1] == '\r')
			bytes.len--;
		if (bytes.len > ENV_FILE_LINE_MAX)
			return refuse(r, line, "a line may have at most 64 KiB");
		if (!utf8_is_valid(bytes.bytes, bytes.len))
			return refuse(r, line, "it must be UTF-8");
		if (has_control(bytes))
			return refuse(r, line, "it must not contain control characters");
	}
	return ST_OK;
}

enum status env_file_parse(
	const char *path, struct span bytes, struct env_file **out, struct fail *why)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct env_file *file = calloc(1, sizeof *file);
	struct reader reader = { .file = file, .line = 1, .why = why };
	enum status st = ST_NO_MEMORY;
	if (!file)
		return st;
	if (bytes.len >= 3 && memcmp(bytes.bytes, mark, 3) == 0)
		bytes = span_drop(bytes, 3);
	file->path = strdup(path);
	file->text = calloc(1, bytes.len + 1);
	if (!file->path || !file->text)
		goto failed;
	file->text_size = bytes.len;
	if (bytes.len)
		memcpy(file->text, bytes.bytes, bytes.len);
	reader.at = file->text;
	st = check_lines(&reader, bytes);
	if (st == ST_OK)
		st = read_all(&reader);
	if (st != ST_OK)
		goto failed;
	*out = file;
	return ST_OK;

failed:
	env_file_free(&file);
	return st;
}

/* Reads all bytes. A length over ENV_FILE_BYTES_MAX means that there are more; -1: see errno. */
static ssize_t read_bytes(int fd, char *into)
{
	size_t len = 0;
	while (len <= ENV_FILE_BYTES_MAX) {
		ssize_t got = read(fd, into + len, ENV_FILE_BYTES_MAX + 1 - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

static enum status read_open_file(
	const char *path, int fd, char *bytes, struct env_file **out, struct fail *why)
{
	struct stat about;
	ssize_t len = read_bytes(fd, bytes);
	if (len < 0 || fstat(fd, &about) != 0)
		return fail_set(
			why, ST_BAD_SETTING, "%.200s can't be read: %s", path, strerror(errno));
	if (len > ENV_FILE_BYTES_MAX)
		return fail_set(why, ST_BAD_SETTING, "%.200s is larger than 1 MiB", path);
	enum status st = env_file_parse(path, (struct span){ bytes, (size_t)len }, out, why);
	if (st == ST_OK)
		(*out)->others_can_read = S_ISREG(about.st_mode) && (about.st_mode & S_IROTH);
	return st;
}

enum status env_file_read(const char *path, struct env_file **out, struct fail *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail_set(why, errno == ENOENT ? ST_NOT_FOUND : ST_BAD_SETTING,
			"%.200s can't be opened: %s", path, strerror(errno));
	char *bytes = malloc(ENV_FILE_BYTES_MAX + 1);
	enum status st = bytes ? read_open_file(path, fd, bytes, out, why) : ST_NO_MEMORY;
	if (bytes)
		explicit_bzero(bytes, ENV_FILE_BYTES_MAX + 1);
	free(bytes);
	(void)close(fd);
	return st;
}

const struct env_entry *env_file_find(const struct env_file *file, const char *name)
{
	for (size_t i = file ? file->count : 0; i > 0; i--)
		if (strcmp(file->entries[i - 1].name, name) == 0)
			return &file->entries[i - 1];
	return NULL;
}

void env_file_free(struct env_file **file)
{
	struct env_file *f = *file;
	if (!f)
		return;
	if (f->text)
		explicit_bzero(f->text, f->text_size);
	free(f->text);
	free(f->entries);
	free(f->path);
	free(f);
	*file = NULL;
}

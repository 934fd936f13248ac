#include "client/study/token_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/study/user_directory.h"
#include "common/trusted_file.h"

enum { FILE_MAX = TOKEN_TEXT_SIZE + 64 };

static char *directory(void)
{
	return user_directory("XDG_CONFIG_HOME", "/.config", "/study");
}

static enum status join(char out[PATH_MAX], const char *in, const char *name, struct fail *why)
{
	int len = in ? snprintf(out, PATH_MAX, "%s/%s", in, name) : -1;
	if (len >= 0 && len < PATH_MAX)
		return ST_OK;
	return fail_set(why, ST_BAD_SETTING, "%s",
		in ? "the path of XDG_CONFIG_HOME is too long"
		   : "there is no place for a token: set HOME or XDG_CONFIG_HOME");
}

enum status token_file_path(char out[PATH_MAX], struct fail *why)
{
	char *in = directory();
	enum status st = join(out, in, "token", why);
	free(in);
	return st;
}

static enum status refuse(struct fail *why, const char *path, const char *reason)
{
	return fail_set(why, ST_BAD_SETTING, "%.200s: %s", path, reason);
}

/* Reading. */

/* Takes the value of a line that starts with `key`. False: there is no such line. */
static bool find_line(const char *text, const char *key, struct span *out)
{
	size_t key_len = strlen(key);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, key_len) != 0)
			continue;
		*out = (struct span){ line + key_len, strcspn(line + key_len, "\r\n") };
		return out->len > 0;
	}
	return false;
}

static bool parse(const char *text, struct token_file *out)
{
	struct span token, id;
	if (!find_line(text, "token ", &token) || token.len >= sizeof out->token)
		return false;
	memcpy(out->token, token.bytes, token.len);
	out->token[token.len] = '\0';
	out->id = 0;
	return !find_line(text, "id ", &id) || (span_to_int(id, &out->id) && out->id > 0);
}

enum status token_file_read(struct token_file *out, struct fail *why)
{
	char path[PATH_MAX];
	struct buf text = { .limit = FILE_MAX };
	struct token_file file = { 0 };
	if (token_file_path(path, why) != ST_OK)
		return ST_NOT_FOUND; /* nobody can have logged in */
	enum status st = trusted_file_read(path, TRUSTED_SECRET, &text, why);
	buf_byte(&text, '\0');
	if (st == ST_OK && (text.failed || !parse(text.bytes, &file)))
		st = refuse(why, path, "has no token: log in again with `study login`");
	if (st == ST_OK)
		*out = file;
	if (text.bytes)
		explicit_bzero(text.bytes, text.cap);
	buf_fini(&text);
	token_file_wipe(&file);
	return st == ST_SYSTEM ? ST_BAD_SETTING : st;
}

/* Writing. */

static bool write_all(int fd, const struct token_file *file)
{
	char text[FILE_MAX];
	int len = snprintf(text, sizeof text, "token %s\nid %" PRId64 "\n", file->token, file->id);
	bool is_written = write(fd, text, (size_t)len) == len && fsync(fd) == 0;
	explicit_bzero(text, sizeof text);
	return is_written;
}

/* mkstemp makes a file of mode 0600. */
static bool replace(const char *path, char *temporary, const struct token_file *file)
{
	int fd = mkstemp(temporary);
	if (fd < 0)
		return false;
	bool is_written = write_all(fd, file);
	is_written = close(fd) == 0 && is_written;
	if (is_written && rename(temporary, path) == 0)
		return true;
	int error = errno;
	(void)unlink(temporary);
	errno = error;
	return false;
}

enum status token_file_write(const struct token_file *file, struct fail *why)
{
	char path[PATH_MAX], temporary[PATH_MAX] = "";
	char *in = directory();
	enum status st = join(path, in, "token", why);
	if (st == ST_OK)
		st = join(temporary, in, "token.XXXXXX", why);
	if (st == ST_OK && (!user_directory_make(in) || chmod(in, S_IRWXU) != 0))
		st = refuse(why, in, strerror(errno));
	if (st == ST_OK && !replace(path, temporary, file))
		st = refuse(why, path, strerror(errno));
	free(in);
	return st;
}

enum status token_file_remove(struct fail *why)
{
	char path[PATH_MAX];
	enum status st = token_file_path(path, why);
	if (st == ST_OK && unlink(path) != 0 && errno != ENOENT && errno != ENOTDIR)
		st = refuse(why, path, strerror(errno));
	return st;
}

void token_file_wipe(struct token_file *file)
{
	explicit_bzero(file, sizeof *file);
}

#include "client/study/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/study/lines.h"

bool source_open(struct source *s, const char *path)
{
	struct stat about;
	*s = (struct source){ .line = 1 };
	s->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	s->bytes = malloc(SOURCE_MAX);
	if (s->fd < 0 || !s->bytes || fstat(s->fd, &about) != 0)
		goto failed;
	if (S_ISDIR(about.st_mode)) {
		errno = EISDIR;
		goto failed;
	}
	s->is_file = S_ISREG(about.st_mode);
	return true;

failed:;
	int why = errno;
	source_close(s);
	errno = why;
	return false;
}

void source_close(struct source *s)
{
	if (s->bytes && s->fd >= 0)
		(void)close(s->fd);
	free(s->bytes);
	s->bytes = NULL;
}

struct span source_view(const struct source *s)
{
	return (struct span){ s->bytes + s->start, s->end - s->start };
}

static bool would_wait(const struct source *s)
{
	struct pollfd at = { s->fd, POLLIN, 0 };
	return !s->is_file && poll(&at, 1, 0) == 0;
}

enum source_result source_fill(struct source *s)
{
	if (s->is_end)
		return SOURCE_END;
	if (s->start > 0) {
		memmove(s->bytes, s->bytes + s->start, s->end - s->start);
		s->end -= s->start;
		s->start = 0;
	}
	if (s->end == SOURCE_MAX)
		return SOURCE_FULL;
	if (would_wait(s))
		return SOURCE_WAIT;
	ssize_t len = read(s->fd, s->bytes + s->end, SOURCE_MAX - s->end);
	if (len < 0)
		return errno == EINTR || errno == EAGAIN ? SOURCE_WAIT : SOURCE_FAILED;
	s->is_end = len == 0;
	s->end += (size_t)len;
	return len > 0 ? SOURCE_MORE : SOURCE_END;
}

void source_wait(const struct source *s)
{
	struct pollfd at = { s->fd, POLLIN, 0 };
	(void)poll(&at, 1, -1);
}

void source_take(struct source *s, size_t len)
{
	s->line += lines_count((struct span){ s->bytes + s->start, len }, &s->is_after_cr);
	s->start += len;
	s->offset += len;
}

bool source_seek(struct source *s, uint64_t offset, uint64_t line)
{
	if (lseek(s->fd, (off_t)offset, SEEK_SET) < 0)
		return false;
	s->start = s->end = 0;
	s->is_end = s->is_after_cr = false;
	s->offset = offset;
	s->line = line;
	return true;
}

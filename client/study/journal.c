#include "client/study/journal.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/study/user_directory.h"
#include "client/study/uuid5.h"
#include "common/buf.h"
#include "common/uuid.h"

static const char format_name[] = "studytracker-import 2";

/* The key of an import: each key has its own journal. */
static bool key_of(const char *path, const char *endpoints, const char *options, char out[37])
{
	static const unsigned char none[16];
	unsigned char key[16];
	struct buf name = { 0 };
	char *real = realpath(path, NULL);
	buf_text(&name, real ? real : path);
	buf_byte(&name, '\n');
	buf_text(&name, endpoints);
	buf_byte(&name, '\n');
	buf_text(&name, options);
	bool is_whole = !name.failed;
	if (is_whole) {
		uuid5(none, name.bytes, name.len, key);
		uuid_format(key, out);
		out[UUID_TEXT_LEN] = '\0';
	}
	free(real);
	buf_fini(&name);
	return is_whole;
}

void journal_open(
	struct journal *j, int fd, const char *path, const char *endpoints, const char *options)
{
	struct stat about;
	char key[37];
	*j = (struct journal){ 0 };
	char *directory = user_directory("XDG_STATE_HOME", "/.local/state", "/studytracker");
	if (directory && fstat(fd, &about) == 0 && S_ISREG(about.st_mode)
		&& user_directory_make(directory) && key_of(path, endpoints, options, key)) {
		j->device = (uint64_t)about.st_dev;
		j->inode = (uint64_t)about.st_ino;
		j->size = (uint64_t)about.st_size;
		j->changed_ns = (uint64_t)about.st_mtim.tv_sec * 1000000000u
				+ (uint64_t)about.st_mtim.tv_nsec;
		if (asprintf(&j->path, "%s/import-%s", directory, key) < 0)
			j->path = NULL;
	}
	free(directory);
}

bool journal_load(const struct journal *j, struct journal_state *out)
{
	struct journal file = { 0 };
	struct journal_state s = { 0 };
	char name[32] = "", id[STUDY_ID_SIZE] = "";
	unsigned char uuid[16];
	FILE *from = j->path ? fopen(j->path, "re") : NULL;
	if (!from)
		return false;
	bool is_whole = fgets(name, sizeof name, from)
			&& fscanf(from,
				   "file %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
				   "\nat %" SCNu64 " %" SCNu64 " %u\ncounts",
				   &file.device, &file.inode, &file.size, &file.changed_ns,
				   &s.offset, &s.line, &s.mark)
				   == 7;
	for (int i = 0; is_whole && i < OUTCOME_COUNT; i++)
		is_whole = fscanf(from, " %" SCNu64, &s.counts[i]) == 1;
	is_whole = is_whole && fscanf(from, "\nlast %36s\nend", id) == 1;
	(void)fclose(from);
	name[strcspn(name, "\n")] = '\0';
	if (!is_whole || strcmp(name, format_name) != 0 || file.device != j->device
		|| file.inode != j->inode || file.size != j->size
		|| file.changed_ns != j->changed_ns || s.offset > file.size
		|| !uuid_parse(span_of(id), uuid))
		return false;
	memcpy(s.last_id, id, sizeof id);
	*out = s;
	return true;
}

static bool write_state(FILE *to, const struct journal *j, const struct journal_state *s)
{
	fprintf(to,
		"%s\nfile %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\nat %" PRIu64 " %" PRIu64
		" %u\ncounts",
		format_name, j->device, j->inode, j->size, j->changed_ns, s->offset, s->line,
		s->mark);
	for (int i = 0; i < OUTCOME_COUNT; i++)
		fprintf(to, " %" PRIu64, s->counts[i]);
	fprintf(to, "\nlast %s\nend\n", s->last_id);
	bool is_whole = !ferror(to);
	return fclose(to) == 0 && is_whole;
}

bool journal_save(const struct journal *j, const struct journal_state *state)
{
	char temporary[PATH_MAX];
	if (!j->path || !*state->last_id)
		return false;
	int len = snprintf(temporary, sizeof temporary, "%s.%ld", j->path, (long)getpid());
	if (len < 0 || (size_t)len >= sizeof temporary)
		return false;
	FILE *to = fopen(temporary, "we");
	if (to && write_state(to, j, state) && rename(temporary, j->path) == 0)
		return true;
	(void)unlink(temporary);
	return false;
}

void journal_remove(const struct journal *j)
{
	if (j->path)
		(void)unlink(j->path);
}

void journal_close(struct journal *j)
{
	free(j->path);
	j->path = NULL;
}

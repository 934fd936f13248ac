#include "client/study/backup_manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/json_out.h"

enum { FORMAT = 1, MANIFEST_BYTES_MAX = 65536 };

static const char manifest_name[] = "manifest.json";

/* The texts of a manifest. */
static const struct {
	const char *name;
	size_t offset;
} text_table[] = {
	{ "kind", offsetof(struct backup_manifest, kind) },
	{ "made_at", offsetof(struct backup_manifest, made_at) },
	{ "version", offsetof(struct backup_manifest, version) },
	{ "server", offsetof(struct backup_manifest, server) },
	{ "schema_change", offsetof(struct backup_manifest, schema_change) },
};

enum { TEXT_COUNT = sizeof text_table / sizeof *text_table };

static enum status fail_file(
	struct fail *why, enum status st, const char *directory, const char *name, const char *text)
{
	return fail_set(why, st, "%s/%s: %s", directory, name, text);
}

static int open_in(const char *directory, const char *name, int flags)
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof path, "%s/%s", directory, name);
	if (len < 0 || (size_t)len >= sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, flags | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
}

/* Reads the size and the checksum of a file. `syncs`: writes it to the disk first. */
static bool measure(const char *directory, struct backup_file *file, bool syncs)
{
	int fd = open_in(directory, file->name, O_RDONLY);
	bool is_read = fd >= 0 && (!syncs || fsync(fd) == 0)
		       && crypto_sha256_fd(fd, file->sha256, &file->bytes);
	int error = errno;
	if (fd >= 0)
		(void)close(fd);
	errno = error;
	return is_read;
}

enum status backup_manifest_add(
	struct backup_manifest *manifest, const char *directory, const char *name, struct fail *why)
{
	struct backup_file file = { 0 };
	if (manifest->file_count == BACKUP_FILES_MAX)
		return fail_file(why, ST_SYSTEM, directory, name, "too many files");
	(void)snprintf(file.name, sizeof file.name, "%s", name);
	if (!measure(directory, &file, true))
		return fail_file(why, ST_SYSTEM, directory, name, strerror(errno));
	manifest->files[manifest->file_count++] = file;
	return ST_OK;
}

/* Writing. */

static void put_file(struct buf *out, const struct backup_file *file)
{
	buf_text(out, "  {\"name\": ");
	json_out_text(out, span_of(file->name));
	buf_printf(out, ", \"bytes\": %llu, \"sha256\": \"%s\"}", (unsigned long long)file->bytes,
		file->sha256);
}

static void put_manifest(struct buf *out, const struct backup_manifest *manifest)
{
	buf_printf(out, "{\n \"format\": %d,\n", FORMAT);
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		buf_printf(out, " \"%s\": ", text_table[i].name);
		json_out_text(out, span_of((const char *)manifest + text_table[i].offset));
		buf_text(out, ",\n");
	}
	buf_text(out, " \"files\": [\n");
	for (int i = 0; i < manifest->file_count; i++) {
		put_file(out, &manifest->files[i]);
		buf_text(out, i + 1 < manifest->file_count ? ",\n" : "\n");
	}
	buf_text(out, " ]\n}\n");
}

static bool write_text(const char *directory, const struct buf *text)
{
	int fd = text->failed ? -1 : open_in(directory, manifest_name, O_WRONLY | O_CREAT | O_EXCL);
	if (fd < 0)
		return false;
	bool is_written = write(fd, text->bytes, text->len) == (ssize_t)text->len && fsync(fd) == 0;
	return close(fd) == 0 && is_written;
}

enum status backup_manifest_write(
	const struct backup_manifest *manifest, const char *directory, struct fail *why)
{
	struct buf text = { .limit = MANIFEST_BYTES_MAX };
	put_manifest(&text, manifest);
	bool is_written = write_text(directory, &text);
	buf_fini(&text);
	return is_written ? ST_OK
			  : fail_file(why, ST_SYSTEM, directory, manifest_name, strerror(errno));
}

/* Reading. */

static bool take_text(struct json_object *from, const char *name, char out[BACKUP_TEXT_SIZE])
{
	struct json_object *member = NULL;
	if (!json_object_object_get_ex(from, name, &member)
		|| !json_object_is_type(member, json_type_string)
		|| json_object_get_string_len(member) >= BACKUP_TEXT_SIZE)
		return false;
	(void)snprintf(out, BACKUP_TEXT_SIZE, "%s", json_object_get_string(member));
	return *out != '\0';
}

/* A name with a slash would be outside the backup. */
static bool take_file(struct json_object *from, struct backup_file *file)
{
	struct json_object *bytes = NULL;
	char sha256[BACKUP_TEXT_SIZE];
	if (!take_text(from, "name", file->name) || strchr(file->name, '/')
		|| !take_text(from, "sha256", sha256) || strlen(sha256) != CRYPTO_HASH_TEXT_LEN
		|| !json_object_object_get_ex(from, "bytes", &bytes))
		return false;
	memcpy(file->sha256, sha256, sizeof file->sha256);
	file->bytes = (uint64_t)json_object_get_int64(bytes);
	return true;
}

static bool take_files(struct json_object *from, struct backup_manifest *manifest)
{
	struct json_object *files = NULL;
	if (!json_object_object_get_ex(from, "files", &files)
		|| !json_object_is_type(files, json_type_array))
		return false;
	size_t count = json_object_array_length(files);
	if (count == 0 || count > BACKUP_FILES_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!take_file(json_object_array_get_idx(files, i), &manifest->files[i]))
			return false;
	manifest->file_count = (int)count;
	return true;
}

static bool take_manifest(struct json_object *from, struct backup_manifest *manifest)
{
	struct json_object *format = NULL;
	if (!json_object_object_get_ex(from, "format", &format)
		|| json_object_get_int(format) != FORMAT)
		return false;
	for (size_t i = 0; i < TEXT_COUNT; i++)
		if (!take_text(from, text_table[i].name, (char *)manifest + text_table[i].offset))
			return false;
	return take_files(from, manifest);
}

enum status backup_manifest_read(
	struct backup_manifest *manifest, const char *directory, struct fail *why)
{
	char text[MANIFEST_BYTES_MAX + 1];
	int fd = open_in(directory, manifest_name, O_RDONLY);
	ssize_t len = fd >= 0 ? read(fd, text, MANIFEST_BYTES_MAX) : -1;
	int error = errno;
	if (fd >= 0)
		(void)close(fd);
	if (len < 0)
		return fail_file(why, ST_INVALID_INPUT, directory, manifest_name, strerror(error));
	text[len] = '\0';
	struct json_object *json = json_tokener_parse(text);
	bool is_taken = take_manifest(json, manifest);
	json_object_put(json);
	return is_taken ? ST_OK
			: fail_file(why, ST_INVALID_INPUT, directory, manifest_name,
				"not the manifest of a backup that this version can read");
}

enum status backup_manifest_verify(
	const struct backup_manifest *manifest, const char *directory, struct fail *why)
{
	for (int i = 0; i < manifest->file_count; i++) {
		const struct backup_file *expected = &manifest->files[i];
		struct backup_file found = { 0 };
		memcpy(found.name, expected->name, sizeof found.name);
		if (!measure(directory, &found, false))
			return fail_file(
				why, ST_INVALID_INPUT, directory, found.name, strerror(errno));
		if (found.bytes != expected->bytes || strcmp(found.sha256, expected->sha256) != 0)
			return fail_file(why, ST_INVALID_INPUT, directory, found.name,
				"the file has changed since the backup: use another backup");
	}
	return ST_OK;
}

/*
 * backup_manifest: what a backup contains, as manifest.json in its directory: versions, and the
 * size and checksum of each file.
 *
 *	backup_manifest_add(&manifest, directory, "database.dump", &why);
 *	backup_manifest_write(&manifest, directory, &why);
 *	...
 *	backup_manifest_read(&manifest, directory, &why);
 *	backup_manifest_verify(&manifest, directory, &why);
 */
#ifndef STUDY_BACKUP_MANIFEST_H
#define STUDY_BACKUP_MANIFEST_H

#include <stdint.h>

#include "common/crypto.h"
#include "common/status.h"

enum { BACKUP_FILES_MAX = 4, BACKUP_TEXT_SIZE = 128 };

struct backup_file {
	char name[BACKUP_TEXT_SIZE];
	uint64_t bytes;
	char sha256[CRYPTO_HASH_TEXT_LEN + 1];
};

struct backup_manifest {
	char kind[BACKUP_TEXT_SIZE];          /* see struct backup_kind */
	char made_at[BACKUP_TEXT_SIZE];       /* RFC 3339 */
	char version[BACKUP_TEXT_SIZE];       /* of study */
	char server[BACKUP_TEXT_SIZE];        /* PostgreSQL's version */
	char schema_change[BACKUP_TEXT_SIZE]; /* the last migration */
	struct backup_file files[BACKUP_FILES_MAX];
	int file_count;
};

/* Syncs the file of that name in the directory and adds it. ST_SYSTEM. */
enum status backup_manifest_add(struct backup_manifest *manifest, const char *directory,
	const char *name, struct fail *why) MUST_CHECK;

/* Writes and syncs manifest.json. ST_SYSTEM. */
enum status backup_manifest_write(
	const struct backup_manifest *manifest, const char *directory, struct fail *why) MUST_CHECK;

/* ST_INVALID_INPUT: the directory has no manifest, or not one of this format. */
enum status backup_manifest_read(
	struct backup_manifest *manifest, const char *directory, struct fail *why) MUST_CHECK;

/* ST_INVALID_INPUT: a file is missing or has changed. */
enum status backup_manifest_verify(
	const struct backup_manifest *manifest, const char *directory, struct fail *why) MUST_CHECK;

#endif

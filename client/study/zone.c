#include "client/study/zone.h"

#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/study/zone_rule.h"

enum {
	NAME_SIZE = 64,
	HEADER = 44,
	COUNTS_AT = 20,
	TYPE_BYTES = 6,
	TYPES_MAX = 256,
	TRANSITIONS_MAX = 100000,
	FILE_MAX = 1 << 20,
	RULE_SIZE = 128
};

static const char directory[] = "/usr/share/zoneinfo/";

struct zone {
	char name[NAME_SIZE];
	size_t count; /* number of transitions */
	int64_t *at;
	unsigned char *type;            /* the type after each transition */
	int64_t offsets[TYPES_MAX + 2]; /* by type; then the two of the rule */
	size_t types, offset_count;
	bool has_rule; /* after the last transition */
	struct zone_rule rule;
};

/* The counts of a TZif header, in their order. */
enum { UT_COUNT, STANDARD_COUNT, LEAP_COUNT, TIME_COUNT, TYPE_COUNT, CHARACTER_COUNT, COUNTS };

struct block {
	const char *start; /* after the header */
	size_t counts[COUNTS];
	size_t time_bytes, len;
};

/* False if the header is missing or the data is too short. */
static bool read_block(struct span in, size_t time_bytes, struct block *out)
{
	if (in.len < HEADER || memcmp(in.bytes, "TZif", 4) != 0)
		return false;
	struct block b = { .start = in.bytes + HEADER, .time_bytes = time_bytes };
	for (int i = 0; i < COUNTS; i++) {
		uint32_t count;
		memcpy(&count, in.bytes + COUNTS_AT + sizeof count * (size_t)i, sizeof count);
		b.counts[i] = be32toh(count);
		if (b.counts[i] > TRANSITIONS_MAX)
			return false;
	}
	b.len = b.counts[TIME_COUNT] * (time_bytes + 1) + b.counts[TYPE_COUNT] * TYPE_BYTES
		+ b.counts[CHARACTER_COUNT] + b.counts[LEAP_COUNT] * (time_bytes + 4)
		+ b.counts[STANDARD_COUNT] + b.counts[UT_COUNT];
	*out = b;
	return b.len <= in.len - HEADER && b.counts[TYPE_COUNT] > 0
	       && b.counts[TYPE_COUNT] <= TYPES_MAX;
}

static int64_t load(const char *bytes, size_t len)
{
	uint64_t value = 0;
	for (size_t i = 0; i < len; i++)
		value = value << 8 | (unsigned char)bytes[i];
	return len == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
}

static bool fill(struct zone *z, const struct block *b)
{
	const char *types = b->start + b->counts[TIME_COUNT] * b->time_bytes;
	const char *infos = types + b->counts[TIME_COUNT];
	z->count = b->counts[TIME_COUNT];
	z->types = z->offset_count = b->counts[TYPE_COUNT];
	z->at = calloc(z->count + 1, sizeof *z->at);
	z->type = calloc(z->count + 1, 1);
	if (!z->at || !z->type)
		return false;
	for (size_t i = 0; i < z->count; i++) {
		z->at[i] = load(b->start + i * b->time_bytes, b->time_bytes);
		z->type[i] = (unsigned char)types[i];
		if (z->type[i] >= z->types || (i > 0 && z->at[i] < z->at[i - 1]))
			return false;
	}
	for (size_t i = 0; i < z->types; i++)
		z->offsets[i] = load(infos + i * TYPE_BYTES, 4);
	return true;
}

/* The rule in the line after the second block. False if the line is not a valid rule. */
static bool read_rule(struct zone *z, struct span footer)
{
	char text[RULE_SIZE];
	const char *end = footer.len > 1 && *footer.bytes == '\n'
				  ? memchr(footer.bytes + 1, '\n', footer.len - 1)
				  : NULL;
	size_t len = end ? (size_t)(end - footer.bytes) - 1 : 0;
	if (len == 0)
		return true;
	if (len >= sizeof text)
		return false;
	memcpy(text, footer.bytes + 1, len);
	text[len] = '\0';
	z->has_rule = zone_rule_parse(text, &z->rule);
	z->offsets[z->offset_count++] = z->rule.standard;
	z->offsets[z->offset_count++] = z->rule.daylight;
	return z->has_rule;
}

/* Reads the second block, with times of 64 bits, if there is one. */
static bool read_zone(struct zone *z, struct span in)
{
	struct block b;
	if (!read_block(in, 4, &b))
		return false;
	if (in.bytes[4] < '2')
		return fill(z, &b);
	in.bytes += HEADER + b.len;
	in.len -= HEADER + b.len;
	if (!read_block(in, 8, &b) || !fill(z, &b))
		return false;
	return read_rule(z, (struct span){ b.start + b.len, in.len - HEADER - b.len });
}

static bool refuse(struct fail *why, const char *name, const char *what)
{
	(void)fail_set(why, ST_BAD_SETTING, "the time zone %.*s %s", NAME_SIZE, name, what);
	return false;
}

bool zone_read(struct zone **out, const char *name, struct span bytes, struct fail *why)
{
	struct zone *z = calloc(1, sizeof *z);
	if (!z)
		return refuse(why, name, "needs more memory than is available");
	(void)snprintf(z->name, sizeof z->name, "%s", name);
	if (!read_zone(z, bytes)) {
		zone_free(&z);
		return refuse(why, name, "has a file that is not a TZif file");
	}
	*out = z;
	return true;
}

void zone_free(struct zone **zone)
{
	if (!*zone)
		return;
	free((*zone)->at);
	free((*zone)->type);
	free(*zone);
	*zone = NULL;
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

/* True if the name can be a file of the database and nothing else. */
static bool is_name(const char *name)
{
	size_t len = strlen(name);
	if (len == 0 || len >= NAME_SIZE || !isalnum((unsigned char)*name) || strstr(name, ".."))
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/")
	       == len;
}

static bool read_file(const char *name, struct buf *out)
{
	char path[sizeof directory + NAME_SIZE];
	(void)snprintf(path, sizeof path, "%s%s", directory, name);
	FILE *from = fopen(path, "re");
	char *room = from ? buf_room(out, FILE_MAX) : NULL;
	if (room)
		out->len += fread(room, 1, FILE_MAX, from);
	bool is_read = room && !ferror(from);
	if (from)
		(void)fclose(from);
	return is_read;
}

bool zone_open(struct zone **out, const char *name, struct fail *why)
{
	struct buf bytes = { 0 };
	if (!is_name(name))
		return refuse(why, name, "is not a name such as Europe/Berlin");
	bool is_open = read_file(name, &bytes);
	if (!is_open)
		(void)refuse(why, name,
			"is not in /usr/share/zoneinfo: check its spelling and that the package "
			"tzdata is installed");
	is_open = is_open && zone_read(out, name, buf_view(&bytes), why);
	buf_fini(&bytes);
	return is_open;
}

/* The index of the last transition at or before the moment; -1: none. */
static ptrdiff_t find(const struct zone *z, int64_t utc)
{
	size_t low = 0, high = z->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (z->at[middle] <= utc)
			low = middle + 1;
		else
			high = middle;
	}
	return (ptrdiff_t)low - 1;
}

int64_t zone_offset(const struct zone *z, int64_t utc)
{
	ptrdiff_t index = find(z, utc);
	if (z->has_rule && index + 1 == (ptrdiff_t)z->count)
		return zone_rule_offset(&z->rule, utc);
	return z->offsets[index < 0 ? 0 : z->type[index]]; /* before the first: type 0 (RFC 9636) */
}

/* Tries each offset that the zone ever has, and counts those that are right. */
enum zone_local zone_instant(const struct zone *z, int64_t local, int64_t *utc)
{
	enum zone_local often = ZONE_NEVER;
	int64_t found = 0;
	for (size_t i = 0; i < z->offset_count; i++) {
		int64_t candidate = local - z->offsets[i];
		if (zone_offset(z, candidate) != z->offsets[i]
			|| (often != ZONE_NEVER && candidate == found))
			continue;
		if (often != ZONE_NEVER)
			return ZONE_TWICE;
		often = ZONE_ONCE;
		found = candidate;
	}
	if (often == ZONE_ONCE)
		*utc = found;
	return often;
}

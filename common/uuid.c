#include "common/uuid.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { RANDOM_BYTES = 10 }; /* per UUID: rand_a, which seeds the counter, and rand_b */

static void random_bytes(unsigned char *out, size_t len)
{
	while (len > 0) {
		ssize_t got = getrandom(out, len, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return; /* does not happen: getrandom blocks until its pool is ready */
		out += got;
		len -= (size_t)got;
	}
}

static void take_random(struct uuid_source *source, unsigned char out[RANDOM_BYTES])
{
	if (source->random_left < RANDOM_BYTES) {
		random_bytes(source->random, sizeof source->random);
		source->random_left = sizeof source->random;
	}
	source->random_left -= RANDOM_BYTES;
	memcpy(out, source->random + source->random_left, RANDOM_BYTES);
}

static uint64_t unix_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* RFC 9562 section 6.2, method 1: a 12-bit counter in rand_a. When the counter is used up within a
 * millisecond, or the clock goes back, the timestamp runs ahead of the clock. */
void uuid_v7(struct uuid_source *source, unsigned char out[16])
{
	uint64_t now = unix_ms();
	take_random(source, out + 6);
	if (now > source->last_ms) {
		source->last_ms = now;
		source->counter = (uint16_t)(((out[6] << 8) | out[7])
					     & 0x7ff); /* the top bit is 0: room to count */
	} else if (++source->counter > 0xfff) {
		source->last_ms++;
		source->counter = 0;
	}
	for (int i = 0; i < 6; i++)
		out[i] = (unsigned char)(source->last_ms >> (40 - 8 * i));
	out[6] = (unsigned char)(0x70 | source->counter >> 8);
	out[7] = (unsigned char)source->counter;
	out[8] = (unsigned char)(0x80 | (out[8] & 0x3f));
}

/* Spreads the eight digits of a word over eight bytes; each becomes 0x30 + digit, and 39 more from
 * 'a' on. */
static void put_digits(const unsigned char bytes[4], char out[8])
{
	uint32_t word;
	memcpy(&word, bytes, sizeof word);
	uint64_t digits = be32toh(word);
	digits = (digits | digits << 16) & 0x0000ffff0000ffffu;
	digits = (digits | digits << 8) & 0x00ff00ff00ff00ffu;
	digits = (digits | digits << 4) & 0x0f0f0f0f0f0f0f0fu;
	uint64_t letters = (digits + 0x0606060606060606u) >> 4 & 0x0101010101010101u;
	digits = htobe64(digits + 0x3030303030303030u + letters * 39);
	memcpy(out, &digits, sizeof digits);
}

void uuid_format(const unsigned char uuid[16], char out[UUID_TEXT_LEN])
{
	char digits[32];
	for (size_t i = 0; i < 4; i++)
		put_digits(uuid + 4 * i, digits + 8 * i);
	memcpy(out, digits, 8);
	memcpy(out + 9, digits + 8, 4);
	memcpy(out + 14, digits + 12, 4);
	memcpy(out + 19, digits + 16, 4);
	memcpy(out + 24, digits + 20, 12);
	out[8] = out[13] = out[18] = out[23] = '-';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool uuid_parse(struct span text, unsigned char out[16])
{
	unsigned char uuid[16];
	const char *at = text.bytes;
	if (text.len != UUID_TEXT_LEN)
		return false;
	for (int i = 0; i < 16; i++, at += 2) {
		if ((i == 4 || i == 6 || i == 8 || i == 10) && *at++ != '-')
			return false;
		int high = hex_value(at[0]), low = hex_value(at[1]);
		if (high < 0 || low < 0)
			return false;
		uuid[i] = (unsigned char)(high << 4 | low);
	}
	memcpy(out, uuid, sizeof uuid);
	return true;
}

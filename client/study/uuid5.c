#include "client/study/uuid5.h"

#include <stdint.h>
#include <string.h>

/* RFC 9562 requires SHA-1, which is good enough for names but not for secrets. */
enum { BLOCK = 64, ROUNDS = 80 };

struct sha1 {
	uint32_t state[5];
	unsigned char block[BLOCK];
	size_t used;
	uint64_t length;
};

static uint32_t rotate(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static void schedule(const unsigned char *block, uint32_t words[ROUNDS])
{
	for (int i = 0; i < 16; i++, block += 4)
		words[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16
			   | (uint32_t)block[2] << 8 | block[3];
	for (int i = 16; i < ROUNDS; i++)
		words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
}

static uint32_t mix(int round, uint32_t b, uint32_t c, uint32_t d)
{
	static const uint32_t constants[] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
	const uint32_t functions[] = { (b & c) | (~b & d), b ^ c ^ d, (b & c) | (b & d) | (c & d),
		b ^ c ^ d };
	return functions[round / 20] + constants[round / 20];
}

static void take_block(struct sha1 *s)
{
	uint32_t words[ROUNDS], v[5];
	schedule(s->block, words);
	memcpy(v, s->state, sizeof v);
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t next = rotate(v[0], 5) + mix(i, v[1], v[2], v[3]) + v[4] + words[i];
		v[4] = v[3];
		v[3] = v[2];
		v[2] = rotate(v[1], 30);
		v[1] = v[0];
		v[0] = next;
	}
	for (int i = 0; i < 5; i++)
		s->state[i] += v[i];
	s->used = 0;
}

static void put(struct sha1 *s, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	s->length += len;
	for (size_t i = 0; i < len; i++) {
		s->block[s->used++] = at[i];
		if (s->used == BLOCK)
			take_block(s);
	}
}

static void finish(struct sha1 *s, unsigned char out[20])
{
	static const unsigned char one = 0x80, zero = 0;
	unsigned char bits[8];
	for (int i = 0; i < 8; i++)
		bits[i] = (unsigned char)(s->length * 8 >> (56 - 8 * i));
	put(s, &one, 1);
	while (s->used != BLOCK - sizeof bits)
		put(s, &zero, 1);
	put(s, bits, sizeof bits);
	for (int i = 0; i < 20; i++)
		out[i] = (unsigned char)(s->state[i / 4] >> (24 - 8 * (i % 4)));
}

void uuid5(const unsigned char name_space[16], const char *name, size_t len, unsigned char out[16])
{
	struct sha1 s = { .state = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 } };
	unsigned char digest[20];
	put(&s, name_space, 16);
	put(&s, name, len);
	finish(&s, digest);
	memcpy(out, digest, 16);
	out[6] = (unsigned char)(0x50 | (out[6] & 0x0f));
	out[8] = (unsigned char)(0x80 | (out[8] & 0x3f));
}

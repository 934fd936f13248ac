/*
 * fnv: the FNV-1a hash of bytes, 64 bits.
 *
 * It is fast and spreads well, but it is no protection: anyone can construct inputs that collide.
 *
 *	uint64_t h = fnv_mix(FNV_START, name.bytes, name.len);
 *	h = fnv_mix(h, &number, sizeof number);
 */
#ifndef COMMON_FNV_H
#define COMMON_FNV_H

#include <stddef.h>
#include <stdint.h>

#define FNV_START 0xcbf29ce484222325U

static inline uint64_t fnv_mix(uint64_t h, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	for (size_t i = 0; i < len; i++)
		h = (h ^ at[i]) * 0x100000001b3U;
	return h;
}

#endif

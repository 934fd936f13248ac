/*
 * uuid5: an id that follows from a name (RFC 9562 section 5.5), so that the same row of a file is
 * the same session however often it is imported.
 */
#ifndef STUDY_UUID5_H
#define STUDY_UUID5_H

#include <stddef.h>

/* SHA-1 (RFC 3174) of the namespace and the name, and the bits of version 5. */
void uuid5(const unsigned char name_space[16], const char *name, size_t len, unsigned char out[16]);

#endif

/*
 * name: the form in which names are stored and compared, so that no two look the same and none looks
 * empty.
 *
 *   - White space (White_Space of the Unicode Character Database, and the braille blank) becomes one
 *     space between words, and none at the ends.
 *   - Characters that show nothing are dropped: controls, zero-width and bidirectional marks, fillers.
 *   - Joiners, emoji selectors and flag tags stay only where they change what is seen: between letters
 *     of scripts that join, within emoji. Elsewhere they are dropped.
 *
 * The database adds the canonical composition (NFC) and checks all but the last rule: fold_name of
 * schema/deploy/name_forms.sql. Letters of different scripts that look alike stay different (UTS #39),
 * and so do an emoji with and without its selector, which some fonts show alike.
 */
#ifndef COMMON_NAME_H
#define COMMON_NAME_H

#include "common/buf.h"

/* Whether it is ASCII in that form, as most names are. */
bool name_is_plain(struct span text);

/* Appends the form of a text that is valid UTF-8; it is never longer than the text. Returns the number
 * of its characters. */
size_t name_fold(struct span text, struct buf *out);

#endif

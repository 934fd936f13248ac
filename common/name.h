/*
 * name: the form in which names are stored and compared, so that different names look different and
 * no name looks empty.
 *
 *   - White space (White_Space of the Unicode Character Database, and the braille blank) becomes
 *     one space between words, and is removed at both ends.
 *   - Invisible characters are removed: controls, zero-width and bidirectional marks, fillers.
 *   - Joiners, emoji selectors and flag tags are kept only where they change the display: between
 *     letters of scripts that join, and within emoji.
 *
 * The database adds the canonical composition (NFC) and checks all but the last rule: fold_name of
 * schema/deploy/name_forms.sql. Letters of different scripts that look alike stay different (UTS
 * #39), and so do an emoji with and without its selector, which some fonts show alike.
 */
#ifndef COMMON_NAME_H
#define COMMON_NAME_H

#include "common/buf.h"

/* True if the text is ASCII and in that form already, as most names are. */
bool name_is_plain(struct span text);

/* True if the text is not empty and has neither white space nor invisible characters that the form
 * lacks. `text` is valid UTF-8. */
bool name_is_word(struct span text);

/* The number of characters of valid UTF-8. One that NFC splits counts as its parts, so NFC has no
 * more, unless marks of different languages follow one letter. */
size_t name_length(struct span text);

/* Appends the form of a text, which must be valid UTF-8. The form is never longer than the text.
 * Returns its name_length. */
size_t name_fold(struct span text, struct buf *out);

#endif

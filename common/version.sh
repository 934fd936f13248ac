#!/bin/sh
# version BASE: prints the version of this tree, e.g. 0.1.0+1234.g26fae3d: the number of commits and
# the commit. Without a repository it is BASE. The same commit always has the same version.
cd "$(dirname "$0")/.." || exit 1
count=$(git rev-list --count HEAD 2>/dev/null) || {
	echo "$1"
	exit
}
echo "$1+$count.g$(git rev-parse --short=7 HEAD)"

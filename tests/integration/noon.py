"""A time zone in which it is about noon: stories of days pass at midnight UTC, too.

A class of stories sets `settings = noon.SETTINGS`; then `noon.day()` is the account's today."""

import datetime

_NOW = datetime.datetime.now(datetime.timezone.utc)
_AHEAD = 12 - _NOW.hour  # hours before (or after) UTC
ZONE = f"Etc/GMT{-_AHEAD:+}" if _AHEAD else "UTC"  # the names of these zones have the opposite sign
SETTINGS = {"STUDYTRACKER_TIME_ZONE": ZONE}


def day(offset=0):
    """Today in the zone, or some days from it."""
    return ((_NOW + datetime.timedelta(hours=_AHEAD, days=offset)).date()).isoformat()

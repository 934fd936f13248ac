"""Stories run a second time with STUDYTRACKER_TEST_AUTH=on: then each Service has accounts on, and
its clients show a token of the first admin, who owns account 1.

    service.request("GET", "/topics")                          shows the token
    study_rpc.Client(endpoint, token=service.token)            the same
"""

import hashlib
import os

IS_ON = os.environ.get("STUDYTRACKER_TEST_AUTH") == "on"
TOKEN = "st_" + "5a" * 32

# The stories send more requests than the limits allow.
SETTINGS = {"STUDYTRACKER_AUTH": "on", "JWT_SECRET_KEY": "a secret of the stories, 32 bytes long",
            "STUDYTRACKER_RATE_ACCOUNT": 0, "STUDYTRACKER_RATE_ADDRESS": 0}


def settings():
    return SETTINGS if IS_ON else {}


def insert_token(database, account, token, scopes="read,write,admin"):
    digest = hashlib.sha256(token.encode()).hexdigest()
    database.sql(f"""insert into tokens (account_id, name, hash, scopes)
        values ({account}, 'of a story', '\\x{digest}', '{{{scopes}}}') on conflict do nothing""")


def claim(database):
    """Gives account 1 to an admin with a token. Several Services may use one database in turn."""
    database.sql("select * from create_admin('admin', null, 'no password', true)")
    insert_token(database, 1, TOKEN)

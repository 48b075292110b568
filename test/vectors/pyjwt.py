# Asks PyJWT, given all that it asks for, what it thinks of the vectors: on stdout {"answers": {"name": null | "Exception: text"},
# "reads_crit": whether this version of it knows the header `crit` (RFC 7515 §4.1.11)}.
import inspect
import json
import sys
from datetime import datetime, timezone

import jwt
from jwt import api_jws, api_jwt

vectors = json.load(open(sys.argv[1]))


class Fixed(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(vectors["now"], tz)


api_jwt.datetime = Fixed
keys = {key["kid"]: (key["alg"], jwt.PyJWK(key).key) for key in vectors["jwks"]["keys"]}


def judge(token):
    kid = jwt.get_unverified_header(token).get("kid")
    if not isinstance(kid, str) or kid not in keys:
        raise jwt.InvalidKeyError("unknown")
    algorithm, key = keys[kid]
    jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        issuer=vectors["issuer"],
        audience=vectors["audience"],
        leeway=5,
        options={"require": ["exp", "iat", "iss", "aud", "sub", "jti"]},
    )


answers = {}
for vector in vectors["vectors"]:
    try:
        judge(vector["token"])
        answers[vector["name"]] = None
    except Exception as error:
        answers[vector["name"]] = f"{type(error).__name__}: {error}"
json.dump({"answers": answers, "reads_crit": '"crit"' in inspect.getsource(api_jws)}, sys.stdout)

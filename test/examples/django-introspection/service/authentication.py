"""Authentication by token introspection (RFC 7662) at Darvoza, with a short cache of the answers."""
import base64
import hashlib
import json
import logging
import math
import threading
import time
from collections import OrderedDict
from types import SimpleNamespace
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from django.conf import settings
from rest_framework import authentication, exceptions

ours = settings.DARVOZA
secret = ":".join(quote(ours[name], safe="") for name in ("CLIENT_ID", "CLIENT_SECRET"))  # RFC 6749 section 2.3.1
headers = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}
remembered = OrderedDict()  # cache: hash of a token -> (time of the request, claims)
lock = threading.Lock()


class TokenServerSilent(exceptions.APIException):
    # 503, not 401: if introspection fails, the user must not have to sign in again.
    status_code, default_detail, default_code, wait = 503, "Tokens cannot be checked now.", "unavailable", 1


def introspect(token):
    key, asked = hashlib.sha256(token.encode()).digest(), time.monotonic()
    with lock:
        then, claims = remembered.get(key, (0, None))
    if claims and asked < then + ours["REMEMBER"]:
        return claims
    try:
        form = urlencode({"token": token}).encode()
        with urlopen(Request(ours["ISSUER"] + "/oauth/introspect", form, headers), timeout=5) as answer:
            claims = json.load(answer)
            active = claims["active"]
    except (OSError, ValueError, LookupError) as error:  # OSError includes a 401 for a wrong secret
        logging.getLogger(__name__).error("introspection: %s", error)
        raise TokenServerSilent from error
    if active:  # invalid tokens are not cached
        with lock:
            remembered[key] = (asked, claims)
            while len(remembered) > 10_000:
                remembered.popitem(last=False)
    return claims


class IntrospectedToken(authentication.BaseAuthentication):
    def authenticate(self, request):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "token"):  # scheme "Token": an API key
            return None
        claims = introspect(token.strip())
        alive = claims["active"] and claims.get("exp", math.inf) > time.time()
        # A refresh token has no token_type. A DPoP-bound token (cnf) is invalid without a DPoP proof, which is not checked here.
        fits = claims.get("token_type", "").lower() == scheme.lower() and "cnf" not in claims
        if not (alive and fits and claims["aud"] == ours["AUDIENCE"]):
            raise exceptions.AuthenticationFailed("The token is not valid here.", code="token_not_valid")
        return SimpleNamespace(**{**claims, "id": claims["sub"], "pk": claims["sub"], "is_authenticated": True}), claims

    def authenticate_header(self, request):
        return "Bearer"

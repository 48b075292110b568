"""Asks Darvoza what a token is worth (RFC 7662), and remembers the answer for a moment."""
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
remembered = OrderedDict()  # the hash of a token: (when was asked, its claims)
lock = threading.Lock()


class TokenServerSilent(exceptions.APIException):
    # Not 401: nobody is to sign in again because Darvoza could not be asked.
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
    except (OSError, ValueError, LookupError) as error:  # also 401: the secret is wrong
        logging.getLogger(__name__).error("introspection: %s", error)
        raise TokenServerSilent from error
    if active:  # what is no good is not worth the room
        with lock:
            remembered[key] = (asked, claims)
            while len(remembered) > 10_000:
                remembered.popitem(last=False)
    return claims


class IntrospectedToken(authentication.BaseAuthentication):
    def authenticate(self, request):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "token"):  # "Token" is for API keys
            return None
        claims = introspect(token.strip())
        alive = claims["active"] and claims.get("exp", math.inf) > time.time()
        # A refresh token has no token_type. A token that is bound to a key (cnf) is worth nothing without a proof of it.
        fits = claims.get("token_type", "").lower() == scheme.lower() and "cnf" not in claims
        if not (alive and fits and claims["aud"] == ours["AUDIENCE"]):
            raise exceptions.AuthenticationFailed("The token is not valid here.", code="token_not_valid")
        return SimpleNamespace(**{**claims, "id": claims["sub"], "pk": claims["sub"], "is_authenticated": True}), claims

    def authenticate_header(self, request):
        return "Bearer"

import os

SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "not used: nothing here is signed")
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "service.urls"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"]

# A project that uses simplejwt changes only the settings from here on.
ISSUER = os.environ.get("ISSUER", "http://localhost:4000")
AUDIENCE = os.environ.get("AUDIENCE", "http://localhost:8000/")

REST_FRAMEWORK = {
    # request.user is built from the claims of the token. A project whose user table has the user ids of Darvoza keeps
    # JWTAuthentication, which looks the user up in the table.
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}

SIMPLE_JWT = {
    "ALGORITHM": "ES256",
    "JWK_URL": f"{ISSUER}/.well-known/jwks.json",
    "ISSUER": ISSUER,
    # Without it, tokens for other APIs would be accepted.
    "AUDIENCE": AUDIENCE,
    "USER_ID_CLAIM": "sub",
    # How many seconds the clocks of this machine and of Darvoza may differ.
    "LEEWAY": 0,
}

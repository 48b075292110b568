import os

SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "not used: nothing here is signed")
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "service.urls"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"]

# From here on: all that changes in a project that has simplejwt.
ISSUER = os.environ.get("ISSUER", "http://localhost:4000")
AUDIENCE = os.environ.get("AUDIENCE", "http://localhost:8000/")

REST_FRAMEWORK = {
    # request.user is made of the token's claims. A project with a table of users whose ids are Darvoza's keeps
    # JWTAuthentication, which looks them up there.
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}

SIMPLE_JWT = {
    "ALGORITHM": "ES256",
    "JWK_URL": f"{ISSUER}/.well-known/jwks.json",
    "ISSUER": ISSUER,
    # Without it tokens for every other API would be taken.
    "AUDIENCE": AUDIENCE,
    "USER_ID_CLAIM": "sub",
    # Seconds by which this clock and Darvoza's may differ.
    "LEEWAY": 0,
}

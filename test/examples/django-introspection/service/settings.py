import os

SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "not used: nothing here is signed")
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "service.urls"
USE_TZ = True
INSTALLED_APPS = ["rest_framework"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["service.authentication.IntrospectedToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    # This project has no user table.
    "UNAUTHENTICATED_USER": None,
}

DARVOZA = {
    "ISSUER": os.environ.get("ISSUER", "http://localhost:4000"),
    "AUDIENCE": os.environ.get("AUDIENCE", "http://localhost:8000/"),
    "CLIENT_ID": os.environ.get("CLIENT_ID", "orders"),
    "CLIENT_SECRET": os.environ.get("CLIENT_SECRET", ""),
    # How many seconds an introspection answer is cached: for so long a token is accepted after a sign-out.
    "REMEMBER": float(os.environ.get("REMEMBER", "2")),
}

"""The service with a custom user model whose ids are UUIDs."""
from .settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "visitors"]  # noqa: F405
AUTH_USER_MODEL = "visitors.Visitor"

"""The service with a custom user model: the e-mail address is the username, and other fields have other names."""
from .settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "members"]  # noqa: F405
AUTH_USER_MODEL = "members.Member"

"""The same service with a user model of its own: the e-mail address is the name, and fields are called otherwise."""
from .settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "members"]  # noqa: F405
AUTH_USER_MODEL = "members.Member"

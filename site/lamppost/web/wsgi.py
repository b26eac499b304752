"""What the WSGI server imports: `application`, made from the environment's settings."""

from lamppost import logs
from lamppost.settings import load_settings
from lamppost.web.app import create_app

_settings = load_settings()
logs.set_up(_settings.secret_values())
application = create_app(_settings)

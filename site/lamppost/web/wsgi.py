"""What the WSGI server imports: `application`, made from the environment's settings."""

from lamppost.settings import load_settings
from lamppost.web.app import create_app

application = create_app(load_settings())

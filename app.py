"""The key in the door: read the configuration, make the application."""

from sud.config import Config
from sud.web import make_app

app = make_app(Config.from_environ())

"""The treasury's templates: the calculation sheet that other rooms show."""

from flask import Blueprint

views = Blueprint("treasury", __name__, template_folder="templates")

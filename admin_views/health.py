"""The page that a load balancer asks."""

from flask import Blueprint, Flask
from sqlalchemy import text

from models import db

blueprint = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def healthz() -> tuple[dict[str, str], int]:
    """Say whether the database answers, and nothing else."""
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}, 200

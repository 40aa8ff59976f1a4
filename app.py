"""The application factory: settings, extensions, blueprints, commands. Nothing else."""

import os
import secrets
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from flask_babel import Babel
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import auth.guard  # noqa: F401 -- installs the visibility listeners
import models.engine  # noqa: F401 -- installs the SQLite listeners
from admin_views import file_pages, import_pages, setup
from auth import languages, login
from models import db
from services import audit, commands, installation

ROOT = Path(__file__).parent
#: Environment variable -> configuration key.
ENVIRONMENT = {
    "KEPEI_DATABASE_URL": "SQLALCHEMY_DATABASE_URI",
    "KEPEI_REDIS_URL": "REDIS_URL",
    "KEPEI_SECRET_KEY": "SECRET_KEY",
    "KEPEI_TRUSTED_HOSTS": "TRUSTED_HOSTS",
    "KEPEI_PROXIES": "PROXIES",
    "KEPEI_HTTPS": "HTTPS",
    "KEPEI_FILES": "FILES",
}
#: Largest request body in bytes.
MAX_UPLOAD_BYTES = 5 * 1024 * 1024


def create_app(config: dict[str, Any] | None = None) -> Flask:
    """Build the application.

    :param config: overrides of the environment, for tests
    :raises RuntimeError: if Redis is set (many machines) and the secret key is not
    """
    instance = Path((config or {}).get("INSTANCE") or os.environ.get("KEPEI_INSTANCE") or ROOT / "instance")
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = Flask(__name__, instance_path=str(instance.resolve()), root_path=str(ROOT))
    app.config.from_mapping(_defaults(instance))
    app.config.update({key: os.environ[name] for name, key in ENVIRONMENT.items() if os.environ.get(name)})
    app.config.update(config or {})
    _complete(app)
    _init_extensions(app)
    return app


def _defaults(instance: Path) -> dict[str, Any]:
    return {
        "SQLALCHEMY_DATABASE_URI": f"sqlite:///{(instance / 'kepei.sqlite').resolve()}",
        # hide_parameters: an error message must never show a hidden value
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},
        "MAX_CONTENT_LENGTH": MAX_UPLOAD_BYTES,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 5_000,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "kepei_session",
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "QUEUE_NAME": "kepei",
        "PROXIES": 0,
        "HTTPS": "",
        # Not CSV: its export streams. Lengths of pages give no CSRF token away (BREACH): a cookie with SameSite=Lax
        # stays at home when other sites ask, and the token's signature changes with each second.
        "COMPRESS_MIMETYPES": ["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"],
        "COMPRESS_ALGORITHM": ["zstd", "br", "gzip"],
        "COMPRESS_ALGORITHM_STREAMING": ["zstd", "br", "gzip"],
    }


def _complete(app: Flask) -> None:
    """Derive what depends on other settings."""
    config = app.config
    if not config.get("SECRET_KEY"):
        if config.get("REDIS_URL"):
            raise RuntimeError("KEPEI_REDIS_URL is set, so several machines may serve: set KEPEI_SECRET_KEY as well")
        config["SECRET_KEY"] = _kept_secret(Path(app.instance_path) / "secret_key")
    if isinstance(config.get("TRUSTED_HOSTS"), str):
        config["TRUSTED_HOSTS"] = [host.strip() for host in config["TRUSTED_HOSTS"].split(",")]
    config["SESSION_COOKIE_SECURE"] = str(config["HTTPS"]) == "1"
    config.setdefault("RATELIMIT_STORAGE_URI", config.get("REDIS_URL") or "memory://")
    if int(config["PROXIES"]):
        count = int(config["PROXIES"])
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _kept_secret(path: Path) -> str:
    """Return the installation's secret key, made once and readable by its owner alone."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii")


def _init_extensions(app: Flask) -> None:
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    import_pages.init_app(app)
    file_pages.allow_large_uploads(app)
    # Before the check of forged requests: who is no longer logged in is sent to the log-in, not told of an old form.
    login.init_app(app, note_password=audit.record_own_password)
    CSRFProtect(app)
    Compress(app)
    Babel(app, locale_selector=languages.language_of_request)
    setup.init_app(app)
    installation.find_by(_installation)

    commands.init_app(app)


def _installation() -> installation.Installation:
    """Return where the application at hand keeps what is not in the database."""
    config, instance = current_app.config, Path(current_app.instance_path)
    return installation.Installation(
        instance=instance,
        files=Path(config.get("FILES") or instance / "files"),
        redis_url=config.get("REDIS_URL") or None,
        name=config["QUEUE_NAME"],
        secret_key=config["SECRET_KEY"],
    )

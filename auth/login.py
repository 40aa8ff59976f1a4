"""Logging in and out, the password page, and the gate before every request. The only module that knows Flask-Login."""

from collections.abc import Callable

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session as cookie_session,
    url_for,
)
from flask_babel import gettext, lazy_gettext
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from auth import languages, passwords
from auth.actor import AnySession, LogIn, load_log_in, set_actor
from auth.devices import start_url
from auth.redirects import came_from, is_from_script, is_own_path
from models import Employee, db
from models.base import reading_only
from models.enums import LANGUAGES

#: Endpoints that answer without a log-in. Everything else is closed.
PUBLIC_ENDPOINTS = frozenset(
    {
        "login.login",
        "login.link",
        "login.set_language",
        "health.healthz",
        "static",
        "admin.static",
        "theme.stylesheet",
        "phone_app.manifest",
        "phone_app.icon",
    }
)
#: Endpoints open to one who must first change the password.
_PASSWORD_ENDPOINTS = PUBLIC_ENDPOINTS | {"login.password", "login.logout"}

#: Called with session and employee before a password that somebody chose for themselves is committed; True: by a link.
NotePassword = Callable[[AnySession, Employee, bool], None]
_NOTE_KEY = "kepei_note_password"
#: Key in the session cookie of the language chosen before the log-in.
_CHOSEN_KEY = "language"

blueprint = Blueprint("login", __name__)
login_manager = LoginManager()
limiter = Limiter(get_remote_address, default_limits=[])


def _address_and_login() -> str:
    """Return what guessing is counted by: an office behind one address must not lock itself out."""
    return f"{get_remote_address()} {passwords.clean_login(request.form.get('login', ''))[:64]}"


class SessionUser(UserMixin):
    """What Flask-Login keeps of an employee: the id and the session epoch. A request that reads them adds who acts."""

    def __init__(self, employee_id: int, session_epoch: int, log_in: LogIn | None = None) -> None:
        self.employee_id = employee_id
        self.session_epoch = session_epoch
        self.log_in = log_in

    @property
    def must_change_password(self) -> bool:
        """Tell whether the employee must first change the password."""
        return self.log_in is not None and self.log_in.must_change_password

    def get_id(self) -> str:
        """Return what the session cookie holds."""
        return f"{self.employee_id}:{self.session_epoch}"


class LoginForm(FlaskForm):
    """Log-in and password."""

    login = StringField(lazy_gettext("Log-in"), [InputRequired(), Length(max=64)])
    password = PasswordField(lazy_gettext("Password"), [InputRequired(), Length(max=passwords.MAX_PASSWORD_LENGTH)])


class NewPasswordForm(FlaskForm):
    """A new password, twice."""

    new_password = PasswordField(
        lazy_gettext("New password"),
        [
            InputRequired(),
            Length(
                min=passwords.MIN_PASSWORD_LENGTH,
                max=passwords.MAX_PASSWORD_LENGTH,
                message=lazy_gettext("The password needs at least %(min)d characters."),
            ),
        ],
    )
    repeated = PasswordField(
        lazy_gettext("New password, again"),
        [InputRequired(), EqualTo("new_password", message=lazy_gettext("The two passwords differ."))],
    )


class PasswordForm(NewPasswordForm):
    """The present password and a new one."""

    password = PasswordField(lazy_gettext("Present password"), [InputRequired()])


def init_app(app: Flask, *, note_password: NotePassword) -> None:
    """Register the pages and the gate.

    :param note_password: writes the audit log, which stands above this package
    """
    app.extensions[_NOTE_KEY] = note_password
    login_manager.init_app(app)
    limiter.init_app(app)
    app.before_request(open_gate)
    app.register_blueprint(blueprint)
    app.teardown_request(_forget_reading)


@login_manager.user_loader
def load_user(session_id: str) -> SessionUser | None:
    """Return the user of a session cookie, if it is active and its sessions have not been ended."""
    employee_id, _, epoch = session_id.partition(":")
    if not (employee_id.isdecimal() and epoch.isdecimal()):
        return None
    found = load_log_in(db.session, int(employee_id))
    if found is None or found.session_epoch != int(epoch):
        return None
    return SessionUser(found.actor.id, found.session_epoch, found)


def open_gate() -> BaseResponse | None:
    """Set the actor before the first query; send everybody else to the log-in."""
    g.reading_token = reading_only.set(request.method in {"GET", "HEAD", "OPTIONS"})
    endpoint = request.endpoint
    if endpoint in PUBLIC_ENDPOINTS:
        return None
    if not current_user.is_authenticated:
        if endpoint is None:
            return None  # 404 tells nothing
        return _ask_to_log_in()
    g.actor = current_user.log_in.actor
    set_actor(db.session, g.actor)
    if current_user.must_change_password and endpoint not in _PASSWORD_ENDPOINTS:
        return redirect(url_for("login.password"))
    return None


def _ask_to_log_in() -> BaseResponse:
    """Send a person to the log-in and from there back to the page; after a form, which the browser keeps, to the form.

    :raises Unauthorized: if a script asks
    """
    if is_from_script():
        abort(401)
    if request.method == "GET":
        return redirect(url_for("login.login", next=request.full_path))
    flash(gettext("You were logged out, so nothing was saved. Log in to go on where you were."), "warning")
    return redirect(url_for("login.login", next=came_from()))


def _forget_reading(_error: BaseException | None) -> None:
    token = g.pop("reading_token", None)
    if token is not None:
        reading_only.reset(token)


@blueprint.route("/login", methods=["GET", "POST"])
@limiter.limit("200 per minute", methods=["POST"])
@limiter.limit("20 per minute", key_func=_address_and_login, methods=["POST"])
def login() -> str | BaseResponse:
    """Show the log-in form, or log in."""
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(start_url())
    form = LoginForm()
    if form.validate_on_submit():
        employee = passwords.find_login(db.session, form.login.data or "")
        is_right = passwords.check_password(employee, form.password.data or "")  # as slow for nobody
        if employee is not None and is_right:
            login_user(SessionUser(employee.id, employee.session_epoch))
            _take_over_language(employee)
            return redirect(_next_url())
        form.password.errors = [gettext("Log-in or password is wrong, or the account is disabled.")]
    return render_template("login/login.html", form=form)


@blueprint.post("/logout")
def logout() -> BaseResponse:
    """End the session."""
    logout_user()
    return redirect(url_for("login.login"))


@blueprint.route("/password", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
def password() -> str | BaseResponse:
    """Change one's own password."""
    form = PasswordForm()
    if form.validate_on_submit():
        employee = db.session.get_one(Employee, current_user.employee_id)
        if not passwords.check_password(employee, form.password.data or ""):
            form.password.errors = [gettext("The present password is wrong.")]
        elif _set_password(employee, form, is_by_link=False):
            return redirect(start_url())
    return render_template("login/password.html", form=form, is_forced=current_user.must_change_password)


@blueprint.route("/link/<token>", methods=["GET", "POST"])
@limiter.limit("20 per minute")
def link(token: str) -> str | BaseResponse | tuple[str, int]:
    """Let the bearer of a one-time link choose a password."""
    employee = passwords.read_link_token(db.session, token, str(current_app.secret_key))
    if employee is None:
        return render_template("login/link_expired.html"), 404
    form = NewPasswordForm()
    if form.validate_on_submit() and _set_password(employee, form, is_by_link=True):
        return redirect(start_url())
    return render_template("login/link.html", form=form, employee=employee)


@blueprint.post("/language")
def set_language() -> BaseResponse:
    """Keep the chosen language, with the person and for this browser."""
    target = request.form.get("next", "")
    response = redirect(target if is_own_path(target) else start_url())
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        return response
    response.set_cookie(languages.COOKIE, chosen, max_age=languages.COOKIE_AGE_S, samesite="Lax", httponly=True)
    if current_user.is_authenticated:
        languages.keep_language(db.session, current_user.employee_id, chosen)
        db.session.commit()
    else:
        cookie_session[_CHOSEN_KEY] = chosen
    return response


def _take_over_language(employee: Employee) -> None:
    """Keep with a person what they chose on the log-in page just now. Commits."""
    chosen = cookie_session.pop(_CHOSEN_KEY, None)
    if chosen in LANGUAGES:
        languages.keep_language(db.session, employee.id, chosen)
        db.session.commit()


def _set_password(employee: Employee, form: NewPasswordForm, *, is_by_link: bool) -> bool:
    """Set the new password, commit, and log in anew, since every session has ended."""
    try:
        passwords.set_password(employee, form.new_password.data or "")
    except passwords.WeakPasswordError:
        form.new_password.errors = [gettext("Choose a password that is not the log-in.")]
        return False
    current_app.extensions[_NOTE_KEY](db.session, employee, is_by_link)
    db.session.commit()
    login_user(SessionUser(employee.id, employee.session_epoch))
    flash(gettext("The password was changed."), "success")
    return True


def _next_url() -> str:
    target = request.args.get("next", "")
    return target if is_own_path(target) else start_url()

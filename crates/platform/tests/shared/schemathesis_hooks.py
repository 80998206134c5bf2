"""What schemathesis cannot know by the OpenAPI document alone: which things are there to be asked for, and that ending a
session must not end the one that it works with."""

import itertools
import json
import os
import urllib.request
import uuid

import schemathesis

URL = os.environ["PROFFER_URL"]
TOKEN = os.environ.get("PROFFER_TOKEN")
THINGS = json.loads(os.environ["PROFFER_THINGS"])


def as_id(value):
    """The id that a value is; None if it is none."""
    try:
        return uuid.UUID(value)
    except (AttributeError, TypeError, ValueError):
        return None


def sometimes(known, made_up):
    """One of the ids that are there in two cases of three, always the same for the same made-up one."""
    if not known or made_up.int % 3 == 0:
        return str(made_up)
    return known[made_up.int % len(known)]


def own_session(token):
    """The id of the session that a token is."""
    request = urllib.request.Request(f"{URL}/v1/sessions", headers={"authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as response:
        return next(listed["id"] for listed in json.load(response) if listed["is_current"])


def fresh_session():
    """Another session of the same account."""
    sign_in = {"email": os.environ["PROFFER_EMAIL"], "password": os.environ["PROFFER_PASSWORD"], "device": "fuzz"}
    request = urllib.request.Request(
        f"{URL}/v1/sessions",
        data=json.dumps(sign_in).encode(),
        headers={"content-type": "application/json", "x-forwarded-for": "203.0.113.7"},
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)["token"]


def whole(value):
    """The same with whole numbers written without a point: JSON Schema knows no difference, the protocol takes no floats."""
    if isinstance(value, dict):
        return {name: whole(member) for name, member in value.items()}
    if isinstance(value, list):
        return [whole(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


NUMBERS = itertools.count()


def new_id():
    """An id that nothing has yet, the same in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(next(NUMBERS))))


USED = own_session(TOKEN) if TOKEN else None


@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.operation.path
    asked_for = as_id((case.path_parameters or {}).get("id"))
    if asked_for is not None:
        kind = path.split("/")[2]
        if kind == "sessions" and str(asked_for) == USED:
            # It was listed before.
            asked_for = uuid.UUID(own_session(fresh_session()))
        case.path_parameters["id"] = sometimes(THINGS.get(kind), asked_for)
    if isinstance(case.body, dict):
        case.body = whole(case.body)
        made = as_id(case.body.get("id"))
        if made is not None and made.int % 4 != 0:
            case.body["id"] = new_id()
        category = as_id(case.body.get("category_id"))
        if category is not None:
            case.body["category_id"] = sometimes(THINGS["categories"], category)
    for name, value in (case.headers or {}).items():
        # Else most commands would be refused for a key that another had.
        if name.lower() == "idempotency-key" and as_id(value) is not None:
            case.headers[name] = new_id()


def sign_in():
    """Signs everything in by one session, but for what ends the session that asks."""

    @schemathesis.auth(refresh_interval=None)
    class Session:
        def get(self, case, context):
            is_ending = case.operation.path.startswith("/v1/sessions/") and case.operation.method.upper() == "DELETE"
            return fresh_session() if is_ending else TOKEN

        def set(self, case, token, context):
            case.headers = case.headers or {}
            case.headers["Authorization"] = f"Bearer {token}"


if TOKEN:
    sign_in()

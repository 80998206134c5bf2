"""What a screen reader is told, over AT-SPI. For each line "tree" on its standard input it writes the tree of all
applications as one line of JSON; in between, one line for each event that a screen reader would speak."""

import json
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

EVENTS = [
    "object:announcement",
    "object:notification",
    "object:text-changed:insert",
    "object:children-changed:add",
    "object:state-changed:focused",
]
STATES = {
    "checked": Atspi.StateType.CHECKED,
    "expanded": Atspi.StateType.EXPANDED,
    "focusable": Atspi.StateType.FOCUSABLE,
    "focused": Atspi.StateType.FOCUSED,
    "pressed": Atspi.StateType.PRESSED,
    "showing": Atspi.StateType.SHOWING,
}
DEPTH = 60


def tell(line):
    print(json.dumps(line), flush=True)


def text_of(accessible):
    """The text of an object with all that lies in it."""
    try:
        text = accessible.get_text_iface()
        return text.get_text(0, text.get_character_count()) if text else ""
    except GLib.Error:
        return ""


def live(accessible):
    """How the region that an object lies in is announced: "polite", "assertive" or nothing."""
    for _ in range(DEPTH):
        if accessible is None:
            return ""
        attributes = accessible.get_attributes() or {}
        found = attributes.get("live") or attributes.get("container-live")
        if found:
            return found
        accessible = accessible.get_parent()
    return ""


def node(accessible, depth=0):
    states = accessible.get_state_set()
    children = []
    if depth < DEPTH:
        for index in range(accessible.get_child_count()):
            child = accessible.get_child_at_index(index)
            if child is not None:
                children.append(node(child, depth + 1))
    return {
        "role": accessible.get_role_name(),
        "name": accessible.get_name() or "",
        "description": accessible.get_description() or "",
        "text": text_of(accessible),
        "attributes": accessible.get_attributes() or {},
        "states": [name for name, state in STATES.items() if states.contains(state)],
        "children": children,
    }


def on_event(event):
    try:
        source = event.source
        said = {"event": event.type, "role": source.get_role_name(), "name": source.get_name() or "", "live": live(source)}
        if isinstance(event.any_data, str):
            said["text"] = event.any_data
        elif isinstance(event.any_data, Atspi.Accessible):
            # What comes with its own role, as an alert does, is announced as well.
            said["live"] = said["live"] or live(event.any_data)
            said["child"] = {"role": event.any_data.get_role_name(), "text": text_of(event.any_data)}
        tell(said)
    except GLib.Error as error:
        # It is gone already; nothing of it would be spoken either.
        tell({"event": event.type, "gone": str(error)})


def on_line(channel, _condition):
    line = channel.readline()
    if not line:
        loop.quit()
        return False
    if line.strip() == "tree":
        Atspi.get_desktop(0).clear_cache()
        try:
            tell({"tree": node(Atspi.get_desktop(0))})
        except GLib.Error as error:
            tell({"problem": str(error)})
    return True


Atspi.init()
listener = Atspi.EventListener.new(on_event)
for name in EVENTS:
    listener.register(name)
loop = GLib.MainLoop()
GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, on_line)
tell({"ready": True})
loop.run()

"""What comes between the initialisation of a version with SnapStart and its first event."""

import sys

import lambent_channel
import lambent_streams


def pause():
    """Runs the hooks before the snapshot, waits to be restored, runs those after it. A hook that fails ends the process."""
    try:
        for function, args, kwargs in reversed(_hooks("get_before_snapshot")):
            function(*args, **kwargs)
    except Exception as error:
        _fail(lambent_channel.INIT_ERROR, error, 64)
    lambent_streams.flush()
    lambent_channel.send(lambent_channel.RESTORE_NEXT, b"")
    kind, _ = lambent_channel.read_frame()
    if kind == lambent_channel.SHUTDOWN:
        lambent_channel.leave()
    try:
        for function, args, kwargs in _hooks("get_after_restore"):
            function(*args, **kwargs)
    except Exception as error:
        _fail(lambent_channel.RESTORE_ERROR, error, 65)


def _hooks(name):
    """Of the package that the function has imported, its own or ours."""
    package = sys.modules.get("snapshot_restore_py")
    return list(getattr(package, name)()) if package is not None else []


def _fail(kind, error, status):
    import lambent_errors

    lambent_streams.flush()
    lambent_errors.end_with(kind, error, status)

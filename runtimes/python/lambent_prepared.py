"""A runtime that was started before anybody knew for which function.

It imports what its function will probably import, waits, and then becomes that function's runtime. Which functions may
have one is the platform's to decide.
"""

import builtins
import os
import sys

import lambent_channel
import lambent_json
import lambent_logging


class _Loader:
    """Hands out a module that has been executed."""

    def __init__(self, module):
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec):
        return self._module

    def exec_module(self, module):
        module.__spec__ = self._spec


class Prepared:
    """Modules that were imported ahead, kept aside until the function imports one of them.

    They come back only if the function would get the very same files: it must not have modules of the same names on
    its own part of the path, nor finders or importers that watch imports.
    """

    def __init__(self):
        self._modules = {}
        self._path = frozenset(sys.path)
        self._import = builtins.__import__

    def load(self, names):
        before = set(sys.modules)
        for name in names:
            try:
                __import__(name)
            except Exception:
                pass  # The function will see why, should it really ask for it.
        for name in [name for name in sys.modules if name not in before]:
            self._modules[name] = sys.modules.pop(name)

    def offer(self):
        """Becomes the first finder. Called when the function's path is set."""
        if self._modules:
            sys.meta_path.insert(0, self)
            self._finders = list(sys.meta_path)

    def find_spec(self, name, path=None, target=None):
        module = self._modules.get(name)
        if module is None:
            return None
        finders, self._finders = self._finders, None
        sys.meta_path.remove(self)
        kept, self._modules = self._modules, {}
        if not self._is_same_import(finders) or self._is_shadowed(kept):
            return None
        for kept_name, kept_module in kept.items():
            sys.modules.setdefault(kept_name, kept_module)
        if "logging" in kept:
            lambent_logging.found()
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, _Loader(sys.modules[name]))

    def _is_same_import(self, finders):
        """Only the finders of before, though some of those may have gone."""
        return builtins.__import__ is self._import and all(finder in finders for finder in sys.meta_path)

    def _is_shadowed(self, kept):
        if any(name in sys.modules for name in kept):
            return True
        tops = {name.partition(".")[0] for name in kept}
        for directory in sys.path:
            if directory in self._path:
                continue
            try:
                names = os.listdir(directory)
            except FileNotFoundError:
                continue
            except OSError:
                return True  # An archive, perhaps.
            if any(name.partition(".")[0] in tops for name in names):
                return True
        return False


def wait():
    """Returns what was prepared when the process has become a function's."""
    prepared = Prepared()
    while True:
        kind, body = lambent_channel.read_frame()
        if kind == lambent_channel.SHUTDOWN:
            lambent_channel.leave()
        message = lambent_json.loads(str(body, "utf-8"))
        if kind == lambent_channel.SPECIALISE:
            _specialise(message)
            return prepared
        prepared.load(message["packages"])
        lambent_channel.send(lambent_channel.PREPARED, b"")


def _specialise(message):
    # Where the locale is not installed, Python itself sets this when it starts.
    locale = os.environ.get("LC_CTYPE")
    os.environ.clear()
    os.environ.update(message["variables"])
    if locale is not None:
        os.environ.setdefault("LC_CTYPE", locale)
    os.chdir(message["directory"])
    sys.argv[1:] = message["arguments"]

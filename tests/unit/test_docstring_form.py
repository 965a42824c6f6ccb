"""Public docstrings have numpydoc's form, as numpydoc itself validates it.

That their examples run: test_examples.py.
"""

import importlib
import inspect

from numpydoc.validate import Validator, get_doc_object, validate
from tests.cases import cases

import ca_research

FORM = cases(__file__, "docstrings")


class Described(Validator):
    """Fields of a result stand under Attributes: users read them, and do not make one."""

    def __init__(self, obj_name):
        super().__init__(get_doc_object(self._load_obj(obj_name)))

    @property
    def signature_parameters(self):
        """Without fields that are nobody's business, and without pandas' constructors."""
        if inspect.isclass(self.obj):
            home, made = (m.partition(".")[0] for m in (self.obj.__module__, self.made_by))
            if made != home:
                return ()
        return tuple(p for p in super().signature_parameters if not p.startswith("_"))

    @property
    def made_by(self):
        return getattr(self.obj.__init__, "__module__", "builtins")

    @property
    def doc_all_parameters(self):
        entries = super().doc_all_parameters
        if inspect.isclass(self.obj) and "Attributes" in self.section_titles:
            described, fields = self._doc_parameters(["Attributes"]), self.signature_parameters
            for name, entry in described.items():
                if name in fields or not hasattr(self.obj, name):  # a property is no parameter
                    entries[name] = entry
        return entries


def public():
    """Public name -> where its code stands; modules, constants and aliases of types are not
    code.
    """
    rooms = {"ca": ca_research}
    rooms |= {room: importlib.import_module(f"ca_research.{room}") for room in FORM["rooms"]}
    found = {}
    for room, module in rooms.items():
        for name in module.__all__:
            one = inspect.unwrap(getattr(module, name))
            if inspect.isfunction(one) or inspect.isclass(one):
                found[f"{room}.{name}"] = f"{one.__module__}.{one.__qualname__}"
    return found


def lacks(place, asked=frozenset(FORM["held"])):
    """Which of the checks a docstring does not pass, in numpydoc's words."""
    errors = validate(place, validator_cls=Described)["errors"]
    return [f"{code}: {words}" for code, words in errors if code in asked]


def test_every_public_docstring_has_the_form():
    names = public()
    assert len(names) > 120
    assert {name: faults for name, place in names.items() if (faults := lacks(place))} == {}

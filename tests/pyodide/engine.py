"""Plays a journey and looks at all that a Scene shows, with the modules named on standard input out of reach.

Prints the modules that it made Python load, and the foreign ones of them. What Pyodide has loaded for itself is out of
reach too; only what the standard library needs to find a data file (`zipfile`, and with it `threading`) comes first.
"""

import importlib.resources
import json
import sys

import mailedu

importlib.resources.files(mailedu).joinpath("py.typed").read_bytes()
for name in json.load(sys.stdin):
    sys.modules[name] = None  # type: ignore[assignment]  # from now on, importing it is an ImportError
before = set(sys.modules)

journey = mailedu.play("alice-to-bob")
for step in journey.steps:
    scene = journey.scene(step.n)
    for name in dir(type(scene)):
        if not name.startswith("_"):
            getattr(scene, name)
loaded = set(sys.modules) - before
parts = {name.partition(".")[0] for name in loaded} - {"mailedu"}
print(json.dumps({"steps": len(journey), "loaded": sorted(loaded), "foreign": sorted(parts - sys.stdlib_module_names)}))

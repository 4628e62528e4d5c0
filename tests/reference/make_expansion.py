"""Records how gemmi and pymatgen expand the CIF files of this repository.

    pip install gemmi pymatgen
    python tests/reference/make_expansion.py

writes tests/reference/expansion.json: for each file the number of distinct places (gemmi's atoms, those closer than
0.01 A counted once) and the composition by gemmi, and by pymatgen where it reads the file.
"""

import json
import pathlib
import warnings
from collections import Counter

import gemmi
from pymatgen.io.cif import CifParser

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = sorted(ROOT.glob("assets/samples/crystals/*.cif")) + sorted(ROOT.glob("tests/fixtures/crystals/*.cif"))


def by_gemmi(path):
    structure = gemmi.make_small_structure_from_block(gemmi.cif.read(str(path)).sole_block())
    places, amounts = [], Counter()
    for site in structure.get_all_unit_cell_sites():
        amounts[site.element.name] += site.occ
        if all(structure.cell.find_nearest_pbc_image(
                structure.cell.orthogonalize(site.fract), structure.cell.orthogonalize(other), 0).dist() > 0.01
               for other in places):
            places.append(site.fract)
    return len(places), {element: round(amount, 6) for element, amount in sorted(amounts.items())}


def by_pymatgen(path):
    try:
        structure, = CifParser(str(path)).parse_structures(primitive=False)
    except Exception as error:  # pymatgen needs operations or a Hermann-Mauguin symbol that it knows
        return {"error": type(error).__name__}
    amounts = structure.composition.element_composition.as_dict()
    return {element: round(amount, 6) for element, amount in sorted(amounts.items())}


warnings.simplefilter("ignore")
recorded = {}
for path in FILES:
    places, composition = by_gemmi(path)
    recorded[str(path.relative_to(ROOT))] = {
        "places": places,
        "gemmi": composition,
        "pymatgen": by_pymatgen(path),
    }
target = pathlib.Path(__file__).with_name("expansion.json")
target.write_text(json.dumps(recorded, indent=1) + "\n")

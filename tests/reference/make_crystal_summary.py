"""Writes tests/reference/crystal_summary.json: what pymatgen and spglib say about the samples, and formulas.

    pip install gemmi pymatgen
    python tests/reference/make_crystal_summary.py
"""

import json
import warnings
from pathlib import Path

import gemmi
from pymatgen.core import Composition, Lattice, Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

ROOT = Path(__file__).resolve().parents[2]

# Amounts per cell; chosen for order, common divisors, groups, diatomic molecules and peroxides.
COMPOSITIONS = [
    "Na4Cl4", "Sr1Ti1O3", "Li4Fe4P4O16", "Ca6P4O16", "Li12V8P12O48", "Al4S6O24", "K4S4O8", "H8C2N4O2", "O4", "H2",
    "Cl8", "Si8", "Li4O4", "Na2O2", "Na4O2", "H4O4", "Cs1O1", "Fe3Ni1", "Cu3Au1", "Mg2Si1", "Ba2Y1Cu3O7", "Pb4S4",
    "La1Ni5H6", "Xe2F4", "C60", "Th2Si2O8", "Ca4C4O12", "Na2C2N2", "W1Te2", "Eu2Al4Si4O16", "Lu3Al5O12", "U4O8",
]


def structure(path):
    small = gemmi.read_small_structure(str(path))
    cell = small.cell
    species = {}
    for site in small.get_all_unit_cell_sites():
        place = tuple(round(value % 1 % 1, 4) for value in site.fract.tolist())
        species.setdefault(place, (site.fract.tolist(), {}))[1][site.element.name] = site.occ
    lattice = Lattice.from_parameters(cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma)
    return Structure(lattice, [part for _, part in species.values()], [place for place, _ in species.values()])


def main():
    warnings.simplefilter("ignore")
    samples = {}
    for path in sorted((ROOT / "assets" / "samples" / "crystals").glob("*.cif")):
        crystal = structure(path)
        group = SpacegroupAnalyzer(crystal, symprec=0.01)
        samples[path.name] = {
            "sites": len(crystal),
            "composition": {str(k): round(v, 6) for k, v in sorted(crystal.composition.get_el_amt_dict().items())},
            "volume": round(crystal.volume, 6),
            "density_g_cm3": round(crystal.density, 6),
            "number": group.get_space_group_number(),
            "symbol": group.get_space_group_symbol(),
        }
        if crystal.is_ordered:
            samples[path.name]["formula"] = crystal.composition.reduced_formula
    formulas = {text: Composition(text).reduced_formula for text in COMPOSITIONS}
    out = ROOT / "tests" / "reference" / "crystal_summary.json"
    out.write_text(json.dumps({"samples": samples, "formulas": formulas}, indent=1) + "\n", encoding="utf-8")


main()

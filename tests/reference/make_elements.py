"""Writes assets/elements.ron: one row per element, in order of atomic number.

    pip install mendeleev pymatgen
    python tests/reference/make_elements.py

Weights and radii come from mendeleev, electronegativities and colours from pymatgen.
"""

import math
import warnings
from pathlib import Path

import mendeleev
import pymatgen.core
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
# For elements that neither colour table knows.
GREY = [160, 160, 160]

HEADER = """\
// The chemical elements in order of atomic number. Written by tests/reference/make_elements.py.
//
// mass_u                    standard atomic weights (IUPAC), or the mass number of the longest-lived isotope
// covalent_radius_angstrom  Cordero et al., Dalton Trans. 2008, 2832
// atomic_radius_angstrom    Slater, J. Chem. Phys. 41 (1964) 3199; where not tabulated Cordero 2008, beyond that
//                           single-bond radii of Pyykkö and Atsumi, Chem. Eur. J. 15 (2009) 186
// electronegativity         Pauling scale, as in pymatgen
// jmol_color, vesta_color   colour tables of Jmol and of VESTA, as in pymatgen; grey (160, 160, 160) where there is none
"""


def number(value, digits):
    text = f"{value:.{digits}f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def option(value, digits):
    return "None" if value is None else f"Some({number(value, digits)})"


def color(table, symbol):
    r, g, b = table.get(symbol, GREY)
    return f"({r}, {g}, {b})"


def row(element, colors):
    cordero = element.covalent_radius_cordero
    # The values given for noble gases are not Slater's and do not follow a trend.
    slater = None if element.group_id == 18 else element.atomic_radius
    pauling = pymatgen.core.Element(element.symbol).X
    atomic = slater or cordero or element.covalent_radius_pyykko
    return (
        f'(symbol: "{element.symbol}", name: "{element.name.lower()}", mass_u: {number(element.atomic_weight, 6)}, '
        f"covalent_radius_angstrom: {option(cordero and cordero / 100, 2)}, "
        f"atomic_radius_angstrom: {number(atomic / 100, 2)}, "
        f"electronegativity: {option(None if math.isnan(pauling) else pauling, 2)}, "
        f"jmol_color: {color(colors['Jmol'], element.symbol)}, vesta_color: {color(colors['VESTA'], element.symbol)}),"
    )


def main():
    warnings.simplefilter("ignore")
    table = Path(pymatgen.core.__file__).parent / "ElementColorSchemes.yaml"
    colors = YAML(typ="safe").load(table)
    elements = mendeleev.element(list(range(1, 119)))
    rows = [row(element, colors) for element in elements]
    (ROOT / "assets" / "elements.ron").write_text(HEADER + "[\n    " + "\n    ".join(rows) + "\n]\n", encoding="utf-8")


main()

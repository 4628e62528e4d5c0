"""Writes assets/bonds.ron: the longest bond of each pair of elements.

    pip install pymatgen
    python tests/reference/make_bonds.py
"""

from pathlib import Path

import pymatgen.core.local_env
from pymatgen.core import Element
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]

HEADER = """\
// The longest bond in angstrom per pair of elements. Written by tests/reference/make_bonds.py.
//
// Source: the pair distances that VESTA ships (Momma and Izumi, J. Appl. Cryst. 44 (2011) 1272), as tabulated in
// pymatgen (vesta_cutoffs.yaml). Deuterium counts as hydrogen. Where the table has a pair twice, once as bond and once
// as hydrogen bond (H-O 1.2 and 2.1), the shorter one stands here.
//
// Per element of lower atomic number: its partners in order of atomic number.
"""


def main():
    table = Path(pymatgen.core.local_env.__file__).parent / "vesta_cutoffs.yaml"
    longest = {}
    for pair, distance in YAML(typ="safe").load(table).items():
        pair = tuple(pair) if not isinstance(pair, str) else tuple(pair.strip("[]").split(", "))
        if not all(symbol == "D" or Element.is_valid_symbol(symbol) for symbol in pair):
            continue  # groups such as NH
        numbers = tuple(sorted(1 if symbol == "D" else Element(symbol).Z for symbol in pair))
        longest[numbers] = min(distance, longest.get(numbers, distance))
    lines = []
    for first in sorted({pair[0] for pair in longest}):
        partners = sorted((second, distance) for (a, second), distance in longest.items() if a == first)
        row = ", ".join(f'("{Element.from_Z(z).symbol}", {distance})' for z, distance in partners)
        lines.append(f'    ("{Element.from_Z(first).symbol}", [{row}]),')
    (ROOT / "assets" / "bonds.ron").write_text(HEADER + "[\n" + "\n".join(lines) + "\n]\n", encoding="utf-8")
    print(len(longest), "pairs")


main()

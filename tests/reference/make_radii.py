"""Writes the tables behind coordination: assets/{jmol_radii,ionic_radii,bond_valence}.ron.

    pip install pymatgen
    python tests/reference/make_radii.py
"""

from pathlib import Path

import pymatgen.core.local_env
from pymatgen.core import Element
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]

JMOL = """\
// Radii in angstrom by which Jmol decides what is bonded. Written by tests/reference/make_radii.py.
//
// Source: Open Babel's element table of 2004, as Jmol uses it where charges are unknown and as tabulated in pymatgen
// (bonds_jmol_ob.yaml). A mixture of covalent radii and radii of common ions.
"""

IONIC = """\
// Ionic radii in angstrom per element and oxidation state. Written by tests/reference/make_radii.py.
//
// Source: the crystal radii of Shannon, Acta Cryst. A32 (1976) 751, one per oxidation state (coordination number 6 where
// there is such a radius; the mean of high and low spin), as tabulated in pymatgen.
"""

VALENCE = """\
// Parameters (size r in angstrom, softness c) of the bond valence of each element. Written by
// tests/reference/make_radii.py.
//
// Source: O'Keeffe and Brese, J. Am. Chem. Soc. 113 (1991) 3226, as tabulated in pymatgen (bvparam_1991.yaml).
"""


def write(name, header, rows):
    text = header + "[\n" + "".join(f"    {row},\n" for row in rows) + "]\n"
    (ROOT / "assets" / name).write_text(text, encoding="utf-8")
    print(name, len(rows))


def main():
    folder = Path(pymatgen.core.local_env.__file__).parent
    yaml = YAML(typ="safe")
    number = lambda symbol: Element(symbol).Z
    jmol = {s: r for s, r in yaml.load(folder / "bonds_jmol_ob.yaml").items() if Element.is_valid_symbol(s)}
    write("jmol_radii.ron", JMOL, [f'("{s}", {float(jmol[s])})' for s in sorted(jmol, key=number)])
    ionic = []
    for element in sorted((e for e in Element if e.symbol not in "DT"), key=lambda e: e.Z):
        if element.ionic_radii:
            radii = ", ".join(f"({charge}, {float(r)})" for charge, r in sorted(element.ionic_radii.items()))
            ionic.append(f'("{element.symbol}", [{radii}])')
    write("ionic_radii.ron", IONIC, ionic)
    valence = yaml.load(folder / "bvparam_1991.yaml")
    rows = [f'("{s}", {float(valence[s]["r"])}, {float(valence[s]["c"])})' for s in sorted(valence, key=number)]
    write("bond_valence.ron", VALENCE, rows)


main()

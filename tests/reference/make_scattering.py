"""Writes assets/scattering.ron: how strongly each element scatters X-rays and neutrons.

    python tests/reference/make_scattering.py atomic_scattering_params.json neutron_scattering_length.json

The two tables are those of pymatgen (MIT), in its folder pymatgen/analysis/diffraction.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

HEADER = """\
// How strongly each element scatters. Written by tests/reference/make_scattering.py.
//
// xray: up to four pairs (a in angstrom, b in square angstrom) per element. The scattering factor is
// f(s) = Z - 41.78214 s^2 sum a exp(-b s^2) with s = sin(theta)/lambda in 1/angstrom: Gaussians for
// electrons after Doyle and Turner (Acta Cryst. A24 (1968) 390), turned into the factor for X-rays with the formula of
// Mott and Bethe (De Graef and McHenry, Structure of Materials, chapter 12).
// neutron: bound coherent scattering length in fm of the natural mixture of isotopes, real part (Neutron Data
// Booklet, 2nd edition, 2003).
//
// Both as tabulated in pymatgen (MIT). Neutral atoms; isotopes are left out.
"""

SYMBOLS = """
H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc
Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi
Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf
""".split()


def main():
    xray_path, neutron_path = sys.argv[1:]
    xray, neutron = (json.loads(Path(path).read_text()) for path in (xray_path, neutron_path))
    lines = ["(", "    xray: ["]
    for symbol in SYMBOLS:
        if symbol in xray:
            terms = ", ".join(f"({a}, {b})" for a, b in xray[symbol] if a != 0)
            lines.append(f'        ("{symbol}", [{terms}]),')
    lines += ["    ],", "    neutron: ["]
    lines += [f'        ("{symbol}", {neutron[symbol]}),' for symbol in SYMBOLS if symbol in neutron]
    lines += ["    ],", ")"]
    (ROOT / "assets" / "scattering.ron").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(len(SYMBOLS), "elements")


main()

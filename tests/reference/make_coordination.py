"""Writes tests/reference/coordination.json: what pymatgen says about neighbours and bond valences.

    pip install pymatgen
    python tests/reference/make_coordination.py [FILE.cif ...]

The structures are those that come with pymatgen, some made from their space group, and the files that are named.
Coordinates are rounded before they are analysed, so that both sides see the same numbers. Per site: CrystalNN's
neighbours as [index, i, j, k, weight] with the weights of its weighted mode (every neighbour that any of its answers
has), the number of them in its most probable answer, JmolNN's neighbours as [index, i, j, k], and the bond valence sum
over the neighbours of the most probable answer (pymatgen takes 0.31 angstrom for the softness).
"""

import json
import sys
import warnings
from pathlib import Path

import pymatgen.util.structures
from pymatgen.core import Lattice, Structure
from pymatgen.core.bond_valence import BV_PARAMS, calculate_bv_sum
from pymatgen.core.local_env import CrystalNN, JmolNN

ROOT = Path(__file__).resolve().parents[2]

PACKAGED = [
    "LiFePO4", "Li10GeP2S12", "Graphite", "CsCl", "He_BCC", "SrTiO3", "TiO2", "Si", "SiO2", "VO2", "TlBiSe2",
    "La2CoO4F", "K2O2", "BaNiO3", "Li2O", "Sn", "Pb2TiZrO6", "Li3V2(PO4)3",
]


def made():
    cubic = Lattice.cubic
    yield "diamond", Structure.from_spacegroup("Fd-3m", cubic(3.567), ["C"], [[0, 0, 0]])
    yield "rock salt", Structure.from_spacegroup("Fm-3m", cubic(5.6402), ["Na", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    yield "CsSnI3", Structure.from_spacegroup(
        "Pm-3m", cubic(6.219), ["Cs", "Sn", "I"], [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0]]
    )
    yield "copper", Structure.from_spacegroup("Fm-3m", cubic(3.615), ["Cu"], [[0, 0, 0]])
    yield "iron", Structure.from_spacegroup("Im-3m", cubic(2.866), ["Fe"], [[0, 0, 0]])
    yield "magnesium", Structure.from_spacegroup(
        "P6_3/mmc", Lattice.hexagonal(3.209, 5.211), ["Mg"], [[1 / 3, 2 / 3, 1 / 4]]
    )
    yield "magnetite", Structure.from_spacegroup(
        "Fd-3m:2", cubic(8.394), ["Fe", "Fe", "O"], [[1 / 8, 1 / 8, 1 / 8], [1 / 2, 1 / 2, 1 / 2], [0.2549] * 3]
    ).get_primitive_structure()
    yield "garnet", Structure.from_spacegroup(
        "Ia-3d",
        cubic(12.0),
        ["Y", "Al", "Al", "O"],
        [[1 / 8, 0, 1 / 4], [0, 0, 0], [3 / 8, 0, 1 / 4], [-0.0306, 0.0512, 0.1500]],
    ).get_primitive_structure()
    yield "fluorite", Structure.from_spacegroup(
        "Fm-3m", cubic(5.4626), ["Ca", "F"], [[0, 0, 0], [0.25, 0.25, 0.25]]
    ).get_primitive_structure()


def rounded(structure):
    matrix = [[round(float(x), 8) for x in row] for row in structure.lattice.matrix]
    coords = [[round(float(x) % 1, 8) % 1 for x in site.frac_coords] for site in structure]
    return Structure(Lattice(matrix), [site.specie for site in structure], coords)


def main_species(site):
    return max(site.species.items(), key=lambda item: item[1])[0].symbol


def neighbour(entry):
    return [int(entry["site_index"]), *(int(round(x)) for x in entry["image"])]


def analysed(structure):
    sharp, weighted, jmol = CrystalNN(), CrystalNN(weighted_cn=True), JmolNN()
    sites = []
    for index, site in enumerate(structure):
        best = sharp.get_nn_info(structure, index)
        every = weighted.get_nn_info(structure, index)
        row = {
            "cn": len(best),
            "crystalnn": sorted(neighbour(n) + [round(float(n["weight"]), 6)] for n in every),
            "jmol": sorted(neighbour(n) for n in jmol.get_nn_info(structure, index)),
        }
        known = {n["site"].specie.symbol for n in best} | {site.specie.symbol}
        if all(any(el.symbol == symbol for el in BV_PARAMS) for symbol in known):
            row["valence"] = round(float(calculate_bv_sum(site, [n["site"] for n in best])), 6)
        sites.append(row)
    return sites


def main():
    warnings.simplefilter("ignore")
    folder = Path(list(pymatgen.util.structures.__path__)[0])
    named = [(name, Structure.from_file(folder / f"{name}.json")) for name in PACKAGED]
    named += made()
    named += [(Path(path).stem, Structure.from_file(path)) for path in sys.argv[1:]]
    out = []
    for name, structure in named:
        if not structure.is_ordered:
            # The species that fills most of a site stands for it.
            structure = Structure(structure.lattice, [main_species(site) for site in structure], structure.frac_coords)
        structure.remove_oxidation_states()
        variants = [(name, rounded(structure))]
        if name in ("LiFePO4", "rock salt", "SrTiO3", "garnet"):
            charged = rounded(structure)
            charged.add_oxidation_state_by_guess()
            variants.append((f"{name} with charges", charged))
        for title, crystal in variants:
            charges = [getattr(site.specie, "oxi_state", None) for site in crystal]
            out.append(
                {
                    "name": title,
                    "lattice": crystal.lattice.matrix.tolist(),
                    "species": [site.specie.symbol for site in crystal],
                    "charges": None if None in charges else [int(c) for c in charges],
                    "frac": [[float(x) for x in site.frac_coords] for site in crystal],
                    "sites": analysed(crystal),
                }
            )
            print(title, len(crystal), [row["cn"] for row in out[-1]["sites"]][:30])
    text = ",\n".join(json.dumps(row, separators=(",", ":")) for row in out)
    (ROOT / "tests" / "reference" / "coordination.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")


main()

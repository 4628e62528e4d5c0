"""Writes assets/samples/crystals/*.cif and checks each with gemmi and pymatgen.

    pip install gemmi pymatgen
    python tests/reference/make_samples.py

The files differ on purpose in how they state their symmetry: complete operations, a Hermann-Mauguin symbol alone, a
Hall symbol alone, the tag names of the older dictionary. Readers have to cope with all of them.
"""

import warnings
from pathlib import Path

import gemmi
from pymatgen.core import Composition, Lattice, Structure
from pymatgen.io.cif import CifParser
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "samples" / "crystals"

# file, common name, formula, source, space group, cell, how the symmetry is stated, columns, atoms, U_ij in Å2.
SAMPLES = [
    dict(
        file="nacl", name="Halite", formula="Na Cl", sites=8,
        source="Swanson and Fuyat, NBS Circular 539, vol. 2 (1953) 41",
        group="F m -3 m", cell=(5.6402, 5.6402, 5.6402, 90, 90, 90), symmetry="operations",
        atoms=[("Na1", "Na", "0", "0", "0"), ("Cl1", "Cl", "0.5", "0.5", "0.5")],
    ),
    dict(
        file="cscl", name="Caesium chloride", formula="Cs Cl", sites=2,
        source="Wyckoff, Crystal Structures, 2nd ed., vol. 1 (1963)",
        group="P m -3 m", cell=(4.123, 4.123, 4.123, 90, 90, 90), symmetry="symbol",
        atoms=[("Cs1", "Cs", "0", "0", "0"), ("Cl1", "Cl", "0.5", "0.5", "0.5")],
    ),
    dict(
        file="silicon", name="Silicon", formula="Si", sites=8,
        source="CODATA recommended values 2018 (5.431020511 angstrom), rounded",
        group="F d -3 m:2", cell=(5.431, 5.431, 5.431, 90, 90, 90), symmetry="hall",
        atoms=[("Si1", "Si", "0.125", "0.125", "0.125")],
    ),
    dict(
        file="rutile", name="Rutile", formula="Ti O2", sites=6,
        source="Meagher and Lager, Canadian Mineralogist 17 (1979) 77, at 25 degrees C",
        group="P 42/m n m", cell=(4.593, 4.593, 2.959, 90, 90, 90), symmetry="operations",
        atoms=[("Ti1", "Ti", "0", "0", "0"), ("O1", "O", "0.3051", "0.3051", "0")],
    ),
    dict(
        file="srtio3", name="Strontium titanate", formula="Sr Ti O3", sites=5,
        source="Swanson and Fuyat, NBS Circular 539, vol. 3 (1954) 44",
        group="P m -3 m", cell=(3.905, 3.905, 3.905, 90, 90, 90), symmetry="old names",
        atoms=[("Sr1", "Sr", "0.5", "0.5", "0.5"), ("Ti1", "Ti", "0", "0", "0"), ("O1", "O", "0.5", "0", "0")],
    ),
    dict(
        file="cssni3", name="Caesium tin iodide, cubic", formula="Cs Sn I3", sites=5,
        source="Yamada et al., Chemistry Letters 20 (1991) 801, black alpha phase",
        group="P m -3 m", cell=(6.219, 6.219, 6.219, 90, 90, 90), symmetry="operations",
        atoms=[("Cs1", "Cs", "0.5", "0.5", "0.5"), ("Sn1", "Sn", "0", "0", "0"), ("I1", "I", "0.5", "0", "0")],
    ),
    dict(
        file="lifepo4", name="Lithium iron phosphate (triphylite)", formula="Li Fe P O4", sites=28,
        source="Streltsov, Belokoneva, Tsirelson and Hansen, Acta Cryst. B49 (1993) 147",
        group="P n m a", cell=(10.332, 6.010, 4.692, 90, 90, 90), symmetry="operations",
        atoms=[
            ("Li1", "Li1+", "0", "0", "0"),
            ("Fe1", "Fe2+", "0.28222", "0.25", "0.97472"),
            ("P1", "P5+", "0.09486", "0.25", "0.41820"),
            ("O1", "O2-", "0.09678", "0.25", "0.74279"),
            ("O2", "O2-", "0.45710", "0.25", "0.20602"),
            ("O3", "O2-", "0.16558", "0.04646", "0.28478"),
        ],
    ),
    dict(
        file="graphite", name="Graphite", formula="C", sites=4,
        source="Trucano and Chen, Nature 258 (1975) 136; thirds written with four digits, as often seen",
        group="P 63/m m c", cell=(2.464, 2.464, 6.711, 90, 90, 120), symmetry="operations",
        atoms=[("C1", "C", "0", "0", "0.25"), ("C2", "C", "0.3333", "0.6667", "0.25")],
    ),
    dict(
        file="quartz", name="Alpha quartz", formula="Si O2", sites=9,
        source="Levien, Prewitt and Weidner, American Mineralogist 65 (1980) 920, at 1 atm; z + 2/3",
        group="P 32 2 1", cell=(4.916, 4.916, 5.4054, 90, 90, 120), symmetry="operations",
        atoms=[("Si1", "Si", "0.46970", "0", "0.666667"), ("O1", "O", "0.41350", "0.26690", "0.785767")],
        anisotropic=[
            ("Si1", "0.00854", "0.00716", "0.00725", "0.00358", "-0.00001", "-0.00002"),
            ("O1", "0.01745", "0.01322", "0.01229", "0.00973", "-0.00291", "-0.00408"),
        ],
    ),
    dict(
        file="pyrite", name="Pyrite", formula="Fe S2", sites=12,
        source="Brostigen and Kjekshus, Acta Chem. Scand. 23 (1969) 2186",
        group="P a -3", cell=(5.4179, 5.4179, 5.4179, 90, 90, 90), symmetry="operations",
        atoms=[("Fe1", "Fe", "0", "0", "0"), ("S1", "S", "0.38484", "0.38484", "0.38484")],
    ),
    dict(
        file="copper", name="Copper", formula="Cu", sites=4,
        source="Swanson and Tatge, NBS Circular 539, vol. 1 (1953) 15",
        group="F m -3 m", cell=(3.6150, 3.6150, 3.6150, 90, 90, 90), symmetry="symbol",
        atoms=[("Cu1", "Cu", "0", "0", "0")],
    ),
    dict(
        file="algaas", name="Aluminium gallium arsenide, 30 % Al", formula="Al0.3 Ga0.7 As", sites=8,
        source="cell from a = 5.6533 + 0.0078 x, Adachi, J. Appl. Phys. 58 (1985) R1",
        group="F -4 3 m", cell=(5.65564, 5.65564, 5.65564, 90, 90, 90), symmetry="operations",
        atoms=[
            ("Ga1", "Ga", "0", "0", "0", "0.7"),
            ("Al1", "Al", "0", "0", "0", "0.3"),
            ("As1", "As", "0.25", "0.25", "0.25", "1"),
        ],
    ),
    dict(
        file="urea", name="Urea", formula="C H4 N2 O", sites=16,
        source="Swaminathan, Craven and McMullan, Acta Cryst. B40 (1984) 300, neutrons at 12 K",
        group="P -4 21 m", cell=(5.565, 5.565, 4.684, 90, 90, 90), symmetry="operations",
        atoms=[
            ("C1", "C", "0", "0.5", "0.3260"),
            ("O1", "O", "0", "0.5", "0.5953"),
            ("N1", "N", "0.1459", "0.6459", "0.1765"),
            ("H1", "H", "0.2575", "0.7575", "0.2827"),
            ("H2", "H", "0.1441", "0.6441", "-0.0380"),
        ],
    ),
]


def symmetry_lines(style, group):
    symbol = group.xhm().split(":")[0]
    operations = [f"'{operation.triplet()}'" for operation in group.operations()]
    match style:
        case "operations":
            return [
                f"_space_group_name_H-M_alt   '{symbol}'", f"_space_group_name_Hall      '{group.hall}'",
                f"_space_group_IT_number      {group.number}", "", "loop_",
                "_space_group_symop_operation_xyz", *operations,
            ]
        case "symbol":
            return [f"_space_group_name_H-M_alt   '{symbol}'", f"_space_group_IT_number      {group.number}"]
        case "hall":
            return [f"_space_group_name_Hall   '{group.hall}'"]
        case "old names":
            return [
                f"_symmetry_space_group_name_H-M   '{symbol}'", f"_symmetry_Int_Tables_number      {group.number}",
                "", "loop_", "_symmetry_equiv_pos_as_xyz", *operations,
            ]


def columns(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join(value.ljust(width) for value, width in zip(row, widths)).rstrip() for row in rows]


def text(sample):
    group = gemmi.SpaceGroup(sample["group"])
    names = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"]
    fields = ["label", "type_symbol", "fract_x", "fract_y", "fract_z", "occupancy"]
    lines = [
        f"# {sample['name']}. Source of the numbers: {sample['source']}.",
        f"data_{sample['file']}",
        f"_chemical_name_common   '{sample['name']}'",
        f"_chemical_formula_sum   '{sample['formula']}'",
        "",
        *[f"_cell_{name:<12} {value:g}" for name, value in zip(names, sample["cell"])],
        "",
        *symmetry_lines(sample["symmetry"], group),
        "",
        "loop_",
        *[f"_atom_site_{field}" for field in fields[: len(sample["atoms"][0])]],
        *columns(sample["atoms"]),
    ]
    if "anisotropic" in sample:
        lines += ["", "loop_", "_atom_site_aniso_label"]
        lines += [f"_atom_site_aniso_U_{ij}" for ij in ("11", "22", "33", "12", "13", "23")]
        lines += columns(sample["anisotropic"])
    return "\n".join(lines) + "\n"


def check(sample, path):
    group = gemmi.SpaceGroup(sample["group"])
    expanded = gemmi.read_small_structure(str(path)).get_all_unit_cell_sites()
    structure = Structure(
        Lattice.from_parameters(*sample["cell"]),
        [site.element.name for site in expanded if site.occ > 0.5],
        [site.fract.tolist() for site in expanded if site.occ > 0.5],
    )
    assert len(structure) == sample["sites"], (path, len(structure))
    found = SpacegroupAnalyzer(structure, symprec=1e-2)
    assert found.get_space_group_number() == group.number, (path, found.get_space_group_symbol())
    composition = Composition()
    for site in expanded:
        composition += Composition({site.element.name: site.occ})
    stated = Composition(sample["formula"].replace(" ", ""))
    assert composition.fractional_composition.almost_equals(stated.fractional_composition), path
    if sample["symmetry"] != "hall":  # which pymatgen does not expand
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = CifParser(str(path)).parse_structures(primitive=False)[0]
        assert len(parsed) == sample["sites"], (path, len(parsed))
    print(f"{path.name:<14} {composition.reduced_formula:<18} {len(structure):>3} sites  {found.get_space_group_symbol()}")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        path = FOLDER / f"{sample['file']}.cif"
        path.write_text(text(sample), encoding="utf-8")
        check(sample, path)


main()

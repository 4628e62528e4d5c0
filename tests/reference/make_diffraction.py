"""Records powder patterns of pymatgen for the tests of the diffraction room.

    pip install pymatgen scipy
    python tests/reference/make_diffraction.py [folder with CIF and POSCAR files]

writes tests/reference/diffraction.json. The structures are those that pymatgen ships, some made here, and those in the
given folder as pymatgen expands them; what is recorded was made with files of the tests of pymatgen and gemmi. Every fixture holds the cell and its sites, so that no reader is involved, and
patterns as [2 theta in degrees, intensity, d in angstrom, [[h, k, l, multiplicity], ...]] (i of hexagonal indices left
out), the first 80 peaks of each.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pymatgen.util
from pymatgen.analysis.diffraction.neutron import NDCalculator
from pymatgen.analysis.diffraction.xrd import XRDCalculator
from pymatgen.core import Lattice, Structure
from scipy.signal import find_peaks, peak_prominences, peak_widths, savgol_filter

TARGET = Path(__file__).with_name("diffraction.json")
SHIPPED = Path(pymatgen.util.__file__).parent / "structures"
MOST_PEAKS = 80
MOST_SITES = 250


def made():
    yield "CsCl 4.209", Structure(Lattice.cubic(4.209), ["Cs", "Cl"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    yield "Si2Ru2Pr2", Structure(
        Lattice.tetragonal(4.192, 6.88), ["Si", "Si", "Ru", "Ru", "Pr", "Pr"],
        [[0.25, 0.25, 0.173], [0.75, 0.75, 0.827], [0.75, 0.25, 0], [0.25, 0.75, 0], [0.25, 0.25, 0.676],
         [0.75, 0.75, 0.324]])
    yield "W", Structure(Lattice.cubic(3.1653), ["W", "W"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    yield "NaCl 5.6402", Structure.from_spacegroup(225, Lattice.cubic(5.6402), ["Na", "Cl"], [[0, 0, 0], [0.5] * 3])
    yield "Si 5.431", Structure.from_spacegroup(227, Lattice.cubic(5.431), ["Si"], [[0, 0, 0]])
    # Skewed so far that bounds from the reciprocal lengths would miss points.
    yield "skewed", Structure(
        Lattice.from_parameters(4.1, 6.3, 7.7, 48, 61, 37), ["Ti", "O", "O"],
        [[0.1, 0.2, 0.3], [0.55, 0.61, 0.87], [0.31, 0.93, 0.05]])
    yield "noisy Si", Structure.from_file(SHIPPED / "Si.json")


def structures():
    yield from made()
    for path in sorted(SHIPPED.glob("*.json")):
        if path.stem not in ("Si", "He_BCC"):
            yield path.stem, Structure.from_file(path)
    for folder in sys.argv[1:]:
        for path in sorted(Path(folder).iterdir()):
            try:
                yield path.name, Structure.from_file(path, primitive=False)
            except Exception as error:  # not every file is one that pymatgen reads
                print("skipped", path.name, type(error).__name__)


def described(structure):
    for site in structure:
        site.properties = {}
    return {
        "lattice": structure.lattice.matrix.tolist(),
        "sites": [[site.frac_coords.tolist(), [[species.symbol, occupancy] for species, occupancy in site.species.items()]]
                  for site in structure],
    }


def pattern(calculator, structure, **keywords):
    result = calculator.get_pattern(structure, **keywords)
    rows = []
    for x, y, families, d in zip(result.x, result.y, result.hkls, result.d_hkls):
        hkl = sorted([f["hkl"][0], f["hkl"][1], f["hkl"][-1], f["multiplicity"]] for f in families)
        rows.append([*(float(f"{value:.11g}") for value in (x, y, d)), hkl])
    return {"count": len(rows), "peaks": rows[:MOST_PEAKS]}


def displaced():
    """A structure with anisotropic displacements: U_cif of pymatgen, and the same as Cartesian tensors."""
    from pymatgen.phonon.thermal_displacements import ThermalDisplacementMatrices

    structure = Structure(Lattice.from_parameters(4.2, 5.1, 6.3, 81, 97, 112), ["Ti", "O", "O"],
                          [[0.02, 0.1, 0.2], [0.4, 0.31, 0.87], [0.71, 0.53, 0.45]])
    ucif = np.array([[0.011, 0.014, 0.009, 0.001, -0.002, 0.003], [0.02, 0.015, 0.03, -0.004, 0.005, 0.002],
                     [0.018, 0.022, 0.016, 0.003, -0.001, -0.006]])
    matrices = ThermalDisplacementMatrices.from_Ucif(ucif, structure)
    recorded = described(structure)
    recorded["u_cart"] = np.array(matrices.thermal_displacement_matrix_cart_matrixform).tolist()
    for site, values in zip(structure, ucif):
        for name, value in zip((11, 22, 33, 23, 13, 12), values):
            site.properties[f"U{name}_cif"] = float(value)
    recorded["xray"] = pattern(XRDCalculator("CuKa"), structure)
    recorded["neutron"] = pattern(NDCalculator(), structure)
    return recorded


def prominences():
    """A noisy curve, and its peaks by scipy after the same smoothing (the two points at each end stay as they are)."""
    generator = np.random.default_rng(7)
    angles = np.linspace(10, 30, 401)
    curve = 5 * generator.random(401)
    for centre, height, width in [(12, 100, 0.2), (12.7, 60, 0.2), (17, 30, 0.5), (17.9, 400, 0.15), (25, 80, 0.8)]:
        curve += height * np.exp(-(((angles - centre) / width) ** 2))
    curve = np.round(curve, 4)
    smooth = savgol_filter(curve, 5, 2)
    smooth[[0, 1, -2, -1]] = curve[[0, 1, -2, -1]]
    tops, _ = find_peaks(smooth)
    heights, _, _ = peak_prominences(smooth, tops)
    widths, levels, left, right = peak_widths(smooth, tops, rel_height=0.5)
    rows = [[float(10 + 0.05 * top), float(smooth[top]), float(height), float(0.05 * width)]
            for top, height, width in zip(tops, heights, widths)]
    return {"intensity": curve.tolist(), "peaks": rows}


def main():
    warnings.simplefilter("ignore")
    recorded = {}
    for name, structure in structures():
        if len(structure) > MOST_SITES or not len(structure):
            print("left out", name, len(structure))
            continue
        entry = described(structure)
        # s up to sin(45 deg)/0.71 = 0.995 1/angstrom with Mo; the held form factor differs from pymatgen's beyond
        # 0.85 for hydrogen, so Mo stops at 50 degrees (0.595).
        for key, calculator, upper in [
            ("CuKa", XRDCalculator("CuKa"), 90), ("MoKa", XRDCalculator("MoKa"), 50), ("neutron", NDCalculator(), 90),
        ]:
            try:
                entry[key] = pattern(calculator, structure, two_theta_range=(0, upper))
            except (ValueError, ZeroDivisionError) as error:
                entry[key] = None
                print(name, key, error)
        recorded[name] = entry
    tungsten = next(structure for name, structure in made() if name == "W")
    recorded["W"]["unscaled"] = pattern(XRDCalculator("CuKa"), tungsten, scaled=False)
    recorded["W"]["b_0.1526"] = pattern(XRDCalculator("CuKa", debye_waller_factors={"W": 0.1526}), tungsten, scaled=False)
    recorded["W"]["all angles"] = pattern(XRDCalculator("CuKa"), tungsten, two_theta_range=None)
    result = {"structures": recorded, "displaced": displaced(), "prominences": prominences()}
    TARGET.write_text(json.dumps(result, separators=(",", ":")).replace('},"', '},\n"') + "\n", encoding="utf-8")
    print(len(recorded), "structures")


main()

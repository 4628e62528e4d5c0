//! The structures that come with the program.

/// A built-in structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Formula for the button.
    pub formula: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// File name.
    pub file: &'static str,
    /// The CIF file.
    pub cif: &'static str,
}

macro_rules! sample {
    ($formula:literal, $name:literal, $file:literal) => {
        Sample {
            formula: $formula,
            name: $name,
            file: $file,
            cif: include_str!(concat!("../../assets/samples/crystals/", $file)),
        }
    };
}

/// All of them, simple ones first.
pub const SAMPLES: [Sample; 13] = [
    sample!("NaCl", "rock salt", "nacl.cif"),
    sample!("CsCl", "caesium chloride", "cscl.cif"),
    sample!("Si", "silicon, diamond type", "silicon.cif"),
    sample!("C", "graphite", "graphite.cif"),
    sample!("TiO₂", "rutile", "rutile.cif"),
    sample!("SrTiO₃", "cubic perovskite", "srtio3.cif"),
    sample!("CsSnI₃", "halide perovskite", "cssni3.cif"),
    sample!("LiFePO₄", "olivine", "lifepo4.cif"),
    sample!("Cu", "copper", "copper.cif"),
    sample!("SiO₂", "quartz", "quartz.cif"),
    sample!("FeS₂", "pyrite", "pyrite.cif"),
    sample!("Al₀.₃Ga₀.₇As", "mixed crystal", "algaas.cif"),
    sample!("CO(NH₂)₂", "urea", "urea.cif"),
];

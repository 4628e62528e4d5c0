//! What is scattered, and at which wavelength.

use std::{fmt, str::FromStr};

use super::error::DiffractionError;

/// What the crystal scatters.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Probe {
    /// X-rays, by the electrons.
    #[default]
    XRay,
    /// Neutrons, by the nuclei.
    Neutron,
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::XRay => "X-rays",
            Self::Neutron => "neutrons",
        })
    }
}

/// A wavelength, with the name of the emission line where it is one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Radiation {
    name: Option<&'static str>,
    wavelength_angstrom: f64,
}

const fn line(name: &'static str, wavelength_angstrom: f64) -> Radiation {
    Radiation { name: Some(name), wavelength_angstrom }
}

impl Radiation {
    /// The weighted mean of the copper Kα doublet.
    pub const CU_KA: Self = line("CuKa", 1.54184);

    /// The emission lines that have a name, with the wavelengths of pymatgen: `Ka` is the mean of `Ka1` and `Ka2`
    /// weighted 2:1.
    pub const ALL: [Self; 24] = [
        Self::CU_KA,
        line("CuKa1", 1.54056),
        line("CuKa2", 1.54439),
        line("CuKb1", 1.39222),
        line("MoKa", 0.71073),
        line("MoKa1", 0.70930),
        line("MoKa2", 0.71359),
        line("MoKb1", 0.63229),
        line("CrKa", 2.29100),
        line("CrKa1", 2.28970),
        line("CrKa2", 2.29361),
        line("CrKb1", 2.08487),
        line("FeKa", 1.93735),
        line("FeKa1", 1.93604),
        line("FeKa2", 1.93998),
        line("FeKb1", 1.75661),
        line("CoKa", 1.79026),
        line("CoKa1", 1.78896),
        line("CoKa2", 1.79285),
        line("CoKb1", 1.63079),
        line("AgKa", 0.560_885),
        line("AgKa1", 0.559_421),
        line("AgKa2", 0.563_813),
        line("AgKb1", 0.497_082),
    ];

    /// Any wavelength in Å, without a name.
    ///
    /// # Errors
    /// Outside 0.01 to 100 Å.
    pub fn new(wavelength_angstrom: f64) -> Result<Self, DiffractionError> {
        if !(0.01..=100.0).contains(&wavelength_angstrom) {
            return Err(DiffractionError::Wavelength { wavelength_angstrom });
        }
        Ok(Self { name: None, wavelength_angstrom })
    }

    /// `CuKa`; nothing for a wavelength given as a number.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// In Å.
    #[must_use]
    pub fn wavelength_angstrom(&self) -> f64 {
        self.wavelength_angstrom
    }

    /// The two lines that a mean Kα stands for, the stronger one first.
    #[must_use]
    pub fn doublet(&self) -> Option<[Self; 2]> {
        let name = self.name.filter(|name| name.ends_with("Ka"))?;
        let of = |suffix: char| {
            Self::ALL
                .into_iter()
                .find(|line| line.name.and_then(|n| n.strip_suffix(suffix)).is_some_and(|stem| stem == name))
        };
        Some([of('1')?, of('2')?])
    }
}

impl Default for Radiation {
    fn default() -> Self {
        Self::CU_KA
    }
}

impl fmt::Display for Radiation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => f.write_str(name),
            None => write!(f, "{} Å", self.wavelength_angstrom),
        }
    }
}

impl serde::Serialize for Radiation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Radiation {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for Radiation {
    type Err = DiffractionError;

    /// `CuKa1` in any capitalisation and with Greek letters, `CuKb` for `CuKb1`, or a number in Å.
    fn from_str(text: &str) -> Result<Self, DiffractionError> {
        let trimmed = text.trim();
        let number = trimmed.strip_suffix(['Å', 'Å', 'A']).unwrap_or(trimmed).trim_end();
        if let Ok(wavelength_angstrom) = number.parse::<f64>() {
            return Self::new(wavelength_angstrom);
        }
        let latin = |c: char| match c {
            'α' => Some('a'),
            'β' => Some('b'),
            '₁' => Some('1'),
            '₂' => Some('2'),
            ' ' | '-' | '_' => None,
            _ => Some(c.to_ascii_lowercase()),
        };
        let mut name: String = trimmed.chars().filter_map(latin).collect();
        if name.ends_with("kb") {
            name.push('1');
        }
        let known =
            Self::ALL.into_iter().find(|line| line.name.is_some_and(|n| n.eq_ignore_ascii_case(&name)));
        known.ok_or_else(|| DiffractionError::UnknownRadiation { text: text.to_owned() })
    }
}

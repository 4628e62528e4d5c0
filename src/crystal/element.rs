//! Chemical elements, with the numbers that drawing and bonding need.
//!
//! The numbers stand in `assets/elements.ron`, sources named there.

use std::{collections::HashMap, fmt, sync::LazyLock};

/// A chemical element, by atomic number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Element(u8);

/// One row of `assets/elements.ron`.
#[derive(Debug, serde::Deserialize)]
pub struct ElementData {
    /// `Fe`.
    pub symbol: String,
    /// `iron`.
    pub name: String,
    /// Standard atomic weight in u; the most stable isotope's mass number where there is none.
    pub mass_u: f64,
    /// Covalent radius in Å (Cordero 2008), where tabulated.
    pub covalent_radius_angstrom: Option<f64>,
    /// Atomic radius for ball-and-stick in Å (Slater 1964 where tabulated, else covalent).
    pub atomic_radius_angstrom: f64,
    /// Pauling electronegativity, where tabulated.
    pub electronegativity: Option<f64>,
    /// Colour after Jmol, sRGB.
    pub jmol_color: (u8, u8, u8),
    /// Colour after VESTA, sRGB.
    pub vesta_color: (u8, u8, u8),
}

struct Table {
    rows: Vec<ElementData>,
    by_symbol: HashMap<String, Element>,
}

#[expect(clippy::expect_used, reason = "the table is part of the program and a test reads all of it")]
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rows: Vec<ElementData> =
        ron::from_str(include_str!("../../assets/elements.ron")).expect("assets/elements.ron is valid");
    let by_symbol =
        rows.iter().zip(1_u8..).map(|(row, number)| (row.symbol.clone(), Element(number))).collect();
    Table { rows, by_symbol }
});

impl Element {
    /// Z = 1.
    pub const HYDROGEN: Self = Self(1);
    /// The heaviest element of the table (oganesson).
    pub const MAX_NUMBER: u8 = 118;

    /// By atomic number, 1–118.
    #[must_use]
    pub fn from_number(atomic_number: u8) -> Option<Self> {
        (1..=Self::MAX_NUMBER).contains(&atomic_number).then_some(Self(atomic_number))
    }

    /// By symbol, in the usual capitalisation only (`Co` is cobalt, `CO` nothing). `D` and `T` are hydrogen.
    #[must_use]
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        match symbol {
            "D" | "T" => Some(Self::HYDROGEN),
            _ => TABLE.by_symbol.get(symbol).copied(),
        }
    }

    /// Atomic number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// All numbers known of the element.
    #[must_use]
    pub fn data(self) -> &'static ElementData {
        // Only 1–118 can be constructed, and the table has exactly those rows (tested).
        &TABLE.rows[usize::from(self.0) - 1]
    }

    /// `Fe`.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        &self.data().symbol
    }
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

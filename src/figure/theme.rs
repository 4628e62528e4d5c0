//! How figures look: colours and lengths from `assets/theme.ron`, and the column widths of journals.

use std::sync::LazyLock;

use serde::Deserialize;

use super::svg::Color;

/// What a figure is made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize)]
pub enum FigureTheme {
    /// Paper: black on white.
    #[default]
    Print,
    /// Slides and web pages with a light ground.
    Screen,
    /// Slides with a dark ground.
    Dark,
}

impl FigureTheme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Print, Self::Screen, Self::Dark];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Print => "print",
            Self::Screen => "screen",
            Self::Dark => "dark",
        }
    }

    /// Its colours.
    #[must_use]
    pub fn palette(self) -> &'static FigurePalette {
        let tokens = Tokens::get();
        match self {
            Self::Print => &tokens.print,
            Self::Screen => &tokens.screen,
            Self::Dark => &tokens.dark,
        }
    }
}

impl std::str::FromStr for FigureTheme {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|theme| theme.name() == name);
        found.ok_or_else(|| format!("`{name}` is no theme; use print, screen or dark"))
    }
}

/// Colours of one theme.
#[derive(Clone, Debug, Deserialize)]
pub struct FigurePalette {
    /// Behind everything.
    #[serde(deserialize_with = "color")]
    pub background: Color,
    /// Axes and text.
    #[serde(deserialize_with = "color")]
    pub ink: Color,
    /// What matters less.
    #[serde(deserialize_with = "color")]
    pub ink_weak: Color,
    /// Lines behind the data.
    #[serde(deserialize_with = "color")]
    pub grid: Color,
    /// The directions a, b and c of a crystal.
    #[serde(deserialize_with = "colors")]
    axes: Vec<Color>,
    /// Curves, in the order in which they are used.
    #[serde(deserialize_with = "colors")]
    pub series: Vec<Color>,
}

impl FigurePalette {
    /// Colours of the directions a, b and c of a crystal.
    #[must_use]
    pub fn axes(&self) -> [Color; 3] {
        [0, 1, 2].map(|index| self.axes.get(index).copied().unwrap_or(self.ink))
    }

    /// Colour of the n-th curve; they begin again after the last.
    #[must_use]
    pub fn series(&self, index: usize) -> Color {
        self.series.get(index % self.series.len().max(1)).copied().unwrap_or(self.ink)
    }
}

/// Lengths in points, and colours.
#[derive(Clone, Debug, Deserialize)]
#[expect(missing_docs, reason = "the names are those of what they measure")]
pub struct Tokens {
    pub print: FigurePalette,
    pub screen: FigurePalette,
    pub dark: FigurePalette,
    #[serde(deserialize_with = "colors")]
    pub heat: Vec<Color>,
    pub text: f64,
    pub text_small: f64,
    pub text_title: f64,
    pub line: f64,
    pub thin_line: f64,
    pub hair_line: f64,
    pub tick: f64,
    pub minor_tick: f64,
    pub gap: f64,
    pub margin: f64,
    pub marker: f64,
}

/// The part of `assets/theme.ron` that figures read.
#[derive(Deserialize)]
struct File {
    figures: Tokens,
}

#[expect(clippy::expect_used, reason = "the table is part of the program and a test reads it")]
static TOKENS: LazyLock<Tokens> = LazyLock::new(|| {
    let file: File =
        ron::from_str(include_str!("../../assets/theme.ron")).expect("assets/theme.ron has its figures");
    file.figures
});

impl Tokens {
    /// Those of the program.
    #[must_use]
    pub fn get() -> &'static Self {
        &TOKENS
    }

    /// Colour of a heat map at a share of its range, 0–1; what is no number has none.
    #[must_use]
    pub fn heat(&self, share: f64) -> Option<Color> {
        if !share.is_finite() {
            return None;
        }
        let place = share.clamp(0.0, 1.0) * self.heat.len().saturating_sub(1) as f64;
        let low = self.heat.get(place.floor() as usize)?;
        let high = self.heat.get(place.ceil() as usize)?;
        let mut mixed = *low;
        for (mixed, high) in mixed.iter_mut().zip(high) {
            *mixed =
                (f64::from(*mixed) + (f64::from(*high) - f64::from(*mixed)) * place.fract()).round() as u8;
        }
        Some(mixed)
    }
}

/// Column widths of journals in millimetres, as their guides for authors ask for them.
pub const COLUMN_WIDTHS: [(&str, f64); 13] = [
    ("Nature, 1 column", 89.0),
    ("Nature, 2 columns", 183.0),
    ("Science, 1 column", 57.0),
    ("Science, 2 columns", 121.0),
    ("APS and AIP, 1 column", 86.0),
    ("APS and AIP, 2 columns", 178.0),
    ("ACS, 1 column", 84.0),
    ("ACS, 2 columns", 178.0),
    ("RSC, 1 column", 83.0),
    ("RSC, 2 columns", 171.0),
    ("Elsevier, 1 column", 90.0),
    ("Elsevier, 1½ columns", 140.0),
    ("Elsevier, 2 columns", 190.0),
];

fn color<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Color, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a colour; write #rrggbb")))
}

fn colors<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Color>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let parsed: Option<Vec<Color>> = texts.iter().map(|text| parse(text)).collect();
    parsed.ok_or_else(|| serde::de::Error::custom("a colour of the list is not written #rrggbb"))
}

fn parse(text: &str) -> Option<Color> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some([r, g, b, 255])
}

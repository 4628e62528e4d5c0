//! The words, and other words for the same.

/// What a word speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConceptKind {
    /// A colour that covers part of the picture.
    Colour,
    /// How light and colour are spread over all of it.
    Tone,
    /// Detail, pattern, sharpness.
    Texture,
}

/// A word that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concept {
    /// Its dimension in the space "concepts".
    pub index: usize,
    /// Lower-case; the word that is shown.
    pub name: &'static str,
    /// What it speaks of.
    pub kind: ConceptKind,
}

impl Concept {
    /// The query for it in the space "concepts": its unit vector.
    #[must_use]
    pub fn query(&self) -> Vec<f32> {
        let mut query = vec![0.0; DIMENSIONS];
        if let Some(value) = query.get_mut(self.index) {
            *value = 1.0;
        }
        query
    }
}

/// How many of the words are colours; they come first.
pub(super) const COLOURS: usize = 22;
/// How many are tones, after the colours.
const TONES: usize = 12;
/// Number of words.
pub(in super::super) const DIMENSIONS: usize = NAMES.len();

/// All names, in the order of their dimensions. New ones change the version of the space.
const NAMES: [&str; 41] = [
    "red",
    "orange",
    "yellow",
    "lime",
    "green",
    "teal",
    "cyan",
    "blue",
    "navy",
    "purple",
    "violet",
    "magenta",
    "pink",
    "brown",
    "beige",
    "gold",
    "olive",
    "maroon",
    "black",
    "white",
    "gray",
    "cream",
    // Tones.
    "dark",
    "bright",
    "moody",
    "high-key",
    "contrasty",
    "flat",
    "muted",
    "vivid",
    "warm",
    "cool",
    "bw",
    "sepia",
    // Textures.
    "smooth",
    "busy",
    "striped",
    "grainy",
    "blurred",
    "sharp",
    "symmetric",
];

static CONCEPTS: [Concept; DIMENSIONS] = {
    let none = Concept { index: 0, name: "", kind: ConceptKind::Colour };
    let mut concepts = [none; DIMENSIONS];
    let mut index = 0;
    while index < DIMENSIONS {
        let kind = if index < COLOURS {
            ConceptKind::Colour
        } else if index < COLOURS + TONES {
            ConceptKind::Tone
        } else {
            ConceptKind::Texture
        };
        concepts[index] = Concept { index, name: NAMES[index], kind };
        index += 1;
    }
    concepts
};

/// Other words, in the order of the alphabet. Names of things that a photograph may show (rose, sand, wine, coral, mint,
/// salmon …) are left out even where they also name a colour. "Orange" and "gold" stay colours.
const SYNONYMS: &[(&str, &str)] = &[
    ("aqua", "cyan"),
    ("azure", "blue"),
    ("b&w", "bw"),
    ("black-and-white", "bw"),
    ("blurry", "blurred"),
    ("burgundy", "maroon"),
    ("charcoal", "gray"),
    ("chartreuse", "lime"),
    ("cluttered", "busy"),
    ("cold", "cool"),
    ("colorful", "vivid"),
    ("colourful", "vivid"),
    ("colorless", "bw"),
    ("colourless", "bw"),
    ("crimson", "red"),
    ("crisp", "sharp"),
    ("desaturated", "muted"),
    ("detailed", "busy"),
    ("dull", "muted"),
    ("fuchsia", "magenta"),
    ("golden", "gold"),
    ("grayscale", "bw"),
    ("grey", "gray"),
    ("greyscale", "bw"),
    ("high-contrast", "contrasty"),
    ("highkey", "high-key"),
    ("indigo", "purple"),
    ("ivory", "cream"),
    ("khaki", "beige"),
    ("lavender", "violet"),
    ("light", "bright"),
    ("lilac", "violet"),
    ("low-contrast", "flat"),
    ("low-key", "moody"),
    ("lowkey", "moody"),
    ("monochrome", "bw"),
    ("mustard", "gold"),
    ("noisy", "grainy"),
    ("ochre", "gold"),
    ("pale", "muted"),
    ("pastel", "muted"),
    ("saturated", "vivid"),
    ("scarlet", "red"),
    ("silver", "gray"),
    ("soft", "blurred"),
    ("stripes", "striped"),
    ("stripy", "striped"),
    ("symmetrical", "symmetric"),
    ("tan", "beige"),
    ("turquoise", "teal"),
    ("ultramarine", "blue"),
    ("unsharp", "blurred"),
    ("vermilion", "red"),
];

/// All words, in the order of their dimensions.
#[must_use]
pub fn concepts() -> &'static [Concept] {
    &CONCEPTS
}

/// The concept that a word names, or a synonym of one. Case does not matter.
#[must_use]
pub fn concept(word: &str) -> Option<&'static Concept> {
    let word = word.to_lowercase();
    let name = SYNONYMS.iter().find(|(other, _)| *other == word).map_or(word.as_str(), |(_, name)| *name);
    CONCEPTS.iter().find(|concept| concept.name == name)
}

/// Every word that [`concept`] knows, with the name it stands for; names first, for completion.
pub fn words() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.into_iter().map(|name| (name, name)).chain(SYNONYMS.iter().copied())
}

//! The fonts of figures: Liberation Sans, which has the widths of the Arial and Helvetica that journals ask for.
//!
//! They are part of the program, and the only ones used, so that a figure is the same on every machine.

use std::sync::{Arc, LazyLock};

use ttf_parser::Face;
use usvg::fontdb::{Database, Source};

/// Fonts to look for, in this order, in programs that open the SVG.
pub(super) const FAMILY_LIST: &str = "'Liberation Sans', Arial, Helvetica, sans-serif";

const REGULAR: &[u8] = include_bytes!("../../assets/fonts/LiberationSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../assets/fonts/LiberationSans-Bold.ttf");
const ITALIC: &[u8] = include_bytes!("../../assets/fonts/LiberationSans-Italic.ttf");

static DATABASE: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut database = Database::new();
    for font in [REGULAR, BOLD, ITALIC] {
        database.load_font_source(Source::Binary(Arc::new(font)));
    }
    database.set_sans_serif_family("Liberation Sans");
    Arc::new(database)
});

static FACES: LazyLock<[Option<Face<'static>>; 3]> =
    LazyLock::new(|| [REGULAR, BOLD, ITALIC].map(|font| Face::parse(font, 0).ok()));

/// All fonts, as the SVG reader wants them.
pub(super) fn database() -> Arc<Database> {
    Arc::clone(&DATABASE)
}

/// Width of a text in sizes of the font, without kerning: enough to lay labels out.
pub(super) fn advance_ems(text: &str, bold: bool, italic: bool) -> f64 {
    let [regular, bold_face, italic_face] = &*FACES;
    let face = match (bold, italic) {
        (true, _) => bold_face,
        (false, true) => italic_face,
        (false, false) => regular,
    };
    let Some(face) = face else { return 0.5 * text.chars().count() as f64 };
    let units: f64 = text
        .chars()
        .map(|letter| {
            let glyph = face.glyph_index(letter).unwrap_or_default();
            f64::from(face.glyph_hor_advance(glyph).unwrap_or_default())
        })
        .sum();
    units / f64::from(face.units_per_em())
}

/// Whether the fonts can draw a letter.
#[must_use]
pub fn has_glyph(letter: char) -> bool {
    let [regular, ..] = &*FACES;
    regular.as_ref().is_some_and(|face| face.glyph_index(letter).is_some())
}

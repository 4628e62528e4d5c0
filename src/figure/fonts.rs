//! The fonts of figures: Liberation Sans, which has the widths of the Arial and Helvetica that journals ask for.
//!
//! They are part of the program, so that a figure is the same on every machine. Only letters that they lack, in the names
//! of people's files for instance, come from the fonts of the system.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ttf_parser::Face;
use usvg::FontResolver;
use usvg::fontdb::{Database, ID, Source, Stretch, Style};

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

/// The same with the fonts of the system after them. Making it looks through all of their files, some milliseconds each.
static WITH_SYSTEM: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut database = Database::clone(&DATABASE);
    database.load_system_fonts();
    database.set_sans_serif_family("Liberation Sans");
    Arc::new(database)
});

/// The fonts for a drawing, as the SVG reader wants them.
pub(super) fn database(svg: &str) -> Arc<Database> {
    let is_ours = svg.is_ascii() || svg.chars().all(|letter| letter.is_ascii() || has_glyph(letter));
    Arc::clone(if is_ours { &DATABASE } else { &WITH_SYSTEM })
}

/// How letters find their fonts. Of those of the system the plainest that has the letter: upright, of normal weight and width,
/// without serifs where its name says so.
pub(super) fn resolver() -> FontResolver<'static> {
    FontResolver {
        select_font: FontResolver::default_font_selector(),
        select_fallback: Box::new(|letter, used, database| {
            PLAINEST.iter().copied().find(|id| !used.contains(id) && covers(database, *id, letter))
        }),
    }
}

/// The fonts of the system, plainest first.
static PLAINEST: LazyLock<Vec<ID>> = LazyLock::new(|| {
    let mut faces: Vec<_> = WITH_SYSTEM.faces().collect();
    faces.sort_by_key(|face| {
        let name = face.families.first().map_or("", |(name, _)| name.as_str());
        (
            face.style != Style::Normal,
            face.weight.0.abs_diff(400),
            face.stretch != Stretch::Normal,
            face.monospaced,
            name.contains("Serif") || !name.contains("Sans"),
            name,
        )
    });
    faces.into_iter().map(|face| face.id).collect()
});

/// The plainest family of the system that has all letters of a text.
pub(super) fn family_for(text: &str) -> Option<String> {
    let has_all =
        |id: &&ID| text.chars().filter(|c| *c != ' ').all(|letter| covers(&WITH_SYSTEM, **id, letter));
    let face = PLAINEST.iter().find(has_all).and_then(|id| WITH_SYSTEM.face(*id))?;
    // A name in quotes would need more of them.
    face.families.first().map(|(name, _)| name.clone()).filter(|name| !name.contains(['\'', '"', ',']))
}

/// Answers that are kept: some megabytes.
const MOST_COVERAGE: usize = 100_000;

/// Letters that a font has; looked for again and again in the names of many files.
static COVERAGE: LazyLock<Mutex<BTreeMap<(ID, char), bool>>> = LazyLock::new(Mutex::default);

fn covers(database: &Database, id: ID, letter: char) -> bool {
    let look = || {
        let glyph = |data: &[u8], index| Face::parse(data, index).ok()?.glyph_index(letter);
        database.with_face_data(id, glyph).flatten().is_some()
    };
    let mut known = COVERAGE.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() > MOST_COVERAGE {
        known.clear();
    }
    *known.entry((id, letter)).or_insert_with(look)
}

/// Width of a letter of another font, in sizes of the font: about that of Latin capitals, or a square for those scripts (and
/// pictures) whose letters fill one.
fn other_advance_ems(letter: char) -> f64 {
    let fills_a_square = matches!(letter,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{ff00}'..='\u{ff60}' | '\u{1f000}'..='\u{3ffff}');
    if fills_a_square { 1.0 } else { 0.7 }
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
    let units_per_em = f64::from(face.units_per_em());
    let advance = |letter| {
        let glyph = face.glyph_index(letter)?;
        Some(f64::from(face.glyph_hor_advance(glyph)?) / units_per_em)
    };
    text.chars().map(|letter| advance(letter).unwrap_or_else(|| other_advance_ems(letter))).sum()
}

/// Whether the program's own fonts can draw a letter.
#[must_use]
pub fn has_glyph(letter: char) -> bool {
    let [regular, ..] = &*FACES;
    regular.as_ref().is_some_and(|face| face.glyph_index(letter).is_some())
}

//! What a typed query says, as data.

use std::ops::Range;

/// A parsed query. Nothing of the text is dropped: what could not be understood is a [`TermKind::Wrong`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// In the order of the text.
    pub terms: Vec<Term>,
}

/// One part of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Bytes of the text that it was made from.
    pub span: Range<usize>,
    /// Written with `-` before it: such pictures are left out, or ranked down where the term only ranks.
    pub negated: bool,
    /// How much it counts among the rankings; 1 unless written `word^2`.
    pub weight: f32,
    /// What it is.
    pub kind: TermKind,
}

/// Kinds of terms.
#[derive(Clone, Debug, PartialEq)]
pub enum TermKind {
    /// A word, or a phrase in quotes, to look for in names and texts. It may also be the name of a colour, a tone or a
    /// texture; that is decided where the query is answered.
    Words {
        /// Without quotes and the `*` of a prefix.
        text: String,
        /// Written in quotes: the words in this order.
        is_phrase: bool,
        /// Also words that begin so: written with `*`, or still being typed.
        is_prefix: bool,
    },
    /// A condition that a picture fulfils or not.
    Filter(Filter),
    /// A look asked for by field: `color:teal`, `tone:dark`, `texture:smooth`, `bw`; the canonical name of the concept.
    Look(String),
    /// Not understood, with the reason in words for the user. It is underlined and changes nothing else.
    Wrong {
        /// Why.
        reason: String,
        /// What was perhaps meant, as it would be typed.
        suggestion: Option<String>,
    },
}

/// A condition on what the catalog knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// The field contains this text; case and accents do not matter.
    Text {
        /// Where to look.
        field: TextField,
        /// What to look for.
        value: String,
    },
    /// The field lies in a range.
    Number {
        /// Where to look.
        field: NumberField,
        /// In the field's unit.
        range: NumberRange,
    },
    /// Taken from the first date, before the second, both in the picture's own time.
    Taken {
        /// First day.
        from: CivilDate,
        /// Day after the last one.
        until: CivilDate,
    },
    /// Wider than high, or not.
    Shape(Shape),
    /// The catalog knows something about the picture.
    Has(Presence),
    /// Taken within a distance of a place.
    Near {
        /// Degrees north.
        latitude_deg: f64,
        /// Degrees east.
        longitude_deg: f64,
        /// On the sphere of the Earth's mean radius.
        radius_m: f64,
    },
}

/// Fields with text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextField {
    /// Maker and model.
    Camera,
    /// Lens.
    Lens,
    /// Folder, relative to the library's root; a match covers the folders below it.
    Folder,
    /// File name.
    Name,
    /// Any of the tags.
    Tag,
    /// Title and caption.
    Caption,
    /// City, state, country.
    Place,
    /// Format's name; `jpg` is `jpeg`, `tif` is `tiff`, `raw` any raw file.
    Type,
    /// Who made it.
    Creator,
}

/// Fields with numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberField {
    /// ISO speed.
    Iso,
    /// f-number.
    FNumber,
    /// Exposure time in seconds.
    ExposureSecs,
    /// Focal length in millimetres.
    FocalMm,
    /// Focal length as on 24 × 36 film, in millimetres.
    Focal35Mm,
    /// Pixels across, upright.
    Width,
    /// Pixels down, upright.
    Height,
    /// Millions of pixels.
    Megapixels,
    /// File size in bytes.
    SizeBytes,
    /// Stars, 0 to 5.
    Rating,
}

/// An interval; an absent end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NumberRange {
    /// Lower end.
    pub from: Option<f64>,
    /// Upper end.
    pub to: Option<f64>,
    /// Whether the lower end belongs to it.
    pub from_included: bool,
    /// Whether the upper end belongs to it.
    pub to_included: bool,
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CivilDate {
    /// Year.
    pub year: i16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day, 1 to 31.
    pub day: u8,
}

/// Proportions, upright. A picture is square when its sides differ by less than 3 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Higher than wide.
    Portrait,
    /// Wider than high.
    Landscape,
    /// Neither.
    Square,
    /// At least twice as wide as high.
    Panorama,
}

/// What may be known about a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A position.
    Gps,
    /// A date of taking.
    Date,
    /// A title or caption.
    Caption,
    /// Tags.
    Tags,
    /// Stars.
    Rating,
    /// The camera.
    Camera,
    /// The lens.
    Lens,
    /// An XMP file beside it.
    Sidecar,
    /// Transparent pixels.
    Alpha,
}

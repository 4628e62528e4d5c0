//! What a typed query says, as data.

use std::fmt;
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
    /// Written with `-` before it: such pictures are left out; what is like a negated colour without a name is ranked down.
    pub negated: bool,
    /// How much it counts among the rankings; 1 unless written `word^2`.
    pub weight: f32,
    /// What it is.
    pub kind: TermKind,
}

/// Kinds of terms.
#[derive(Clone, Debug, PartialEq)]
pub enum TermKind {
    /// A word, or a phrase in quotes, to look for in names and texts. It may also be the name of a colour, a tone
    /// or a texture; that is decided where the query is answered.
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
    /// A look asked for by field: `color:teal`, `tone:dark`, `texture:smooth`, `bw`; the canonical name of the
    /// concept.
    Look(String),
    /// A colour asked for by its number, `color:#00aabb`: red, green, blue as in sRGB.
    Swatch([u8; 3]),
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
    /// Taken from the first date, before the second, both in the picture's own time. An open end is
    /// [`CivilDate::FIRST`] or [`CivilDate::LAST`]; a picture without a date never fulfils it.
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

impl CivilDate {
    /// Stands for "no first day".
    pub const FIRST: Self = Self { year: 1, month: 1, day: 1 };
    /// Stands for "no last day": the day after the last one that can be asked for.
    pub const LAST: Self = Self { year: 10_000, month: 1, day: 1 };

    /// `None` when there is no such day.
    #[must_use]
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        (1..=Self::days_in_month(year, month)).contains(&day).then_some(Self { year, month, day })
    }

    /// Whether the year has a 29 February.
    #[must_use]
    pub fn is_leap_year(year: i16) -> bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// Days of a month; zero when there is no such month.
    #[must_use]
    pub fn days_in_month(year: i16, month: u8) -> u8 {
        match month {
            2 => 28 + u8::from(Self::is_leap_year(year)),
            4 | 6 | 9 | 11 => 30,
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            _ => 0,
        }
    }

    /// Days from 1970-01-01 to this one, negative before it. Times 86 400 it is the first second of the day on the
    /// clock there.
    #[must_use]
    pub fn days_since_1970(self) -> i32 {
        let before_year = days_before_year(i32::from(self.year)) - days_before_year(1970);
        let months = 1..self.month;
        let before_month: i32 = months.map(|month| i32::from(Self::days_in_month(self.year, month))).sum();
        before_year + before_month + i32::from(self.day) - 1
    }

    /// The day so many days after 1970-01-01, held between [`Self::FIRST`] and [`Self::LAST`].
    #[must_use]
    pub fn from_days_since_1970(days: i32) -> Self {
        if days <= Self::FIRST.days_since_1970() {
            return Self::FIRST;
        }
        if days >= Self::LAST.days_since_1970() {
            return Self::LAST;
        }
        // A year of 365¼ days is a little long, so the guess may be a year off; the loops mend that.
        let mut year = 1970 + (days.saturating_mul(4)).div_euclid(1461);
        while days_before_year(year) - days_before_year(1970) > days {
            year -= 1;
        }
        while days_before_year(year + 1) - days_before_year(1970) <= days {
            year += 1;
        }
        let mut date = Self { year: year as i16, month: 1, day: 1 };
        let mut left = days - date.days_since_1970();
        while left >= i32::from(Self::days_in_month(date.year, date.month)) && date.month < 12 {
            left -= i32::from(Self::days_in_month(date.year, date.month));
            date.month += 1;
        }
        date.day = left as u8 + 1;
        date
    }

    /// So many days later; earlier when negative.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self::from_days_since_1970(self.days_since_1970().saturating_add(days))
    }

    /// Days since the Monday of its week, 0 to 6.
    #[must_use]
    pub fn days_since_monday(self) -> i32 {
        // 1970-01-01 was a Thursday.
        (self.days_since_1970() + 3).rem_euclid(7)
    }
}

/// Days from the first day of year 1 to the first day of this one.
fn days_before_year(year: i32) -> i32 {
    let years = year - 1;
    years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400)
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
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

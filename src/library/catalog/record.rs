//! What a catalog keeps of a picture.

use std::path::PathBuf;

use super::super::{ContentHash, Format, RowId};

/// How far a picture is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Found, and looked at as far as its first bytes go.
    #[default]
    FirstLook,
    /// Completely described.
    Full,
    /// It cannot be read, for this reason. It is kept so that it is not tried again and can be listed, but not found.
    Failed(String),
}

impl Stage {
    pub(super) const FAILED: i64 = 2;

    pub(super) fn number(&self) -> i64 {
        match self {
            Self::FirstLook => 0,
            Self::Full => 1,
            Self::Failed(_) => Self::FAILED,
        }
    }

    pub(super) fn from_number(number: i64, reason: Option<String>) -> Self {
        match number {
            1 => Self::Full,
            Self::FAILED => Self::Failed(reason.unwrap_or_default()),
            _ => Self::FirstLook,
        }
    }
}

/// Main colours in sRGB with their shares, largest first.
pub type Swatches = Vec<([u8; 3], f32)>;

/// Everything that a catalog keeps of a picture. Texts may hold anything; control characters come back as spaces in
/// lists, and empty members of lists do not come back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PictureRecord {
    /// Path below the library's root; its identity in the catalog.
    pub relative: PathBuf,
    /// Hash of the file's bytes, once it was read completely.
    pub content: Option<ContentHash>,
    /// Size of the file.
    pub size_bytes: u64,
    /// Time of the file, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// What it is.
    pub format: Option<Format>,
    /// Pixels across, upright; zero while unknown.
    pub width: u32,
    /// Pixels down, upright; zero while unknown.
    pub height: u32,
    /// Whether some pixel is transparent.
    pub has_alpha: bool,
    /// Pictures in the file, for films and stacks; 1 for most, zero while unknown.
    pub frames: u32,
    /// How far it is.
    pub stage: Stage,
    /// What is wrong with the file, though it can be shown.
    pub damage: Option<String>,
    /// When it was taken, in seconds since 1970 of the clock on the wall there.
    pub taken_wall_secs: Option<i64>,
    /// That clock's minutes ahead of UTC.
    pub taken_offset_minutes: Option<i16>,
    /// Maker and model.
    pub camera: Option<String>,
    /// Lens.
    pub lens: Option<String>,
    /// ISO speed.
    pub iso: Option<u32>,
    /// f-number.
    pub f_number: Option<f64>,
    /// Exposure time in seconds.
    pub exposure_secs: Option<f64>,
    /// Focal length in millimetres.
    pub focal_mm: Option<f64>,
    /// Focal length as on 24 × 36 film, in millimetres.
    pub focal_35mm: Option<f64>,
    /// Degrees north; counts only together with the longitude.
    pub latitude_deg: Option<f64>,
    /// Degrees east.
    pub longitude_deg: Option<f64>,
    /// Metres above the sea.
    pub altitude_m: Option<f64>,
    /// Stars, 0 to 5; −1 is rejected.
    pub rating: Option<i8>,
    /// Colour label.
    pub color_label: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Caption.
    pub caption: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Persons.
    pub people: Vec<String>,
    /// City.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Place within the city.
    pub location: Option<String>,
    /// Who made it.
    pub creator: Option<String>,
    /// Whether an XMP file lies beside it.
    pub has_sidecar: bool,
    /// That file's time, in nanoseconds since 1970.
    pub sidecar_modified_ns: Option<i64>,
    /// All metadata, for showing and export.
    pub fields_json: String,
    /// All words that it is to be found by, besides its name and folder.
    pub search_text: String,
    /// Perceptual hashes, upright first.
    pub hashes: Option<[u64; 8]>,
    /// Main colours in sRGB with their shares, largest first.
    pub swatches: Swatches,
    /// How sharp it is.
    pub sharpness: Option<f32>,
    /// How bright it is.
    pub brightness: Option<f32>,
    /// How contrasty it is.
    pub contrast: Option<f32>,
    /// How colourful it is.
    pub saturation: Option<f32>,
    /// Whether it has no colour.
    pub is_monochrome: Option<bool>,
}

/// What a scan has to know of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its row.
    pub row: RowId,
    /// Size of the file when it was read.
    pub size_bytes: u64,
    /// Time of the file then, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// How far it is.
    pub stage: Stage,
    /// Hash of its bytes, if they were read.
    pub content: Option<ContentHash>,
    /// Time of the XMP file beside it, in nanoseconds since 1970.
    pub sidecar_modified_ns: Option<i64>,
    /// Whether it was marked as missing.
    pub is_missing: bool,
}

/// What a list of all pictures needs of each.
#[derive(Clone, Debug, PartialEq)]
pub struct LightEntry {
    /// Its row.
    pub row: RowId,
    /// Path below the library's root.
    pub relative: PathBuf,
    /// Pixels across, upright; zero while unknown.
    pub width: u32,
    /// Pixels down, upright; zero while unknown.
    pub height: u32,
    /// When it was taken, in seconds since 1970 of the clock on the wall there.
    pub taken_secs: Option<i64>,
    /// Size of the file.
    pub size_bytes: u64,
    /// Stars, 0 to 5; −1 is rejected.
    pub rating: Option<i8>,
    /// Whether only its first bytes were looked at so far.
    pub is_first_look: bool,
    /// Hash of its bytes, the key of its thumbnail; absent before the full look.
    pub content: Option<ContentHash>,
}

/// What the search for duplicates needs of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct HashedPicture {
    /// Its row.
    pub row: RowId,
    /// Hash of its bytes.
    pub content: Option<ContentHash>,
    /// What it is.
    pub format: Option<Format>,
    /// Perceptual hashes, upright first.
    pub hashes: [u64; 8],
    /// How sharp it is.
    pub sharpness: Option<f32>,
    /// Whether only a part of it can be shown.
    pub is_damaged: bool,
    /// How many of date, exposure, place and rating are known.
    pub facts: u8,
    /// Time of the file, in nanoseconds since 1970.
    pub modified_ns: i64,
}

/// How many pictures a catalog has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that can be found: first looks and full looks.
    pub pictures: usize,
    /// Those of them that only had a first look.
    pub first_look: usize,
    /// Those that could not be read.
    pub failed: usize,
    /// Those that are marked as missing.
    pub missing: usize,
    /// Bytes of all files that can be found.
    pub bytes: u64,
}

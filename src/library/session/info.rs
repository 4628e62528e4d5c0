//! Everything about one picture file, in a library or not.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Details, LibraryError};
use crate::library::catalog::Stage;
use crate::library::decode::ByteBudget;
use crate::library::export::{self, Exported};
use crate::library::index::{self, Budgets};

/// What decoding one picture may take.
const LARGEST_BYTES: u64 = 2 << 30;

/// What there is to say about a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PictureInfo {
    /// The file.
    #[serde(serialize_with = "crate::library::json_path::as_text")]
    pub path: PathBuf,
    /// Its kind.
    pub format: &'static str,
    /// Pixels across, upright.
    pub width: u32,
    /// Pixels down, upright.
    pub height: u32,
    /// Pictures in the file.
    pub frames: u32,
    /// Whether some pixel is transparent.
    pub has_alpha: bool,
    /// Size of the file.
    pub size_bytes: u64,
    /// BLAKE3 of its bytes.
    pub blake3: String,
    /// Perceptual hashes in hexadecimal: upright first, then the picture's seven turns.
    pub phash: Vec<String>,
    /// Main colours.
    pub swatches: Vec<SwatchInfo>,
    /// 0 to 1.
    pub sharpness: Option<f32>,
    /// 0 to 1.
    pub brightness: Option<f32>,
    /// 0 to 1.
    pub contrast: Option<f32>,
    /// 0 to 1.
    pub saturation: Option<f32>,
    /// Whether it has no colour.
    pub is_monochrome: Option<bool>,
    /// The same and all metadata as numbers and texts, under the names that exports use.
    pub values: serde_json::Value,
    /// All metadata in words.
    #[serde(flatten)]
    pub details: InfoSections,
}

/// The sections of [`Details`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct InfoSections {
    /// Titles with names and values.
    pub sections: Vec<(String, Vec<(String, String)>)>,
}

/// A main colour.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SwatchInfo {
    /// `#rrggbb` of sRGB.
    pub rgb: String,
    /// Share of the picture, 0 to 1.
    pub share: f32,
}

/// Reads and describes a file as indexing would. Blocks.
///
/// # Errors
/// [`LibraryError::Picture`] when it is no picture that can be read.
pub fn describe_file(path: &Path) -> Result<PictureInfo, LibraryError> {
    let fail = |why: &str| LibraryError::Picture(format!("{why}: {}", path.display()));
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (folder, name) = (absolute.parent(), absolute.file_name().map(OsStr::to_owned));
    let (Some(folder), Some(name)) = (folder, name) else { return Err(fail("this is no file")) };
    let metadata =
        std::fs::metadata(&absolute).map_err(|error| fail(&format!("cannot be read ({error})")))?;
    if !metadata.is_file() {
        return Err(fail("this is no file; vitrine library index takes folders"));
    }
    let budget = || ByteBudget::new(LARGEST_BYTES);
    let budgets = Budgets { files: budget(), decode: budget() };
    let record =
        index::describe(folder, Path::new(&name), &metadata, &budgets).map_err(|reason| fail(&reason))?;
    match &record.stage {
        Stage::Failed(reason) => Err(fail(reason)),
        _ => Ok(info(path, &Exported { root: folder.to_owned(), record })),
    }
}

fn info(path: &Path, picture: &Exported) -> PictureInfo {
    let values = export::values(picture);
    let record = &picture.record;
    let Details { sections, swatches } = Details::of(record);
    let swatch = |([red, green, blue], share): &([u8; 3], f32)| SwatchInfo {
        rgb: format!("#{red:02x}{green:02x}{blue:02x}"),
        share: *share,
    };
    PictureInfo {
        path: path.to_owned(),
        format: record.format.map_or("", |format| format.name()),
        width: record.width,
        height: record.height,
        frames: record.frames,
        has_alpha: record.has_alpha,
        size_bytes: record.size_bytes,
        blake3: record.content.map(|content| content.to_string()).unwrap_or_default(),
        phash: record.hashes.iter().flatten().map(|hash| format!("{hash:016x}")).collect(),
        swatches: swatches.iter().map(swatch).collect(),
        sharpness: record.sharpness,
        brightness: record.brightness,
        contrast: record.contrast,
        saturation: record.saturation,
        is_monochrome: record.is_monochrome,
        values,
        details: InfoSections { sections },
    }
}

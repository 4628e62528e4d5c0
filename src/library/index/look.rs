//! One file, read and described.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::plan::{Work, sidecar_names};
use crate::library::catalog::{PictureRecord, Stage};
use crate::library::decode::{self, ByteBudget, DecodeError, Decoded, Header};
use crate::library::descriptors::{self, Description};
use crate::library::metadata::{self, DateTime, Metadata, Rational};
use crate::library::read::{self, FileBytes};
use crate::library::scan::FoundFile;
use crate::library::session::THUMBNAIL_SIDE;
use crate::library::{ContentHash, Format};

/// Enough for the metadata and the embedded thumbnail of nearly every camera.
const HEAD_BYTES: u64 = 256 * 1024;
/// Longer side of what descriptors are made from, in pixels.
pub const DESCRIBED_SIDE: u32 = 256;
/// Enough to tell a picture from another file.
const SNIFFED_BYTES: u64 = 4096;
/// An XMP file larger than this is something else.
const MAX_SIDECAR_BYTES: u64 = 4 << 20;

/// What came of a file.
#[derive(Debug)]
pub enum Outcome {
    /// A picture; boxed, for most of a channel's slots wait empty.
    Picture(Box<Looked>),
    /// A file of another kind.
    NoPicture,
    /// A picture that cannot be read; the record says why.
    Failed(Box<PictureRecord>),
    /// Gone or unreachable: nothing is said about it until the next scan.
    Vanished(String),
}

/// A picture that was looked at.
#[derive(Debug)]
pub struct Looked {
    /// For the catalog.
    pub record: PictureRecord,
    /// For the vectors, in the order of [`descriptors::BUILT_IN`]; empty when there were no pixels yet.
    pub vectors: Vec<Vec<f32>>,
    /// An encoded thumbnail, after a full look.
    pub thumbnail: Option<Vec<u8>>,
}

/// Reads the beginning of a file: name, metadata, and the thumbnail that cameras put there.
pub fn first_look(root: &Path, work: &Work) -> Outcome {
    guarded(&work.file, || {
        let path = root.join(&work.file.relative);
        let name = work.file.relative.file_name().unwrap_or_default();
        let head = match head(&path, name) {
            Ok(head) => head,
            Err(error) => return Ok(vanished_or_failed(&work.file, &error)),
        };
        let Some(format) = Format::sniff(&head, name) else { return Ok(not_a_picture(&work.file)) };
        let metadata = metadata::read(&head, format, None);
        let thumbnail = decode::embedded_thumbnail(&head, name);
        let header = match decode::header(&head, name) {
            Ok(header) => Some(header),
            // The head may end before the size is told, as in some raw files; the full look will know.
            Err(_) => thumbnail.as_ref().map(|decoded| decoded.header.clone()),
        };
        let description = thumbnail.map(|decoded| descriptors::describe(&decoded.pixels));
        let record =
            record(&work.file, format, header.as_ref(), &metadata, description.as_ref(), Stage::FirstLook);
        Ok(looked(record, description, None))
    })
}

/// What the workers of a run share.
#[derive(Clone, Debug)]
pub struct Budgets {
    /// For files that are held in memory.
    pub files: ByteBudget,
    /// For decoding.
    pub decode: ByteBudget,
}

/// Reads all of a file.
pub fn full_look(root: &Path, work: &Work, budgets: &Budgets) -> Outcome {
    guarded(&work.file, || {
        let path = root.join(&work.file.relative);
        let held = match read::whole(&path, &budgets.files) {
            Ok(held) => held,
            Err(error) => return Ok(vanished_or_failed(&work.file, &error)),
        };
        let FileBytes { bytes, .. } = &held;
        let name = work.file.relative.file_name().unwrap_or_default();
        let Some(format) = Format::sniff(bytes, name) else { return Ok(not_a_picture(&work.file)) };
        let sidecar = sidecar(root, &work.file.relative);
        let metadata = metadata::read(bytes, format, sidecar.as_ref().map(|(xmp, _)| xmp.as_slice()));
        let content = ContentHash::of(bytes);
        let decoded = decode::decode(bytes, name, Some(THUMBNAIL_SIDE), &budgets.decode);
        drop(held);
        let finish = |record: &mut PictureRecord| {
            record.content = Some(content);
            record.has_sidecar = sidecar.is_some();
            record.sidecar_modified_ns = sidecar.as_ref().map(|(_, modified_ns)| *modified_ns);
        };
        match decoded {
            Ok(Decoded { pixels, header, is_whole }) => {
                let small = decode::shrink(&pixels, THUMBNAIL_SIDE);
                let description = descriptors::describe(&decode::shrink(&small, DESCRIBED_SIDE));
                let mut record =
                    record(&work.file, format, Some(&header), &metadata, Some(&description), Stage::Full);
                record.damage = (!is_whole).then(|| CUT_OFF.to_owned());
                finish(&mut record);
                Ok(looked(record, Some(description), Some(decode::encode_thumbnail(&small))))
            }
            Err(error) => {
                let stage = Stage::Failed(error.to_string());
                let mut record = record(&work.file, format, None, &metadata, None, stage);
                finish(&mut record);
                Ok(Outcome::Failed(Box::new(record)))
            }
        }
    })
}

/// What is said of a picture of which only a part could be decoded.
const CUT_OFF: &str = "the file is damaged or cut off; what is left of the picture is shown";

/// Describes one file outside of any run.
///
/// # Errors
/// Why there is nothing to describe, in words.
pub fn describe(
    folder: &Path,
    name: &Path,
    metadata: &std::fs::Metadata,
    budgets: &Budgets,
) -> Result<PictureRecord, String> {
    let file = FoundFile {
        relative: name.to_owned(),
        size_bytes: metadata.len(),
        modified_ns: crate::library::scan::modified_ns(metadata),
    };
    match full_look(folder, &Work { file, row: None }, budgets) {
        Outcome::Picture(looked) => Ok(looked.record),
        Outcome::Failed(record) => Ok(*record),
        Outcome::NoPicture => Err("the content is no picture".to_owned()),
        Outcome::Vanished(reason) => Err(reason),
    }
}

/// Content of a file, to see whether it is one that has moved.
pub fn content(root: &Path, file: &FoundFile) -> Option<ContentHash> {
    let mut hasher = blake3::Hasher::new();
    let mut source = File::open(root.join(&file.relative)).ok()?;
    io::copy(&mut source, &mut hasher).ok()?;
    Some(ContentHash(*hasher.finalize().as_bytes()))
}

/// Whatever a file makes the code below do, the others go on.
fn guarded(file: &FoundFile, look: impl FnOnce() -> Result<Outcome, DecodeError>) -> Outcome {
    match catch_unwind(AssertUnwindSafe(look)) {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => failed(file, None, error.to_string()),
        Err(_) => failed(file, None, "reading it failed inside the program; please report this fault".into()),
    }
}

/// The beginning of a file; of one that is no picture only what tells that.
fn head(path: &Path, name: &OsStr) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    (&file).take(SNIFFED_BYTES).read_to_end(&mut head)?;
    if Format::sniff(&head, name).is_none() {
        return Ok(head);
    }
    file.rewind()?;
    read::at_most(file, HEAD_BYTES)
}

fn sidecar(root: &Path, relative: &Path) -> Option<(Vec<u8>, i64)> {
    sidecar_names(relative).into_iter().find_map(|name| {
        let path = root.join(name);
        let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let bytes = read::at_most(File::open(&path).ok()?, MAX_SIDECAR_BYTES).ok()?;
        Some((bytes, crate::library::scan::modified_ns(&metadata)))
    })
}

/// A name that promises a picture makes a fault of what would otherwise be another kind of file.
fn not_a_picture(file: &FoundFile) -> Outcome {
    const PROMISES: [&str; 14] = [
        "jpg", "jpeg", "png", "webp", "tif", "tiff", "gif", "bmp", "qoi", "tga", "exr", "hdr", "heic", "avif",
    ];
    let ending = file.relative.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if PROMISES.iter().any(|promise| promise.eq_ignore_ascii_case(ending)) {
        let why = if file.size_bytes == 0 { "the file is empty" } else { "the content is no picture" };
        return failed(file, None, why.to_owned());
    }
    Outcome::NoPicture
}

fn vanished_or_failed(file: &FoundFile, error: &io::Error) -> Outcome {
    match error.kind() {
        io::ErrorKind::PermissionDenied => failed(file, None, "no permission to read it".to_owned()),
        io::ErrorKind::FileTooLarge => failed(file, None, error.to_string()),
        _ => Outcome::Vanished(format!("could not be read ({error})")),
    }
}

fn failed(file: &FoundFile, format: Option<Format>, reason: String) -> Outcome {
    let stage = Stage::Failed(reason);
    let record = PictureRecord { format, stage, ..bare(file) };
    Outcome::Failed(Box::new(record))
}

fn looked(record: PictureRecord, description: Option<Description>, thumbnail: Option<Vec<u8>>) -> Outcome {
    let vectors = description.map(|description| description.vectors).unwrap_or_default();
    Outcome::Picture(Box::new(Looked { record, vectors, thumbnail }))
}

fn bare(file: &FoundFile) -> PictureRecord {
    PictureRecord {
        relative: file.relative.clone(),
        size_bytes: file.size_bytes,
        modified_ns: file.modified_ns,
        ..PictureRecord::default()
    }
}

/// Everything the catalog keeps of a picture.
fn record(
    file: &FoundFile,
    format: Format,
    header: Option<&Header>,
    metadata: &Metadata,
    description: Option<&Description>,
    stage: Stage,
) -> PictureRecord {
    let m = metadata.clone();
    let mut record = PictureRecord {
        format: Some(format),
        stage,
        taken_wall_secs: m.taken.as_ref().map(DateTime::wall_secs),
        taken_offset_minutes: m.taken.as_ref().and_then(|taken| taken.offset_minutes),
        camera: metadata.camera(),
        lens: m.lens,
        iso: m.iso,
        f_number: m.f_number.map(Rational::value),
        exposure_secs: m.exposure_secs.map(Rational::value),
        focal_mm: m.focal_mm.map(Rational::value),
        focal_35mm: m.focal_35mm.map(Rational::value),
        latitude_deg: m.gps.as_ref().map(|gps| gps.latitude_deg),
        longitude_deg: m.gps.as_ref().map(|gps| gps.longitude_deg),
        altitude_m: m.gps.as_ref().and_then(|gps| gps.altitude_m),
        rating: m.rating,
        color_label: m.color_label,
        title: m.title,
        caption: m.caption,
        tags: m.tags,
        people: m.people,
        city: m.city,
        state: m.state,
        country: m.country,
        location: m.location,
        creator: m.creator,
        // Fields are plain text and numbers, which JSON always can hold.
        fields_json: serde_json::to_string(&metadata.fields).unwrap_or_default(),
        search_text: metadata::search_text(metadata),
        ..bare(file)
    };
    if let Some(header) = header {
        (record.width, record.height) = (header.width, header.height);
        (record.has_alpha, record.frames) = (header.has_alpha, header.frames);
    }
    if let Some(description) = description {
        record.hashes = Some(description.hashes.0);
        record.swatches = description.swatches.iter().map(|swatch| (swatch.rgb, swatch.share)).collect();
        record.sharpness = Some(description.sharpness);
        record.brightness = Some(description.brightness);
        record.contrast = Some(description.contrast);
        record.saturation = Some(description.saturation);
        record.is_monochrome = Some(description.is_monochrome);
    }
    record
}

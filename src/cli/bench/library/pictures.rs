//! Reading pictures: the first look, the full look, and the memory of it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _};
use serde::Serialize;

use super::{RUNS, Random, best_ms, row};
use crate::library::decode::ByteBudget;
use crate::library::index::Budgets;
use crate::library::index::look::{self, Outcome};
use crate::library::index::{IndexOptions, Work};
use crate::library::scan::FoundFile;
use crate::library::session::Libraries;
use crate::storage::Directories;

/// Copies of the photograph that are indexed.
const FILES: usize = 64;
const SIDES: (u32, u32) = (4000, 3000);
const FIRST_TARGET: f64 = 200.0;
const FULL_TARGET: f64 = 25.0;
const MEMORY_TARGET_MB: f64 = 600.0;

/// Numbers about reading pictures.
#[derive(Serialize)]
pub struct Pictures {
    file_mb: f64,
    /// One core: name, metadata and embedded thumbnail, described.
    first_look_per_second: f64,
    first_ratio_to_200: f64,
    /// One core: all of a 12-megapixel JPEG, with descriptors and our thumbnail.
    full_look_per_second: f64,
    full_ratio_to_25: f64,
    /// One core: only the decoding at the smallest scale that covers a thumbnail.
    decode_ms: f64,
    /// libjpeg-turbo's `djpeg -scale 1/8` on the same file, its start included, where it is installed.
    djpeg_ms: Option<f64>,
    decode_ratio_to_djpeg: Option<f64>,
    /// All cores, writing included.
    indexed_per_second: f64,
    peak_memory_mb: Option<f64>,
    memory_ratio_to_600_mb: Option<f64>,
}

impl Pictures {
    pub(super) fn measure(folder: &Path) -> anyhow::Result<Self> {
        let photos = folder.join("photos");
        std::fs::create_dir_all(&photos)?;
        let bytes = photograph()?;
        for number in 0..FILES {
            let mut copy = bytes.clone();
            // Bytes behind the end of the picture make each file another one.
            copy.extend_from_slice(&(number as u64).to_le_bytes());
            std::fs::write(photos.join(format!("IMG_{number:04}.jpg")), &copy)?;
        }
        let work = work_of("IMG_0000.jpg", &photos)?;
        let budget = ByteBudget::new(1 << 30);
        let budgets = Budgets { files: budget.clone(), decode: ByteBudget::new(1 << 30) };
        let first_ms = best_ms(RUNS * 4, || is_picture(&look::first_look(&photos, &work)))?;
        let full_ms = best_ms(RUNS, || is_picture(&look::full_look(&photos, &work, &budgets)))?;
        let name = work.file.relative.as_os_str();
        let decode_ms = best_ms(RUNS, || {
            crate::library::decode::decode(&bytes, name, Some(320), &budget).map(drop).map_err(Into::into)
        })?;
        let djpeg_ms = djpeg_ms(&bytes);

        let libraries = Libraries::new(&Directories::resolve(Some(&folder.join("data")))?);
        let number = libraries.open(&photos)?;
        let report = libraries.index(number, IndexOptions::default(), &|| false, &|_| ())?;
        anyhow::ensure!(report.indexed as usize == FILES, "not all of the made pictures were indexed");
        let peak_memory_mb = super::super::peak_memory_mb();
        Ok(Self {
            file_mb: bytes.len() as f64 / 1e6,
            first_look_per_second: 1e3 / first_ms,
            first_ratio_to_200: 1e3 / first_ms / FIRST_TARGET,
            full_look_per_second: 1e3 / full_ms,
            full_ratio_to_25: 1e3 / full_ms / FULL_TARGET,
            decode_ms,
            djpeg_ms,
            decode_ratio_to_djpeg: djpeg_ms.map(|peer| decode_ms / peer),
            indexed_per_second: report.images_per_sec,
            peak_memory_mb,
            memory_ratio_to_600_mb: peak_memory_mb.map(|mb| mb / MEMORY_TARGET_MB),
        })
    }

    pub(super) fn print(&self) {
        let per_second = |rate: f64| format!("{rate:.0} /s");
        row(
            "first look at a camera's JPEG, one core",
            &per_second(self.first_look_per_second),
            &format!("{:.2} × 200/s", self.first_ratio_to_200),
        );
        row(
            &format!("full look at 12 megapixels ({:.1} MB), one core", self.file_mb),
            &per_second(self.full_look_per_second),
            &format!("{:.2} × 25/s", self.full_ratio_to_25),
        );
        let peer = match self.decode_ratio_to_djpeg {
            Some(ratio) => format!("{ratio:.2} of djpeg -scale 1/8"),
            None => "djpeg (libjpeg-turbo) is not installed".to_owned(),
        };
        row("its decoding to 500 × 375", &format!("{:.1} ms", self.decode_ms), &peer);
        row("indexing such files, all cores", &per_second(self.indexed_per_second), "");
        if let (Some(mb), Some(ratio)) = (self.peak_memory_mb, self.memory_ratio_to_600_mb) {
            row("most memory while indexing", &format!("{mb:.0} MB"), &format!("{ratio:.2} of 600 MB"));
        }
    }
}

fn is_picture(outcome: &Outcome) -> anyhow::Result<()> {
    anyhow::ensure!(matches!(outcome, Outcome::Picture(_)), "a made picture was not read");
    Ok(())
}

fn work_of(name: &str, folder: &Path) -> anyhow::Result<Work> {
    let size_bytes = folder.join(name).metadata()?.len();
    Ok(Work { file: FoundFile { relative: PathBuf::from(name), size_bytes, modified_ns: 0 }, row: None })
}

/// libjpeg-turbo as a program: the best of some runs, or `None` where it is missing.
fn djpeg_ms(bytes: &[u8]) -> Option<f64> {
    let run = || -> anyhow::Result<()> {
        let mut child = Command::new("djpeg")
            .args(["-scale", "1/8"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        child.stdin.take().context("no pipe")?.write_all(bytes)?;
        anyhow::ensure!(child.wait()?.success(), "djpeg failed");
        Ok(())
    };
    best_ms(RUNS, run).ok()
}

/// A JPEG as a camera writes it: a scene with grain, and a thumbnail of it in the metadata.
fn photograph() -> anyhow::Result<Vec<u8>> {
    let (width, height) = SIDES;
    let picture = encoded(&scene(width, height), width, height, 90)?;
    let thumbnail = encoded(&scene(160, 120), 160, 120, 80)?;
    let exif = exif_with(&thumbnail)?;
    let start = picture.get(..2).context("no JPEG")?;
    let rest = picture.get(2..).context("no JPEG")?;
    Ok([start, &exif, rest].concat())
}

fn encoded(rgb: &[u8], width: u32, height: u32, quality: u8) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).write_image(
        rgb,
        width,
        height,
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}

/// Soft shapes, edges and grain: about 3 bits a pixel at quality 90, as photographs have.
fn scene(width: u32, height: u32) -> Vec<u8> {
    let mut random = Random(7);
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            let edge = if (u * 9.0 + (v * 5.0).sin()).fract() < 0.3 { 0.12 } else { 0.0 };
            let grain = (random.unit() + random.unit() - 1.0) * 0.045;
            for phase in [0.0, 1.3, 2.9] {
                let soft = 0.5 + 0.3 * (u * 7.0 + v * 4.0 + phase).sin() * (v * 3.0 - phase).cos();
                rgb.push(((soft + edge + grain).clamp(0.0, 1.0) * 255.0) as u8);
            }
        }
    }
    rgb
}

/// An APP1 segment whose second directory names the thumbnail.
fn exif_with(thumbnail: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut tiff: Vec<u8> = b"MM\0*\0\0\0\x08".to_vec();
    let entry = |tag: u16, kind: u16, value: u32| {
        let mut bytes = [tag.to_be_bytes(), kind.to_be_bytes()].concat();
        bytes.extend_from_slice(&1_u32.to_be_bytes());
        let short = (value as u16).to_be_bytes();
        let value = if kind == 3 { [short, [0, 0]].concat() } else { value.to_be_bytes().to_vec() };
        [bytes, value].concat()
    };
    // The first directory says that the picture is upright and where the second one is.
    tiff.extend_from_slice(&1_u16.to_be_bytes());
    tiff.extend(entry(0x0112, 3, 1));
    tiff.extend_from_slice(&26_u32.to_be_bytes());
    let data_at = 26 + 2 + 3 * 12 + 4;
    tiff.extend_from_slice(&3_u16.to_be_bytes());
    tiff.extend(entry(0x0103, 3, 6));
    tiff.extend(entry(0x0201, 4, data_at));
    tiff.extend(entry(0x0202, 4, thumbnail.len() as u32));
    tiff.extend_from_slice(&0_u32.to_be_bytes());
    tiff.extend_from_slice(thumbnail);
    let length = u16::try_from(2 + 6 + tiff.len()).context("the thumbnail is too large")?;
    Ok([&[0xff, 0xe1][..], &length.to_be_bytes(), b"Exif\0\0", &tiff].concat())
}

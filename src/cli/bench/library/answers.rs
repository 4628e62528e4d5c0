//! Finding: exact search over vectors and hashes, the search box, opening a large library.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::{RUNS, Random, best_ms, row};
use crate::gpu::{GpuContext, compute};
use crate::library::catalog::{PictureRecord, Stage};
use crate::library::descriptors::BUILT_IN;
use crate::library::index::Looked;
use crate::library::session::{Libraries, SearchRequest};
use crate::library::store::LibraryStore;
use crate::library::thumbnails::ThumbnailStore;
use crate::library::vectors::device::{DeviceRows, Kernels};
use crate::library::vectors::{Rows, VectorError, close_pairs};
use crate::library::{ContentHash, Format, RowId};
use crate::storage::Directories;

const VECTORS: usize = 100_000;
const DIMENSIONS: usize = 512;
const HASHES: usize = 50_000;
const BOX_PICTURES: usize = 10_000;
const LARGE_PICTURES: usize = 100_000;
const TOP_TARGET_MS: f64 = 15.0;
const BOX_TARGET_MS: f64 = 30.0;
const PAIRS_TARGET_MS: f64 = 3000.0;
const OPEN_TARGET_MS: f64 = 300.0;

/// What somebody types, letter by letter.
const TYPED: [&str; 10] = [
    "t",
    "te",
    "tea",
    "teal",
    "teal ",
    "teal h",
    "teal harb",
    "teal harbour",
    "teal harbour iso:>800",
    "teal harbour iso:>800 -dark",
];

/// Numbers about finding.
#[derive(Serialize)]
pub struct Answers {
    /// 100 000 × 512 half-precision numbers, the best 20, all cores.
    top_20_ms: f64,
    top_20_ratio_to_15_ms: f64,
    /// Bytes read per second in that.
    top_20_gb_per_second: f64,
    /// The same on the compute device, rows already there; none without an adapter.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_top_20: Option<DeviceTop>,
    /// Copying as many bytes, all cores: what memory gives.
    copy_gb_per_second: f64,
    /// 50 000 hashes, all pairs, eight orientations, all cores.
    all_pairs_ms: f64,
    all_pairs_ratio_to_3_s: f64,
    /// 10 000 pictures, the slowest of some keystrokes.
    slowest_keystroke_ms: f64,
    slowest_keystroke: String,
    keystroke_ratio_to_30_ms: f64,
    /// 100 000 pictures written.
    written_per_second: f64,
    /// Opening a library of 100 000 pictures.
    open_ms: f64,
    open_ratio_to_300_ms: f64,
}

/// The best 20 from a device.
#[derive(Serialize)]
struct DeviceTop {
    adapter: String,
    is_software: bool,
    ms: f64,
    upload_ms: f64,
}

impl Answers {
    pub(super) fn measure(folder: &Path) -> anyhow::Result<Self> {
        let (top_20_ms, copy_ms, device_top_20) = top_20()?;
        let bytes = (VECTORS * DIMENSIONS * 2) as f64;
        let all_pairs_ms = all_pairs()?;
        let (slowest_keystroke, slowest_keystroke_ms) = search_box(folder)?;
        let (written_per_second, open_ms) = open_large(folder)?;
        Ok(Self {
            top_20_ms,
            top_20_ratio_to_15_ms: top_20_ms / TOP_TARGET_MS,
            top_20_gb_per_second: bytes / top_20_ms / 1e6,
            device_top_20,
            copy_gb_per_second: bytes / copy_ms / 1e6,
            all_pairs_ms,
            all_pairs_ratio_to_3_s: all_pairs_ms / PAIRS_TARGET_MS,
            slowest_keystroke,
            slowest_keystroke_ms,
            keystroke_ratio_to_30_ms: slowest_keystroke_ms / BOX_TARGET_MS,
            written_per_second,
            open_ms,
            open_ratio_to_300_ms: open_ms / OPEN_TARGET_MS,
        })
    }

    pub(super) fn print(&self, cores: usize) {
        let ms = |value: f64| format!("{value:.1} ms");
        row(
            &format!("best 20 of 100 000 × 512 vectors, {cores} cores"),
            &ms(self.top_20_ms),
            &format!(
                "{:.2} of 15 ms; {:.1} GB/s, copying gives {:.1}",
                self.top_20_ratio_to_15_ms, self.top_20_gb_per_second, self.copy_gb_per_second
            ),
        );
        if let Some(device) = &self.device_top_20 {
            let kind = if device.is_software { ", software adapter" } else { "" };
            row(
                "the same on the compute device",
                &ms(device.ms),
                &format!("{}{kind}; {} to bring the vectors there", device.adapter, ms(device.upload_ms)),
            );
        }
        row(
            &format!("all pairs of 50 000 hashes, 8 orientations, {cores} cores"),
            &ms(self.all_pairs_ms),
            &format!("{:.2} of 3 s", self.all_pairs_ratio_to_3_s),
        );
        row(
            &format!("slowest keystroke among 10 000 pictures ({})", self.slowest_keystroke),
            &ms(self.slowest_keystroke_ms),
            &format!("{:.2} of 30 ms", self.keystroke_ratio_to_30_ms),
        );
        row("pictures written into a catalog", &format!("{:.0} /s", self.written_per_second), "");
        row(
            "opening a library of 100 000 pictures",
            &ms(self.open_ms),
            &format!("{:.2} of 300 ms", self.open_ratio_to_300_ms),
        );
    }
}

fn top_20() -> anyhow::Result<(f64, f64, Option<DeviceTop>)> {
    let mut random = Random(11);
    let mut vector = || -> Vec<f32> { (0..DIMENSIONS).map(|_| random.unit() - 0.5).collect() };
    let query = vector();
    let vectors: Vec<Vec<f32>> = (0..VECTORS).map(|_| vector()).collect();
    let numbered = vectors.iter().zip(0_u32..).map(|(vector, row)| (RowId(row), vector.as_slice()));
    let rows = Arc::new(Rows::in_memory(DIMENSIONS, numbered)?);
    drop(vectors);
    let top = best_ms(RUNS * 3, || {
        black_box(rows.top_k(&query, 20, None));
        Ok(())
    })?;
    let device = device_top_20(&rows, &query)?;
    let from = vec![1_u8; VECTORS * DIMENSIONS * 2];
    let mut to = vec![0_u8; from.len()];
    let copy = best_ms(RUNS, || {
        use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
        use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};
        to.par_chunks_mut(1 << 20)
            .zip(from.par_chunks(1 << 20))
            .for_each(|(to, from)| to.copy_from_slice(from));
        black_box(&to);
        Ok(())
    })?;
    Ok((top, copy, device))
}

/// On a device as models have it.
fn device_top_20(rows: &Arc<Rows>, query: &[f32]) -> anyhow::Result<Option<DeviceTop>> {
    let Ok(gpu) = GpuContext::headless() else { return Ok(None) };
    let summary = gpu.summary();
    let made = compute::request(&gpu).map_err(VectorError::from);
    let kernels = match made.and_then(|device| Kernels::new(&device.context(&gpu))) {
        Ok(kernels) => Arc::new(kernels),
        Err(error) => {
            log::warn!("{} is not measured: {error}", summary.name);
            return Ok(None);
        }
    };
    let began = std::time::Instant::now();
    let there = DeviceRows::upload(&kernels, rows)?;
    // The first answer waits for the rows to arrive.
    let first = there.top_k(query, 20, None)?;
    let upload_ms = began.elapsed().as_secs_f64() * 1e3;
    anyhow::ensure!(first == rows.top_k(query, 20, None), "the answers differ");
    let ms = best_ms(RUNS * 3, || {
        black_box(there.top_k(query, 20, None)?);
        Ok(())
    })?;
    Ok(Some(DeviceTop { adapter: summary.name, is_software: summary.software, ms, upload_ms }))
}

fn all_pairs() -> anyhow::Result<f64> {
    let mut random = Random(13);
    let hashes: Vec<[u64; 8]> = (0..HASHES).map(|_| [(); 8].map(|()| random.next())).collect();
    best_ms(3, || {
        black_box(close_pairs(&hashes, 8, &|| false));
        Ok(())
    })
}

/// A library in our own folders whose pictures exist only there.
fn made(folder: &Path, name: &str, count: usize) -> anyhow::Result<(Directories, PathBuf, f64)> {
    let directories = Directories::resolve(Some(&folder.join(format!("{name} data"))))?;
    let root = folder.join(name);
    std::fs::create_dir_all(&root)?;
    let root = root.canonicalize()?;
    // Opening it once makes its folder and the note whose it is.
    Libraries::new(&directories).open(&root)?;
    let place = crate::library::session::folder_of(&directories, &root);
    let thumbnails = Arc::new(ThumbnailStore::open(&directories.cache.join("thumbnails.db"), 1 << 30));
    let (store, _) = LibraryStore::open(&place, &root, thumbnails)?;
    let began = std::time::Instant::now();
    let mut random = Random(17);
    for first in (0..count).step_by(2000) {
        let looked: Vec<Looked> =
            (first..count.min(first + 2000)).map(|at| record(at, &mut random)).collect();
        let looked: Vec<&Looked> = looked.iter().collect();
        store.write(&looked)?;
    }
    Ok((directories, root, count as f64 / began.elapsed().as_secs_f64()))
}

/// A made-up picture.
fn record(at: usize, random: &mut Random) -> Looked {
    const WORDS: [&str; 16] = [
        "harbour", "boat", "night", "market", "garden", "teal", "mountain", "snow", "friends", "dinner",
        "tower", "beach", "forest", "train", "concert", "cat",
    ];
    let mut word = || WORDS.get(random.next() as usize % WORDS.len()).copied().unwrap_or_default();
    let (folder, name, tag) = (word(), word(), word());
    let year = 2005 + at % 20;
    let record = PictureRecord {
        relative: PathBuf::from(format!("{year}/{folder} {}/{name}_{at:06}.jpg", at % 40)),
        content: Some(ContentHash::of(&at.to_le_bytes())),
        size_bytes: 3_000_000 + at as u64,
        modified_ns: at as i64,
        format: Some(Format::Jpeg),
        width: 4000,
        height: 3000,
        frames: 1,
        stage: Stage::Full,
        taken_wall_secs: Some(1_100_000_000 + at as i64 * 6000),
        camera: Some(format!("Nikon D{}", 70 + at % 8 * 10)),
        lens: Some("50 mm f/1.8".to_owned()),
        iso: Some(100 << (at % 7)),
        f_number: Some(2.8),
        focal_mm: Some(50.0),
        tags: vec![tag.to_owned()],
        search_text: format!("{tag} Nikon {year} May"),
        hashes: Some([at as u64; 8]),
        ..PictureRecord::default()
    };
    let vectors = BUILT_IN.iter().map(|space| {
        let numbers: Vec<f32> = (0..space.dimensions).map(|_| random.unit()).collect();
        let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
        numbers
            .iter()
            .map(|number| if space.is_normalised { number / length } else { number * number })
            .collect()
    });
    Looked { record, vectors: vectors.collect(), thumbnail: None }
}

fn search_box(folder: &Path) -> anyhow::Result<(String, f64)> {
    let (directories, root, _) = made(folder, "box", BOX_PICTURES)?;
    let libraries = Libraries::new(&directories);
    libraries.open(&root)?;
    let mut slowest = (String::new(), 0.0);
    for text in TYPED {
        let request = SearchRequest { text: text.to_owned(), ..SearchRequest::default() };
        let ms = best_ms(RUNS, || {
            black_box(libraries.search(&request, &|| false)?);
            Ok(())
        })?;
        if ms > slowest.1 {
            slowest = (text.to_owned(), ms);
        }
    }
    Ok(slowest)
}

fn open_large(folder: &Path) -> anyhow::Result<(f64, f64)> {
    let (directories, root, written_per_second) = made(folder, "large", LARGE_PICTURES)?;
    let ms = best_ms(3, || {
        let libraries = Libraries::new(&directories);
        libraries.open(&root)?;
        anyhow::ensure!(libraries.table().entries().len() == LARGE_PICTURES, "pictures are missing");
        Ok(())
    })?;
    Ok((written_per_second, ms))
}

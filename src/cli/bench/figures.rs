//! `vitrine bench figures`: how long figures take, cold and cached, one and many.
//!
//! All structures are made here: a cell of 50 atoms, a cell of 444, and many of some 50 atoms that differ.

use std::{hint::black_box, path::Path, time::Instant};

use glam::DVec3;
use serde::Serialize;

use crate::{
    cache::{Cache, DEFAULT_BUDGET_BYTES},
    crystal::{
        analysis::diffraction::{Displacements, PatternSettings, Probe, pattern_of},
        element::Element,
        figures::{Batch, FigureKind, FigureMaker, FigureSettings, Outcome},
        lattice::{CellParameters, Lattice},
        structure::{AsymmetricSite, Displacement, Occupant, Site, Structure},
    },
    figure::FileFormat,
    jobs::Jobs,
};

use super::super::processes::ChildCensus;

/// Structures of the batch.
const BATCH: usize = 200;
/// Best of this many runs: the machine's other work only ever adds time.
const RUNS: usize = 7;
const COLD_TARGET_MS: f64 = 150.0;
const CACHED_TARGET_MS: f64 = 5.0;
const XRD_TARGET_MS: f64 = 10.0;
const MEMORY_TARGET_MB: f64 = 400.0;

/// The numbers, as `--json` prints them.
#[derive(Serialize)]
struct Report {
    cores: usize,
    /// Four figures of 50 atoms to PDF, nothing kept from before, on all cores.
    cold_ms: f64,
    cold_ratio_to_150_ms: f64,
    /// The same again.
    cached_ms: f64,
    cached_ratio_to_5_ms: f64,
    cached_is_identical: bool,
    /// 0–90° of copper's Kα, 444 sites without symmetry, one core.
    xrd_444_sites_ms: f64,
    xrd_ratio_to_10_ms: f64,
    batch_structures: usize,
    batch_figures: usize,
    batch_serial_secs: f64,
    batch_parallel_secs: f64,
    batch_speedup: f64,
    /// Speed-up over the number of cores: 1 is all that can be had.
    batch_speedup_over_cores: f64,
    /// Most memory that this process held, where the system tells.
    peak_memory_mb: Option<f64>,
    memory_ratio_to_400_mb: Option<f64>,
    peak_renderers: usize,
    external_processes: usize,
}

/// Measures and prints, as a table or as JSON.
///
/// # Errors
/// When a figure cannot be made, or the folder for the temporary files not be written.
pub fn run(json: bool) -> anyhow::Result<()> {
    let report = measure()?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print_table(&report);
    }
    Ok(())
}

fn measure() -> anyhow::Result<Report> {
    let census = ChildCensus::begin();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let folder = std::env::temp_dir().join(format!("vitrine-bench-{}", std::process::id()));
    let outcome = measure_in(&folder, cores, &census);
    std::fs::remove_dir_all(&folder).ok();
    outcome
}

fn measure_in(folder: &Path, cores: usize, census: &ChildCensus) -> anyhow::Result<Report> {
    std::fs::create_dir_all(folder)?;
    let crystal = made(50, 1)?;
    let settings = FigureSettings::default();
    // The fonts are read once a process; that is not what is measured.
    four_figures(&FigureMaker::new(None, cores), &crystal, &settings, cores)?;
    let mut cold_ms = f64::INFINITY;
    let mut cached_ms = f64::INFINITY;
    let mut cached_is_identical = true;
    for run in 0..RUNS {
        let cache = Cache::open(&folder.join(format!("cache-{run}")), DEFAULT_BUDGET_BYTES)?;
        let maker = FigureMaker::new(Some(cache), cores);
        let (first, cold) = timed(|| four_figures(&maker, &crystal, &settings, cores))?;
        let (second, cached) = timed(|| four_figures(&maker, &crystal, &settings, 1))?;
        cold_ms = cold_ms.min(cold);
        cached_ms = cached_ms.min(cached);
        cached_is_identical &= first == second;
    }
    let large = made(444, 2)?;
    let mut xrd_ms = f64::INFINITY;
    for _ in 0..RUNS {
        let pattern = || {
            pattern_of(&large, Probe::XRay, &Displacements::Ignored, &PatternSettings::default())
                .map_err(anyhow::Error::from)
        };
        let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
        let (found, ms) = timed(|| one_core.install(pattern))?;
        black_box(found);
        xrd_ms = xrd_ms.min(ms);
    }
    let files = write_structures(folder)?;
    let batch = |out: &str| Batch {
        files: files.clone(),
        kinds: FigureKind::ALL.to_vec(),
        formats: vec![FileFormat::Pdf],
        out: folder.join(out),
        settings: settings.clone(),
    };
    let jobs = Jobs::default();
    let serial_maker = FigureMaker::new(None, 1);
    let (serial, serial_ms) = timed(|| Ok(batch("serial").run(&jobs, &serial_maker, 1, |_| ())?))?;
    let maker = FigureMaker::new(None, cores);
    let (parallel, parallel_ms) = timed(|| Ok(batch("parallel").run(&jobs, &maker, cores, |_| ())?))?;
    for outcome in serial.iter().chain(&parallel) {
        if let Outcome::Failed { file, error, .. } = outcome {
            anyhow::bail!("{}: {error}", file.display());
        }
    }
    let peak_memory_mb = super::peak_memory_mb();
    let speedup = serial_ms / parallel_ms;
    Ok(Report {
        cores,
        cold_ms,
        cold_ratio_to_150_ms: cold_ms / COLD_TARGET_MS,
        cached_ms,
        cached_ratio_to_5_ms: cached_ms / CACHED_TARGET_MS,
        cached_is_identical,
        xrd_444_sites_ms: xrd_ms,
        xrd_ratio_to_10_ms: xrd_ms / XRD_TARGET_MS,
        batch_structures: BATCH,
        batch_figures: parallel.len(),
        batch_serial_secs: serial_ms / 1e3,
        batch_parallel_secs: parallel_ms / 1e3,
        batch_speedup: speedup,
        batch_speedup_over_cores: speedup / cores as f64,
        peak_memory_mb,
        memory_ratio_to_400_mb: peak_memory_mb.map(|mb| mb / MEMORY_TARGET_MB),
        peak_renderers: maker.pool().stats().peak,
        external_processes: census.count(),
    })
}

fn timed<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(T, f64)> {
    let began = Instant::now();
    let value = work()?;
    Ok((value, began.elapsed().as_secs_f64() * 1e3))
}

/// The PDF files of the four figures, made on some threads.
fn four_figures(
    maker: &FigureMaker,
    structure: &Structure,
    settings: &FigureSettings,
    threads: usize,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let figure = |kind: FigureKind| -> anyhow::Result<Vec<u8>> {
        let mut made = maker.make(structure, kind, &[FileFormat::Pdf], settings)?;
        Ok(made.pop().map_or(Vec::new(), |made| made.bytes))
    };
    if threads == 1 {
        return FigureKind::ALL.into_iter().map(figure).collect();
    }
    let jobs = Jobs::default();
    let handles: Vec<_> = FigureKind::ALL
        .into_iter()
        .map(|kind| {
            let (maker, structure, settings) = (maker.clone(), structure.clone(), settings.clone());
            jobs.spawn("bench", move |_| {
                maker
                    .make(&structure, kind, &[FileFormat::Pdf], &settings)
                    .map_err(|failure| crate::jobs::JobError::Failed(failure.to_string()))
            })
        })
        .collect();
    handles.into_iter().map(|handle| Ok(handle.wait()?.pop().map_or(Vec::new(), |made| made.bytes))).collect()
}

/// A cell of TiO₂-like sites at places that no symmetry relates, none too close to another.
fn made(sites: usize, seed: u64) -> anyhow::Result<Structure> {
    let per_side = (sites as f64).cbrt().ceil() as usize;
    let a = 2.35 * per_side as f64;
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = || {
        // xorshift64*: repeatable, and good enough to break a grid.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let element = |symbol: &str| Element::from_symbol(symbol).unwrap_or(Element::HYDROGEN);
    let row = |symbol: &str| AsymmetricSite {
        label: symbol.to_owned(),
        occupants: vec![Occupant { element: element(symbol), occupancy: 1.0, charge: None }],
        disorder: None,
    };
    let places = (0..sites)
        .map(|index| {
            let cell = DVec3::new(
                (index % per_side) as f64,
                (index / per_side % per_side) as f64,
                (index / per_side / per_side) as f64,
            );
            let jitter = 0.12 * DVec3::new(random(), random(), random());
            Site {
                asymmetric: u32::from(index % 3 != 0),
                frac: (cell + jitter) / per_side as f64,
                displacement: Displacement::Unknown,
            }
        })
        .collect();
    Ok(Structure {
        name: String::new(),
        lattice: Lattice::from_parameters(CellParameters {
            a,
            b: 1.03 * a,
            c: 1.07 * a,
            alpha: 90.0,
            beta: 95.0,
            gamma: 90.0,
        })?,
        periodic: true,
        asymmetric: vec![row("Ti"), row("O")],
        sites: places,
        stated_space_group: None,
        warnings: Vec::new(),
    })
}

/// Many structures as POSCAR files.
fn write_structures(folder: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    use std::fmt::Write as _;
    let mut files = Vec::with_capacity(BATCH);
    for number in 0..BATCH {
        let structure = made(50, number as u64 + 10)?;
        let mut text = format!("structure {number}\n1.0\n");
        for vector in structure.lattice.vectors() {
            writeln!(text, "{} {} {}", vector.x, vector.y, vector.z)?;
        }
        let titanium = structure.sites.iter().filter(|site| site.asymmetric == 0);
        let oxygen = structure.sites.iter().filter(|site| site.asymmetric != 0);
        writeln!(text, "Ti O\n{} {}\nDirect", titanium.clone().count(), oxygen.clone().count())?;
        for site in titanium.chain(oxygen) {
            writeln!(text, "{} {} {}", site.frac.x, site.frac.y, site.frac.z)?;
        }
        let path = folder.join(format!("{number:03}.vasp"));
        std::fs::write(&path, text)?;
        files.push(path);
    }
    Ok(files)
}

fn print_table(report: &Report) {
    let row = |what: &str, value: String, limit: String| println!("{what:<44} {value:>14}   {limit}");
    row(
        "four figures of 50 atoms to PDF, cold",
        format!("{:.1} ms", report.cold_ms),
        format!("{:.2} of 150 ms, {} cores", report.cold_ratio_to_150_ms, report.cores),
    );
    row(
        "the same from the cache",
        format!("{:.2} ms", report.cached_ms),
        format!(
            "{:.2} of 5 ms, {}",
            report.cached_ratio_to_5_ms,
            if report.cached_is_identical { "the same bytes" } else { "OTHER BYTES" }
        ),
    );
    row(
        "powder pattern of 444 sites, one core",
        format!("{:.2} ms", report.xrd_444_sites_ms),
        format!("{:.2} of 10 ms", report.xrd_ratio_to_10_ms),
    );
    row(
        &format!("{} structures × 4 figures, one by one", report.batch_structures),
        format!("{:.2} s", report.batch_serial_secs),
        String::new(),
    );
    row(
        "the same on all cores",
        format!("{:.2} s", report.batch_parallel_secs),
        format!("{:.2} × as fast, {:.2} of the cores", report.batch_speedup, report.batch_speedup_over_cores),
    );
    if let (Some(mb), Some(ratio)) = (report.peak_memory_mb, report.memory_ratio_to_400_mb) {
        row("most memory", format!("{mb:.0} MB"), format!("{ratio:.2} of 400 MB"));
    }
    row("renderers at once", report.peak_renderers.to_string(), format!("at most {}", report.cores));
    row("external processes", report.external_processes.to_string(), String::new());
}

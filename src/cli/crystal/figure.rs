//! `vitrine crystal figure`: figures of many structures into a folder.

use std::{io::IsTerminal as _, path::PathBuf};

use clap::{Args, builder::PossibleValuesParser};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::{parse_dpi, parse_range};
use crate::{
    cli::{Failure, cache::open_cache, processes::ChildCensus},
    crystal::{
        analysis::{
            coordination::Method,
            diffraction::{Probe, Radiation},
        },
        drawing::Labels,
        figures::{Batch, FigureKind, FigureMaker, FigureSettings, Outcome},
        scene::{ColorScheme, StandardView},
    },
    figure::{FigureTheme, FileFormat, Stage},
    jobs::Jobs,
    storage::Directories,
};

#[derive(Debug, Args)]
pub struct FigureArguments {
    /// Structure files: CIF, POSCAR, XYZ
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Folder for the figures; they are named after the structure files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Which figures: structure, xrd, rdf, coordination or all
    #[arg(long, value_delimiter = ',', default_value = "all", value_parser = PossibleValuesParser::new(["structure", "xrd", "rdf", "coordination", "all"]))]
    kind: Vec<String>,
    /// Which files of each: pdf, svg, png
    #[arg(long, value_delimiter = ',', default_value = "pdf")]
    format: Vec<FileFormat>,
    /// Figures in the making at once; one per core if left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    jobs: Option<u16>,
    #[command(flatten)]
    look: LookArguments,
    /// Make every figure anew, and keep none
    #[arg(long)]
    no_cache: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How figures look.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct LookArguments {
    /// Width in millimetres: 86 is a column of most journals, 178 a page
    #[arg(long, default_value_t = 86.0, value_name = "MM", allow_negative_numbers = true, value_parser = parse_mm)]
    width_mm: f64,
    /// Height in millimetres; by the kind of figure if left out
    #[arg(long, value_name = "MM", value_parser = parse_mm)]
    height_mm: Option<f64>,
    /// Colours: print, screen or dark
    #[arg(long, default_value = "print")]
    theme: FigureTheme,
    /// Resolution of PNG files
    #[arg(long, default_value_t = 600.0, value_parser = parse_dpi)]
    dpi: f64,
    /// Leave out the formula above the axes
    #[arg(long)]
    no_title: bool,
    /// Wavelength of diffraction patterns: CuKa, MoKa1 … or a number in Å
    #[arg(long, default_value = "CuKa")]
    radiation: Radiation,
    /// Diffraction of neutrons
    #[arg(long)]
    neutron: bool,
    /// Range of 2θ in degrees
    #[arg(long, default_value = "0,90", value_name = "FROM,TO", value_parser = parse_range)]
    two_theta: (f64, f64),
    /// Largest distance of pair distributions in Å
    #[arg(long, default_value_t = 10.0, value_name = "Å")]
    cutoff: f64,
    /// How neighbours are chosen: default, crystalnn or jmol
    #[arg(long, default_value = "default")]
    method: Method,
    /// Direction to look along: a, b, c, a*, b*, c*, 111 or iso
    #[arg(long, default_value = "iso", value_parser = str::parse::<StandardView>)]
    view: StandardView,
    /// Write at atoms: none, elements or sites
    #[arg(long, default_value = "none", value_parser = parse_labels)]
    labels: Labels,
    /// Draw coordination polyhedra
    #[arg(long)]
    polyhedra: bool,
    /// Element colours of Jmol instead of VESTA's
    #[arg(long)]
    jmol: bool,
    /// Draw the structure as a picture of this many dots per inch instead of vector graphics
    #[arg(long, value_name = "DPI", value_parser = parse_dpi)]
    picture: Option<f64>,
}

impl LookArguments {
    pub(super) fn settings(&self) -> FigureSettings {
        let mut settings = FigureSettings {
            width_mm: self.width_mm,
            height_mm: self.height_mm,
            theme: self.theme,
            dpi: self.dpi,
            show_title: !self.no_title,
            ..FigureSettings::default()
        };
        settings.xrd.radiation = self.radiation;
        settings.xrd.probe = if self.neutron { Probe::Neutron } else { Probe::XRay };
        settings.xrd.two_theta_deg = self.two_theta;
        settings.rdf.cutoff_angstrom = self.cutoff;
        settings.coordination.method = self.method;
        settings.structure.view = self.view;
        settings.structure.drawing.labels = self.labels;
        settings.structure.picture_dpi = self.picture;
        settings.structure.scene.show_polyhedra = self.polyhedra;
        settings.structure.scene.colors = if self.jmol { ColorScheme::Jmol } else { ColorScheme::Vesta };
        settings
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    results: &'a [Outcome],
    peak_renderers: usize,
    external_processes: usize,
}

pub(super) fn figure(arguments: FigureArguments, directories: &Directories) -> Result<(), Failure> {
    let census = ChildCensus::begin();
    let settings = arguments.look.settings();
    let workers = arguments.jobs.map_or_else(available_cores, usize::from);
    let cache = if arguments.no_cache { None } else { open_cache(directories) };
    let maker = FigureMaker::new(cache, workers);
    let mut formats = arguments.format;
    let mut seen = Vec::new();
    formats.retain(|format| {
        !seen.contains(format) && {
            seen.push(*format);
            true
        }
    });
    let batch = Batch {
        files: arguments.files,
        kinds: kinds(&arguments.kind),
        formats,
        out: arguments.out,
        settings,
    };
    let bar = progress_bar(batch.figure_count());
    let shown = bar.clone();
    let outcomes =
        batch.run(&Jobs::default(), &maker, workers, move |done| shown.set_position(done as u64))?;
    bar.finish_and_clear();
    if arguments.json {
        let report = Report {
            results: &outcomes,
            peak_renderers: maker.pool().stats().peak,
            external_processes: census.count(),
        };
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print_table(&outcomes);
    }
    let failed = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Failed { .. })).count();
    if failed > 0 {
        let figures = if failed == 1 { "figure was" } else { "figures were" };
        return Err(anyhow::anyhow!("{failed} {figures} not made").into());
    }
    Ok(())
}

pub(super) fn available_cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn kinds(names: &[String]) -> Vec<FigureKind> {
    FigureKind::ALL
        .into_iter()
        .filter(|kind| names.iter().any(|name| name == "all" || name == kind.name()))
        .collect()
}

/// Drawn on standard error, where somebody looks at it.
fn progress_bar(figures: usize) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(figures as u64), target);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} figures, {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn print_table(outcomes: &[Outcome]) {
    let name_of = |path: &std::path::Path| path.display().to_string();
    let width = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Written { path, .. } => name_of(path).chars().count(),
            Outcome::Failed { .. } => 0,
        })
        .max()
        .unwrap_or(0);
    // A file that cannot be read is told once, not for each of its figures.
    let mut unread = None;
    for outcome in outcomes {
        match outcome {
            Outcome::Failed { file, error, .. } if error.stage == Stage::Read => {
                if unread != Some((file, error)) {
                    eprintln!("vitrine: no figures: {}", error.message);
                }
                unread = Some((file, error));
            }
            Outcome::Written { path, ms, cached, bytes, .. } => {
                let note = if *cached { "  from the cache" } else { "" };
                println!("{:<width$}  {:>8.1} kB  {ms:>8.1} ms{note}", name_of(path), *bytes as f64 / 1e3);
            }
            Outcome::Failed { file, kind, error } => {
                eprintln!(
                    "vitrine: no {} figure of {} ({}): {}",
                    kind.name(),
                    file.display(),
                    error.stage,
                    error.message
                );
            }
        }
    }
}

fn parse_mm(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(mm) if (20.0..=2000.0).contains(&mm) => Ok(mm),
        _ => Err("write millimetres, from 20 to 2000".to_owned()),
    }
}

fn parse_labels(text: &str) -> Result<Labels, String> {
    match text {
        "none" => Ok(Labels::None),
        "elements" => Ok(Labels::Elements),
        "sites" => Ok(Labels::Sites),
        _ => Err("use none, elements or sites".to_owned()),
    }
}

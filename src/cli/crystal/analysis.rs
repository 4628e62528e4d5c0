//! `vitrine crystal rdf` and `coordination`: numbers of structures; and what every such command shares.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use serde::Serialize;

use super::tell;
use crate::{
    cli::Failure,
    crystal::{
        analysis::{
            coordination::{Coordination, Method},
            pairs::{Binning, PairDistances, PairDistribution},
        },
        error::CrystalError,
        figures::FigureSettings,
        io,
        structure::Structure,
    },
    figure::{About, FigureSize, FileFormat, draw, encode, plot::Figure},
    storage::write_atomic,
};

/// Which structure, and in which form.
#[derive(Debug, Args)]
pub struct InputArguments {
    /// A structure file: CIF, POSCAR, XYZ
    pub(super) file: PathBuf,
    /// Which structure of a file with several, counted from 1 among those that can be read
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    index: u32,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub struct RdfArguments {
    #[command(flatten)]
    input: InputArguments,
    /// Largest distance in Å
    #[arg(long, default_value_t = 10.0, value_name = "Å")]
    cutoff: f64,
    /// Bins up to there
    #[arg(long, default_value_t = 100)]
    bins: usize,
    /// Width (standard deviation) in Å of the Gaussian that each distance becomes
    #[arg(long, value_name = "Å")]
    sigma: Option<f64>,
}

#[derive(Debug, Args)]
pub struct CoordinationArguments {
    #[command(flatten)]
    input: InputArguments,
    /// default: longest bond per pair of elements; crystalnn; jmol: sum of radii
    #[arg(long, default_value = "default")]
    method: Method,
}

pub(super) fn rdf(arguments: &RdfArguments) -> Result<(), Failure> {
    let structure = only_structure(&arguments.input)?;
    let mut binning = Binning::new(arguments.cutoff, arguments.bins);
    if let Some(sigma) = arguments.sigma {
        binning = binning.broadened(sigma);
    }
    let distribution = PairDistances::new(&structure, binning.reach_angstrom())
        .and_then(|distances| PairDistribution::new(&distances, binning))
        .with_context(|| named(&arguments.input))?;
    print(arguments.input.json, &distribution, print_distribution)
}

pub(super) fn coordination(arguments: &CoordinationArguments) -> Result<(), Failure> {
    let structure = only_structure(&arguments.input)?;
    let coordination =
        Coordination::new(&structure, arguments.method).with_context(|| named(&arguments.input))?;
    print(arguments.input.json, &coordination, print_coordination)
}

pub(super) fn named(input: &InputArguments) -> String {
    input.file.display().to_string()
}

pub(super) fn print<T: Serialize>(json: bool, value: &T, table: impl FnOnce(&T)) -> Result<(), Failure> {
    if json {
        println!("{}", serde_json::to_string_pretty(value)?);
    } else {
        table(value);
    }
    Ok(())
}

pub(super) fn only_structure(input: &InputArguments) -> anyhow::Result<Structure> {
    let (structure, whole) = structure(&input.file, input.index as usize)?;
    if !whole {
        bail!("not all of the file could be read: {}", input.file.display());
    }
    Ok(structure)
}

/// A structure of a file, and whether all of the file could be read.
pub(super) fn structure(path: &Path, index: usize) -> anyhow::Result<(Structure, bool)> {
    let file = io::open(path)?;
    let failures: Vec<CrystalError> = file
        .failures
        .into_iter()
        .map(|source| CrystalError::Parse { path: path.to_owned(), source })
        .collect();
    let whole = !tell(&failures);
    let count = file.structures.len();
    let structure =
        file.structures.into_iter().nth(index - 1).with_context(|| {
            format!("there is no structure {index} among the {count} of {}", path.display())
        })?;
    for warning in &structure.warnings {
        eprintln!("vitrine: note: {warning}");
    }
    Ok((structure, whole))
}

/// Writes a figure; its ending says in which format.
pub(super) fn write_figure(
    figure: &Figure,
    height_share: f64,
    settings: &FigureSettings,
    path: &Path,
) -> anyhow::Result<()> {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let format: FileFormat = ending.parse().map_err(anyhow::Error::msg)?;
    let size = FigureSize { width_mm: settings.width_mm, height_mm: height_share * settings.width_mm };
    let svg = draw(figure, size, settings.theme);
    let about =
        About { title: figure.title.clone(), description: figure.description.clone(), ..About::default() };
    let bytes = encode(&svg, format, settings.dpi, &about)?;
    write_atomic(path, &bytes)?;
    Ok(())
}

fn print_distribution(distribution: &PairDistribution) {
    let labels: Vec<String> = distribution.pairs.iter().map(|curve| curve.pair.label()).collect();
    print!("{:>8}  {:>9}", "r (Å)", "g(r)");
    for label in &labels {
        print!("  {label:>9}");
    }
    println!();
    for (bin, r) in distribution.r_angstrom.iter().enumerate() {
        let at = |values: &[f64]| values.get(bin).copied().unwrap_or_default();
        print!("{r:>8.3}  {:>9.4}", at(&distribution.total));
        for curve in &distribution.pairs {
            print!("  {:>9.4}", at(&curve.g));
        }
        println!();
    }
}

fn print_coordination(coordination: &Coordination) {
    println!("{:>6}  {:<4}  {:>3}  neighbours", "site", "", "cn");
    for site in &coordination.sites {
        let neighbours: Vec<String> = site
            .neighbors
            .iter()
            .map(|near| format!("{}{} {:.3}", near.element.symbol(), near.index + 1, near.distance_angstrom))
            .collect();
        println!(
            "{:>6}  {:<4}  {:>3}  {}",
            site.index + 1,
            site.element.symbol(),
            site.cn,
            neighbours.join("  ")
        );
    }
}

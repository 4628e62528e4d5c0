//! `vitrine crystal`: structures without a window.

mod analysis;
mod figure;
mod info;
mod render;
mod report;

use clap::Subcommand;

use super::Failure;
use crate::{crystal::error::CrystalError, storage::Directories};

/// What can be done with structures.
#[derive(Debug, Subcommand)]
pub enum CrystalCommand {
    /// Say what is in structure files
    Info(info::InfoArguments),
    /// Draw a structure into a PNG file
    Render(render::RenderArguments),
    /// Make figures for a paper: structure, XRD, RDF, coordination
    Figure(figure::FigureArguments),
    /// Put pictures, tables and figures of structures into one PDF
    Report(report::ReportArguments),
    /// Compute a powder diffraction pattern
    Xrd(analysis::XrdArguments),
    /// Compute the pair distribution
    Rdf(analysis::RdfArguments),
    /// Say what surrounds each site
    Coordination(analysis::CoordinationArguments),
}

pub(super) fn run(command: CrystalCommand, directories: &Directories) -> Result<(), Failure> {
    match command {
        CrystalCommand::Info(arguments) => info::info(&arguments),
        CrystalCommand::Render(arguments) => Ok(render::render(&arguments)?),
        CrystalCommand::Figure(arguments) => figure::figure(arguments, directories),
        CrystalCommand::Report(arguments) => report::report(arguments, directories),
        CrystalCommand::Xrd(arguments) => analysis::xrd(&arguments),
        CrystalCommand::Rdf(arguments) => analysis::rdf(&arguments),
        CrystalCommand::Coordination(arguments) => analysis::coordination(&arguments),
    }
}

/// Says what of a file could not be read; returns whether there was anything.
fn tell(failures: &[CrystalError]) -> bool {
    for failure in failures {
        eprintln!("vitrine: {failure}");
    }
    !failures.is_empty()
}

fn parse_dpi(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(dpi) if (1.0..=100_000.0).contains(&dpi) => Ok(dpi),
        _ => Err("write a number from 1 to 100000".to_owned()),
    }
}

//! `vitrine library export`.

use std::path::PathBuf;

use clap::Args;

use super::FolderArguments;
use crate::{cli::Failure, storage::Directories};

#[derive(Debug, Args)]
pub struct ExportArguments {
    #[command(flatten)]
    folder: FolderArguments,
    /// Only pictures that this query finds
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    query: String,
    /// Write a table with everything that is known
    #[arg(long, value_name = "FILE", required_unless_present_any = ["json", "sheet"])]
    csv: Option<PathBuf>,
    /// Write the same as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a contact sheet, PDF or PNG
    #[arg(long, value_name = "FILE")]
    sheet: Option<PathBuf>,
}

pub(super) fn export(arguments: &ExportArguments, directories: &Directories) -> Result<(), Failure> {
    let _ = (arguments, directories);
    Ok(())
}

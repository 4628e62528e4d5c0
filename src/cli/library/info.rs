//! `vitrine library info`.

use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{Failure, plain},
    library::session,
};

#[derive(Debug, Args)]
pub struct InfoArguments {
    /// Picture files
    #[arg(required = true)]
    pictures: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn info(arguments: &InfoArguments) -> Result<(), Failure> {
    let mut failed = 0_usize;
    let mut described = Vec::new();
    for path in &arguments.pictures {
        match session::describe_file(path) {
            Ok(info) => described.push(info),
            Err(error) => {
                eprintln!("vitrine: {error}");
                failed += 1;
            }
        }
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&described)?);
    }
    for info in described.iter().filter(|_| !arguments.json) {
        println!("{}", plain(&info.path));
        for (title, rows) in &info.details.sections {
            println!("  {title}");
            for (name, value) in rows {
                println!("    {name}: {value}");
            }
        }
        let colours: Vec<String> = info
            .swatches
            .iter()
            .map(|swatch| format!("{} {:.0} %", swatch.rgb, swatch.share * 100.0))
            .collect();
        println!("  Measured");
        println!("    Colours: {}", colours.join(", "));
        println!("    BLAKE3: {}", info.blake3);
        println!("    Perceptual hash: {}", info.phash.first().map_or("", String::as_str));
    }
    if failed > 0 {
        let of = arguments.pictures.len();
        return Err(anyhow::anyhow!("{failed} of {of} pictures could not be read").into());
    }
    Ok(())
}

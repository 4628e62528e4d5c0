//! `vitrine library search`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::FolderArguments;
use crate::{
    cli::Failure,
    library::session::{
        self, Hit, Libraries, PictureQuery, PictureSource, SearchRequest, SearchResponse, Strength, TookAs,
    },
    storage::Directories,
};

#[derive(Debug, Args)]
pub struct SearchArguments {
    #[command(flatten)]
    folder: FolderArguments,
    /// What to look for: words, "phrases", looks (teal, dark), fields (iso:>800); `vitrine library search --help` lists them
    #[arg(default_value = "", allow_hyphen_values = true)]
    query: String,
    /// A picture that they should be like; may be given several times
    #[arg(long, value_name = "PICTURE")]
    like: Vec<PathBuf>,
    /// How many
    #[arg(long, default_value_t = 20)]
    top: usize,
    /// Show weak results too
    #[arg(long)]
    all: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    query: &'a str,
    elapsed_ms: f64,
    results: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    path: PathBuf,
    rank: usize,
    /// The sum of reciprocal ranks; it orders, and is no similarity.
    score: f32,
    /// Where the picture's score lies among those of neutral queries; absent when nothing was scored.
    relevance: Option<f32>,
    parts: Parts,
}

#[derive(Serialize)]
struct Parts {
    words: f32,
    dense: f32,
}

/// Longer side of a query picture, in pixels: as much as describing one needs.
const QUERY_SIDE: u32 = 320;

pub(super) fn search(arguments: &SearchArguments, directories: &Directories) -> Result<(), Failure> {
    let pictures = arguments.like.iter().map(|path| {
        let pixels = session::load_file(path, QUERY_SIDE)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(PictureQuery { source: PictureSource::Foreign(Arc::new(pixels), name), crop: None, weight: 1.0 })
    });
    let pictures = pictures.collect::<Result<Vec<_>, session::LibraryError>>()?;
    let (libraries, number) = super::open(&arguments.folder, directories)?;
    let request = SearchRequest {
        text: arguments.query.clone(),
        pictures,
        cut: arguments.all.then_some(0.0),
        libraries: vec![number],
        ..SearchRequest::default()
    };
    let response = libraries.search(&request, &|| false)?;
    tell_readings(&response, &arguments.query)?;
    let results: Vec<Found> = response
        .hits
        .iter()
        .take(response.above_cut.min(arguments.top))
        .enumerate()
        .filter_map(|(at, hit)| found(&libraries, at + 1, hit))
        .collect();
    if arguments.json {
        let elapsed_ms = response.elapsed_secs * 1000.0;
        let answer = Answer { query: &arguments.query, elapsed_ms, results };
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    for found in &results {
        let strength = found.relevance.map_or("", |relevance| word(Strength::of(relevance)));
        println!("{:>4}  {strength:<6}  {}", found.rank, found.path.display());
    }
    let (shown, above, all) = (results.len(), response.above_cut, response.hits.len());
    match (shown, all - above) {
        (0, 0) => println!("nothing found"),
        (0, weak) => println!("nothing stands out; {weak} pictures are below the cut, --all shows them"),
        (_, 0) => println!("{shown} of {above}"),
        (_, weak) => println!("{shown} of {above}; {weak} more are below the cut, --all shows them"),
    }
    Ok(())
}

/// A wrong part of the query is a failure, not a smaller query; how the rest was taken is told on standard error.
pub(super) fn tell_readings(response: &SearchResponse, text: &str) -> anyhow::Result<()> {
    for reading in &response.readings {
        let part = text.get(reading.span.clone()).unwrap_or_default();
        if reading.took_as == TookAs::Wrong {
            anyhow::bail!("{part}: {}", reading.note);
        }
        eprintln!("{part}: {}", reading.note);
    }
    Ok(())
}

fn found(libraries: &Libraries, rank: usize, hit: &Hit) -> Option<Found> {
    let (mut words, mut dense) = (0.0, 0.0);
    for part in &hit.parts {
        if part.name.starts_with("words") {
            words += part.adds;
        } else {
            dense += part.adds;
        }
    }
    let path = libraries.path(hit.id)?;
    Some(Found { path, rank, score: hit.fused, relevance: hit.relevance, parts: Parts { words, dense } })
}

fn word(strength: Strength) -> &'static str {
    match strength {
        Strength::Strong => "strong",
        Strength::Likely => "likely",
        Strength::Weak => "weak",
    }
}

//! `vitrine library search`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;

use super::FolderArguments;
use crate::{
    cli::{Failure, plain},
    library::{
        json_path::JsonPath,
        query::parse,
        session::{
            self, Hit, Libraries, PictureQuery, PictureSource, SearchRequest, SearchResponse, Strength,
            TookAs,
        },
    },
    storage::Directories,
};

#[derive(Debug, Args)]
#[command(after_long_help = fields())]
pub struct SearchArguments {
    #[command(flatten)]
    folder: FolderArguments,
    /// What to look for, in quotes: words, "phrases", looks (teal, dark), fields (iso:>800); --help lists all of them
    #[arg(default_value = "", allow_hyphen_values = true)]
    query: String,
    /// More words, where the quotes were forgotten
    #[arg(hide = true)]
    more: Vec<String>,
    /// A picture that they should be like; may be given several times
    #[arg(long, value_name = "PICTURE")]
    like: Vec<PathBuf>,
    /// How many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    top: u32,
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
    #[serde(flatten)]
    path: JsonPath,
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
        let pixels = session::load_file(path, QUERY_SIDE).with_context(|| path.display().to_string())?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(PictureQuery { source: PictureSource::Foreign(Arc::new(pixels), name), crop: None, weight: 1.0 })
    });
    let pictures = pictures.collect::<anyhow::Result<Vec<_>>>()?;
    let words = std::iter::once(&arguments.query).chain(&arguments.more);
    let query = words.map(String::as_str).collect::<Vec<_>>().join(" ");
    let (libraries, number) = super::open(&arguments.folder, directories)?;
    let request = SearchRequest {
        text: query.clone(),
        pictures,
        cut: arguments.all.then_some(0.0),
        libraries: vec![number],
        ..SearchRequest::default()
    };
    let response = libraries.search(&request, &|| false)?;
    tell_readings(&response, &query)?;
    let results: Vec<Found> = response
        .hits
        .iter()
        .take(response.above_cut.min(arguments.top as usize))
        .enumerate()
        .filter_map(|(at, hit)| found(&libraries, at + 1, hit))
        .collect();
    if arguments.json {
        let elapsed_ms = response.elapsed_secs * 1000.0;
        let answer = Answer { query: &query, elapsed_ms, results };
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    for found in &results {
        let strength = found.relevance.map_or("", |relevance| word(Strength::of(relevance)));
        println!("{:>4}  {strength:<6}  {}", found.rank, plain(&found.path.path));
    }
    let (shown, above, all) = (results.len(), response.above_cut, response.hits.len());
    match (shown, all - above) {
        (0, 0) => println!("nothing found"),
        (0, 1) => println!("nothing stands out; 1 picture is below the cut, --all shows it"),
        (0, weak) => println!("nothing stands out; {weak} pictures are below the cut, --all shows them"),
        (_, 0) => println!("{shown} of {above}"),
        (_, weak) => println!("{shown} of {above}; {weak} more are below the cut, --all shows them"),
    }
    Ok(())
}

/// The fields of queries, for the help.
fn fields() -> String {
    let width = parse::help().iter().map(|field| field.example.chars().count()).max().unwrap_or_default();
    let head = "Words are looked for in names and texts; some are also colours, tones and textures.\n\
                \"in quotes\" together, begin* for beginnings, -without, more^2\n\nFields:\n";
    let lines = parse::help().iter().map(|field| format!("  {:<width$}  {}\n", field.example, field.meaning));
    std::iter::once(head.to_owned()).chain(lines).collect()
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
    let path = libraries.path(hit.id)?.into();
    Some(Found { path, rank, score: hit.fused, relevance: hit.relevance, parts: Parts { words, dense } })
}

fn word(strength: Strength) -> &'static str {
    match strength {
        Strength::Strong => "strong",
        Strength::Likely => "likely",
        Strength::Weak => "weak",
    }
}

//! `vitrine library duplicates`.

use clap::Args;
use serde::Serialize;

use super::FolderArguments;
use crate::{
    cli::{Failure, plain},
    library::{
        duplicates::{Group, Kind, Kinds, LOOSEST_DISTANCE, Thresholds},
        json_path::JsonPath,
        session::{DuplicateScope, DuplicateStage, Duplicates},
    },
    storage::Directories,
    units::bytes,
};

#[derive(Debug, Args)]
pub struct DuplicatesArguments {
    #[command(flatten)]
    folder: FolderArguments,
    /// Only files with the same bytes
    #[arg(long, conflicts_with_all = ["phash", "similarity", "crops"])]
    exact: bool,
    /// Pictures whose perceptual hashes differ by so many of 64 bits at most (13 and less), turned and mirrored ones included
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u32).range(0..=LOOSEST_DISTANCE as i64))]
    phash: Option<u32>,
    /// Pictures whose looks are as similar as this, 0 to 1
    #[arg(long, value_name = "X", value_parser = parse_similarity)]
    similarity: Option<f32>,
    /// Also pictures that are a part of another one
    #[arg(long)]
    crops: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Groups {
    groups: Vec<FoundGroup>,
}

#[derive(Serialize)]
struct FoundGroup {
    kind: &'static str,
    bytes_reclaimable: u64,
    members: Vec<FoundMember>,
}

#[derive(Serialize)]
struct FoundMember {
    #[serde(flatten)]
    path: JsonPath,
    /// Bits of the perceptual hash to the first member.
    distance: Option<u8>,
    /// Cosine of the look to the first member.
    similarity: Option<f32>,
    /// What it is to the first member; absent for that one.
    kind: Option<&'static str>,
}

fn parse_similarity(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("write a number from 0 to 1, for example 0.97".to_owned()),
    }
}

impl DuplicatesArguments {
    /// Without a flag, the usual thresholds; with one, only what it says.
    fn thresholds(&self) -> Thresholds {
        if self.exact {
            return Thresholds::exact();
        }
        let crops = if self.crops { Kinds::ALL } else { Kinds::ALL.without(Kind::Crop) };
        match (self.phash, self.similarity) {
            (None, None) => Thresholds { kinds: crops, ..Thresholds::default() },
            (hash_distance, similarity) => Thresholds { hash_distance, similarity, kinds: crops },
        }
    }
}

pub(super) fn duplicates(arguments: &DuplicatesArguments, directories: &Directories) -> Result<(), Failure> {
    let (libraries, number) = super::open(&arguments.folder, directories)?;
    let thresholds = arguments.thresholds();
    let scope = DuplicateScope {
        hash_distance: thresholds.hash_distance,
        similarity: thresholds.similarity,
        crops: arguments.crops,
    };
    let bar = indicatif::ProgressBar::new_spinner();
    let on_stage = |stage| bar.set_message(words(stage));
    let found = libraries.find_duplicates(&[number], scope, &on_stage, &|| false)?;
    bar.finish_and_clear();
    let groups = found.groups(&thresholds);
    if arguments.json {
        let groups = groups.iter().map(|group| describe(&found, group)).collect();
        println!("{}", serde_json::to_string_pretty(&Groups { groups })?);
        return Ok(());
    }
    for group in &groups {
        let described = describe(&found, group);
        println!("{} ({} could be freed)", described.kind, bytes(described.bytes_reclaimable));
        for member in &described.members {
            let distance = member.distance.map_or(String::new(), |distance| format!("{distance} bits"));
            let similarity = member.similarity.map_or(String::new(), |similarity| format!("{similarity:.3}"));
            println!("  {distance:>7} {similarity:>6}  {}", plain(&member.path.path));
        }
    }
    for (a, b) in found.same_files() {
        if let (Some(a), Some(b)) = (found.paths.get(*a as usize), found.paths.get(*b as usize)) {
            println!("one file, two names: {} and {}", plain(a), plain(b));
        }
    }
    let bytes_reclaimable = groups.iter().map(|group| group.bytes_reclaimable).sum();
    match groups.len() {
        0 => {
            let pictures = crate::units::count(found.ids.len(), "picture", "pictures");
            println!("no duplicates among {pictures}");
        }
        groups => {
            let groups = crate::units::count(groups, "group", "groups");
            println!("{groups}, {} could be freed", bytes(bytes_reclaimable));
        }
    }
    Ok(())
}

fn describe(found: &Duplicates, group: &Group) -> FoundGroup {
    let members = group.members.iter().filter_map(|member| {
        Some(FoundMember {
            path: found.paths.get(member.index as usize)?.clone().into(),
            distance: member.distance,
            similarity: member.similarity,
            kind: member.kind.map(Kind::name),
        })
    });
    FoundGroup {
        kind: group.kind.name(),
        bytes_reclaimable: group.bytes_reclaimable,
        members: members.collect(),
    }
}

fn words(stage: DuplicateStage) -> String {
    match stage {
        DuplicateStage::Reading => "reading what is known".to_owned(),
        DuplicateStage::Hashes => "comparing hashes".to_owned(),
        DuplicateStage::Looks => "comparing looks".to_owned(),
        DuplicateStage::Describing(done, count) => format!("looking for parts: {done} of {count}"),
        DuplicateStage::Crops => "searching crops".to_owned(),
    }
}

//! Colours of frames: what pictures have in common.

use std::collections::BTreeMap;

use super::worker::Settled;
use crate::{
    library::{query::CivilDate, session::MapFacts},
    ui::{Theme, theme::Color},
};

/// Entries of a legend; what is rarer has no colour.
const MOST: usize = 8;

/// What frames tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FramesBy {
    /// Nothing.
    #[default]
    Nothing,
    /// The group of the map.
    Group,
    /// When it was taken.
    Date,
    /// Its folder.
    Folder,
    /// Its camera.
    Camera,
    /// Its kind of file.
    Format,
}

impl FramesBy {
    pub(super) const ALL: [Self; 6] =
        [Self::Nothing, Self::Group, Self::Date, Self::Folder, Self::Camera, Self::Format];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Nothing => "No frames",
            Self::Group => "Frames by group",
            Self::Date => "Frames by date",
            Self::Folder => "Frames by folder",
            Self::Camera => "Frames by camera",
            Self::Format => "Frames by format",
        }
    }
}

/// A colour for each picture, and what the colours mean.
#[derive(Clone, Debug, Default)]
pub(super) struct Frames {
    /// Transparent where there is none.
    pub colors: Vec<[u8; 4]>,
    pub legend: Vec<([u8; 4], String)>,
}

impl Frames {
    pub(super) fn new(by: FramesBy, settled: &Settled) -> Self {
        match by {
            FramesBy::Nothing => Self::default(),
            FramesBy::Date => Self::by_date(settled),
            FramesBy::Group => {
                let name = |group: &Option<u32>| Some(settled.groups.get((*group)? as usize)?.name.clone());
                Self::by_kind(&settled.group_of.iter().map(name).collect::<Vec<_>>())
            }
            FramesBy::Folder => Self::by_fact(settled, |facts| {
                Some(if facts.folder.is_empty() { "(top folder)".to_owned() } else { facts.folder.clone() })
            }),
            FramesBy::Camera => Self::by_fact(settled, |facts| facts.camera.clone()),
            FramesBy::Format => Self::by_fact(settled, |facts| facts.format.map(str::to_uppercase)),
        }
    }

    fn by_fact(settled: &Settled, kind: impl Fn(&MapFacts) -> Option<String>) -> Self {
        Self::by_kind(&settled.facts.iter().map(kind).collect::<Vec<_>>())
    }

    fn by_kind(kinds: &[Option<String>]) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for kind in kinds.iter().flatten() {
            *counts.entry(kind).or_default() += 1;
        }
        let mut order: Vec<(&str, usize)> = counts.into_iter().collect();
        order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        order.truncate(MOST);
        let colors: BTreeMap<&str, [u8; 4]> = order
            .iter()
            .enumerate()
            .map(|(at, (kind, _))| (*kind, turn(at as f32 / order.len().max(1) as f32)))
            .collect();
        let legend = order.iter().map(|(kind, count)| {
            (colors.get(kind).copied().unwrap_or_default(), format!("{kind} ({count})"))
        });
        let mut legend: Vec<_> = legend.collect();
        let others = kinds.len() - order.iter().map(|(_, count)| count).sum::<usize>();
        if others > 0 && !order.is_empty() {
            legend.push(([0; 4], format!("others, without a frame ({others})")));
        }
        let color = |kind: &Option<String>| {
            kind.as_deref().and_then(|kind| colors.get(kind)).copied().unwrap_or_default()
        };
        Self { colors: kinds.iter().map(color).collect(), legend }
    }

    fn by_date(settled: &Settled) -> Self {
        let mut days: Vec<i32> = settled.facts.iter().filter_map(|facts| facts.day).collect();
        days.sort_unstable();
        days.dedup();
        // By rank, so that one old picture does not give all others one colour. Not a whole turn: the ends differ.
        let share = |day: i32| {
            days.partition_point(|other| *other < day) as f32 / days.len().saturating_sub(1).max(1) as f32
        };
        let color = |day: i32| turn(share(day) * 0.72);
        let words = |day: i32| {
            let date = CivilDate::from_days_since_1970(day);
            format!("{}-{:02}-{:02}", date.year, date.month, date.day)
        };
        let steps = [0.0, 0.25, 0.5, 0.75, 1.0_f32];
        let mut shown: Vec<i32> = steps
            .iter()
            .filter_map(|step| days.get((step * days.len().saturating_sub(1) as f32) as usize).copied())
            .collect();
        shown.dedup();
        let colors = settled.facts.iter().map(|facts| facts.day.map(color).unwrap_or_default());
        Self {
            colors: colors.collect(),
            legend: shown.into_iter().map(|day| (color(day), words(day))).collect(),
        }
    }
}

/// The colour of part of a turn, between those of the theme.
fn turn(part: f32) -> [u8; 4] {
    let colors: Vec<[u8; 4]> = Theme::get().phases.iter().map(|Color(bytes)| *bytes).collect();
    let at = part.rem_euclid(1.0) * colors.len() as f32;
    let of = |index: usize| colors.get(index % colors.len().max(1)).copied().unwrap_or_default();
    let (low, high, share) = (of(at as usize), of(at as usize + 1), at.fract());
    let mut mixed = [255; 4];
    for ((mixed, low), high) in mixed.iter_mut().zip(low).zip(high) {
        *mixed = (f32::from(low) + (f32::from(high) - f32::from(low)) * share).round() as u8;
    }
    mixed
}

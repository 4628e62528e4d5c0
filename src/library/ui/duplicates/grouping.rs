//! Groups as they are shown: at the thresholds that are set, without what is gone or settled, each with the picture that
//! is suggested to stay. Worked out on a thread of its own, so that sliders never wait.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    jobs::{JobError, LatestWorker},
    library::{
        duplicates::{
            Group, Kind, Kinds, Thresholds,
            keep::{Choice, Rule, suggest_keep},
        },
        session::{Duplicates, Resolved},
    },
    ui::Shell,
};

/// A group, and what is suggested for it.
#[derive(Clone, Debug)]
pub struct Grouped {
    /// Its pictures, the one that the others are compared with first.
    pub group: Group,
    /// The picture to keep.
    pub choice: Choice,
    /// Bytes of all others.
    pub bytes_freed: u64,
    /// Positions of all members, ascending: what "not duplicates" is about.
    pub positions: Vec<u32>,
}

/// All groups, most bytes first.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// In the order of showing.
    pub all: Vec<Grouped>,
    /// Pictures per kind that these thresholds find, whether the kind is shown or not, in the order of [`Kind::ALL`].
    pub counts: [usize; 7],
    /// What all groups could free.
    pub bytes_freed: u64,
    place_of: HashMap<u32, u32>,
}

impl Groups {
    /// The place of the group that holds a picture.
    #[must_use]
    pub fn place_of(&self, index: u32) -> Option<usize> {
        self.place_of.get(&index).map(|place| *place as usize)
    }
}

/// What is to be grouped, and how.
#[derive(Clone)]
pub struct Request {
    /// All pairs.
    pub found: Arc<Duplicates>,
    /// Which of them count.
    pub thresholds: Thresholds,
    /// Which picture to suggest.
    pub rules: Vec<Rule>,
    /// Pictures that went to the trash.
    pub gone: Arc<BTreeSet<u32>>,
    /// Groups that are no duplicates, settled since the search.
    pub settled: Arc<Resolved>,
}

/// Groups at the request's thresholds.
#[must_use]
pub fn group(request: &Request) -> Groups {
    let Request { found, thresholds, rules, gone, settled } = request;
    let left = |group: &Group| {
        let mut positions: Vec<u32> = group.members.iter().map(|member| member.index).collect();
        positions.retain(|index| !gone.contains(index));
        positions.sort_unstable();
        positions
    };
    let mut counts = [0; 7];
    for group in found.groups(&Thresholds { kinds: Kinds::ALL, ..*thresholds }) {
        if settled.contains(&found.contents(&left(&group))) {
            continue;
        }
        let members = group.members.iter().filter(|member| !gone.contains(&member.index));
        for kind in members.filter_map(|member| member.kind) {
            for (count, _) in counts.iter_mut().zip(Kind::ALL).filter(|(_, known)| *known == kind) {
                *count += 1;
            }
        }
    }
    let shown = |mut group: Group| {
        group.members.retain(|member| !gone.contains(&member.index));
        let positions = left(&group);
        let choice = suggest_keep(&positions, &found.candidates, rules)?;
        let bytes = |index: &u32| found.candidates.get(*index as usize).map_or(0, |c| c.size_bytes);
        let others = positions.iter().filter(|index| **index != choice.index);
        let bytes_freed = others.map(bytes).sum();
        let is_group = positions.len() > 1 && !settled.contains(&found.contents(&positions));
        is_group.then_some(Grouped { group, choice, bytes_freed, positions })
    };
    let mut all: Vec<Grouped> = found.groups(thresholds).into_iter().filter_map(shown).collect();
    all.sort_by_key(|group| (Reverse(group.bytes_freed), group.positions.first().copied()));
    let members = |(group, place): (&Grouped, u32)| {
        group.positions.iter().map(move |index| (*index, place)).collect::<Vec<_>>()
    };
    let place_of = all.iter().zip(0..).flat_map(members).collect();
    let bytes_freed = all.iter().map(|group| group.bytes_freed).sum();
    Groups { all, counts, bytes_freed, place_of }
}

/// The thread that groups.
#[derive(Default)]
pub(super) struct Grouper {
    worker: Option<LatestWorker<Request, Groups>>,
}

impl Grouper {
    pub fn request(&mut self, request: Request, shell: &mut Shell<'_>) {
        if self.worker.is_none() {
            let made =
                LatestWorker::new(shell.jobs, "groups of duplicates", |request, _| Some(group(&request)));
            match made {
                Ok(worker) => self.worker = Some(worker),
                Err(error) => shell.notifications.error(format!("Duplicates cannot be grouped: {error}")),
            }
        }
        if let Some(worker) = &mut self.worker {
            worker.request(request);
        }
    }

    pub fn take(&self) -> Option<Result<Groups, JobError>> {
        self.worker.as_ref()?.take()
    }

    pub fn is_busy(&self) -> bool {
        self.worker.as_ref().is_some_and(LatestWorker::is_busy)
    }
}

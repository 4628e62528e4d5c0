//! The thread that lays pictures out: it keeps the layout from request to request, and each request is one piece of work.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    jobs::{JobError, Jobs, LatestWorker},
    library::{
        PictureId,
        map::{Grid, Layout, Stage, name_clusters},
        session::{Libraries, MapFacts},
    },
};

/// Work between two pictures of the map.
const PIECE: Duration = Duration::from_millis(90);
/// While pictures are still being described, all vectors are read at most this often.
const REREAD: Duration = Duration::from_secs(3);
/// The same pictures are laid out the same way.
const SEED: u64 = 0x6d61_7073;
/// A group is at least this part of all pictures, and never smaller than the second number.
const LEAST_GROUP: (usize, usize) = (60, 8);

/// A group of pictures with its name.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub name: String,
    /// Above its members, where the name stands.
    pub top: [f32; 2],
    pub count: usize,
}

/// The layout at one moment.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub ids: Arc<Vec<PictureId>>,
    /// Of each picture, as long as no picture of it is there.
    pub colors: Arc<Vec<Option<[u8; 3]>>>,
    pub places: Vec<[f32; 2]>,
    pub grid: Grid,
    pub stage: Stage,
    /// 0 to 1.
    pub progress: f32,
    /// Known once it is settled.
    pub settled: Option<Arc<Settled>>,
    /// Generation of the libraries that it shows.
    pub generation: u64,
}

/// What is found out when nothing moves any more; by picture, in the order of [`Snapshot::ids`].
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub facts: Vec<MapFacts>,
    pub group_of: Vec<Option<u32>>,
    pub groups: Vec<Group>,
}

/// Keeps the layout.
struct Keeper {
    layout: Layout,
    ids: Arc<Vec<PictureId>>,
    colors: Arc<Vec<Option<[u8; 3]>>>,
    generation: Option<u64>,
    last_read: Option<Instant>,
    settled: Option<Arc<Settled>>,
}

/// Asks for the next piece of work.
pub(super) type Request = Libraries;

/// Starts the thread.
pub(super) fn start(jobs: &Jobs) -> Result<LatestWorker<Request, Snapshot>, JobError> {
    let mut keeper = Keeper {
        layout: Layout::new(SEED),
        ids: Arc::default(),
        colors: Arc::default(),
        generation: None,
        last_read: None,
        settled: None,
    };
    LatestWorker::new(jobs, "map", move |libraries: Request, newer| {
        keeper.read(&libraries);
        let should_stop = || false;
        let began = Instant::now();
        // Comparing is one long step; a newer request asks for the same.
        while began.elapsed() < PIECE && keeper.layout.step(4, &should_stop) {
            keeper.settled = None;
            if keeper.layout.stage() != Stage::Moving || newer.is_waiting() {
                break;
            }
        }
        let is_settled = keeper.layout.stage() == Stage::Settled;
        if is_settled && keeper.settled.is_none() {
            keeper.settle(&libraries);
        }
        Some(keeper.snapshot())
    })
}

impl Keeper {
    /// Takes in what has changed in the libraries.
    fn read(&mut self, libraries: &Libraries) {
        let generation = libraries.generation();
        let is_recent = self.last_read.is_some_and(|at| at.elapsed() < REREAD);
        if self.generation == Some(generation) || (is_recent && !self.layout.is_empty()) {
            return;
        }
        let mut kept: BTreeMap<PictureId, [f32; 2]> = BTreeMap::new();
        if self.layout.is_empty() {
            kept.extend(libraries.map_places());
        }
        let mut there = BTreeMap::new();
        libraries.map_rows(|row| {
            self.layout.add(row.id, row.vector);
            if let Some(place) = kept.get(&row.id) {
                self.layout.restore(row.id, *place);
            }
            there.insert(row.id, row.color);
        });
        let gone: Vec<PictureId> = self.layout.ids().filter(|id| !there.contains_key(id)).collect();
        self.layout.remove(&gone);
        self.ids = Arc::new(self.layout.ids().collect());
        self.colors = Arc::new(self.ids.iter().map(|id| there.get(id).copied().flatten()).collect());
        self.generation = Some(generation);
        self.last_read = Some(Instant::now());
        self.settled = None;
    }

    /// Keeps the places, finds groups and names them.
    fn settle(&mut self, libraries: &Libraries) {
        let places = self.layout.positions().iter().copied();
        libraries.keep_map_places(self.ids.iter().copied().zip(places));
        let facts = libraries.map_facts(&self.ids);
        let group_of = self.layout.clusters((self.ids.len() / LEAST_GROUP.0).max(LEAST_GROUP.1));
        let words: Vec<Vec<&str>> =
            facts.iter().map(|facts| facts.words.iter().map(String::as_str).collect()).collect();
        let names = name_clusters(&group_of, &words);
        let groups = (0_u32..).zip(names).map(|(number, name)| {
            let members: Vec<[f32; 2]> = group_of
                .iter()
                .zip(self.layout.positions())
                .filter(|(group, _)| **group == Some(number))
                .map(|(_, place)| *place)
                .collect();
            Group { name, top: top(&members), count: members.len() }
        });
        let groups = groups.collect();
        self.settled = Some(Arc::new(Settled { facts, group_of, groups }));
    }

    fn snapshot(&self) -> Snapshot {
        let places = self.layout.positions().to_vec();
        Snapshot {
            ids: Arc::clone(&self.ids),
            colors: Arc::clone(&self.colors),
            grid: Grid::new(&places, 6),
            places,
            stage: self.layout.stage(),
            progress: self.layout.progress(),
            settled: self.settled.clone(),
            generation: self.generation.unwrap_or_default(),
        }
    }
}

/// Over the middle of where members are dense, and above nearly all of them.
fn top(members: &[[f32; 2]]) -> [f32; 2] {
    let quantile = |axis: usize, share: f32| {
        let mut values: Vec<f32> = members.iter().filter_map(|place| place.get(axis)).copied().collect();
        values.sort_by(f32::total_cmp);
        values.get((values.len() as f32 * share) as usize).copied().unwrap_or_default()
    };
    [quantile(0, 0.5), quantile(1, 0.95)]
}

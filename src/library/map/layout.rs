//! A layout that grows: what is known of every picture, and the stages on the way to a place.

use std::collections::BTreeMap;

use crate::library::PictureId;

use super::{
    ShouldStop, clusters,
    descent::Round,
    main_directions,
    nearest::{self, List},
    points::Points,
    random::Random,
    weights::Graph,
};

/// Rounds until a picture rests, for few and for many pictures.
const ROUNDS: (u16, u16) = (500, 200);
/// From here on there are many.
const MANY: usize = 10_000;
/// The rate of those that rest, beside others that move.
const RESTING_RATE: f32 = 0.02;

/// What a layout is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No pictures.
    Empty,
    /// The next step gives first places.
    Placing,
    /// The next step finds neighbours.
    Comparing,
    /// Pictures move.
    Moving,
    /// Nothing is left to do.
    Settled,
}

/// What is known of one picture beside its vector.
#[derive(Clone, Debug)]
struct Member {
    id: PictureId,
    neighbours: List,
    /// Whether `neighbours` were searched for.
    is_compared: bool,
    is_placed: bool,
    /// Rounds that it has moved.
    age: u16,
}

impl Member {
    /// Whether its neighbours must be known before the next round. One that rests where it was restored needs none: those
    /// who come near it bring theirs.
    fn wants_comparing(&self, rounds: u16) -> bool {
        !self.is_compared && (!self.is_placed || self.age < rounds)
    }
}

/// Places of pictures.
#[derive(Debug)]
pub struct Layout {
    seed: u64,
    points: Points,
    members: Vec<Member>,
    index_of: BTreeMap<PictureId, u32>,
    places: Vec<[f32; 2]>,
    graph: Graph,
    rounds_done: u32,
}

impl Layout {
    /// An empty one.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            points: Points::new(0),
            members: Vec::new(),
            index_of: BTreeMap::new(),
            places: Vec::new(),
            graph: Graph::default(),
            rounds_done: 0,
        }
    }

    /// Adds a picture, or gives one that is there another vector; false when the vector has not the length of the first
    /// one or is not finite. The picture gets its place in the next steps and is at the origin until then.
    pub fn add(&mut self, id: PictureId, vector: &[f32]) -> bool {
        if self.members.is_empty() {
            self.points = Points::new(vector.len());
        }
        if vector.is_empty()
            || vector.len() != self.points.dimensions()
            || vector.iter().any(|value| !value.is_finite())
        {
            return false;
        }
        if let Some(index) = self.index_of.get(&id).copied() {
            if self.points.row(index) != vector {
                self.points.replace(index as usize, vector);
                self.forget_neighbour(|other| (other != index).then_some(other));
                let half = self.rounds() / 2;
                if let Some(member) = self.members.get_mut(index as usize) {
                    member.is_compared = false;
                    // It may have to go a long way.
                    member.age = member.age.min(half);
                }
            }
            return true;
        }
        self.index_of.insert(id, self.members.len() as u32);
        self.points.push(vector);
        self.members.push(Member {
            id,
            neighbours: List::new(),
            is_compared: false,
            is_placed: false,
            age: 0,
        });
        self.places.push([0.0; 2]);
        true
    }

    /// Puts a picture that was added where it was in an earlier layout. It rests there without being compared, and
    /// gives way only to newcomers.
    pub fn restore(&mut self, id: PictureId, place: [f32; 2]) {
        let Some(index) = self.index_of.get(&id).map(|index| *index as usize) else { return };
        if let (Some(slot), Some(member)) = (self.places.get_mut(index), self.members.get_mut(index))
            && place.iter().all(|axis| axis.is_finite())
        {
            *slot = place;
            member.is_placed = true;
            member.age = ROUNDS.0.max(ROUNDS.1);
        }
    }

    /// Takes pictures out; the others keep their order.
    pub fn remove(&mut self, ids: &[PictureId]) {
        let mut keep = vec![true; self.members.len()];
        for index in ids.iter().filter_map(|id| self.index_of.get(id)) {
            if let Some(keep) = keep.get_mut(*index as usize) {
                *keep = false;
            }
        }
        if keep.iter().all(|keep| *keep) {
            return;
        }
        let mut next = 0..;
        let renumbered: Vec<Option<u32>> =
            keep.iter().map(|keep| if *keep { next.next() } else { None }).collect();
        self.points.retain(&keep);
        let mut marks = keep.iter();
        self.members.retain(|_| marks.next().is_none_or(|keep| *keep));
        let mut marks = keep.iter();
        self.places.retain(|_| marks.next().is_none_or(|keep| *keep));
        self.forget_neighbour(|index| renumbered.get(index as usize).copied().flatten());
        self.index_of = (0_u32..).zip(&self.members).map(|(index, member)| (member.id, index)).collect();
        self.weigh();
    }

    /// Renumbers neighbours; those without a number are gone. Who loses many is compared again.
    fn forget_neighbour(&mut self, number: impl Fn(u32) -> Option<u32>) {
        for member in &mut self.members {
            let before = member.neighbours.len();
            member.neighbours.retain_mut(|near| match number(near.index) {
                Some(index) => {
                    near.index = index;
                    true
                }
                None => false,
            });
            member.is_compared &= member.neighbours.len() * 3 >= before * 2;
        }
    }

    /// How many pictures.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The pictures, in the order of [`positions`](Self::positions): that in which they were added.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = PictureId> + '_ {
        self.members.iter().map(|member| member.id)
    }

    /// Where they are. The extent grows with their number; ten for a few, forty for many.
    #[must_use]
    pub fn positions(&self) -> &[[f32; 2]] {
        &self.places
    }

    /// What the next step will do.
    #[must_use]
    pub fn stage(&self) -> Stage {
        if self.members.is_empty() {
            Stage::Empty
        } else if self.members.iter().all(|member| !member.is_placed) {
            Stage::Placing
        } else if self.members.iter().any(|member| member.wants_comparing(self.rounds())) {
            Stage::Comparing
        } else if self.members.iter().any(|member| member.age < self.rounds()) {
            Stage::Moving
        } else {
            Stage::Settled
        }
    }

    /// How far it is, 0 to 1.
    #[must_use]
    pub fn progress(&self) -> f32 {
        let all = f32::from(self.rounds()) * self.members.len() as f32;
        let done: f32 = self.members.iter().map(|member| f32::from(member.age)).sum();
        if all > 0.0 { (done / all).min(1.0) } else { 1.0 }
    }

    fn rounds(&self) -> u16 {
        if self.members.len() < MANY { ROUNDS.0 } else { ROUNDS.1 }
    }

    /// Does the next piece of work: first places, all neighbours, or up to `rounds` rounds of moving. True while there is
    /// more to do. A step that is stopped leaves all as it was before it, or before the round it was at.
    pub fn step(&mut self, rounds: u32, should_stop: ShouldStop<'_>) -> bool {
        match self.stage() {
            Stage::Empty | Stage::Settled => {}
            Stage::Placing => {
                self.places = main_directions::places(&self.points, self.seed);
                self.members.iter_mut().for_each(|member| member.is_placed = true);
            }
            Stage::Comparing => self.compare(should_stop),
            Stage::Moving => self.move_on(rounds, should_stop),
        }
        !matches!(self.stage(), Stage::Empty | Stage::Settled)
    }

    /// Finds the neighbours that are missing, and places for those that have none.
    fn compare(&mut self, should_stop: ShouldStop<'_>) {
        let rounds = self.rounds();
        let wanted: Vec<u32> = self.indices(|member| member.wants_comparing(rounds));
        let arrived: Vec<u32> = self.indices(|member| !member.is_placed);
        let lists: Vec<List> = self.members.iter().map(|member| member.neighbours.clone()).collect();
        let Some(lists) = nearest::complete(&self.points, &lists, &wanted, self.seed, should_stop) else {
            return;
        };
        for (member, list) in self.members.iter_mut().zip(lists) {
            member.is_compared |= !list.is_empty() || member.wants_comparing(rounds);
            member.neighbours = list;
        }
        self.weigh();
        self.place_arrived(&arrived);
        // A few newcomers find their place among the others; many make it another map.
        let settled = self.members.len() - arrived.len();
        if arrived.len() * 2 >= settled && settled > 0 {
            let half = self.rounds() / 2;
            self.members.iter_mut().for_each(|member| member.age = member.age.min(half));
        }
    }

    fn indices(&self, is_one: impl Fn(&Member) -> bool) -> Vec<u32> {
        (0_u32..).zip(&self.members).filter(|(_, member)| is_one(member)).map(|(index, _)| index).collect()
    }

    fn weigh(&mut self) {
        let lists: Vec<List> = self.members.iter().map(|member| member.neighbours.clone()).collect();
        self.graph = Graph::new(&lists);
    }

    /// Newcomers begin among their neighbours. Those that only know each other wait for one that knows a place.
    fn place_arrived(&mut self, arrived: &[u32]) {
        let mut random = Random::new(self.seed, 0x6172_7269 + u64::from(self.rounds_done));
        let mut waiting = arrived.to_vec();
        while !waiting.is_empty() {
            let before = waiting.len();
            let is_last = |placed: usize| placed == before;
            let mut found: Vec<(u32, [f32; 2])> = Vec::new();
            for index in &waiting {
                if let Some(place) = self.mean_place(*index) {
                    found.push((*index, place));
                }
            }
            if found.is_empty() {
                // Nobody knows anybody: the middle is as good as any place.
                found.extend(waiting.iter().map(|index| (*index, [0.0; 2])));
            }
            let all_placed = is_last(found.len());
            for (index, place) in found {
                let place = place.map(|axis| axis + (random.unit() - 0.5) * 0.1);
                if let (Some(slot), Some(member)) =
                    (self.places.get_mut(index as usize), self.members.get_mut(index as usize))
                {
                    *slot = place;
                    member.is_placed = true;
                }
            }
            if all_placed {
                break;
            }
            waiting.retain(|index| self.members.get(*index as usize).is_some_and(|member| !member.is_placed));
        }
    }

    fn mean_place(&self, index: u32) -> Option<[f32; 2]> {
        let (mut sum, mut total) = ([0.0_f32; 2], 0.0_f32);
        for (other, weight) in self.graph.around(index).1 {
            if self.members.get(*other as usize)?.is_placed {
                let place = self.places.get(*other as usize)?;
                sum.iter_mut().zip(place).for_each(|(sum, axis)| *sum += axis * weight);
                total += weight;
            }
        }
        (total > 0.0).then(|| sum.map(|sum| sum / total))
    }

    fn move_on(&mut self, rounds: u32, should_stop: ShouldStop<'_>) {
        for _ in 0..rounds {
            if should_stop() {
                return;
            }
            let moving = self.moving();
            if moving.is_empty() {
                return;
            }
            let round =
                Round { graph: &self.graph, places: &self.places, number: self.rounds_done, seed: self.seed };
            for (index, place) in round.moved(&moving) {
                if let Some(slot) = self.places.get_mut(index as usize) {
                    *slot = place;
                }
            }
            let last = self.rounds();
            self.members.iter_mut().filter(|member| member.age < last).for_each(|member| member.age += 1);
            self.rounds_done = self.rounds_done.wrapping_add(1);
        }
    }

    /// Those that move and how fast: the rate sinks to zero over a picture's rounds. Resting neighbours give way a little.
    fn moving(&self) -> Vec<(u32, f32)> {
        let rounds = self.rounds();
        let mut rates: Vec<f32> = self
            .members
            .iter()
            .map(|member| 1.0 - f32::from(member.age.min(rounds)) / f32::from(rounds))
            .collect();
        // Those whose neighbours are not known have nothing that would hold them where they belong.
        let resting: Vec<u32> = self.indices(|member| member.age >= rounds && member.is_compared);
        if self.members.iter().any(|member| member.age < rounds) {
            for index in resting {
                let around = self.graph.around(index).1;
                let fastest = around.iter().filter_map(|(other, _)| rates.get(*other as usize)).copied();
                let fastest = fastest.fold(0.0, f32::max);
                // What gives way is marked by its sign until all are known.
                if fastest > RESTING_RATE
                    && let Some(rate) = rates.get_mut(index as usize)
                {
                    *rate = -RESTING_RATE * fastest;
                }
            }
        }
        (0_u32..)
            .zip(rates)
            .filter(|(_, rate)| *rate != 0.0)
            .map(|(index, rate)| (index, rate.abs()))
            .collect()
    }

    /// Dense groups of at least `least` pictures, by position; see [`clusters()`].
    #[must_use]
    pub fn clusters(&self, least: usize) -> Vec<Option<u32>> {
        clusters::clusters(&self.places, least)
    }
}

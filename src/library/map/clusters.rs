//! Dense groups of places, of any shape and number.
//!
//! HDBSCAN (Campello, Moulavi, Sander 2013): two places are as far apart as the thinnest region between them on the best
//! way. Groups are what stays together longest while that distance shrinks. What lies in thin regions belongs to none.

use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::grid::Grid;

/// Neighbours through which ways go.
const WAYS: usize = 15;
/// The neighbour whose distance says how thin a region is.
const THINNESS: usize = 8;
/// Distances below this count as the same: copies of one picture are no denser than that.
const CLOSEST: f32 = 0.02;

/// The group of each place, numbered from the largest; `None` for those in no group. A group has at least `least` places
/// (at least 2), and there is none when all belong together.
#[must_use]
pub fn clusters(places: &[[f32; 2]], least: usize) -> Vec<Option<u32>> {
    let least = least.max(2);
    if places.len() < least {
        return vec![None; places.len()];
    }
    let tree = Tree::new(places);
    let condensed = Condensed::new(&tree, places.len(), least);
    let chosen = condensed.chosen();
    let groups: Vec<Option<u32>> =
        condensed.group_of.iter().map(|group| condensed.nearest_chosen(*group, &chosen)).collect();
    by_size(&groups)
}

/// Numbers groups from the largest; of equal ones, that with the first place comes first.
fn by_size(groups: &[Option<u32>]) -> Vec<Option<u32>> {
    let mut sizes: std::collections::BTreeMap<u32, (usize, usize)> = std::collections::BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        if let Some(group) = group {
            sizes.entry(*group).or_insert((0, index)).0 += 1;
        }
    }
    let mut order: Vec<(u32, (usize, usize))> = sizes.into_iter().collect();
    order.sort_by_key(|(_, (size, first))| (std::cmp::Reverse(*size), *first));
    let numbers: std::collections::BTreeMap<u32, u32> =
        order.into_iter().zip(0_u32..).map(|((group, _), number)| (group, number)).collect();
    groups.iter().map(|group| numbers.get(&(*group)?).copied()).collect()
}

/// How places merge as the distance grows. Nodes below the number of places are places.
struct Tree {
    /// The two parts and the distance of each merge, in the order of distance; the last is the whole.
    merges: Vec<(u32, u32, f32)>,
    /// Places in each merge.
    sizes: Vec<u32>,
}

impl Tree {
    fn new(places: &[[f32; 2]]) -> Self {
        let count = places.len();
        let mut ways = Ways::new(places);
        ways.connect();
        ways.found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut tree = Self { merges: Vec::with_capacity(count), sizes: Vec::with_capacity(count) };
        let mut parts = Parts::new(count);
        for (distance, a, b) in ways.found {
            tree.join(&mut parts, a, b, distance);
        }
        // Places that are no numbers are endlessly far.
        for other in 1..count as u32 {
            tree.join(&mut parts, 0, other, f32::INFINITY);
        }
        tree
    }

    fn join(&mut self, parts: &mut Parts, a: u32, b: u32, distance: f32) {
        let (a, b) = (parts.root(a), parts.root(b));
        if a == b {
            return;
        }
        let (node_a, node_b) = (parts.node(a), parts.node(b));
        let count = parts.parent.len();
        let size = self.size(node_a, count) + self.size(node_b, count);
        self.merges.push((node_a, node_b, distance));
        self.sizes.push(size);
        parts.merge(a, b, (count + self.merges.len() - 1) as u32);
    }

    fn size(&self, node: u32, count: usize) -> u32 {
        match (node as usize).checked_sub(count) {
            Some(merge) => self.sizes.get(merge).copied().unwrap_or_default(),
            None => 1,
        }
    }
}

/// Ways between places that are enough for the best way between any two.
struct Ways<'a> {
    places: &'a [[f32; 2]],
    grid: Grid,
    /// How thin the region around each place is.
    thinness: Vec<f32>,
    /// Distance and both ends, the smaller number first.
    found: Vec<(f32, u32, u32)>,
}

impl<'a> Ways<'a> {
    /// Ways to near places.
    fn new(places: &'a [[f32; 2]]) -> Self {
        let grid = Grid::new(places, 4);
        let near: Vec<Vec<(f32, u32)>> = (0..places.len() as u32)
            .into_par_iter()
            .map(|own| {
                let place = places.get(own as usize).copied().unwrap_or_default();
                if place.iter().any(|axis| !axis.is_finite()) {
                    return Vec::new();
                }
                grid.nearest(places, place, Some(own), WAYS)
            })
            .collect();
        let thinness = near
            .iter()
            .map(|list| {
                list.get(THINNESS - 1).or(list.last()).map_or(f32::INFINITY, |(square, _)| square.sqrt())
            })
            .collect();
        let mut ways = Self { places, grid, thinness, found: Vec::with_capacity(places.len() * WAYS) };
        for (own, list) in (0_u32..).zip(&near) {
            for (square, other) in list {
                let distance = ways.distance(own, *other, square.sqrt());
                ways.found.push((distance, own.min(*other), own.max(*other)));
            }
        }
        ways
    }

    fn thinness_at(&self, index: u32) -> f32 {
        self.thinness.get(index as usize).copied().unwrap_or(f32::INFINITY)
    }

    fn distance(&self, a: u32, b: u32, apart: f32) -> f32 {
        apart.max(self.thinness_at(a)).max(self.thinness_at(b)).max(CLOSEST)
    }

    /// Adds the shortest way out of each part that no way leaves, until all are connected. The largest part need not look:
    /// the others find it.
    fn connect(&mut self) {
        loop {
            let count = self.places.len();
            let mut parts = Parts::new(count);
            for (distance, a, b) in &self.found {
                if distance.is_finite() {
                    let (a, b) = (parts.root(*a), parts.root(*b));
                    if a != b {
                        parts.merge(a, b, 0);
                    }
                }
            }
            let part_of: Vec<u32> = (0..count as u32).map(|index| parts.root(index)).collect();
            let mut members: std::collections::BTreeMap<u32, Vec<u32>> = std::collections::BTreeMap::new();
            for (index, part) in (0_u32..).zip(&part_of) {
                if self.thinness_at(index).is_finite() {
                    members.entry(*part).or_default().push(index);
                }
            }
            let mut members: Vec<Vec<u32>> = members.into_values().collect();
            members.sort_by_key(|members| std::cmp::Reverse(members.len()));
            if members.len() < 2 {
                return;
            }
            let smaller = members.get(1..).unwrap_or_default();
            let out: Vec<_> = smaller.par_iter().filter_map(|part| self.way_out(part, &part_of)).collect();
            if out.is_empty() {
                return;
            }
            self.found.extend(out);
        }
    }

    /// The shortest way from a part to another.
    fn way_out(&self, part: &[u32], part_of: &[u32]) -> Option<(f32, u32, u32)> {
        let mut best: Option<(f32, u32, u32)> = None;
        for own in part {
            let Some(place) = self.places.get(*own as usize).copied() else { continue };
            let from = part_of.get(*own as usize);
            let thinness = self.thinness_at(*own);
            self.grid.outwards(place, |closest, members| {
                if best.is_some_and(|(distance, _, _)| closest.max(thinness) >= distance) {
                    return false;
                }
                for other in members.iter().filter(|other| part_of.get(**other as usize) != from) {
                    let Some(at) = self.places.get(*other as usize) else { continue };
                    let apart = ((at[0] - place[0]).powi(2) + (at[1] - place[1]).powi(2)).sqrt();
                    let way = (self.distance(*own, *other, apart), *own.min(other), *own.max(other));
                    if best.is_none_or(|best| way < best) {
                        best = Some(way);
                    }
                }
                true
            });
        }
        best
    }
}

/// Which places are together so far.
struct Parts {
    parent: Vec<u32>,
    /// The tree's node of each root.
    node: Vec<u32>,
}

impl Parts {
    fn new(count: usize) -> Self {
        let own: Vec<u32> = (0..count as u32).collect();
        Self { parent: own.clone(), node: own }
    }

    fn root(&mut self, mut index: u32) -> u32 {
        loop {
            let parent = self.parent.get(index as usize).copied().unwrap_or(index);
            if parent == index {
                return index;
            }
            let above = self.parent.get(parent as usize).copied().unwrap_or(parent);
            if let Some(slot) = self.parent.get_mut(index as usize) {
                *slot = above;
            }
            index = above;
        }
    }

    fn node(&self, root: u32) -> u32 {
        self.node.get(root as usize).copied().unwrap_or(root)
    }

    fn merge(&mut self, a: u32, b: u32, node: u32) {
        let (low, high) = (a.min(b), a.max(b));
        if let Some(slot) = self.parent.get_mut(high as usize) {
            *slot = low;
        }
        if let Some(slot) = self.node.get_mut(low as usize) {
            *slot = node;
        }
    }
}

/// A part of the tree that is large enough, and how long it lasts.
struct Group {
    parent: Option<u32>,
    /// 1 / distance at which it begins.
    birth: f32,
    /// Sum over places of how long they stay.
    stability: f64,
}

/// The tree with only large parts.
struct Condensed {
    /// Parents come before children; the first is the whole.
    groups: Vec<Group>,
    /// The last group of each place.
    group_of: Vec<u32>,
}

impl Condensed {
    fn new(tree: &Tree, count: usize, least: usize) -> Self {
        let mut condensed = Self {
            groups: vec![Group { parent: None, birth: 0.0, stability: 0.0 }],
            group_of: vec![0; count],
        };
        let Some(whole) = (count + tree.merges.len()).checked_sub(1) else { return condensed };
        // A node, its group, and whether it has fallen out of it.
        let mut waiting = vec![(whole as u32, 0_u32, false)];
        while let Some((node, group, has_left)) = waiting.pop() {
            let Some(merge) = (node as usize).checked_sub(count) else {
                if let Some(slot) = condensed.group_of.get_mut(node as usize) {
                    *slot = group;
                }
                continue;
            };
            let Some((a, b, distance)) = tree.merges.get(merge).copied() else { continue };
            if has_left {
                waiting.extend([(a, group, true), (b, group, true)]);
                continue;
            }
            let death = 1.0 / distance;
            let sizes = [tree.size(a, count), tree.size(b, count)];
            let large = sizes.map(|size| size as usize >= least);
            for (part, (size, is_large)) in [a, b].into_iter().zip(sizes.into_iter().zip(large)) {
                let splits = large == [true, true];
                if splits || !is_large {
                    condensed.leave(group, size, death);
                }
                if splits {
                    let child = condensed.groups.len() as u32;
                    condensed.groups.push(Group { parent: Some(group), birth: death, stability: 0.0 });
                    waiting.push((part, child, false));
                } else {
                    waiting.push((part, group, !is_large));
                }
            }
        }
        condensed
    }

    fn leave(&mut self, group: u32, size: u32, death: f32) {
        if let Some(group) = self.groups.get_mut(group as usize) {
            group.stability += f64::from(size) * f64::from(death - group.birth);
        }
    }

    /// Groups that last longer than all that they fall into; never the whole.
    fn chosen(&self) -> Vec<bool> {
        let mut chosen = vec![true; self.groups.len()];
        let mut below = vec![0.0_f64; self.groups.len()];
        for (index, group) in self.groups.iter().enumerate().rev() {
            let children = below.get(index).copied().unwrap_or_default();
            if let Some(chosen) = chosen.get_mut(index) {
                *chosen = group.parent.is_some() && group.stability >= children;
            }
            if let Some(sum) = group.parent.and_then(|parent| below.get_mut(parent as usize)) {
                *sum += group.stability.max(children);
            }
        }
        chosen
    }

    /// The highest chosen group that a group is part of.
    fn nearest_chosen(&self, group: u32, chosen: &[bool]) -> Option<u32> {
        let mut found = None;
        let mut at = Some(group);
        while let Some(group) = at {
            if chosen.get(group as usize) == Some(&true) {
                found = Some(group);
            }
            at = self.groups.get(group as usize).and_then(|group| group.parent);
        }
        found
    }
}

//! All like pairs, kept so that thresholds can be dragged.
//!
//! Chains must not join strangers: if A is near B, and B near C, then A and C may have nothing in common. So a group has a
//! *centre*, and every other member is linked to the centre itself by a pair that passes the thresholds. Groups grow from
//! the surest pair to the least sure; two groups merge only while some member is linked to all the others. The centre is
//! then the largest such picture, in pixels, in bytes, and the first at last.
//!
//! Pictures with the same bytes are one node, so no threshold can part them. Paths that lead to one file (links) are not
//! duplicates: only the first takes part.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::clusters::{Cluster, Clusters};
use super::group::{Group, Member};
use super::{Candidate, FileIdentity, Kind, Kinds, PairEvidence, oriented_distance};
use crate::library::ContentHash;

/// Which pairs count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Largest hash distance in bits of 64, [`super::LOOSEST_DISTANCE`] at most; `None` leaves hashes out.
    pub hash_distance: Option<u32>,
    /// Smallest cosine of the look; `None` leaves looks out.
    pub similarity: Option<f32>,
    /// Which kinds are wanted. Files with the same bytes stay together where any of them is in a group.
    pub kinds: Kinds,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { hash_distance: Some(8), similarity: Some(0.95), kinds: Kinds::ALL }
    }
}

impl Thresholds {
    /// Only files with the same bytes.
    #[must_use]
    pub fn exact() -> Self {
        Self { hash_distance: None, similarity: None, kinds: Kinds::NONE.with(Kind::Exact) }
    }

    /// Whether a pair of this kind passes.
    #[must_use]
    pub fn admit(&self, pair: &PairEvidence, kind: Kind) -> bool {
        if pair.same_content {
            return self.kinds.contains(kind);
        }
        self.admit_axes(&Axes::new(pair, kind, (pair.a, pair.b)))
    }

    fn admit_axes(&self, link: &Axes) -> bool {
        let by_hash =
            self.hash_distance.zip(link.distance).is_some_and(|(most, bits)| u32::from(bits) <= most);
        let by_look = self.similarity.zip(link.similarity).is_some_and(|(least, look)| look >= least);
        self.kinds.contains(link.kind) && (link.is_crop || by_hash || by_look)
    }
}

/// A pair between two nodes.
#[derive(Clone, Debug)]
struct Link {
    kind: Kind,
    pair: PairEvidence,
    /// Which orientation of `pair.a` matches `pair.b`.
    orientation_of_a: u8,
    /// Nodes of `pair.a` and `pair.b`.
    nodes: (u32, u32),
}

impl Axes {
    fn new(pair: &PairEvidence, kind: Kind, nodes: (u32, u32)) -> Self {
        let (similarity, distance) = (pair.similarity, pair.close_hash());
        Self { nodes, similarity, distance, kind, is_crop: pair.crop.is_some() }
    }
}

/// Pictures with the same bytes.
#[derive(Clone, Debug)]
struct Node {
    /// Positions, first one first.
    pictures: Vec<u32>,
    pixels: u64,
    /// Of one of the files.
    size_bytes: u64,
}

/// What thresholds ask of a link, small so that all of them pass quickly.
#[derive(Clone, Copy, Debug)]
struct Axes {
    nodes: (u32, u32),
    similarity: Option<f32>,
    distance: Option<u8>,
    kind: Kind,
    /// Found by crop: no threshold asks more.
    is_crop: bool,
}

/// All like pairs up to the loosest thresholds.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    /// The surest first.
    links: Vec<Link>,
    /// Of the links.
    axes: Vec<Axes>,
    /// Per node, in one row: other nodes with the number of the link to them, by node.
    near: Vec<(u32, u32)>,
    /// Where each node's part of `near` begins; one more at the end.
    near_from: Vec<u32>,
    same_files: Vec<(u32, u32)>,
}

impl Graph {
    /// From every picture and every pair between them. Pairs beyond the slice and pairs without a kind are left out.
    #[must_use]
    pub fn new(candidates: &[Candidate], pairs: Vec<PairEvidence>) -> Self {
        let mut first_path: BTreeMap<FileIdentity, u32> = BTreeMap::new();
        let mut by_content: BTreeMap<ContentHash, u32> = BTreeMap::new();
        let mut graph = Self::default();
        let mut node_of: Vec<u32> = Vec::with_capacity(candidates.len());
        for (candidate, at) in candidates.iter().zip(0_u32..) {
            let first = candidate.file.map_or(at, |file| *first_path.entry(file).or_insert(at));
            if first != at {
                graph.same_files.push((first, at));
                node_of.push(node_of.get(first as usize).copied().unwrap_or(u32::MAX));
                continue;
            }
            let number = *by_content.entry(candidate.content).or_insert(graph.nodes.len() as u32);
            match graph.nodes.get_mut(number as usize) {
                Some(node) => node.pictures.push(at),
                None => graph.nodes.push(Node {
                    pictures: vec![at],
                    pixels: candidate.pixels(),
                    size_bytes: candidate.size_bytes,
                }),
            }
            node_of.push(number);
        }
        graph.links = links(candidates, pairs, &node_of);
        graph.axes = graph.links.iter().map(|link| Axes::new(&link.pair, link.kind, link.nodes)).collect();
        let both_ways = |(link, number): (&Axes, u32)| {
            let (a, b) = link.nodes;
            [(a, b, number), (b, a, number)]
        };
        let mut ends: Vec<(u32, u32, u32)> = graph.axes.iter().zip(0..).flat_map(both_ways).collect();
        ends.sort_unstable();
        let nodes = 0..=graph.nodes.len() as u32;
        graph.near_from = nodes.map(|node| ends.partition_point(|(from, ..)| *from < node) as u32).collect();
        graph.near = ends.into_iter().map(|(_, to, number)| (to, number)).collect();
        graph
    }

    /// Paths that lead to a file which an earlier picture has already: (earlier, this one).
    #[must_use]
    pub fn same_files(&self) -> &[(u32, u32)] {
        &self.same_files
    }

    /// Number of pairs that have a kind, those with the same bytes aside.
    #[must_use]
    pub fn pair_count(&self) -> usize {
        self.links.len()
    }

    /// Every pair that has a kind, the surest first; those with the same bytes aside.
    pub fn pairs(&self) -> impl Iterator<Item = (&PairEvidence, Kind)> {
        self.links.iter().map(|link| (&link.pair, link.kind))
    }

    /// The groups at these thresholds, most reclaimable bytes first, then by position. `resolved` is asked with the
    /// positions of a group, ascending; groups that it knows as settled are left out.
    #[must_use]
    pub fn groups(&self, thresholds: &Thresholds, resolved: &dyn Fn(&[u32]) -> bool) -> Vec<Group> {
        let admitted: Vec<bool> = self.axes.iter().map(|link| thresholds.admit_axes(link)).collect();
        let are_linked = |a: u32, b: u32| {
            self.link_number(a, b).and_then(|number| admitted.get(number as usize)).is_some_and(|&link| link)
        };
        let mut clusters = Clusters::new(self.nodes.len(), &are_linked);
        for (link, _) in self.axes.iter().zip(&admitted).filter(|(_, is_admitted)| **is_admitted) {
            clusters.join(link.nodes.0, link.nodes.1);
        }
        let (clusters, lone) = clusters.finish();
        let mut groups: Vec<Group> = clusters.iter().filter_map(|cluster| self.group(cluster)).collect();
        if thresholds.kinds.contains(Kind::Exact) {
            let copies = lone.iter().filter_map(|&node| {
                let node = self.nodes.get(node as usize)?;
                (node.pictures.len() > 1).then(|| group_of_nodes(node, Vec::new()))?
            });
            groups.extend(copies);
        }
        let mut positions: Vec<u32> = Vec::new();
        groups.retain(|group| {
            positions.clear();
            positions.extend(group.members.iter().map(|member| member.index));
            positions.sort_unstable();
            !resolved(&positions)
        });
        groups
            .sort_by_key(|group| (Reverse(group.bytes_reclaimable), group.members.first().map(|m| m.index)));
        groups
    }

    /// The number of the link between two nodes.
    fn link_number(&self, a: u32, b: u32) -> Option<u32> {
        let (&from, &until) = (self.near_from.get(a as usize)?, self.near_from.get(a as usize + 1)?);
        let near = self.near.get(from as usize..until as usize)?;
        let at = near.binary_search_by_key(&b, |&(node, _)| node).ok()?;
        near.get(at).map(|&(_, number)| number)
    }

    /// A cluster with its centre chosen and its members in order.
    fn group(&self, cluster: &Cluster) -> Option<Group> {
        let rank = |&&node: &&u32| {
            let node = self.nodes.get(node as usize)?;
            Some((node.pixels, node.size_bytes, Reverse(node.pictures.first().copied())))
        };
        let &centre = cluster.centres.iter().max_by_key(rank)?;
        let others: Vec<(&Node, &Link, bool)> = cluster
            .nodes
            .iter()
            .filter(|&&node| node != centre)
            .filter_map(|&node| {
                let link = self.links.get(self.link_number(centre, node)? as usize)?;
                Some((self.nodes.get(node as usize)?, link, link.nodes.0 == centre))
            })
            .collect();
        group_of_nodes(self.nodes.get(centre as usize)?, others)
    }
}

/// Pairs as links between nodes, one per pair of nodes, the surest first.
fn links(candidates: &[Candidate], pairs: Vec<PairEvidence>, node_of: &[u32]) -> Vec<Link> {
    let link = |pair: PairEvidence| {
        let (a, b) = (candidates.get(pair.a as usize)?, candidates.get(pair.b as usize)?);
        let nodes = (*node_of.get(pair.a as usize)?, *node_of.get(pair.b as usize)?);
        let kind = Kind::of(&pair, a, b)?;
        let turned = b.hashes.as_ref().zip(a.hashes.as_ref());
        let orientation_of_a = match pair.orientation {
            0 => 0,
            _ => turned.map_or(0, |(b, a)| oriented_distance(b, a).1),
        };
        (nodes.0 != nodes.1).then_some(Link { kind, pair, orientation_of_a, nodes })
    };
    let mut links: Vec<Link> = pairs.into_iter().filter_map(link).collect();
    let doubt = |similarity: Option<f32>| ((1.0 - similarity.unwrap_or(0.0)) * 1e6) as i64;
    let order = |link: &Link| {
        let pair = &link.pair;
        (link.kind, pair.hash_distance.unwrap_or(u8::MAX), doubt(pair.similarity), pair.a, pair.b)
    };
    links.sort_by_cached_key(order);
    let mut seen = BTreeSet::new();
    links.retain(|link| seen.insert((link.nodes.0.min(link.nodes.1), link.nodes.0.max(link.nodes.1))));
    links
}

/// Members are the centre and its copies, then the others with theirs, the surest first.
fn group_of_nodes(centre: &Node, mut others: Vec<(&Node, &Link, bool)>) -> Option<Group> {
    let &first = centre.pictures.first()?;
    let mut members = vec![Member::centre(first)];
    members.extend(centre.pictures.iter().skip(1).map(|&copy| Member::copy(copy, first)));
    let mut total_bytes = centre.size_bytes * centre.pictures.len() as u64;
    others
        .sort_by_key(|(node, link, _)| (link.kind, link.pair.hash_distance, node.pictures.first().copied()));
    for (node, link, centre_is_a) in &others {
        let orientation = if *centre_is_a { link.pair.orientation } else { link.orientation_of_a };
        total_bytes += node.size_bytes * node.pictures.len() as u64;
        let &near = node.pictures.first()?;
        members.push(Member::near(near, link.kind, &link.pair, orientation, *centre_is_a));
        members.extend(node.pictures.iter().skip(1).map(|&copy| Member::copy(copy, near)));
    }
    let kind = others.iter().map(|(_, link, _)| link.kind).max().unwrap_or(Kind::Exact);
    Some(Group { kind, members, bytes_reclaimable: total_bytes - centre.size_bytes })
}

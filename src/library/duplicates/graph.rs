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
    /// Largest hash distance in bits of 64; `None` leaves hashes out.
    pub hash_distance: Option<u32>,
    /// Smallest cosine of the look; `None` leaves looks out.
    pub similarity: Option<f32>,
    /// Which kinds are wanted. Files with the same bytes stay together where any of them is in a group.
    pub kinds: Kinds,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { hash_distance: Some(8), similarity: Some(0.97), kinds: Kinds::ALL }
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
        let by_hash =
            self.hash_distance.zip(pair.hash_distance).is_some_and(|(most, bits)| u32::from(bits) <= most);
        let by_look = self.similarity.zip(pair.similarity).is_some_and(|(least, look)| look >= least);
        self.kinds.contains(kind) && (pair.same_content || pair.crop.is_some() || by_hash || by_look)
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

/// Pictures with the same bytes.
#[derive(Clone, Debug)]
struct Node {
    /// Positions, first one first.
    pictures: Vec<u32>,
    pixels: u64,
    /// Of one of the files.
    size_bytes: u64,
    /// Other nodes with the number of the link to them, by node.
    near: Vec<(u32, u32)>,
}

/// All like pairs up to the loosest thresholds.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    /// The surest first.
    links: Vec<Link>,
    same_files: Vec<(u32, u32)>,
}

impl Graph {
    /// From every picture and every pair between them. Pairs beyond the slice and pairs without a kind are left out.
    #[must_use]
    pub fn new(candidates: &[Candidate], pairs: Vec<PairEvidence>) -> Self {
        let mut first_path: BTreeMap<FileIdentity, u32> = BTreeMap::new();
        let mut by_content: BTreeMap<ContentHash, u32> = BTreeMap::new();
        let mut graph = Self::default();
        let mut node_of: Vec<Option<u32>> = Vec::with_capacity(candidates.len());
        for (candidate, at) in candidates.iter().zip(0_u32..) {
            let first = candidate.file.map_or(at, |file| *first_path.entry(file).or_insert(at));
            if first != at {
                graph.same_files.push((first, at));
                node_of.push(None);
                continue;
            }
            let number = *by_content.entry(candidate.content).or_insert(graph.nodes.len() as u32);
            match graph.nodes.get_mut(number as usize) {
                Some(node) => node.pictures.push(at),
                None => graph.nodes.push(Node {
                    pictures: vec![at],
                    pixels: candidate.pixels(),
                    size_bytes: candidate.size_bytes,
                    near: Vec::new(),
                }),
            }
            node_of.push(Some(number));
        }
        graph.links = links(candidates, pairs, &node_of);
        for (link, number) in graph.links.iter().zip(0_u32..) {
            for (from, to) in [link.nodes, (link.nodes.1, link.nodes.0)] {
                if let Some(node) = graph.nodes.get_mut(from as usize) {
                    node.near.push((to, number));
                }
            }
        }
        for node in &mut graph.nodes {
            node.near.sort_unstable();
        }
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
        let admitted: Vec<bool> =
            self.links.iter().map(|link| thresholds.admit(&link.pair, link.kind)).collect();
        let is_admitted = |number: u32| admitted.get(number as usize).copied().unwrap_or(false);
        let are_linked = |a: u32, b: u32| self.link(a, b).is_some_and(|(number, _)| is_admitted(number));
        let mut clusters = Clusters::new(self.nodes.len(), &are_linked);
        for (link, number) in self.links.iter().zip(0_u32..) {
            if is_admitted(number) {
                clusters.join(link.nodes.0, link.nodes.1);
            }
        }
        let (clusters, lone) = clusters.finish();
        let mut groups: Vec<Group> = clusters.iter().filter_map(|cluster| self.group(cluster)).collect();
        if thresholds.kinds.contains(Kind::Exact) {
            let copies = lone.iter().filter_map(|&node| {
                let node = self.nodes.get(node as usize)?;
                (node.pictures.len() > 1).then(|| self.group_of_nodes(node, &[]))?
            });
            groups.extend(copies);
        }
        groups.retain(|group| {
            let mut positions: Vec<u32> = group.members.iter().map(|member| member.index).collect();
            positions.sort_unstable();
            !resolved(&positions)
        });
        groups
            .sort_by_key(|group| (Reverse(group.bytes_reclaimable), group.members.first().map(|m| m.index)));
        groups
    }

    /// The link between two nodes and its number.
    fn link(&self, a: u32, b: u32) -> Option<(u32, &Link)> {
        let near = &self.nodes.get(a as usize)?.near;
        let at = near.binary_search_by_key(&b, |&(node, _)| node).ok()?;
        let &(_, number) = near.get(at)?;
        Some((number, self.links.get(number as usize)?))
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
                let (_, link) = self.link(centre, node)?;
                Some((self.nodes.get(node as usize)?, link, link.nodes.0 == centre))
            })
            .collect();
        self.group_of_nodes(self.nodes.get(centre as usize)?, &others)
    }

    /// Members are the centre and its copies, then the others with theirs, the surest first.
    fn group_of_nodes(&self, centre: &Node, others: &[(&Node, &Link, bool)]) -> Option<Group> {
        let &first = centre.pictures.first()?;
        let mut members = vec![Member::centre(first)];
        members.extend(centre.pictures.iter().skip(1).map(|&copy| Member::copy(copy, first)));
        let mut total_bytes = centre.size_bytes * centre.pictures.len() as u64;
        let mut others = others.to_vec();
        others.sort_by_key(|(node, link, _)| {
            (link.kind, link.pair.hash_distance, node.pictures.first().copied())
        });
        for (node, link, centre_is_a) in &others {
            let orientation = if *centre_is_a { link.pair.orientation } else { link.orientation_of_a };
            total_bytes += node.size_bytes * node.pictures.len() as u64;
            let &near = node.pictures.first()?;
            members.push(Member::near(near, link.kind, &link.pair, orientation));
            members.extend(node.pictures.iter().skip(1).map(|&copy| Member::copy(copy, near)));
        }
        let kind = others.iter().map(|(_, link, _)| link.kind).max().unwrap_or(Kind::Exact);
        Some(Group { kind, members, bytes_reclaimable: total_bytes - centre.size_bytes })
    }
}

/// Pairs as links between nodes, one per pair of nodes, the surest first.
fn links(candidates: &[Candidate], pairs: Vec<PairEvidence>, node_of: &[Option<u32>]) -> Vec<Link> {
    let link = |pair: PairEvidence| {
        let (a, b) = (candidates.get(pair.a as usize)?, candidates.get(pair.b as usize)?);
        let nodes = ((*node_of.get(pair.a as usize)?)?, (*node_of.get(pair.b as usize)?)?);
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

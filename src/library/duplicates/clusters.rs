//! Clusters in which some member is linked to all the others.

use std::collections::BTreeMap;

/// Nodes that belong together.
#[derive(Debug, Default)]
pub(super) struct Cluster {
    /// All of them.
    pub nodes: Vec<u32>,
    /// Those linked to all the others; never empty.
    pub centres: Vec<u32>,
}

const LONE: u32 = u32::MAX;
/// Product of two clusters' sizes from which a refusal is remembered.
const LARGE_PRODUCT: usize = 256;

/// Clusters while they grow.
pub(super) struct Clusters<'a> {
    are_linked: &'a dyn Fn(u32, u32) -> bool,
    cluster_of: Vec<u32>,
    grown: Vec<Cluster>,
    /// Sizes of two clusters when they could not merge. They only grow, so equal sizes mean that nothing changed.
    refused: BTreeMap<(u32, u32), (usize, usize)>,
}

impl<'a> Clusters<'a> {
    /// Every node alone.
    pub(super) fn new(nodes: usize, are_linked: &'a dyn Fn(u32, u32) -> bool) -> Self {
        Self { are_linked, cluster_of: vec![LONE; nodes], grown: Vec::new(), refused: BTreeMap::new() }
    }

    /// Merges the clusters of two linked nodes if a centre remains.
    pub(super) fn join(&mut self, a: u32, b: u32) {
        let of = |node: u32| self.cluster_of.get(node as usize).copied();
        match (of(a), of(b)) {
            (Some(LONE), Some(LONE)) if a != b => {
                let cluster = self.grown.len() as u32;
                self.grown.push(Cluster { nodes: vec![a, b], centres: vec![a, b] });
                self.assign(&[a, b], cluster);
            }
            (Some(LONE), Some(cluster)) if cluster != LONE => self.add(cluster, a),
            (Some(cluster), Some(LONE)) if cluster != LONE => self.add(cluster, b),
            (Some(one), Some(other)) if one != other => self.merge(one.min(other), one.max(other)),
            _ => {}
        }
    }

    /// Adds a lone node.
    fn add(&mut self, cluster: u32, node: u32) {
        let Some(grown) = self.grown.get_mut(cluster as usize) else { return };
        let is_centre = grown.nodes.iter().all(|&other| (self.are_linked)(node, other));
        if !is_centre && !grown.centres.iter().any(|&centre| (self.are_linked)(centre, node)) {
            return;
        }
        grown.centres.retain(|&centre| (self.are_linked)(centre, node));
        grown.nodes.push(node);
        if is_centre {
            grown.centres.push(node);
        }
        self.assign(&[node], cluster);
    }

    fn merge(&mut self, first: u32, second: u32) {
        let get = |cluster: u32| self.grown.get(cluster as usize);
        let (Some(one), Some(other)) = (get(first), get(second)) else { return };
        let sizes = (one.nodes.len(), other.nodes.len());
        if self.refused.get(&(first, second)) == Some(&sizes) {
            return;
        }
        let links_all =
            |centre: u32, nodes: &[u32]| nodes.iter().all(|&node| (self.are_linked)(centre, node));
        let of_one = one.centres.iter().copied().filter(|&centre| links_all(centre, &other.nodes));
        let of_other = other.centres.iter().copied().filter(|&centre| links_all(centre, &one.nodes));
        let centres: Vec<u32> = of_one.chain(of_other).collect();
        if centres.is_empty() {
            // Asking again is dear only for large ones.
            if sizes.0 * sizes.1 >= LARGE_PRODUCT {
                self.refused.insert((first, second), sizes);
            }
            return;
        }
        let (into, from) = if sizes.0 >= sizes.1 { (first, second) } else { (second, first) };
        let moved = self.grown.get_mut(from as usize).map(std::mem::take).unwrap_or_default();
        self.assign(&moved.nodes, into);
        if let Some(grown) = self.grown.get_mut(into as usize) {
            grown.nodes.extend(moved.nodes);
            grown.centres = centres;
        }
    }

    fn assign(&mut self, nodes: &[u32], to: u32) {
        for &node in nodes {
            if let Some(cluster) = self.cluster_of.get_mut(node as usize) {
                *cluster = to;
            }
        }
    }

    /// Clusters of at least two nodes, and the nodes that stayed alone.
    pub(super) fn finish(self) -> (Vec<Cluster>, Vec<u32>) {
        let lone = self.cluster_of.iter().zip(0_u32..).filter(|(cluster, _)| **cluster == LONE);
        let lone = lone.map(|(_, node)| node).collect();
        // Those that were merged into others are empty.
        (self.grown.into_iter().filter(|cluster| !cluster.nodes.is_empty()).collect(), lone)
    }
}

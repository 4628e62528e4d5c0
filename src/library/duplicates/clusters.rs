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

/// Clusters while they grow.
pub(super) struct Clusters<'a> {
    are_linked: &'a dyn Fn(u32, u32) -> bool,
    cluster_of: Vec<u32>,
    clusters: Vec<Cluster>,
    /// Sizes of two clusters when they could not merge. They only grow, so equal sizes mean that nothing changed.
    refused: BTreeMap<(u32, u32), (usize, usize)>,
}

impl<'a> Clusters<'a> {
    /// Every node alone.
    pub(super) fn new(nodes: usize, are_linked: &'a dyn Fn(u32, u32) -> bool) -> Self {
        Self { are_linked, cluster_of: vec![LONE; nodes], clusters: Vec::new(), refused: BTreeMap::new() }
    }

    /// Merges the clusters of two linked nodes if a centre remains.
    pub(super) fn join(&mut self, a: u32, b: u32) {
        let (Some(first), Some(second)) = (self.cluster(a), self.cluster(b)) else { return };
        if first == second {
            return;
        }
        let (first, second) = (first.min(second), first.max(second));
        let (Some(one), Some(other)) =
            (self.clusters.get(first as usize), self.clusters.get(second as usize))
        else {
            return;
        };
        let sizes = (one.nodes.len(), other.nodes.len());
        if self.refused.get(&(first, second)) == Some(&sizes) {
            return;
        }
        let links_all =
            |centre: &u32, nodes: &[u32]| nodes.iter().all(|&node| (self.are_linked)(*centre, node));
        let mut centres: Vec<u32> =
            one.centres.iter().copied().filter(|centre| links_all(centre, &other.nodes)).collect();
        centres.extend(other.centres.iter().filter(|centre| links_all(centre, &one.nodes)));
        if centres.is_empty() {
            self.refused.insert((first, second), sizes);
            return;
        }
        let (into, from) = if sizes.0 >= sizes.1 { (first, second) } else { (second, first) };
        let moved = self.clusters.get_mut(from as usize).map(std::mem::take).unwrap_or_default();
        for &node in &moved.nodes {
            if let Some(cluster) = self.cluster_of.get_mut(node as usize) {
                *cluster = into;
            }
        }
        if let Some(grown) = self.clusters.get_mut(into as usize) {
            grown.nodes.extend(moved.nodes);
            grown.centres = centres;
        }
    }

    /// The cluster of a node, made when it is alone.
    fn cluster(&mut self, node: u32) -> Option<u32> {
        let cluster = self.cluster_of.get_mut(node as usize)?;
        if *cluster == LONE {
            *cluster = self.clusters.len() as u32;
            self.clusters.push(Cluster { nodes: vec![node], centres: vec![node] });
        }
        Some(*cluster)
    }

    /// Clusters of at least two nodes, and the nodes that stayed alone.
    pub(super) fn finish(self) -> (Vec<Cluster>, Vec<u32>) {
        let never_asked = self.cluster_of.iter().zip(0_u32..).filter(|(cluster, _)| **cluster == LONE);
        let mut lone: Vec<u32> = never_asked.map(|(_, node)| node).collect();
        let (single, clusters): (Vec<Cluster>, Vec<Cluster>) =
            self.clusters.into_iter().partition(|cluster| cluster.nodes.len() < 2);
        lone.extend(single.iter().flat_map(|cluster| &cluster.nodes));
        lone.sort_unstable();
        (clusters, lone)
    }
}

//! How strongly neighbours belong together.
//!
//! A point's nearest neighbour belongs to it entirely; the others less, at a rate that makes the sum the same for all
//! points: dense and thin regions count alike. Two points belong together when either says so.

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::nearest::{List, NEIGHBOURS};

/// The neighbours of all points, both ways, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Where each point's neighbours begin; one more than there are points.
    starts: Vec<u32>,
    /// Neighbours and weights, 0 to 1.
    edges: Vec<(u32, f32)>,
}

impl Graph {
    /// From the lists of all points.
    pub fn new(lists: &[List]) -> Self {
        let weights: Vec<Vec<f32>> = lists.par_iter().map(weights).collect();
        let weight_of = |from: u32, to: u32| {
            let (list, weights) = (lists.get(from as usize)?, weights.get(from as usize)?);
            let place = list.iter().position(|near| near.index == to)?;
            weights.get(place).copied()
        };
        let mut both: Vec<Vec<(u32, f32)>> = vec![Vec::new(); lists.len()];
        for (own, (list, weights)) in (0_u32..).zip(lists.iter().zip(&weights)) {
            for (near, weight) in list.iter().zip(weights) {
                let back = weight_of(near.index, own);
                let either = weight + back.unwrap_or(0.0) * (1.0 - weight);
                if let Some(edges) = both.get_mut(own as usize) {
                    edges.push((near.index, either));
                }
                if back.is_none()
                    && let Some(edges) = both.get_mut(near.index as usize)
                {
                    edges.push((own, either));
                }
            }
        }
        let mut graph = Self { starts: vec![0], edges: Vec::new() };
        for edges in both {
            graph.edges.extend(edges);
            graph.starts.push(graph.edges.len() as u32);
        }
        graph
    }

    /// The number of the first edge of a point, and its neighbours with their weights.
    pub fn around(&self, index: u32) -> (u32, &[(u32, f32)]) {
        let start = self.starts.get(index as usize).copied().unwrap_or_default();
        let end = self.starts.get(index as usize + 1).copied().unwrap_or(start);
        (start, self.edges.get(start as usize..end as usize).unwrap_or_default())
    }
}

/// Weights of a list: exp(−(d − ρ)/σ), whose sum is log2 of the neighbours.
fn weights(list: &List) -> Vec<f32> {
    let distances: Vec<f32> = list.iter().map(|near| near.square.sqrt()).collect();
    let nearest = distances.iter().copied().find(|distance| *distance > 0.0).unwrap_or_default();
    let wanted = (distances.len().min(NEIGHBOURS) as f32).log2().max(0.1);
    let sum = |sigma: f32| -> f32 { distances.iter().map(|d| (-(d - nearest).max(0.0) / sigma).exp()).sum() };
    let (mut low, mut high, mut sigma) = (0.0_f32, f32::INFINITY, 1.0_f32);
    for _ in 0..64 {
        let now = sum(sigma);
        if (now - wanted).abs() < 1e-5 {
            break;
        }
        if now > wanted {
            high = sigma;
            sigma = f32::midpoint(low, high);
        } else {
            low = sigma;
            sigma = if high.is_finite() { f32::midpoint(low, high) } else { sigma * 2.0 };
        }
    }
    let mean = distances.iter().sum::<f32>() / distances.len().max(1) as f32;
    let sigma = sigma.max(1e-3 * mean).max(f32::MIN_POSITIVE);
    distances.iter().map(|d| (-(d - nearest).max(0.0) / sigma).exp()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::nearest::Near;
    use super::*;

    #[test]
    fn every_point_has_the_same_sum_of_weights() {
        for scale in [0.01_f32, 1.0, 300.0] {
            let list: List = (0_u32..15)
                .map(|index| Near { square: (scale * (1.0 + index as f32 * 0.1)).powi(2), index })
                .collect();
            let weights = weights(&list);
            assert!((weights.iter().sum::<f32>() - 15_f32.log2()).abs() < 1e-3, "{scale}: {weights:?}");
            assert_eq!(weights.first(), Some(&1.0));
        }
    }

    #[test]
    fn both_ends_of_an_edge_agree() {
        let near = |square: f32, index| Near { square, index };
        let lists =
            vec![vec![near(1.0, 1), near(4.0, 2)], vec![near(1.0, 0), near(2.0, 2)], vec![near(2.0, 1)]];
        let graph = Graph::new(&lists);
        for own in 0..3 {
            for (other, weight) in graph.around(own).1 {
                let back = graph.around(*other).1.iter().find(|(index, _)| *index == own);
                assert_eq!(back.map(|(_, weight)| *weight), Some(*weight), "{own} and {other}");
            }
        }
        assert_eq!(graph.around(0).1.len(), 2, "the third point is a neighbour although it does not say so");
        assert_eq!(graph.around(2).1.len(), 2);
    }
}

//! Trees that cut the points by random planes until few are left together.

use super::{ShouldStop, points::Points, random::Random};

/// Trees that are grown; each brings other neighbours together.
pub const TREES: u64 = 6;
/// Points that stay together.
const LEAF: usize = 48;

/// The leaves of one tree. `None` when it was stopped.
pub fn leaves(points: &Points, seed: u64, tree: u64, should_stop: ShouldStop<'_>) -> Option<Vec<Vec<u32>>> {
    let mut random = Random::new(seed, 0x7265_6500 + tree);
    let mut leaves = Vec::new();
    let mut waiting: Vec<Vec<u32>> = vec![(0..points.len() as u32).collect()];
    while let Some(members) = waiting.pop() {
        if members.len() <= LEAF {
            leaves.push(members);
            continue;
        }
        if members.len() > 4096 && should_stop() {
            return None;
        }
        let (low, high) = cut(points, members, &mut random);
        waiting.push(low);
        waiting.push(high);
    }
    Some(leaves)
}

/// Two parts, on either side of the plane halfway between two random members.
fn cut(points: &Points, members: Vec<u32>, random: &mut Random) -> (Vec<u32>, Vec<u32>) {
    let count = members.len() as u32;
    let mut pick = || members.get(random.below(count) as usize).copied().unwrap_or_default();
    let (a, b) = (points.row(pick()), points.row(pick()));
    let direction: Vec<f32> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let middle: f32 = a.iter().zip(b).map(|(a, b)| (a - b) * (a + b) / 2.0).sum();
    let (mut low, mut high) = (Vec::new(), Vec::new());
    points.along(
        &direction,
        &members,
        |index, along| {
            if along < middle { low.push(index) } else { high.push(index) }
        },
    );
    if low.len().min(high.len()) * 20 >= members.len() {
        return (low, high);
    }
    // Nearly all on one side, as copies of one picture are: any halves will do.
    let mut low = members;
    let high = low.split_off(low.len() / 2);
    (low, high)
}

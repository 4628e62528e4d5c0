//! Moving points: neighbours pull, random others push.
//!
//! Every point moves by itself against the places that all had at the beginning of the round, so that rounds run on all
//! processors and still give the same places. A pair pulls twice in a round, once for each end's edge.

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::{random::Random, weights::Graph};

/// The curve 1 / (1 + a·d^2b) that pulls points to a distance of 0.1 within an extent of 1 (least squares).
const A: f32 = 1.577;
const B: f32 = 0.895;
/// Others that push for each pull.
const PUSHES: u32 = 5;
/// The farthest that one pull or push moves along an axis, before the rate.
const MOST: f32 = 4.0;

/// One round: what stays the same for all points.
pub struct Round<'a> {
    /// Who pulls whom.
    pub graph: &'a Graph,
    /// Where all are.
    pub places: &'a [[f32; 2]],
    /// Number of the round, over the whole life of the layout.
    pub number: u32,
    /// Chooses the others.
    pub seed: u64,
}

impl Round<'_> {
    /// New places of those that move: (point, rate) pairs in, (point, place) pairs out.
    pub fn moved(&self, moving: &[(u32, f32)]) -> Vec<(u32, [f32; 2])> {
        moving.par_iter().with_min_len(256).map(|(index, rate)| (*index, self.place(*index, *rate))).collect()
    }

    fn place(&self, index: u32, rate: f32) -> [f32; 2] {
        let Some(mut place) = self.places.get(index as usize).copied() else { return [0.0; 2] };
        let mut random = Random::new(self.seed, (u64::from(self.number) << 32) | u64::from(index));
        let (first, around) = self.graph.around(index);
        for (edge, (other, weight)) in (first..).zip(around) {
            if !is_due(edge, *weight, self.number) {
                continue;
            }
            let Some(towards) = self.places.get(*other as usize) else { continue };
            for _ in 0..2 {
                pull(&mut place, *towards, rate);
            }
            for _ in 0..PUSHES {
                let other = random.below(self.places.len() as u32);
                if other == index {
                    continue;
                }
                if let Some(from) = self.places.get(other as usize) {
                    push(&mut place, *from, rate);
                }
            }
        }
        place
    }
}

/// An edge of weight w pulls in w of all rounds, evenly; edges start at different moments.
fn is_due(edge: u32, weight: f32, round: u32) -> bool {
    let start = (edge.wrapping_mul(0x9e37_79b9) >> 8) as f32 / (1_u32 << 24) as f32;
    let at = |round: f32| (round * weight + start).floor();
    // Rounds are counted within a window that single precision can tell apart.
    let round = (round & 0xfff) as f32;
    at(round + 1.0) > at(round)
}

fn pull(place: &mut [f32; 2], towards: [f32; 2], rate: f32) {
    let (difference, square) = between(*place, towards);
    if square > 0.0 {
        let power = power(square);
        let strength = -2.0 * A * B * (power / square) / (1.0 + A * power);
        shift(place, difference, strength, rate);
    }
}

fn push(place: &mut [f32; 2], from: [f32; 2], rate: f32) {
    let (difference, square) = between(*place, from);
    if square > 0.0 {
        let strength = 2.0 * B / ((0.001 + square) * (1.0 + A * power(square)));
        shift(place, difference, strength, rate);
    }
}

/// `square` to the power of B, to within 1 %: logarithm and exponential by the number's bits and a parabola each.
fn power(square: f32) -> f32 {
    const MANTISSA: u32 = (1 << 23) - 1;
    const ONE: u32 = 127 << 23;
    let bits = square.to_bits();
    let mantissa = f32::from_bits((bits & MANTISSA) | ONE);
    let logarithm = (bits >> 23) as f32 - 127.0 + (2.0 - mantissa / 3.0) * mantissa - 5.0 / 3.0;
    let exponent = (B * logarithm).clamp(-125.0, 125.0);
    let whole = exponent.floor();
    let part = exponent - whole;
    let scale = f32::from_bits(((whole as i32 + 127) as u32) << 23);
    scale * (1.0 + part * (2.0 + part) / 3.0)
}

fn between(a: [f32; 2], b: [f32; 2]) -> ([f32; 2], f32) {
    let difference = [a[0] - b[0], a[1] - b[1]];
    (difference, difference[0] * difference[0] + difference[1] * difference[1])
}

fn shift(place: &mut [f32; 2], difference: [f32; 2], strength: f32, rate: f32) {
    for (axis, difference) in place.iter_mut().zip(difference) {
        *axis += (strength * difference).clamp(-MOST, MOST) * rate;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_close() {
        for exponent in -200..200 {
            let square = 1.2_f32.powi(exponent);
            let (quick, exact) = (power(square), square.powf(B));
            assert!((quick / exact - 1.0).abs() < 0.011, "{square}: {quick} and {exact}");
        }
    }

    #[test]
    fn an_edge_pulls_as_often_as_its_weight_says() {
        for (edge, weight) in [(0, 1.0_f32), (1, 0.5), (2, 0.01), (77, 0.3)] {
            let count = (0..1000).filter(|round| is_due(edge, weight, *round)).count();
            assert!((count as f32 - 1000.0 * weight).abs() <= 1.0, "{weight}: {count}");
        }
    }

    #[test]
    fn pulls_bring_together_and_pushes_part() {
        let (mut near, mut far) = ([1.0, 0.0], [1.0, 0.0]);
        pull(&mut near, [0.0, 0.0], 0.1);
        push(&mut far, [0.0, 0.0], 0.1);
        assert!(near[0] < 1.0 && far[0] > 1.0);
        assert_eq!((near[1], far[1]), (0.0, 0.0));
    }
}

//! The two directions in which the points differ most: the first places.

use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};

use super::{points::Points, random::Random};

/// Points that are enough to find the directions.
const SAMPLE: usize = 8192;
/// Rounds of multiplying; directions of similar extent need not be told apart exactly.
const ROUNDS: usize = 12;
/// Side of the square that the places fill.
const SIDE: f32 = 10.0;

/// A place for each point.
pub fn places(points: &Points, seed: u64) -> Vec<[f32; 2]> {
    let count = points.len();
    let step = count.div_ceil(SAMPLE).max(1);
    let sample: Vec<u32> = (0..count as u32).step_by(step).collect();
    let mean = mean(points, &sample);
    let mut random = Random::new(seed, 0x6469_7265);
    let mut random_direction = || -> Vec<f32> { mean.iter().map(|_| random.unit() - 0.5).collect() };
    let (mut first, mut second) = (random_direction(), random_direction());
    for _ in 0..ROUNDS {
        orthonormalise(&mut first, &mut second);
        (first, second) = multiply(points, &sample, &mean, &first, &second);
    }
    orthonormalise(&mut first, &mut second);

    let all: Vec<u32> = (0..count as u32).collect();
    let along = |direction: &[f32]| -> Vec<f32> {
        let mut along = Vec::with_capacity(count);
        points.along(direction, &all, |_, value| along.push(value));
        let (least, most) =
            along.iter().fold((f32::MAX, f32::MIN), |(a, b), value| (a.min(*value), b.max(*value)));
        let extent = (most - least).max(f32::MIN_POSITIVE);
        for value in &mut along {
            *value = (*value - least) / extent;
        }
        along
    };
    let mut random = Random::new(seed, 0x706c_6163);
    // Copies of one picture must not lie exactly on each other: nothing could part them again.
    let mut place = |value: f32| (value - 0.5) * SIDE + (random.unit() - 0.5) * 1e-3;
    along(&first).into_iter().zip(along(&second)).map(|(x, y)| [place(x), place(y)]).collect()
}

fn mean(points: &Points, sample: &[u32]) -> Vec<f32> {
    let mut mean = vec![0.0; points.dimensions()];
    for index in sample {
        mean.iter_mut().zip(points.row(*index)).for_each(|(sum, value)| *sum += value);
    }
    for sum in &mut mean {
        *sum /= sample.len().max(1) as f32;
    }
    mean
}

/// Both directions times the covariance.
fn multiply(
    points: &Points,
    sample: &[u32],
    mean: &[f32],
    first: &[f32],
    second: &[f32],
) -> (Vec<f32>, Vec<f32>) {
    let offsets = (dot(mean, first), dot(mean, second));
    // Sums of fixed parts in a fixed order, so that the number of threads does not matter.
    let parts: Vec<(Vec<f32>, Vec<f32>)> = sample
        .chunks(512)
        .collect::<Vec<_>>()
        .into_par_iter()
        .with_max_len(1)
        .map(|part| {
            let mut sums = (vec![0.0; mean.len()], vec![0.0; mean.len()]);
            for index in part {
                let row = points.row(*index);
                let weights = (dot(row, first) - offsets.0, dot(row, second) - offsets.1);
                for (((a, b), value), mean) in sums.0.iter_mut().zip(&mut sums.1).zip(row).zip(mean) {
                    *a += (value - mean) * weights.0;
                    *b += (value - mean) * weights.1;
                }
            }
            sums
        })
        .collect();
    let mut sums = (vec![0.0; mean.len()], vec![0.0; mean.len()]);
    for (a, b) in parts {
        sums.0.iter_mut().zip(a).for_each(|(sum, value)| *sum += value);
        sums.1.iter_mut().zip(b).for_each(|(sum, value)| *sum += value);
    }
    sums
}

fn orthonormalise(first: &mut [f32], second: &mut [f32]) {
    normalise(first);
    let common = dot(first, second);
    second.iter_mut().zip(first.iter()).for_each(|(value, first)| *value -= common * first);
    normalise(second);
}

fn normalise(direction: &mut [f32]) {
    let length = dot(direction, direction).sqrt();
    if length > 0.0 {
        for value in direction {
            *value /= length;
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

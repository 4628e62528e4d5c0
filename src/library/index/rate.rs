//! How fast it goes, and how long it will still take.

use std::collections::VecDeque;

/// Seconds that count for the rate.
const WINDOW_SECS: f64 = 8.0;

/// Counts what was done within the last seconds.
#[derive(Debug, Default)]
pub struct Rate {
    /// (seconds, done by then)
    samples: VecDeque<(f64, u64)>,
}

impl Rate {
    /// Notes how much is done at a moment.
    pub fn note(&mut self, at_secs: f64, done: u64) {
        // Every result would be far more samples than a rate needs.
        if self.samples.back().is_none_or(|(last, _)| at_secs - last >= 0.1) {
            self.samples.push_back((at_secs, done));
        }
        while self.samples.len() > 2 && self.samples.front().is_some_and(|(at, _)| at_secs - at > WINDOW_SECS)
        {
            self.samples.pop_front();
        }
    }

    /// Per second over the window; zero before there are two samples.
    pub fn per_second(&self) -> f64 {
        match (self.samples.front(), self.samples.back()) {
            (Some((from, before)), Some((to, after))) if to > from => {
                after.saturating_sub(*before) as f64 / (to - from)
            }
            _ => 0.0,
        }
    }

    /// Seconds until `left` more are done, when that can be told.
    pub fn left_secs(&self, left: u64) -> Option<f64> {
        let per_second = self.per_second();
        (per_second > 0.0).then(|| left as f64 / per_second)
    }

    /// Begins anew, as after a pause.
    pub fn reset(&mut self) {
        self.samples.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let mut rate = Rate::default();
        assert_eq!((rate.per_second(), rate.left_secs(10)), (0.0, None));
        for tenth in 0..=100 {
            rate.note(f64::from(tenth) / 10.0, tenth as u64);
        }
        assert!((rate.per_second() - 10.0).abs() < 0.2, "{}", rate.per_second());
        for tenth in 101..=300 {
            rate.note(f64::from(tenth) / 10.0, 100 + (tenth as u64 - 100) * 4);
        }
        assert!((rate.per_second() - 40.0).abs() < 1.0, "{}", rate.per_second());
        assert!((rate.left_secs(80).unwrap() - 2.0).abs() < 0.1);
    }
}

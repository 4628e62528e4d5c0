//! What a person chose for the search for duplicates.

use serde::{Deserialize, Serialize};

use crate::library::{
    duplicates::{
        Kind, Kinds, LOOSEST_DISTANCE, Thresholds,
        keep::{PreferredFolder, Rule},
    },
    session::DuplicateScope,
};

/// Largest hash distance that can be chosen, in bits of 64.
pub const MOST_BITS: u32 = LOOSEST_DISTANCE as u32;
/// Smallest similarity of the look that can be chosen.
pub const LEAST_SIMILARITY: f32 = 0.9;

/// Rules for the picture that is suggested to stay, as the list of rules names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeepRule {
    /// The folders that were marked as preferred, in the order of marking.
    Folders,
    /// Raw before formats without loss before others.
    Format,
    /// More pixels.
    Resolution,
    /// Telling more of itself.
    Metadata,
    /// A name that is no copy's.
    PlainName,
    /// Taken earlier.
    Oldest,
    /// A larger file.
    Bytes,
    /// Sharper.
    Sharpness,
}

impl KeepRule {
    /// The order that is offered first.
    const ALL: [Self; 8] = [
        Self::Folders,
        Self::Resolution,
        Self::Metadata,
        Self::Format,
        Self::PlainName,
        Self::Oldest,
        Self::Bytes,
        Self::Sharpness,
    ];

    /// What it prefers.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Folders => "In a preferred folder",
            Self::Format => "The better format (raw, then without loss)",
            Self::Resolution => "More pixels",
            Self::Metadata => "More metadata (date, exposure, place, rating)",
            Self::Bytes => "The larger file",
            Self::PlainName => "A name that is no copy's",
            Self::Oldest => "Taken earlier",
            Self::Sharpness => "Sharper",
        }
    }

    fn rule(self, folders: &[PreferredFolder]) -> Rule {
        match self {
            Self::Folders => Rule::Folders(folders.to_vec()),
            Self::Format => Rule::Format,
            Self::Resolution => Rule::Resolution,
            Self::Metadata => Rule::Metadata,
            Self::Bytes => Rule::Bytes,
            Self::PlainName => Rule::PlainName,
            Self::Oldest => Rule::Oldest,
            Self::Sharpness => Rule::Sharpness,
        }
    }
}

/// Remembered choices of the view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DuplicateSettings {
    /// Largest hash distance of a pair, in bits of 64.
    pub hash_distance: u32,
    /// Smallest cosine of the look of a pair.
    pub similarity: f32,
    /// Which kinds are shown, in the order of [`Kind::ALL`].
    pub kinds: [bool; 7],
    /// Whether parts of pictures are searched, which takes longest.
    pub crops: bool,
    /// Rules in order, and whether each is asked.
    pub rules: Vec<(KeepRule, bool)>,
    /// Whether the plot of all pairs is open.
    pub show_plot: bool,
}

impl Default for DuplicateSettings {
    fn default() -> Self {
        let usual = Thresholds::default();
        Self {
            hash_distance: usual.hash_distance.unwrap_or(8),
            similarity: usual.similarity.unwrap_or(0.95),
            kinds: [true; 7],
            crops: true,
            rules: KeepRule::ALL.map(|rule| (rule, rule != KeepRule::Sharpness)).to_vec(),
            show_plot: false,
        }
    }
}

impl DuplicateSettings {
    /// With everything out of range put right: the file may have been edited.
    #[must_use]
    pub fn validated(mut self) -> Self {
        let usual = Self::default();
        self.hash_distance = self.hash_distance.min(MOST_BITS);
        if !(LEAST_SIMILARITY..=1.0).contains(&self.similarity) {
            self.similarity = usual.similarity;
        }
        let mut seen: Vec<(KeepRule, bool)> = Vec::new();
        for rule in self.rules.iter().chain(&usual.rules) {
            if !seen.iter().any(|(known, _)| *known == rule.0) {
                seen.push(*rule);
            }
        }
        self.rules = seen;
        self
    }

    /// Whether a kind is shown.
    #[must_use]
    pub fn shows(&self, kind: Kind) -> bool {
        Kind::ALL.iter().zip(self.kinds).any(|(known, shown)| *known == kind && shown)
    }

    /// Which pairs count.
    #[must_use]
    pub fn thresholds(&self) -> Thresholds {
        Thresholds {
            hash_distance: Some(self.hash_distance),
            similarity: Some(self.similarity),
            kinds: Kind::ALL.into_iter().filter(|kind| self.shows(*kind)).collect::<Kinds>(),
        }
    }

    /// How far the search looks, so that every threshold can be chosen afterwards.
    #[must_use]
    pub fn scope(&self) -> DuplicateScope {
        DuplicateScope {
            hash_distance: Some(MOST_BITS),
            similarity: Some(LEAST_SIMILARITY),
            crops: self.crops,
        }
    }

    /// The rules that are asked, in order.
    #[must_use]
    pub fn keep_rules(&self, folders: &[PreferredFolder]) -> Vec<Rule> {
        self.rules.iter().filter(|(_, asked)| *asked).map(|(rule, _)| rule.rule(folders)).collect()
    }

    /// Moves a rule to another place.
    pub fn move_rule(&mut self, from: usize, to: usize) {
        if from < self.rules.len() && to < self.rules.len() {
            let rule = self.rules.remove(from);
            self.rules.insert(to, rule);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edited_settings_are_put_right() {
        let edited = DuplicateSettings {
            hash_distance: 99,
            similarity: f32::NAN,
            rules: vec![(KeepRule::Sharpness, true), (KeepRule::Sharpness, false)],
            ..DuplicateSettings::default()
        };
        let right = edited.validated();
        assert_eq!((right.hash_distance, right.similarity), (13, 0.95));
        assert_eq!(right.rules.len(), 8, "each rule once");
        assert_eq!(right.rules.first(), Some(&(KeepRule::Sharpness, true)));
    }

    #[test]
    fn moved_rules_decide_in_their_new_order() {
        let mut settings = DuplicateSettings::default();
        settings.move_rule(3, 0);
        let rules = settings.keep_rules(&[]);
        assert_eq!(rules.first(), Some(&Rule::Format));
        assert_eq!(rules.len(), 7, "sharpness is not asked at first");
        settings.move_rule(0, 99);
        assert_eq!(settings.keep_rules(&[]), rules);
    }
}
